"""A number is read in the language in which its form was shown: 1,000 is a thousand in English and one in German."""

from __future__ import annotations

import re
from typing import Any

import pytest
from babel import localedata
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from portal_core.accounts import address_proof
from portal_core.accounts.actor import actor_for
from portal_core.accounts.roles import resolve_role
from portal_core.config.actions import publish
from portal_core.config.compile import compile_portal
from portal_core.config.document import load
from portal_core.config.kinds.base import Asked
from portal_core.config.kinds.typed import SHOWN_IN
from portal_core.service_requests.actions import Move, move
from portal_core.service_requests.forms import new_request_form
from portal_core.service_requests.models import RequestDraft, ServiceRequest
from portal_core.service_requests.since_opened import changed_since
from tests.service_requests import asking_portal
from tests.service_requests.filing import file_request

CODE = "271828"
NEW = "/new/job/"
THOUSAND = {"amount_minor": 100_000, "currency": "EUR"}
ASK = {"key": "sum", "do": "fill", "label": "Say how much", "fields": ["later"]}
FIELDS = [
    {"key": "what", "kind": "text", "label": "What?", "required": True},
    {"key": "area", "kind": "number", "label": "How large?"},
    {"key": "worth", "kind": "money", "label": "Worth"},
    {
        "key": "parts",
        "kind": "rows",
        "label": "Parts",
        "columns": [
            {"key": "length", "kind": "number", "label": "Length"},
            {"key": "paid", "kind": "money", "label": "Paid"},
        ],
    },
    {
        "key": "later",
        "kind": "money",
        "label": "Later",
        "show": {"customer": "see"},
        "at": {"visit": {"customer": "edit"}},
    },
]
# What is typed in English; its language goes with each line.
TYPED = {
    "f-what": "A wall",
    "f-area": "1,000",
    "f-worth": "€1,000",
    "f-parts": "r1",
    "f-parts_r1_length": "2,500",
    "f-parts_r1_paid": "1,000",
}
LINES = [name for name in TYPED if name not in ("f-what", "f-parts")]
IN_ENGLISH = {f"{name}_language": "en" for name in LINES}


def document() -> dict[str, Any]:
    made = asking_portal.document()
    made["portal"] |= {"currency": "EUR", "guests": True}
    made["types"][0]["fields"] = FIELDS
    quote, visit = made["flows"][0]["statuses"][1:3]
    quote["asks"] = [{"key": "read", "do": "read", "label": "Read", "text": "Read it."}]
    quote["when_done"] = "work"
    visit["asks"] = [ASK]
    for step in made["flows"][0]["transitions"]:
        step.pop("must_fill", None)
    return made


@pytest.fixture
def house(people, monkeypatch) -> dict[str, Any]:
    publish(actor=actor_for(people["alice"]), document=load(document()))
    monkeypatch.setattr(address_proof, "new_code", lambda: CODE)
    for person in people.values():
        speak(person, "en")
    return people


def speak(person: Any, language: str) -> None:
    person.language = language
    person.save(update_fields=["language"])


def inputs_of(page: str) -> dict[str, str]:
    """What a browser sends of the lines and hidden inputs of a page."""
    lines = re.findall(r'<input type="(?:text|hidden)" name="([^"]+)"(?: value="([^"]*)")?', page)
    return {name: value for name, value in lines if "0row0" not in name + value and name != "csrfmiddlewaretoken"}


def numbers_of(row: ServiceRequest) -> tuple[Any, ...]:
    data = row.data
    part = data["parts"][0]
    return data["area"], data["worth"], part["length"], part["paid"]


AS_MEANT = ("1000", THOUSAND, "2500", THOUSAND)


def test_every_line_for_a_number_says_in_which_language_it_is_shown(house, client_for):
    speak(house["carol"], "de")
    sent = inputs_of(client_for(house["carol"]).get(NEW).content.decode())
    assert {name: value for name, value in sent.items() if name.endswith("_language")} == {
        "f-area_language": "de",
        "f-worth_language": "de",
        **{name: "de" for name in sent if re.fullmatch(r"f-parts_\w+_language", name)},
    }
    assert len([name for name in sent if name.endswith("_language")]) == 4


def test_a_draft_typed_in_english_is_the_same_amount_in_german_and_back(house, client_for):
    carol = client_for(house["carol"])
    sent = {**inputs_of(carol.get(NEW).content.decode()), **IN_ENGLISH, **TYPED}
    carol.post(f"{NEW}draft/", sent)
    for language, shown in (("de", ("1000", "1000", "2500")), ("en", ("1000", "1000", "2500"))):
        speak(house["carol"], language)
        page = client_for(house["carol"]).get(NEW).content.decode()
        again = inputs_of(page)
        assert (again["f-area"], again["f-worth"], again["f-parts_r1_length"]) == shown
        assert {again[f"{name}_language"] for name in LINES} == {language}
        # Kept once more as it is shown, by whichever page: it stays the same amount.
        client_for(house["carol"]).post(f"{NEW}draft/", again)
    assert RequestDraft.objects.get().typed["f-area_language"] == ["en"]
    assert client_for(house["carol"]).post(NEW, {**again, "do": "send"}).status_code == 302
    assert numbers_of(ServiceRequest.objects.get()) == AS_MEANT


def test_a_form_in_another_tab_is_read_as_it_was_shown(house, client_for):
    speak(house["carol"], "de")
    answer = client_for(house["carol"]).post(NEW, {**TYPED, **IN_ENGLISH, "do": "send"})
    assert answer.status_code == 302
    assert numbers_of(ServiceRequest.objects.get()) == AS_MEANT


def test_a_form_that_comes_back_shows_the_readers_own_way_and_counts_it_once(house, client_for):
    speak(house["carol"], "de")
    carol = client_for(house["carol"])
    page = carol.post(NEW, {**TYPED, **IN_ENGLISH, "f-what": "", "f-area": "1,000.5", "do": "send"})
    assert page.status_code == 400
    again = inputs_of(page.content.decode())
    assert (again["f-area"], again["f-area_language"]) == ("1000,5", "de")
    carol.post(NEW, {**again, "f-what": "A wall", "do": "send"})
    assert numbers_of(ServiceRequest.objects.get()) == ("1000.5", *AS_MEANT[1:])


def test_a_guests_form_typed_in_english_and_confirmed_in_german(house, client_for):
    client = client_for()
    contact = {"name": "Gina Guest", "email": "gina@example.net"}
    sent = {**inputs_of(client.get(NEW, headers={"accept-language": "en"}).content.decode()), **IN_ENGLISH, **TYPED}
    client.post(NEW, {**sent, **contact, "do": "send"}, headers={"accept-language": "en"})
    german = {"accept-language": "de"}
    assert "1000" in inputs_of(client.get(NEW, headers=german).content.decode())["f-area"]
    assert client.post(f"{NEW}confirm/", {"code": CODE}, headers=german).status_code == 302
    assert numbers_of(ServiceRequest.objects.get()) == AS_MEANT


def test_what_is_asked_later_is_read_as_it_was_shown(house, client_for):
    row = file_request(house["carol"], "job")
    move(actor=actor_for(house["bob"]), request_id=row.pk, move=Move(to="visit", seen_status="new"))
    page = client_for(house["carol"]).get(f"/requests/{row.number}/").content.decode()
    form = re.search(r'<form[^>]*asks/sum/".*?</form>', page, re.DOTALL)
    assert form is not None
    sent = inputs_of(form[0])
    assert sent["f-later_language"] == "en"
    speak(house["carol"], "de")
    carol = client_for(house["carol"])
    assert carol.post(f"/requests/{row.number}/asks/sum/", {**sent, "f-later": "1,000"}).status_code == 302
    row.refresh_from_db()
    assert row.data["later"] == THOUSAND


def test_forms_of_staff_are_read_as_they_were_shown(house, client_for):
    speak(house["bob"], "de")
    bob = client_for(house["bob"])
    whose = {"email": house["carol"].email, "name": "Carol"}
    assert bob.post("/desk/new/job/", {**TYPED, **IN_ENGLISH, **whose, "do": "send"}).status_code == 302
    row = ServiceRequest.objects.get()
    assert numbers_of(row) == AS_MEANT
    speak(house["bob"], "en")
    path = f"/desk/requests/{row.number}/"
    sent = inputs_of(client_for(house["bob"]).get(f"{path}?edit=area").content.decode())
    assert (sent["f-area"], sent["f-area_language"]) == ("1000", "en")
    speak(house["bob"], "de")
    client_for(house["bob"]).post(f"{path}change/", {**sent, "f-area": "7,000"})
    row.refresh_from_db()
    assert row.data["area"] == "7000"


def read(name: str, language: str, **sent: str) -> Any:
    data = QueryDict(mutable=True)
    data.update(sent)
    form = new_request_form(PORTAL.type("job"), asked(language), data)
    return form[name].data


def asked(language: str) -> Asked:
    return Asked(PORTAL, resolve_role("customer"), language)


PORTAL = compile_portal(load(document()), 1)


@pytest.mark.parametrize(
    ("name", "typed", "shown_in", "language", "read_as"),
    [
        ("area", "1,000", "en", "de", "1000"),
        ("area", "1.000", "de", "en", "1000"),
        ("area", "1.000", "en", "de", "1,000"),
        ("area", "-1,234,567.5", "en", "de", "-1234567,5"),
        ("area", "1,000", "en", "en", "1,000"),
        ("area", "about 1,000", "en", "de", "about 1,000"),
        ("area", "1,000" * 20, "en", "de", "1,000" * 20),
        ("area", "", "en", "de", ""),
        # Only what the portal speaks is believed; else it is the reader's own language.
        ("area", "1,000", "fr", "de", "1,000"),
        ("area", "1,000", "\x00", "de", "1,000"),
        ("worth", "€1,000", "en", "de", "1000"),
        ("worth", "1.000,50 €", "de", "en", "1000.50"),
        ("worth", "USD 1,000", "en", "de", "1000 USD"),
        ("worth", "$ 1,000", "en", "de", "$ 1,000"),
    ],
)
def test_a_line_is_given_as_its_reader_would_type_it(tenant, name, typed, shown_in, language, read_as):
    sent = {f"f-{name}": typed, f"f-{name}{SHOWN_IN}": shown_in}
    assert read(name, language, **sent) == read_as
    # What was shown again and comes back is not read a second time as what it was first.
    assert read(name, language, **{f"f-{name}": read_as, f"f-{name}{SHOWN_IN}": language}) == read_as


def test_what_is_no_longer_asked_is_told_without_the_language(house):
    widget = PORTAL.type("job").field("area").kind.form_field(PORTAL.type("job").field("area"), asked("de")).widget
    assert widget.value_from_datadict({"f-area": ["spoilt"]}, MultiValueDict(), "f-area") == ["spoilt"]
    without = document()
    without["types"][0]["fields"] = [field for field in FIELDS if field["key"] != "area"]
    live = publish(actor=actor_for(house["alice"]), document=load(without))
    data = QueryDict(mutable=True)
    data.update({**TYPED, **IN_ENGLISH, "opened": str(live.number - 1)})
    portal = compile_portal(load(without), live.number)
    found = changed_since(data, MultiValueDict(), portal.type("job"), Asked(portal, resolve_role("customer"), "en"), {})
    assert [item.words for item in found.lost] == ["1,000"]


def test_nobody_has_the_server_learn_a_language_that_the_portal_never_had(house, client_for, server_statements):
    """Whoever is signed out names the language of a form, and what is known of one stays in the process."""
    sent = {**TYPED, **dict.fromkeys(IN_ENGLISH, "yo"), "do": "update"}
    client = client_for()
    client.post(NEW, {**TYPED, **IN_ENGLISH, "do": "update"})
    assert "yo" not in localedata._cache
    with server_statements() as statements:
        page = client.post(NEW, sent)
    assert page.status_code == 200 and inputs_of(page.content.decode())["f-area"] == "1,000"
    assert "yo" not in localedata._cache
    assert len([text for text in statements if "portal_core_portalversion" in text]) == 1
