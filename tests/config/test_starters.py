"""Every starter (and sample) is held to the quality of its wording."""

from __future__ import annotations

import functools
import re
from typing import Any

import pytest

from portal_core.accounts.roles import builtin_role
from portal_core.config.brand import brand_colours
from portal_core.config.canonical import canonical
from portal_core.config.checks import check
from portal_core.config.checks.texts import all_texts, repeats
from portal_core.config.compile import compile_portal
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_flow import CompiledStatus
from portal_core.config.compiled_type import CompiledType
from portal_core.config.document import load
from portal_core.config.errors import UnknownKey
from portal_core.config.placeholders import FIELD_PREFIX, NAMES, names_in
from portal_core.config.starters import describe, reference_prefix, starter, starter_for, starter_keys
from portal_core.config.visibility import Visibility

ALL = (*starter_keys(), "nordwarm", "ledger", "chicago")
LANGUAGES = ("en", "de")
# Others name them by these keys (`create_tenant --starter`).
NINE = {
    "booking",
    "order-status",
    "service-history",
    "invoices",
    "documents",
    "support-tickets",
    "account-data",
    "membership-benefits",
    "partner-requests",
}
# What is written for one city or country alone.
IN_ENGLISH = frozenset({"chicago"})
# Who a next step may name: us, them, a person or team that stands in for us.
WHO = {
    "en": r"\b(we|you|our \w+|someone|\{handler\}|\{team\}|[A-Z]\w+ or [A-Z]\w+)\b|^\{handler\}|^\{team\}",
    "de": r"\b(wir|sie|ihr|unser\w* \w+|jemand|[A-Z]\w+ oder [A-Z]\w+)\b|^\{handler\}|^\{team\}",
}
CLICHES = re.compile(
    r"\b(please|invalid|submit|ticket|oops|sorry|kindly|asap|bitte geben|ungültig|case number|click here)\b|!|\bOK\b",
    re.IGNORECASE,
)


@functools.cache
def portal_of(key: str) -> CompiledPortal:
    return compile_portal(load(starter(key)), 1)


def statuses() -> list[Any]:
    return [
        pytest.param(portal, flow.key, status, id=f"{key}-{flow.key}-{status.key}")
        for key in ALL
        for portal in [portal_of(key)]
        for flow in portal.flows.values()
        for status in flow.statuses
    ]


def customer_texts(portal: CompiledPortal, status: CompiledStatus) -> list[Any]:
    messages = [portal.message(rule.message) for rule in status.notify if rule.message]
    texts = [status.customer_name, status.meaning, status.next_step]
    return texts + [part for message in messages for part in (message.subject, message.body, message.button)]


@pytest.mark.parametrize("key", ALL)
def test_it_can_go_live_without_a_single_warning(key: str) -> None:
    assert check(load(starter(key))) == ()


@pytest.mark.parametrize("key", ALL)
def test_every_text_is_there_in_every_language_and_is_a_translation(key: str) -> None:
    document = load(starter(key))
    for path, name, text in all_texts(canonical(document)):
        if isinstance(text, str):
            assert key in IN_ENGLISH or name == "unit" or re.fullmatch(r"(\{[^{}]*\}[\s,]*)*", text), path
            continue
        assert set(text) == set(document.portal.languages) == set(LANGUAGES), path
        assert text["en"] != text["de"] or len(text["en"].split()) <= 2, path


@pytest.mark.parametrize("key", ALL)
def test_the_wording_keeps_to_the_house_style(key: str) -> None:
    for path, _, text in all_texts(canonical(load(starter(key)))):
        for words in [text] if isinstance(text, str) else text.values():
            assert not CLICHES.search(words), path
            assert words == words.strip() or path.startswith("ready_answers"), path
            assert "  " not in words, path
            assert "'" not in words, path  # typographic apostrophes


@pytest.mark.parametrize(("portal", "flow", "status"), statuses())
def test_the_contract_answers_all_four_questions_in_every_language(
    portal: CompiledPortal, flow: str, status: CompiledStatus
) -> None:
    for language in portal.languages:
        for text in (status.customer_name, status.meaning, status.next_step):
            assert len(portal.text(text, language).split()) >= 2
        assert len(portal.text(status.meaning, language).split()) >= 6
    if status.turn != "nobody":
        assert status.expected is not None
        assert status.handler({}) in portal.teams


@pytest.mark.parametrize(("portal", "flow", "status"), statuses())
def test_no_customer_text_repeats_the_staff_name(portal: CompiledPortal, flow: str, status: CompiledStatus) -> None:
    for language in portal.languages:
        staff = portal.text(status.name, language)
        for text in customer_texts(portal, status):
            assert not repeats(portal.text(text, language), staff)


@pytest.mark.parametrize(("portal", "flow", "status"), statuses())
def test_every_next_step_names_who_and_what(portal: CompiledPortal, flow: str, status: CompiledStatus) -> None:
    for language in portal.languages:
        step = portal.text(status.next_step, language)
        assert re.search(WHO[language], step, re.IGNORECASE), step
        assert len(step.split()) >= 4, step
    if status.turn == "customer":
        for language, you in (("en", "You "), ("de", "Sie ")):
            assert language not in portal.languages or portal.text(status.next_step, language).startswith(you)


@pytest.mark.parametrize(("portal", "flow", "status"), statuses())
def test_every_placeholder_resolves(portal: CompiledPortal, flow: str, status: CompiledStatus) -> None:
    """Known, and with a value at that moment for everybody who reads it."""
    types = [kind for kind in portal.types if kind.flow.key == flow]
    for text in customer_texts(portal, status):
        for language in portal.languages:
            for name in names_in(portal.text(text, language)):
                assert name in NAMES or name.startswith(FIELD_PREFIX)
                if name == "expected":
                    assert status.expected is not None
                    assert not status.expected.no_limit
                for kind in types if name.startswith(FIELD_PREFIX) else ():
                    assert has_value(kind, name.removeprefix(FIELD_PREFIX), status.key)


def has_value(kind: CompiledType, field_key: str, status_key: str) -> bool:
    """Filled in on the form or by every move that leads here, and seen by customers."""
    customer = builtin_role("customer")
    assert customer is not None
    field = kind.field(field_key)
    if field.visibility(customer, status_key) is Visibility.HIDDEN:
        return False
    always = field.required and field.when is None
    moves = [move for origin, move in kind.flow.transitions if move.to == status_key and origin != status_key]
    return always or (bool(moves) and all(field_key in move.must_fill for move in moves))


@pytest.mark.parametrize(("portal", "flow", "status"), statuses())
def test_customers_are_told_or_it_is_said_that_they_are_not(
    portal: CompiledPortal, flow: str, status: CompiledStatus
) -> None:
    assert status.notify
    if status.turn == "customer":
        assert status.notice_for("customer", {}) is not None


@pytest.mark.parametrize("key", ALL)
def test_mails_speak_to_a_person_and_end_in_a_button(key: str) -> None:
    portal = portal_of(key)
    for message in portal.document.messages:
        for language in portal.languages:
            assert "{customer}" in portal.text(message.body, language)
            assert portal.text(message.button, language)
            assert len(portal.text(message.subject, language)) <= 70


@pytest.mark.parametrize("key", ALL)
def test_every_message_is_sent_by_some_status(key: str) -> None:
    portal = portal_of(key)
    used = {rule.message for flow in portal.flows.values() for status in flow.statuses for rule in status.notify}
    assert {message.key for message in portal.document.messages} <= used


@pytest.mark.parametrize("key", ALL)
def test_titles_never_stay_empty(key: str) -> None:
    for kind in portal_of(key).types:
        assert kind.title_fields
        assert any(kind.field(name).required and kind.field(name).when is None for name in kind.title_fields)


@pytest.mark.parametrize("key", ALL)
def test_what_is_for_staff_alone_is_promised(key: str) -> None:
    """Every field that customers never see is also an assertion, so that no later edit can open it by mistake."""
    portal = portal_of(key)
    customer = builtin_role("customer")
    assert customer is not None
    promised = {rule.field for rule in portal.document.assertions if rule.never == "customer"}
    for kind in portal.types:
        places = [None, *(status.key for status in kind.flow.statuses)]
        for field in kind.fields:
            if all(field.visibility(customer, place) is Visibility.HIDDEN for place in places):
                assert f"{kind.key}.{field.key}" in promised


@pytest.mark.parametrize("key", ALL)
def test_the_form_is_short(key: str) -> None:
    customer = builtin_role("customer")
    assert customer is not None
    for kind in portal_of(key).types:
        inputs = [item for item in kind.fields if item.is_input and not item.retired]
        asked = [item for item in inputs if item.visibility(customer, None) is Visibility.EDIT]
        assert len(asked) <= 9
        assert len([item for item in asked if item.required and item.when is None]) <= 4


def test_the_first_day_is_as_sign_up_promises() -> None:
    portal = portal_of("order-status")
    (flow,) = portal.flows.values()
    assert (len(portal.types), len(flow.statuses), len(portal.document.messages)) == (3, 7, 6)


@pytest.mark.parametrize("key", starter_keys())
def test_a_starter_is_whole(key: str) -> None:
    """Two to four types with statuses for both sides, papers or details that are kept, answers at hand."""
    portal = portal_of(key)
    assert 2 <= len(portal.types) <= 4
    for flow in portal.flows.values():
        assert {"us", "nobody"} <= {status.turn for status in flow.statuses}
    assert any(status.asks for flow in portal.flows.values() for status in flow.statuses)
    assert portal.document.ready_answers
    assert portal.document_kinds and portal.record_kinds
    for language in LANGUAGES:
        answers = [portal.text(answer.body, language) for answer in portal.document.ready_answers]
        assert all("{customer}" in answer for answer in answers)


def test_samples_are_not_offered() -> None:
    assert set(starter_keys()) == NINE
    assert tuple(item.key for item in describe()) == starter_keys()
    assert len({item.label for item in describe()} | {item.hint for item in describe()}) == 2 * len(NINE)
    assert describe()[0].label == "Answering “where is it?”"
    with pytest.raises(UnknownKey):
        starter("nothing")


# In its texts or in its mail.
_POINTS_TO_WORDS = (
    "question stands below",
    "It stands below",
    "reason stands below",
    "Which one, and what",
    "You find it below and on the page",
    "is below, and on the page",
)


@pytest.mark.parametrize("key", ALL)
def test_nothing_points_to_a_message_that_nobody_was_asked_to_write(key: str) -> None:
    """A customer was told to answer the last message, and found none: staff had moved it on without a question."""
    document = starter(key)
    mails = {item["key"]: item for item in document["messages"]}
    for flow in document["flows"]:
        said = {
            item["key"]: str([item, *(mails.get(rule.get("message")) for rule in item.get("notify", []))])
            for item in flow["statuses"]
        }
        for way in flow["transitions"]:
            if "agent" in way["by"] and any(words in said[way["to"]] for words in _POINTS_TO_WORDS):
                assert way.get("ask_reason"), (flow["key"], way["to"])


def test_the_sample_is_the_business_of_the_design() -> None:
    portal = portal_of("nordwarm")
    assert portal.reference(2467) == "NW-2467"
    assert portal.brand.colour == brand_colours("#c8401a").colour
    repairs = portal.type("report-fault").flow
    assert [portal.text(status.name) for status in repairs.statuses if status.key != "details-asked"] == [
        "Received",
        "Looked at",
        "Part on order",
        "Visit to agree",
        "Visit booked",
        "Fixed",
        "Cancelled",
    ]
    engineer, customer = portal.role("engineer"), builtin_role("customer")
    assert engineer is not None
    assert customer is not None
    for role in (engineer, customer):
        assert portal.type("report-fault").field("cost").visibility(role, "received") is Visibility.HIDDEN


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_starter_becomes_a_business_of_its_own(language: str) -> None:
    raw = starter_for(
        "order-status", name="Holz & Söhne", colour="#2B3A67", language=language, time_zone="Europe/Berlin"
    )
    document = load(raw)
    assert not [problem for problem in check(document) if problem.level == "stop"]
    portal = compile_portal(document, 1)
    assert (portal.name, portal.sender_name, portal.language) == ("Holz & Söhne", "Holz & Söhne", language)
    assert portal.reference(1001) == "HS-1001"
    assert portal.time_zone.key == "Europe/Berlin"
    assert "Your business" not in str(raw)
    assert starter("order-status")["portal"]["name"] == "Your business"


@pytest.mark.parametrize("language", [*LANGUAGES, "fr"])
@pytest.mark.parametrize("key", starter_keys())
def test_a_portal_opens_in_one_language_alone_with_nothing_to_mend(key: str, language: str) -> None:
    document = load(starter_for(key, name="Acme", language=language))
    spoken = language if language in LANGUAGES else "en"
    assert (document.portal.language, document.portal.languages) == (spoken, ())
    assert check(document) == ()
    written = {path: text for path, _key, text in all_texts(starter(key)) if path != "portal.name"}
    said = {path: text for path, _key, text in all_texts(canonical(document))}
    assert said == {path: text if isinstance(text, str) else text[spoken] for path, text in written.items()}


@pytest.mark.parametrize(
    ("name", "prefix"),
    [("Nordwarm", "NO"), ("Holz & Söhne", "HS"), ("北京", ""), ("A", "A"), ("3 Men", "ME"), ("o'Neil & co.", "OC")],
)
def test_a_prefix_comes_from_the_name(name: str, prefix: str) -> None:
    assert reference_prefix(name) == prefix
    assert not [problem for problem in check(load(starter_for("order-status", name=name))) if problem.level == "stop"]
