"""Whatever portal is valid works: compiled, shown, filled in rightly and wrongly, taken out and brought back."""

from __future__ import annotations

import copy
import uuid
from typing import Any

import pytest
from django.core.cache import cache
from django.http import QueryDict
from django.template.loader import render_to_string
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal_core.accounts.actor import actor_for
from portal_core.accounts.roles import resolve_role
from portal_core.config.actions import publish
from portal_core.config.canonical import canonical_json
from portal_core.config.checks import check
from portal_core.config.compile import compile_portal
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_type import CompiledType
from portal_core.config.document import DocumentRefused, load
from portal_core.config.document.loading import load_json
from portal_core.config.kinds.base import Asked
from portal_core.config.problems import stops
from portal_core.config.visibility import Visibility
from portal_core.service_requests.forms import AnswersForm, new_request_form
from tenants import catalog
from tests import databases
from tests.config.valid_documents import ELSEWHERE, SILENT, answers_for, documents, wrong_for
from tests.service_requests.sending import inputs_of, sent_for

QUICK = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
THOROUGH = settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
ROLES = ("customer", "agent", "owner")


def in_force(document: dict[str, Any]) -> CompiledPortal:
    loaded = load(document)
    assert stops(check(loaded)) == ()
    return compile_portal(loaded, 1)


def asked_of(portal: CompiledPortal, role: str) -> Asked:
    return Asked(portal, resolve_role(role), portal.language)


def sources(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The fields that answers are made up for."""
    silent = (*SILENT, *ELSEWHERE)
    return {field["key"]: field for field in document["types"][0]["fields"] if field["kind"] not in silent}


def answered(document: dict[str, Any], data: st.DataObject) -> dict[str, Any]:
    currency = document["portal"]["currency"]
    return {key: data.draw(answers_for(field, currency)) for key, field in sources(document).items()}


def filled_in(kind: CompiledType, asked: Asked, answers: dict[str, Any]) -> QueryDict:
    sent = QueryDict(mutable=True)
    for field in kind.fields:
        if field.is_input and field.key in answers:
            for name, words in sent_for(field, answers[field.key], asked).items():
                sent.setlist(name, words)
    return sent


def expected(kind: CompiledType, asked: Asked, answers: dict[str, Any]) -> dict[str, Any]:
    """What is to be kept: what this role may fill in, as far as it is asked under the answers so far."""
    own = {
        field.key
        for field in kind.fields
        if field.is_input and not field.retired and field.visibility(asked.role, None) == Visibility.EDIT
    }
    given = {key: value for key, value in answers.items() if key in own}
    return {field.key: given[field.key] for field in kind.applicable_fields(given) if field.key in given}


def shown(form: AnswersForm) -> str:
    return render_to_string("portal/_questions.html", {"questions": form.shown(), "form": form})


def works(document: dict[str, Any], data: st.DataObject) -> None:
    portal = in_force(document)
    kind = portal.types[0]
    answers = answered(document, data)
    for role in ROLES:
        asked = asked_of(portal, role)
        assert 'id="questions"' in shown(new_request_form(kind, asked))
        form = new_request_form(kind, asked, filled_in(kind, asked, answers))
        assert form.is_valid(), form.errors.as_json()
        kept = {key: value for key, value in form.cleaned_data.items() if value is not None}
        assert kept == expected(kind, asked, answers)
        shown(form)
        for key, value in kept.items():
            field = kind.field(key)
            for language in ("en", "de"):
                seen = field.kind.shown(value, field, portal, language, portal.time_zone)
                assert seen.text
                assert seen.in_a_sentence
                render_to_string("components/value.html", {"shown": seen, "label": "x"})
            assert str(field.kind.export(value, field, portal))


def refuses(document: dict[str, Any], data: st.DataObject) -> None:
    portal = in_force(document)
    kind, asked = portal.types[0], asked_of(portal, "owner")
    answers = answered(document, data)
    for key in expected(kind, asked, answers):
        sent = filled_in(kind, asked, answers)
        field = kind.field(key)
        widget = field.kind.form_field(field, asked).widget
        for name in [name for name in sent if name == f"f-{key}" or name.startswith(f"f-{key}_")]:
            del sent[name]
        for name, words in inputs_of(widget, f"f-{key}", wrong_for(sources(document)[key])).items():
            sent.setlist(name, words)
        form = new_request_form(kind, asked, sent)
        assert not form.is_valid()
        assert key in form.errors
        assert all(str(words) for words in form.errors[key])
        shown(form)
        render_to_string("components/errors.html", {"form": form})


def survives_export(document: dict[str, Any]) -> None:
    once = canonical_json(load(document))
    assert canonical_json(load_json(once)) == once
    assert canonical_json(load_json(once.encode())) == once


PIECES = st.sampled_from(
    [None, True, -1, 3.5, 10**20, "", "x" * 300, "\x00", [], {}, [[]], {"en": ""}, "f0", {"field": "f0"}]
)


@st.composite
def damaged(draw: st.DrawFn) -> dict[str, Any]:
    """A valid document with one to three places spoilt."""
    # Copies: what is drawn may be a constant of a strategy, and spoilt it would be so in every later example.
    document = copy.deepcopy(draw(documents()))
    for _ in range(draw(st.integers(1, 3))):
        node: Any = document
        while True:
            keys = list(node) if isinstance(node, dict) else list(range(len(node)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(node[key], dict | list) and node[key] and draw(st.integers(0, 4)):
                node = node[key]
                continue
            match draw(st.sampled_from(["replace", "take out", "add"])):
                case "replace":
                    node[key] = copy.deepcopy(draw(PIECES))
                case "take out":
                    del node[key]
                case _ if isinstance(node, dict):
                    name = draw(st.sampled_from(["when", "columns", "x-mine", "pattern", "zzz", "max"]))
                    node[name] = copy.deepcopy(draw(PIECES))
                case _:
                    node.append(node[key])
            break
    return document


def is_refused_in_words(document: Any) -> None:
    try:
        loaded = load(document)
    except DocumentRefused as refused:
        problems = refused.problems
        assert problems
    else:
        problems = check(loaded)
        if not stops(problems):
            portal = compile_portal(loaded, 1)
            for kind in portal.types:
                shown(new_request_form(kind, asked_of(portal, "customer")))
    for problem in problems:
        # The document itself is still an object, so whatever is wrong has a place in it.
        assert problem.path
        assert problem.problem
        assert problem.mend


@QUICK
@given(document=documents(), data=st.data())
def test_a_valid_portal_takes_what_is_right(document, data):
    works(document, data)


@QUICK
@given(document=documents(), data=st.data())
def test_a_valid_portal_refuses_what_is_wrong_and_names_the_field(document, data):
    refuses(document, data)


@QUICK
@given(document=documents())
def test_a_valid_portal_comes_out_of_an_export_byte_for_byte(document):
    survives_export(document)


@QUICK
@given(document=damaged())
def test_a_damaged_portal_is_refused_with_path_and_mend(document):
    is_refused_in_words(document)


@pytest.mark.heavy
@THOROUGH
@given(document=documents(), data=st.data())
def test_many_valid_portals(document, data):
    works(document, data)
    refuses(document, data)
    survives_export(document)


@pytest.mark.heavy
@THOROUGH
@given(document=damaged())
def test_many_damaged_portals(document):
    is_refused_in_words(document)


class Pages:
    """One portal after the other through the real pages; each is taken back afterwards."""

    def __init__(self, people: dict[str, Any], client_for: Any) -> None:
        self.people = people
        self.carol, self.bob = client_for(people["carol"]), client_for(people["bob"])

    def walk(self, document: dict[str, Any], data: st.DataObject) -> None:
        cache.clear()
        try:
            with databases.taken_back():
                self._walk(document, data)
        finally:
            catalog.forget()

    def _walk(self, document: dict[str, Any], data: st.DataObject) -> None:
        publish(actor=actor_for(self.people["alice"]), document=load(document))
        portal = in_force(document)
        kind, asked = portal.types[0], asked_of(portal, "customer")
        assert self.carol.get("/new/repair/").status_code == 200
        sent = filled_in(kind, asked, answered(document, data))
        sent["key"] = str(uuid.uuid4())
        answer = self.carol.post("/new/repair/", sent.urlencode(), content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 302, answer.content.decode()
        number = answer["Location"].split("/")[2]
        for client, path in ((self.carol, f"/requests/{number}/"), (self.bob, f"/desk/requests/{number}/")):
            assert client.get(path).status_code == 200
            for field in kind.fields:
                assert client.get(f"{path}?edit={field.key}").status_code == 200
        assert self.bob.get(f"/desk/requests/{number}/?as=customer").status_code == 200
        assert self.bob.get("/desk/new/repair/").status_code == 200


@pytest.fixture
def pages(people, client_for, tenant) -> Pages:
    return Pages(people, client_for)


@settings(QUICK, max_examples=6)
@given(document=documents(), data=st.data())
def test_a_valid_portal_is_filled_in_and_shown_on_its_pages(pages, document, data):
    pages.walk(document, data)


@pytest.mark.heavy
@settings(THOROUGH, max_examples=200)
@given(document=documents(), data=st.data())
def test_many_valid_portals_on_their_pages(pages, document, data):
    pages.walk(document, data)
