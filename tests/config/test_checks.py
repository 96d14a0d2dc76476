"""Every publish check has a document that fails it, with the exact path, beside the sound one that passes all."""

from __future__ import annotations

from typing import Any

import pytest

from portal_core.config.checks import check
from portal_core.config.document import load
from portal_core.config.problems import Problem, stops, warnings
from tests.config.documents import ASKED, FIELDS, FLOW, NEW, OVER, TYPE, changed, loaded, sound


def found(document: dict[str, Any]) -> dict[str, Problem]:
    return {problem.path: problem for problem in check(load(document))}


def test_the_sound_document_passes_every_check() -> None:
    assert check(loaded(sound())) == ()


def field(position: int, *rest: str | int) -> tuple[str | int, ...]:
    return (*FIELDS, position, *rest)


STATUS = "flows.way.statuses"
F = "types.repair.fields"
LONG_CHOICES = [{"key": f"c{number}", "label": "x"} for number in range(1001)]
WITH_X = {"field": "what", "is": "x"}


def told(**rule: Any) -> dict[str, Any]:
    """The sound document with one rule about events."""
    return changed("notifications", to=[rule])


STOPS: list[tuple[str, dict[str, Any], str, str]] = [
    # who is told
    (
        "their turn, a day late",
        changed(*ASKED, "notify", to=[{"who": "customer", "when": "daily", "message": "received"}]),
        f"{STATUS}.asked.notify.0.when",
        "a day late",
    ),
    (
        "their turn, never",
        changed(*ASKED, "notify", to=[{"who": "customer", "when": "never"}]),
        f"{STATUS}.asked.notify.0.when",
        "would not learn",
    ),
    ("event message", told(event="replied", who="customer", message="none"), "notifications.0.message", "no message"),
    ("own words", told(event="replied", who="customer", message="received"), "notifications.0.message", "carry what"),
    ("created, customer", told(event="created", who="customer"), "notifications.0.who", "in which it starts"),
    ("noted, customer", told(event="noted", who="customer"), "notifications.0.who", "for staff alone"),
    ("assigned, customer", told(event="assigned", who="customer"), "notifications.0.who", "who has it"),
    ("late, customer", told(event="late", who="customer"), "notifications.0.who", "is late"),
    (
        "event if, unknown field",
        told(event="late", who="team", **{"if": {"not": {"field": "gone", "filled": True}}}),
        "notifications.0.if",
        "no request type has",
    ),
    (
        "event if, no such answer",
        told(event="late", who="team", **{"if": {"field": "kind", "is": "smoke"}}),
        "notifications.0.if",
        "can never be",
    ),
    (
        "event if, unknown status",
        told(event="late", who="team", **{"if": {"about": "status", "is": "lost"}}),
        "notifications.0.if",
        "No flow has",
    ),
    ("nobody, daily", told(event="noted", who="nobody", when="daily"), "notifications.0.when", "and when"),
    (
        "an event that is told twice",
        changed("notifications", to=[{"event": "noted", "who": "team"}, {"event": "noted", "who": "team"}]),
        "notifications.1",
        "already tells",
    ),
    # references
    ("flow", changed(*TYPE, "flow", to="nowhere"), "types.repair.flow", "no flow"),
    ("start", changed(*TYPE, "start", to="nowhere"), "types.repair.start", "no status"),
    ("step", changed(*NEW, "step", to="three"), f"{STATUS}.new.step", "no step"),
    ("handler team", changed(*NEW, "handler", 0, "team", to="ghosts"), f"{STATUS}.new.handler.0.team", "no team"),
    ("message", changed(*NEW, "notify", 0, "message", to="none"), f"{STATUS}.new.notify.0.message", "no message"),
    ("assign team", changed(*TYPE, "assign", 1, "team", to="ghosts"), "types.repair.assign.1.team", "no team"),
    ("show role", changed(*field(0, "show"), to={"ghost": "see"}), f"{F}.what.show.ghost", "no role"),
    ("at status", changed(*field(0, "at"), to={"never": {"customer": "see"}}), f"{F}.what.at.never", "no status"),
    ("at role", changed(*field(0, "at"), to={"new": {"ghost": "see"}}), f"{F}.what.at.new.ghost", "no role"),
    ("move from", changed(*FLOW, "transitions", 0, "from", to=["x"]), "flows.way.transitions.0.from", "no status"),
    ("move to", changed(*FLOW, "transitions", 0, "to", to="x"), "flows.way.transitions.0.to", "no status"),
    ("move by", changed(*FLOW, "transitions", 0, "by", to=["ghost"]), "flows.way.transitions.0.by", "no role"),
    (
        "must_fill",
        changed(*FLOW, "transitions", 0, "must_fill", to=["nothing"]),
        "flows.way.transitions.0.must_fill",
        "has no such field",
    ),
    (
        "must_fill that the customer cannot edit",
        changed(
            *FLOW, "transitions", 1, to={"from": ["new"], "to": "over", "by": ["customer"], "must_fill": ["cause"]}
        ),
        "flows.way.transitions.1.must_fill",
        "can edit it in “new”",
    ),
    (
        "must_fill that nobody who moves can edit there",
        changed(*field(5, "at"), to={"new": {"agent": "see"}}),
        "flows.way.transitions.0.must_fill",
        "can edit it in “new”",
    ),
    *(
        (f"promise of years, {list(long)}", changed(*NEW, "expected", to=long), f"{STATUS}.new.expected", "a year")
        for long in (
            {"days": 400},
            {"hours": 9_000},
            {"days": 110, "working": True},  # two working days a week
            {"hours": 700, "working": True},  # twelve hours a week
        )
    ),
    ("assertion field", changed("assertions", 0, "field", to="repair.x"), "assertions.0.field", "no field"),
    ("assertion role", changed("assertions", 0, "never", to="ghost"), "assertions.0.never", "no role"),
    (
        "notification message",
        changed("notifications", 0, "message", to="none"),
        "notifications.0.message",
        "no message",
    ),
    ("role types", changed("roles", 0, "types", to=["x"]), "roles.engineer.types.0", "no request type"),
    # keys
    ("double type", changed("types", 1, to=sound()["types"][0]), "types.repair", "same key"),
    ("double field", changed(*FIELDS, 6, to=sound()["types"][0]["fields"][0]), f"{F}.what", "same key"),
    ("double choice", changed(*field(1, "choices", 1, "key"), to="leak"), f"{F}.kind.choices.leak", "same key"),
    ("role key taken", changed("roles", 0, "key", to="agent"), "roles.agent.key", "already"),
    # contract
    *(
        (part, changed(*NEW, part), f"{STATUS}.new.{part}", "")
        for part in ("customer_name", "meaning", "turn", "handler", "next_step", "expected", "notify")
    ),
    (
        "handler only on a condition",
        changed(*NEW, "handler", 0, "when", to=WITH_X),
        f"{STATUS}.new.handler",
        "Nobody has requests",
    ),
    ("no words", changed(*NEW, "notify", 0, "message"), f"{STATUS}.new.notify.0.message", "no words"),
    (
        "nobody and somebody",
        changed(*NEW, "notify", 1, to={"who": "nobody"}),
        f"{STATUS}.new.notify.1.who",
        "nobody is told",
    ),
    ("start with an outcome", changed(*TYPE, "start", to="over"), "types.repair.start", "begin where they end"),
    ("nobody’s turn", changed(*OVER, "outcome"), f"{STATUS}.over.outcome", "has not ended"),
    ("ended and our turn", changed(*OVER, "turn", to="us"), f"{STATUS}.over.turn", "has ended"),
    (
        "customer without anything to do",
        changed(*FLOW, "transitions", 1, "by", to=["agent"], document=changed(*ASKED, "customer_may", to=[])),
        f"{STATUS}.asked.turn",
        "nothing they can do",
    ),
    ("working without hours", changed("hours"), f"{STATUS}.new.expected.working", "no working hours"),
    # reach
    ("unreachable", changed(*FLOW, "transitions", 0), f"{STATUS}.asked", "come to this status"),
    ("endless", changed(*FLOW, "transitions", 1, "from", to=["new"]), f"{STATUS}.asked", "come to an end"),
    # conditions
    (
        "later field",
        changed(*field(0, "when"), to={"field": "kind", "is": "leak"}),
        f"{F}.what.when",
        "comes later",
    ),
    ("unknown field", changed(*field(2, "when"), to={"field": "x", "is": "y"}), f"{F}.gauge.when", "no such field"),
    (
        "deep unknown field",
        changed(*field(2, "when"), to={"any": [{"not": WITH_X}, {"field": "x", "empty": True}]}),
        f"{F}.gauge.when",
        "no such field",
    ),
    (
        "impossible choice",
        changed(*field(2, "when"), to={"field": "kind", "is": "fire"}),
        f"{F}.gauge.when",
        "never be",
    ),
    ("operator", changed(*field(2, "when"), to={"field": "kind", "more_than": 3}), f"{F}.gauge.when", "does not go"),
    ("status test", changed(*field(2, "when"), to={"about": "status", "is": "x"}), f"{F}.gauge.when", "no status"),
    (
        "assign condition",
        changed(*TYPE, "assign", 0, "when", to={"field": "x", "filled": True}),
        "types.repair.assign.0.when",
        "no such field",
    ),
    ("yes_no operand", changed(*field(5, "when"), to={"field": "works", "is": "yes"}), f"{F}.cause.when", "never be"),
    (
        "date operand",
        changed(*field(5, "when"), to={"field": "since", "before": "soon"}),
        f"{F}.cause.when",
        "never be",
    ),
    (
        "number operand",
        changed(*field(5, "when"), to={"field": "gauge", "more_than": "4"}),
        f"{F}.cause.when",
        "never be",
    ),
    # fields
    ("label", changed(*field(0, "label")), f"{F}.what.label", "no label"),
    ("no choices", changed(*field(1, "choices"), to=[]), f"{F}.kind.choices", "nothing to choose"),
    ("default choice", changed(*field(1, "default"), to="fire"), f"{F}.kind.default", "no choice"),
    ("min over max", changed(*field(2, "min"), to=5), f"{F}.gauge.min", "larger"),
    ("default outside", changed(*field(2, "default"), to=5), f"{F}.gauge.default", "outside"),
    ("no such day", changed(*field(3, "min"), to="2026-02-30"), f"{F}.since.min", "no day"),
    (
        "days swapped",
        changed(*field(3, "max"), to="2026-01-01", document=changed(*field(3, "min"), to="2026-02-01")),
        f"{F}.since.min",
        "after the last",
    ),
    ("long default", changed(*field(0, "default"), to="x" * 201), f"{F}.what.default", "longer"),
    (
        "required heading",
        changed(*FIELDS, 6, to={"key": "h", "kind": "heading", "label": "H", "required": True}),
        f"{F}.h.required",
        "no answer",
    ),
    ("empty info", changed(*FIELDS, 6, to={"key": "i", "kind": "info"}), f"{F}.i.text", "says nothing"),
    # what customers see
    ("title hidden", changed(*TYPE, "title", to="{field:cause}"), "types.repair.title", "do not see"),
    (
        "title hidden in one status",
        changed(*field(0, "at"), to={"over": {"customer": "hidden"}}),
        "types.repair.title",
        "do not see in “over”",
    ),
    ("title unknown", changed(*TYPE, "title", to="{field:x}"), "types.repair.title", "no field"),
    ("title of more than fields", changed(*TYPE, "title", to="{reference}"), "types.repair.title", "cannot hold"),
    ("assertion", changed(*field(5, "show"), to={"customer": "see"}), "assertions.0", "on the form"),
    (
        "assertion in one status",
        changed(*field(5, "at"), to={"over": {"customer": "see"}}),
        "assertions.0",
        "in the status “over”",
    ),
    (
        "shown too early",
        changed(*field(3, "show"), to={"customer": "see", "agent": "see"}),
        f"{F}.since",
        "before anybody",
    ),
    # placeholders
    ("unknown placeholder", changed("messages", 0, "body", to="Hi {name}"), "messages.received.body", "{name}"),
    (
        "format attack",
        changed("messages", 0, "subject", to="{u.__class__}"),
        "messages.received.subject",
        "no placeholder",
    ),
    ("in a ready answer", changed("ready_answers", 0, "body", to="{x y}"), "ready_answers.hello.body", "{x y}"),
    ("in a status", changed(*NEW, "next_step", to="{Engineer} comes"), f"{STATUS}.new.next_step", "{Engineer}"),
    ("field of no type", changed(*NEW, "meaning", to="{field:x}"), f"{STATUS}.new.meaning", "no such field"),
    (
        "field of no type in a message",
        changed("messages", 0, "body", to="{field:x}"),
        f"{STATUS}.new.notify.0.message",
        "no such field",
    ),
    (
        "expected without a limit",
        changed("messages", 0, "body", to="Usually {expected}"),
        f"{STATUS}.asked.notify.0.message",
        "no expected time",
    ),
    # roles
    ("based on nothing", changed("roles", 0, "based_on", to="x"), "roles.engineer.based_on", "cannot be based"),
    ("based on owner", changed("roles", 0, "based_on", to="owner"), "roles.engineer.based_on", "cannot be based"),
    ("based on itself", changed("roles", 0, "based_on", to="engineer"), "roles.engineer.based_on", "in a circle"),
    (
        "wider role",
        changed("roles", 0, "permissions", to=["publish"]),
        "roles.engineer.permissions.0",
        "cannot do more",
    ),
    # portal
    ("language", changed("portal", "language", to="qq"), "portal.language", "No language"),
    ("languages", changed("portal", "languages", to=["de"]), "portal.languages", "not among"),
    ("time zone", changed("portal", "time_zone", to="Moon/Base"), "portal.time_zone", "no time zone"),
    ("time zone path", changed("portal", "time_zone", to="../etc/passwd"), "portal.time_zone", "no time zone"),
    ("hours backwards", changed("hours", "mon", to=["17:00-08:00"]), "hours.mon", "ends before"),
    ("hours overlap", changed("hours", "mon", to=["08:00-12:00", "11:00-13:00"]), "hours.mon", "overlap"),
    ("holiday", changed("hours", "holidays", to=["2026-02-30"]), "hours.holidays.0", "no day"),
    ("no types", changed("types", to=[], document=changed("assertions")), "types", "nothing that customers"),
    # limits
    ("choices", changed(*field(1, "choices"), to=LONG_CHOICES), f"{F}.kind.choices", "the limit is 1000"),
    (
        "fields",
        changed(*FIELDS, to=[{"key": f"f{n}", "kind": "text", "label": "x"} for n in range(201)]),
        F,
        "the limit is 200",
    ),
    (
        "statuses",
        changed(*FLOW, "statuses", to=[{"key": f"s{n}", "name": "x"} for n in range(41)]),
        STATUS,
        "the limit is 40",
    ),
    (
        "types",
        changed("types", to=[{"key": f"t{n}", "name": "x", "flow": "way", "start": "new"} for n in range(101)]),
        "types",
        "the limit is 100",
    ),
]


@pytest.mark.parametrize(("document", "path", "words"), [case[1:] for case in STOPS], ids=[case[0] for case in STOPS])
def test_what_must_not_go_live_is_stopped_with_path_and_mend(document: dict[str, Any], path: str, words: str) -> None:
    problem = found(document)[path]
    assert problem.level == "stop"
    assert words in problem.problem
    assert problem.mend.endswith(".")


LATER: list[tuple[dict[str, Any], str]] = [
    *(
        (changed(*ASKED, "asks", to=[{"key": "a", "do": do, **rest}]), f"{STATUS}.asked.asks.a.do")
        for do, rest in (
            ("pay", {}),
            ("choose", {}),
        )
    ),
    (changed(*field(2, "when"), to={"about": "organisation", "is": "x"}), f"{F}.gauge.when"),
    (changed(*field(2, "when"), to={"about": "membership", "is": "x"}), f"{F}.gauge.when"),
    (changed(*field(2, "calculated"), to="1+1"), f"{F}.gauge.calculated"),
    (changed("rules", to=[1]), "rules"),
    (changed("webhooks", to=[{"url": "x"}]), "webhooks"),
    (changed("schedules", to=["x"]), "schedules"),
    (changed(*TYPE, "for", to={"who": "partners"}), "types.repair.for"),
    (changed(*TYPE, "assign", 1, "person", to="x@example.com"), "types.repair.assign.1.person"),
    (changed(*NEW, "handler", 0, "person", to="x@example.com"), f"{STATUS}.new.handler.0.person"),
]


@pytest.mark.parametrize(("document", "path"), LATER, ids=[f"{path}-{at}" for at, (_, path) in enumerate(LATER)])
def test_what_is_not_built_is_accepted_by_the_models_and_refused_in_these_words(
    document: dict[str, Any], path: str
) -> None:
    problem = found(document)[path]
    assert problem.level == "stop"
    assert "not available yet" in problem.problem


def test_once_a_day_is_in_force_for_everything_that_can_wait() -> None:
    document = changed(*NEW, "notify", to=[{"who": "customer", "when": "daily", "message": "received"}])
    document["notifications"] = [
        {"event": "replied", "who": "customer", "when": "daily"},
        {"event": "created", "who": "team", "when": "daily"},
        {"event": "changed", "who": "customer", "when": "never"},
    ]
    assert check(load(document)) == ()


@pytest.mark.parametrize("name", ["rules", "webhooks", "schedules", "record_kinds", "document_kinds"])
def test_what_is_not_built_may_stand_there_empty(name: str) -> None:
    assert check(load(changed(name, to=[]))) == ()


WARNINGS: list[tuple[str, dict[str, Any], str, str]] = [
    ("missing language", changed("portal", "languages", to=["en", "de"]), f"{F}.what.label", "no text in: de"),
    (
        "missing in a text by language",
        changed(*field(0, "label"), to={"de": "Was?"}),
        f"{F}.what.label",
        "no text in: en",
    ),
    ("staff word", changed(*NEW, "customer_name", to="Your request is new"), f"{STATUS}.new.customer_name", "New"),
    ("staff word in the meaning", changed(*NEW, "meaning", to="NEW!"), f"{STATUS}.new.meaning", "New"),
    (
        "hidden field in a message",
        changed("messages", 0, "body", to="{field:cause}"),
        f"{STATUS}.new.notify.0.message",
        "do not see",
    ),
    ("bright colour", changed("portal", "brand", to={"colour": "#ffd500"}), "portal.brand.colour", "bright"),
    (
        "answers that read the same",
        changed(*field(1, "choices", 1, "label"), to="a  LEAK"),
        f"{F}.kind.choices.noise.label",
        "Two answers to “Which kind?” read “a LEAK”",
    ),
    (
        "answers that read the same in one language",
        changed(
            *field(1, "choices"),
            to=[
                {"key": "leak", "label": {"en": "A leak", "de": "Undicht"}},
                {"key": "drip", "label": {"en": "A drip", "de": "undicht"}},
            ],
            document=changed("portal", "languages", to=["en", "de"]),
        ),
        f"{F}.kind.choices.drip.label",
        "read “undicht”",
    ),
    (
        "answers of a column that read the same",
        changed(
            *FIELDS,
            6,
            to={
                "key": "parts",
                "kind": "rows",
                "label": "Parts",
                "columns": [
                    {
                        "key": "part",
                        "kind": "choice",
                        "label": "Part",
                        "choices": [{"key": "a", "label": "Valve"}, {"key": "b", "label": "Valve"}],
                    }
                ],
            },
        ),
        f"{F}.parts.columns.part.choices.b.label",
        "Two answers to “Part”",
    ),
    ("unused flow", changed("flows", 1, to={"key": "other", "name": "O"}), "flows.other", "No request type"),
]


@pytest.mark.parametrize(
    ("document", "path", "words"), [case[1:] for case in WARNINGS], ids=[case[0] for case in WARNINGS]
)
def test_what_may_stay_is_a_warning(document: dict[str, Any], path: str, words: str) -> None:
    problem = found(document)[path]
    assert problem.level == "warning"
    assert words in problem.problem
    assert not stops(check(load(document)))


def test_an_answer_that_is_not_offered_any_more_may_read_like_another() -> None:
    document = changed(*field(1, "choices", 2), to={"key": "old", "label": "A leak", "retired": True})
    assert check(load(document)) == ()


def test_a_word_that_only_contains_the_staff_name_is_no_warning() -> None:
    assert not warnings(check(load(changed(*NEW, "customer_name", to="Your renewal is here"))))


def test_a_colour_whose_derived_texts_cannot_be_read_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    # The derivation makes every colour readable (tests of brand); so here it is switched off.
    monkeypatch.setattr("portal_core.config.brand.INK_LUMINANCE", 1.0)
    problem = found(changed("portal", "brand", to={"colour": "#ffd500"}))["portal.brand.colour"]
    assert problem.level == "stop"


def test_the_kind_of_a_published_field_never_changes() -> None:
    document = changed(*field(0, "kind"), to="long_text")
    problems = check(load(document), previous=loaded(sound()))
    assert [problem.path for problem in problems] == [f"{F}.what.kind"]
    assert check(loaded(sound()), previous=loaded(sound())) == ()


def test_the_kind_of_a_published_column_never_changes() -> None:
    def rows(kind: str) -> dict[str, Any]:
        columns = [{"key": "part", "kind": kind, "label": "Part"}]
        return changed(*FIELDS, 6, to={"key": "parts", "kind": "rows", "label": "Parts", "columns": columns})

    paths = [problem.path for problem in check(load(rows("number")), previous=load(rows("text")))]
    assert f"{F}.parts.columns.part.kind" in paths


def test_all_problems_are_said_at_once() -> None:
    document = changed(*NEW, "meaning")
    changed(*NEW, "expected", document=document)
    changed(*FIELDS, 0, "label", document=document)
    assert {f"{STATUS}.new.meaning", f"{STATUS}.new.expected", f"{F}.what.label"} <= set(found(document))


def test_a_retired_type_without_its_flow_is_stopped() -> None:
    document = changed("types", 1, to={"key": "old", "name": "Old", "flow": "gone", "start": "x", "retired": True})
    assert found(document)["types.old.flow"].level == "stop"


def test_retired_parts_need_no_contract() -> None:
    document = changed(*FLOW, "statuses", 3, to={"key": "past", "name": "Past", "retired": True})
    changed(*FIELDS, 6, to={"key": "past", "kind": "record", "retired": True}, document=document)
    assert check(load(document)) == ()
