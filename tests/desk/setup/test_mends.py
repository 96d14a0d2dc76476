"""Whatever stops publishing is mended in place by one choice, or leads to the very place; every choice mends it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import cache
from typing import Any, TypeAlias

import pytest

from portal_core.accounts.actor import actor_for
from portal_core.config.actions import publish
from portal_core.config.canonical import canonical
from portal_core.config.checks import check
from portal_core.config.compile import compile_portal
from portal_core.config.document import load
from portal_core.config.draft.operations import Working
from portal_core.config.draft.parts import join, split
from portal_core.config.planning import Plan
from portal_core.config.problem_kinds import ProblemKind
from portal_core.config.problems import Problem, stops
from portal_core.desk.setup.places import place_of
from portal_core.desk.setup.review.mends import Mend, mends
from tests.config import test_ask_checks, test_checks, test_document_kinds, test_record_checks
from tests.config.documents import FIELDS, changed, sound
from tests.config.test_changes import keys_in, rekeyed
from tests.documents import papers


def rows(**column: Any) -> dict[str, Any]:
    columns = [{"key": "part", "kind": "text", "label": "Part", **column}]
    return changed(*FIELDS, 6, to={"key": "parts", "kind": "rows", "label": "Parts", "columns": columns})


def field(**options: Any) -> dict[str, Any]:
    return changed(*FIELDS, 6, to={"key": "more", "label": "More", **options})


# A document, and what was live before where that matters.
Case: TypeAlias = "tuple[dict[str, Any], dict[str, Any] | None]"
MORE: dict[str, Case] = {
    "published kind": (changed(*FIELDS, 0, "kind", to="long_text"), sound()),
    "published answer": (changed(*FIELDS, 1, "choices", 0, "key", to="drip"), sound()),
    "column without a label": (rows(label=None), None),
    "column that is shown by itself": (rows(show={"agent": "see"}), None),
    "column without answers": (rows(kind="choice", choices=[]), None),
    "column of no kind of record": (rows(kind="record", record_kind="car"), None),
    "table without columns": (field(kind="rows", columns=[]), None),
    "money without a currency": (field(kind="money"), None),
    "unknown currency": (
        changed(
            *FIELDS, 6, to={"key": "m", "kind": "money", "label": "M"}, document=changed("portal", "currency", to="QQQ")
        ),
        None,
    ),
    "pattern": (field(kind="text", pattern="(?=a)"), None),
    "words without a pattern": (field(kind="text", pattern_error="Write a number"), None),
    "pattern without words": (field(kind="text", pattern="[0-9]+"), None),
    "country": (field(kind="address", country="QQ"), None),
    "dark logo alone": (changed("portal", "brand", to={"logo_dark": "a" * 64}), None),
    "guests who may send nothing": (
        changed("types", 0, "for", to={"who": "signed_in"}, document=changed("portal", "guests", to=True)),
        None,
    ),
    "language of a list": (changed("portal", "languages", to=["en", "qq"]), None),
}
CASES: dict[str, Case] = {
    **{f"checks: {name}": (document, None) for name, document, _path, _words in test_checks.STOPS},
    **{f"later: {path} {at}": (document, None) for at, (document, path) in enumerate(test_checks.LATER)},
    **{f"asks: {name}": (document, None) for name, (document, _path, _words) in test_ask_checks.STOPS.items()},
    **{f"records: {name}": (document, None) for name, document, _path, _words in test_record_checks.STOPS},
    **{
        f"documents: {path} {at}": (papers.document(**changes), None)
        for at, (changes, path, _words) in enumerate(test_document_kinds.BAD)
    },
    **MORE,
}
# What one choice cannot mend: by its place, why.
TAKES_MORE = {
    "types": "what is asked for at all, or takes too much",
    "types.repair": "a key that stands twice cannot be edited",
    "types.repair.fields": "which of too many questions goes",
    "types.repair.fields.what": "which of two questions with one key goes",
    "types.repair.fields.kind.choices": "the answers have to be written",
    "types.repair.fields.kind.choices.leak": "which of two answers with one key goes",
    "types.repair.fields.kind.choices.drip.key": "which answer it was",
    "types.repair.fields.what.kind": "a new question has to be written",
    "types.repair.fields.more.columns": "the columns have to be written",
    "record_kinds.boiler.fields.more.columns": "the columns have to be written",
    "record_kinds.boiler.title": "a question that everybody sees has to be written",
    "types.repair.fields.parts.columns.part.choices": "the answers have to be written",
    "flows.way.statuses": "which of too many statuses goes",
    "roles.agent.key": "a new role has to be made",
    "record_kinds.boiler.fields": "what a record holds has to be written",
    "record_kinds.boiler.fields.maker": "which of two questions with one key goes",
    "document_kinds.paper": "a key that stands twice cannot be edited",
    "portal.language": "which language the texts are in",
    "portal.time_zone": "where the business is",
}


def planned_for(case: Case) -> Plan:
    document, previous = case
    wanted = load(document)
    before = compile_portal(load(previous), 1) if previous else None
    found = check(wanted, before.document if before else None)
    return Plan(None, before, wanted, wanted, (), (), found, {})


def found(case: Case) -> tuple[dict[str, Any], list[tuple[Mend, Problem]]]:
    """The document in canonical form, and what stops it, each finding with the mend that is for it."""
    planned = planned_for(case)
    listed = [(mend, problem) for mend in mends(planned) for problem in mend.problems]
    assert sorted(problem for _, problem in listed) == sorted(planned.stops)
    return canonical(planned.wanted), listed


@cache
def found_in(name: str) -> tuple[dict[str, Any], list[tuple[Mend, Problem]]]:
    """The same of a case by its name; three tests ask about each."""
    return found(CASES[name])


def said(document: dict[str, Any], case: Case) -> Counter[str | tuple[str, ...]]:
    """How often each sentence is said, and how often each missing thing is named."""
    found = stops(check(load(document), load(case[1]) if case[1] else None))
    return Counter([*(problem.problem for problem in found), *(problem.missing for problem in found)])


def shape(problem: Problem) -> tuple[object, ...]:
    """What the mend of a problem goes by: its kind, and its place without the keys."""
    return problem.kind, *(name for at, name in enumerate(problem.path.split(".")) if at % 2 == 0)


def mended(document: dict[str, Any], mend: Mend, answer: str) -> dict[str, Any]:
    parts = split(document)
    working = Working(parts.get)
    for operation in mend.operations(answer):
        working.apply(operation)
    return join({**parts, **working.touched})


@pytest.mark.parametrize("name", CASES)
def test_every_choice_mends_what_it_is_offered_for(name: str, tenant: Any) -> None:
    document, listed = found_in(name)
    assert listed
    before, tried = said(document, CASES[name]), Counter[object]()
    for mend, problem in listed:
        tried[shape(problem)] += 1
        if tried[shape(problem)] > 3:
            continue  # forty statuses without a contract are mended like three
        if mend.control is None:
            assert mend.path in TAKES_MORE, f"{mend.path}: {mend.problem}"
            continue
        answers = ["Some words"] if mend.is_text else [option.label for option in mend.control.options]
        assert len(set(answers)) == len(answers)
        for answer in answers:
            after = said(mended(document, mend, answer), CASES[name])
            assert after[problem.problem] < before[problem.problem], f"{problem}: {answer}"
            assert mend.everywhere is None or not after[problem.missing], f"{problem}: {answer}"


@pytest.mark.parametrize("name", CASES)
def test_the_mend_goes_by_kind_and_names_and_the_sentence_is_free(name: str, tenant: Any) -> None:
    planned = planned_for(CASES[name])
    assert all(problem.kind is not ProblemKind.OTHER for problem in planned.problems)
    reworded = tuple(replace(problem, problem="Ünsinn.", mend="Hm.") for problem in planned.problems)
    before, after = (mends(each) for each in (planned, replace(planned, problems=reworded)))
    assert [(mend.path, mend.control) for mend in before] == [(mend.path, mend.control) for mend in after]


REMOVED = ("flows", "way", "statuses", "asked")


def without_a_status() -> Case:
    """A status went and seven ways, an ask, a time and the visibility of a question still name it."""
    document = sound()
    flow = document["flows"][0]
    asked = next(status for status in flow["statuses"] if status["key"] == "asked")
    flow["statuses"].remove(asked)
    flow["statuses"] += [{**asked, "key": key, "name": key.title()} for key in ("wait", "hold")]
    flow["statuses"][-1]["close"] = {"after_days": 9, "to": "asked"}
    flow["transitions"] = [
        {"from": ["new"], "to": "asked", "by": ["agent"]},
        {"from": ["asked"], "to": "over", "by": ["customer"]},
        {"from": ["asked", "new"], "to": "wait", "by": ["agent"]},
        {"from": ["wait", "hold"], "to": "asked", "by": ["agent"]},
        {"from": ["asked"], "to": "hold", "by": ["agent"]},
        {"from": ["wait"], "to": "over", "by": ["agent", "customer"]},
        {"from": ["hold"], "to": "asked", "by": ["agent", "customer"]},
        {"from": ["asked"], "to": "new", "by": ["agent"]},
        {"from": ["new"], "to": "over", "by": ["agent"]},
    ]
    document["types"][0]["fields"][0]["at"] = {"asked": {"customer": "see"}}
    return document, sound()


def test_what_many_places_name_and_is_not_there_any_more_is_mended_by_one_choice(tenant: Any) -> None:
    case = without_a_status()
    # Otherwise it was the only way to "Hold" and from there.
    case[0]["flows"][0]["transitions"].append({"from": ["wait"], "to": "hold", "by": ["agent"]})
    case[0]["flows"][0]["transitions"].append({"from": ["hold"], "to": "over", "by": ["agent"]})
    document, listed = found(case)
    mend = next(mend for mend, problem in listed if problem.missing == REMOVED)
    assert len(mend.problems) == 9
    assert [problem.missing for _, problem in listed].count(REMOVED) == 9
    assert sum(each.path == ".".join(REMOVED) for each in mends(planned_for(case))) == 1
    assert mend.problem == "It is not there any more, and 9 places name it."
    assert "The way from “Wait”, “Hold” to “Asked”" in {place.words for place in mend.places}
    assert mend.control is not None
    answers = [option.label for option in mend.control.options]
    assert any(answer.startswith("Over") for answer in answers)
    assert answers[-1] == "Nothing: 6 ways between statuses and 1 closing by itself go with it"
    for answer in answers:
        assert not said(mended(document, mend, answer), case)[REMOVED], answer


def test_an_answer_for_all_places_stands_wherever_it_can_and_leaves_no_way_in_a_circle(tenant: Any) -> None:
    document, listed = found(without_a_status())
    mend = next(mend for mend, problem in listed if problem.missing == REMOVED)
    assert mend.control is not None
    answer = next(option.label for option in mend.control.options if option.puts == "wait")
    flow = mended(document, mend, answer)["flows"][0]
    ways = [(tuple(move["from"]), move["to"]) for move in flow["transitions"]]
    assert ways == [
        (("new",), "wait"),
        (("wait",), "over"),
        (("new",), "wait"),
        (("wait",), "hold"),
        (("wait",), "over"),
        (("hold",), "wait"),
        (("wait",), "new"),
        (("new",), "over"),
    ]
    assert "close" not in next(status for status in flow["statuses"] if status["key"] == "hold")


@pytest.mark.parametrize(
    ("ways", "is_offered"),
    [
        ([("new", "asked"), ("asked", "hold"), ("hold", "over"), ("new", "over")], False),  # nothing else leads to hold
        (
            [("new", "asked"), ("new", "hold"), ("hold", "asked"), ("asked", "over"), ("new", "over")],
            False,
        ),  # nor from it
        ([("new", "asked"), ("new", "hold"), ("asked", "hold"), ("hold", "over")], True),
    ],
)
def test_nothing_is_not_offered_for_a_status_that_was_the_only_bridge(tenant, ways: Any, is_offered: bool) -> None:
    document, _ = without_a_status()
    flow = document["flows"][0]
    flow["transitions"] = [{"from": [a], "to": b, "by": ["agent"]} for a, b in ways]
    flow["statuses"] = [status for status in flow["statuses"] if status["key"] in ("new", "hold", "over")]
    for status in flow["statuses"]:
        status.pop("close", None)
    case = (document, sound())
    found_mends = mends(planned_for(case))
    mend = next(each for each in found_mends if each.path == ".".join(REMOVED))
    assert mend.control is not None
    answers = [option.label for option in mend.control.options]
    assert any(answer.startswith("Nothing") for answer in answers) == is_offered
    if is_offered:
        whole = mended(document, mend, answers[-1])
        assert not [problem for problem in stops(check(load(whole), None)) if problem.path.startswith("flows")]


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_said_in_keys(name: str, tenant: Any) -> None:
    for mend, _problem in found_in(name)[1]:
        labels = [] if mend.control is None else [option.label for option in mend.control.options]
        for words in (mend.problem, mend.advice, *labels):
            # What the owner wrote in braces is quoted as it is.
            ours = re.sub("‹.*?›", "", words)
            assert not any(sign in ours for sign in ('"', "{", "[", "_")), words


@pytest.mark.parametrize("name", CASES)
def test_no_key_stands_in_what_is_said(name: str, tenant: Any) -> None:
    """Every key is one that is no word of anything; what never had a name stands in ‹›, as in the file."""
    document, previous = CASES[name]
    keys = keys_in(document) | keys_in(previous or {})
    case = rekeyed(document, keys), rekeyed(previous, keys) if previous else None
    for mend in mends(planned_for(case)):
        labels = [] if mend.control is None else [option.label for option in mend.control.options]
        for words in (mend.title, mend.problem, mend.advice, *(place.words for place in mend.places), *labels):
            assert "q7-" not in re.sub("‹.*?›", "", words), words


def test_what_takes_more_leads_to_its_page_and_no_list_of_it_is_out_of_date(alice: Any) -> None:
    left = {mend.path: mend for name in CASES for mend, _ in found_in(name)[1] if mend.control is None}
    assert set(left) == set(TAKES_MORE)
    assert all(mend.href.startswith("/desk/setup/") for mend in left.values())


ANCHORS = (
    "types.repair.fields.kind.choices",
    "flows.way.statuses.new.meaning",
    "flows.way.statuses.new.next_step",
    "flows.way.statuses.asked.asks",
    "portal.brand.colour",
    "portal.brand.logo",
    "portal.language",
    "portal.languages.1",
    "portal.time_zone",
    "portal.guests",
)


@pytest.mark.parametrize("path", ANCHORS)
def test_the_place_that_a_link_names_is_on_the_page(path: str, tenant: Any, people: Any, client_for: Any) -> None:
    publish(actor=actor_for(people["alice"]), document=load(sound()))
    page, _, anchor = place_of(path.split(".")).partition("#")
    assert anchor
    assert f'id="{anchor}"' in client_for(people["alice"]).get(page).content.decode()
