"""A mend does what its words say, to what was read: nothing else goes, and nothing that a colleague wrote is lost."""

from __future__ import annotations

import copy
from itertools import islice
from typing import Any

import pytest

from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Set
from portal_core.config.draft.reading import current
from portal_core.desk.setup.review import views
from tests.desk.setup.test_review import PAGE, draft, mend, mend_forms, text

LEAK = {"field": "kind", "is": "leak"}
WAYS = ("flows", "way", "transitions")
CHANGED = "The draft, or what was decided about it, was changed since you read this."


def part(*path: Any) -> Any:
    found: Any = current().as_json()
    for name in path:
        found = found[name]
    return found


def without_the_question(document: dict[str, Any]) -> None:
    fields = document["types"][0]["fields"]
    document["types"][0]["fields"] = [field for field in fields if field["key"] != "kind"]


def told_of_leaks(document: dict[str, Any]) -> None:
    document["flows"][0]["statuses"][0]["notify"] = [{"who": "customer", "message": "received", "if": LEAK}]


def test_a_rule_or_a_mail_never_holds_always_because_its_condition_went(owner, acting):
    draft(acting, edits=[without_the_question, told_of_leaks])
    (_, answers) = mend_forms(owner)[0]
    nothing = "Nothing: 1 rule and 1 notice go with it, 1 question is asked always"
    assert answers == [nothing]
    assert f'<p class="hint"><bdi>{nothing}</bdi></p>' in owner.get(PAGE).content.decode(), "a phone cuts a long choice"
    assert "Mended." in text(mend(owner, nothing))
    assert part("types", 0, "assign") == [{"team": "desk"}]
    assert part("flows", 0, "statuses", 0, "notify") == [{"who": "nobody"}]
    assert "Stops publishing" not in text(owner.get(PAGE))


def test_one_rule_goes_out_unless_it_is_chosen_that_it_holds_always(owner, acting):
    def gone(document: dict[str, Any]) -> None:
        without_the_question(document)
        document["types"][0]["fields"] = [f for f in document["types"][0]["fields"] if f["key"] != "gauge"]

    draft(acting, edits=[gone])
    answers = mend_forms(owner)[0][1]
    assert answers == ["Take this rule out", "Let it hold always, without the condition"]
    mend(owner, answers[0])
    assert part("types", 0, "assign") == [{"team": "desk"}]


def test_questions_that_go_with_a_kind_of_record_are_counted_before(owner, acting):
    def boilers(document: dict[str, Any]) -> None:
        for key in ("boiler", "other"):
            asked = {"key": key, "kind": "record", "label": f"Which {key}?", "record_kind": "boiler"}
            document["types"][0]["fields"].append(asked)

    draft(acting, edits=[boilers])
    assert mend_forms(owner)[0][1] == ["Nothing: 2 questions go with it"]


def test_nobody_is_left_without_whoever_has_a_request(owner, acting):
    def dangling(document: dict[str, Any]) -> None:
        for status in document["flows"][0]["statuses"][:2]:
            status["handler"] = [{"team": "gone"}]

    draft(acting, edits=[dangling])
    assert not [answer for _, answers in mend_forms(owner) for answer in answers if answer.startswith("Nothing")]


def test_a_mail_that_is_gone_leaves_a_status_that_tells_nobody(owner, acting):
    def dangling(document: dict[str, Any]) -> None:
        for status in document["flows"][0]["statuses"][:2]:
            status["notify"] = [{"who": "customer", "message": "gone"}]

    draft(acting, edits=[dangling])
    nothing = mend_forms(owner)[0][1][-1]
    assert nothing == "Nothing: 2 notices go with it"
    mend(owner, nothing)
    assert [part("flows", 0, "statuses", at, "notify") for at in (0, 1)] == [[{"who": "nobody"}]] * 2
    assert "Stops publishing" not in text(owner.get(PAGE))


def two_broken_ways(document: dict[str, Any]) -> None:
    flow = document["flows"][0]
    flow["transitions"] = [
        {"from": ["new"], "to": "gone", "by": ["agent"]},
        {"from": ["asked"], "to": "lost", "by": ["agent"]},
        *[move | {"must_fill": []} for move in flow["transitions"]],
    ]


def test_pressed_twice_it_takes_out_one_way(owner, acting):
    draft(acting, edits=[two_broken_ways])
    answer = mend_forms(owner)[0][0] | {"value": "Take this way out"}
    assert "Mended." in text(owner.post(f"{PAGE}mend/", answer, follow=True))
    again = text(owner.post(f"{PAGE}mend/", answer, follow=True))
    assert CHANGED in again and "You had answered: “Take this way out”." in again and "Mended." not in again
    move = part("flows", 0, "transitions", 0)
    assert (move["from"], move["to"]) == (["asked"], "lost")


def test_of_two_ways_that_are_alike_in_everything_one_press_takes_out_one(owner, acting):
    def alike(document: dict[str, Any]) -> None:
        two_broken_ways(document)
        document["flows"][0]["transitions"][1] = dict(document["flows"][0]["transitions"][0])

    draft(acting, edits=[alike])
    before = len(part("flows", 0, "transitions"))
    answer = {"finding": mend_forms(owner)[0][0]["finding"], "value": mend_forms(owner)[0][1][-1]}
    for _ in range(2):
        owner.post(f"{PAGE}mend/", answer)
    assert len(part("flows", 0, "transitions")) == before - 2, "both name the same missing status: one answer for both"


def test_of_two_names_at_one_place_the_one_that_was_answered_is_mended(owner, acting):
    def dangling(document: dict[str, Any]) -> None:
        document["flows"][0]["transitions"][0] |= {"by": ["ghost", "spook"], "must_fill": []}

    draft(acting, edits=[dangling])
    page = text(owner.get(PAGE))
    for name in ("ghost", "spook"):
        said = f"The way from “New” to “Asked” It names a role (‹{name}›) that is not there any more."
        assert f"Stops publishing: {said}" in page
    mend(owner, "Managers instead", number=1)
    assert part("flows", 0, "transitions", 0, "by") == ["ghost", "manager"]


def test_what_a_colleague_writes_meanwhile_is_not_written_over(owner, acting, monkeypatch):
    draft(acting, edits=[two_broken_ways])
    answer = mend_forms(owner)[0][0] | {"value": "Take this way out"}
    way = {"from": ["over"], "to": "new", "by": ["agent"], "label": "A colleague's"}
    ways = [*part("flows", 0, "transitions"), way]

    def slow(**options: Any) -> int:
        edit(actor=acting, operations=[Set(WAYS, ways)], title="A colleague")
        return edit(**options)

    monkeypatch.setattr(views, "edit", slow)
    page = text(owner.post(f"{PAGE}mend/", answer, follow=True))
    assert CHANGED in page and "You had answered: “Take this way out”." in page and "Mended." not in page
    assert [move.get("label") for move in part("flows", 0, "transitions")][-1] == "A colleague's"
    assert len(part("flows", 0, "transitions")) == len(ways)


def renamed(acting: Any, name: str) -> None:
    edit(actor=acting, operations=[Set(("portal", "name"), name)], title="A colleague")


def test_what_a_colleague_changed_elsewhere_since_it_was_read_stands_in_nobodys_way(owner, acting):
    draft(acting, edits=[two_broken_ways])
    answer = mend_forms(owner)[0][0] | {"value": "Take this way out"}
    renamed(acting, "Renamed")
    assert "Mended." in text(owner.post(f"{PAGE}mend/", answer, follow=True))
    assert (part("portal", "name"), part("flows", 0, "transitions", 0, "to")) == ("Renamed", "lost")


@pytest.mark.parametrize("quicker", [1, 9])
def test_an_edit_elsewhere_in_the_moment_of_writing_is_waited_for_and_what_was_typed_is_told_again(
    owner, acting, monkeypatch, quicker
):
    draft(acting, edits=[two_broken_ways])
    answer = mend_forms(owner)[0][0] | {"value": "Take this way out"}
    times = iter(range(quicker))

    def slow(**options: Any) -> int:
        for time in islice(times, 1):
            renamed(acting, f"Renamed {time}")
        return edit(**options)

    monkeypatch.setattr(views, "edit", slow)
    page = text(owner.post(f"{PAGE}mend/", answer, follow=True))
    if quicker == 1:
        assert "Mended." in page and part("flows", 0, "transitions", 0, "to") == "lost"
    else:
        assert "Yours was not written: try again. You had answered: “Take this way out”." in page
        assert part("flows", 0, "transitions", 0, "to") == "gone"


def test_of_very_many_things_to_mend_the_first_are_shown_and_the_others_counted(owner, acting):
    def many(document: dict[str, Any]) -> None:
        kind = document["types"][0]
        for number in range(60):
            when = {"field": f"gone{number}", "is": "a"}
            kind["fields"].append({"key": f"more{number}", "kind": "text", "label": f"More {number}", "when": when})

    draft(acting, edits=[many])
    page = text(owner.get(PAGE))
    assert page.count("Stops publishing: ") == 50
    assert "And 10 more things to mend." in page
    assert "60 things to mend" in page


@pytest.mark.parametrize("label", [None, "Onward"])
def test_a_way_is_called_by_its_label_or_by_where_it_leads(owner, acting, label):
    def dangling(document: dict[str, Any]) -> None:
        move = {"from": ["new"], "to": "asked", "by": ["ghost"]} | ({"label": label} if label else {})
        document["flows"][0]["transitions"].append(copy.deepcopy(move))

    draft(acting, edits=[dangling])
    assert f"Stops publishing: {label or 'The way from “New” to “Asked”'} It names a role" in text(owner.get(PAGE))
