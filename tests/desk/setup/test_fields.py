"""Fields are added, worded, ordered, shown and retired in the draft; conditions are composed in sentences."""

from __future__ import annotations

import re
from typing import Any, get_args

import pytest
from django.test import Client

from portal_core.accounts.actor import SYSTEM, actor_for
from portal_core.config.actions import publish
from portal_core.config.checks import check
from portal_core.config.document.fields import AnyField
from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Insert, Set
from portal_core.config.draft.reading import current
from portal_core.config.live import live_portal
from portal_core.config.models import DraftOperation
from portal_core.config.problems import stops
from portal_core.config.remembering import NOT_REMEMBERED
from portal_core.desk.setup.column_controls import AnswerLines
from portal_core.desk.setup.composing import When
from portal_core.desk.setup.controls import Where
from portal_core.desk.setup.field_controls import controls_for
from portal_core.desk.setup.field_kinds import GROUPS, KINDS
from portal_core.desk.setup.field_lists import FieldList
from portal_core.desk.setup.sentences import Asked, sentence
from tests.desk.setup.by_forms import Page
from tests.desk.setup.test_sheets import FETCH, form_of, read
from tests.statements import server_statements

TYPE = "/desk/setup/types/repair/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def alice(shop: Any, client_for: Any, people: Any) -> Client:
    return client_for(people["alice"])


def field(key: str, *more: str) -> Any:
    return read("types", "repair", "fields", key, *more)


def keys() -> list[str]:
    return [item["key"] for item in read("types", "repair", "fields")]


def test_a_field_of_every_kind_can_be_added_and_its_page_saved_as_it_is(alice):
    for kind, named in KINDS.items():
        answer = alice.post(f"{TYPE}fields/_add/", {"label": f"New {named.name}", "kind": kind})
        path = answer.headers["Location"]
        page = alice.get(path)
        assert page.status_code == 200, kind
        before = current().revision
        assert alice.post(path, form_of(alice, path)).status_code == 302, kind
        assert current().revision == before, kind
    assert len(keys()) == 5 + len(KINDS)


def test_a_field_for_staff_alone_is_hidden_from_the_start_and_its_page_says_so(alice):
    new = {"label": "Frame number", "kind": "text"}
    shown = alice.post(f"{TYPE}fields/_add/", {**new, "who": "customer"}).headers["Location"]
    hidden = alice.post(f"{TYPE}fields/_add/", {**new, "who": "staff"}).headers["Location"]
    assert "show" not in field("frame-number")
    assert field("frame-number-2", "show") == {"customer": "hidden"}
    who = re.compile(r'id="who".*?</p>', re.DOTALL)
    said = [
        re.sub(r"<[^>]+>", " ", who.search(alice.get(path).content.decode())[0]).split() for path in (shown, hidden)
    ]
    assert said[0][said[0].index("Customer") + 2] == "edits"
    assert said[1][said[1].index("Customer") + 2] == "hidden"
    again = alice.post(f"{TYPE}fields/_add/", {"label": "", "kind": "text", "who": "staff"}).content.decode()
    assert re.search(r'value="staff" checked', again), "what was chosen stays when something is missing"


def test_without_a_question_or_a_kind_nothing_is_added_and_what_was_typed_stays(alice):
    answer = alice.post(f"{TYPE}fields/_add/", {"label": "Where?"})
    assert answer.status_code == 400 and 'value="Where?"' in answer.content.decode()
    for typed in (
        {"kind": "text"},
        {"label": " ", "kind": "text"},
        {"label": "X", "kind": "wish"},
        {"copy": "no.thing"},
    ):
        assert alice.post(f"{TYPE}fields/_add/", typed).status_code == 400
    assert current().revision == 0


def test_what_is_asked_about_a_field_is_kept(alice):
    path = f"{TYPE}fields/gauge/"
    typed = {"label": "Pressure", "help": "The dial", "unit": "bar", "min": "0.5", "max": "4", "decimals": "1"}
    assert alice.post(path, {**form_of(alice, path), **typed}).status_code == 302
    assert {name: field("gauge", name) for name in typed} == {
        "label": "Pressure",
        "help": "The dial",
        "unit": "bar",
        "min": 0.5,
        "max": 4,
        "decimals": 1,
    }
    assert field("gauge", "when") == {"field": "kind", "is": "leak"}
    answer = alice.post(path, {**form_of(alice, path), "decimals": "99"})
    assert (answer.status_code, list(answer.context["sheet"].errors)) == (400, ["decimals"])


def test_conditions_are_composed_and_read_aloud(alice):
    path = f"{TYPE}fields/phone/"
    form = form_of(alice, path)
    page = alice.get(path)
    options = {
        label: code
        for _, group in page.context["sheet"].fields["when-0"].choices
        if isinstance(group, list)
        for code, label in group
    }
    assert "Which? is A leak" in options and "Gauge is more than …" in options
    typed = {
        "when": "any",
        "when-0": options["Which? is A noise"],
        "when-1": options["Gauge is more than …"],
        "when-1-to": "2,5",
    }
    alice.post(path, {**form, **typed})
    assert field("phone", "when") == {"any": [{"field": "kind", "is": "noise"}, {"field": "gauge", "more_than": 2.5}]}
    assert "Shown when Which? is A noise or Gauge is more than 2.5" in alice.get(TYPE).content.decode()
    again = form_of(alice, path)
    assert (again["when"], again["when-1"], again["when-1-to"]) == ("any", typed["when-1"], "2.5")
    alice.post(path, again | {"when": ""})
    assert field("phone", "when") is None
    before = current().revision
    answer = alice.post(path, again | {"when": "all", "when-0": "made up"})
    assert (answer.status_code, current().revision) == (400, before)
    # A label saves itself while the sentence below it is still being composed.
    half = form_of(alice, path) | {"label": "Your phone", "when": "all", "dirty": "label"}
    assert alice.post(path, half, headers=FETCH).status_code == 200
    assert field("phone", "label") == "Your phone"


def test_groups_of_sentences_are_composed_inside_each_other_without_script(alice):
    """Each time the page is saved it comes back with empty lines in every group, and one more group inside it."""
    path = f"{TYPE}fields/phone/"
    noise, leak = '["kind", "is", "noise"]', '["kind", "is", "leak"]'
    page = Page.open(alice, path)
    # At the left four sentences, then a group with two inside: 0 0 0 0 0g 1 1.
    form = page.form("when", "label")
    assert form.boxes["when-shape"] == ["0,0,0,0,0g,1,1"]
    typed = {"when": "all", "when-0": '["gauge", "more_than", null]', "when-0-to": "2", "when-4": "any"}
    page = page.send(form.put(**typed, **{"when-5": noise, "when-6": leak}), "Save in the draft")
    more, either = (
        {"field": "gauge", "more_than": 2},
        [{"field": "kind", "is": "noise"}, {"field": "kind", "is": "leak"}],
    )
    assert field("phone", "when") == {"all": [more, {"any": either}]}
    form = Page.open(alice, path).form("when", "label")
    assert form.boxes["when-shape"] == ["0,0g,1,1,1,1,1g,2,2,0,0,0g,1,1"]
    assert (form.boxes["when-1"], form.boxes["when-2"], form.boxes["when-3"]) == (["any"], [noise], [leak])
    Page.open(alice, path).send(
        form.put(**{"when-6": "none", "when-7": '["gauge", "empty", true]'}), "Save in the draft"
    )
    deep = {"not": {"field": "gauge", "empty": True}}
    assert field("phone", "when") == {"all": [more, {"any": [*either, deep]}]}
    form = Page.open(alice, path).form("when", "label")
    number = len(DraftOperation.objects.all())
    Page.open(alice, path).send(form, "Save in the draft")
    assert DraftOperation.objects.count() == number, "saved as it was, it is as it was"
    assert "Gauge is more than 2 and (Which? is A noise or Which? is A leak or not: Gauge is empty)" in (
        alice.get(TYPE).content.decode()
    )
    made_up = {**form_of(alice, path), "when-shape": "0,2,2g"}
    assert alice.post(path, made_up).status_code == 302, "a made-up outline is none: what stands is read instead"
    assert field("phone", "when") == {"all": [more, {"any": [*either, deep]}]}


def test_answers_that_read_the_same_are_no_condition(alice):
    path = f"{TYPE}fields/phone/"
    alice.post(f"{TYPE}fields/kind/parts/", {"do": "add", "label": "a LEAK"})
    of = '["kind", "one_of", null]'
    answer = alice.post(path, form_of(alice, path) | {"when": "all", "when-0": of, "when-0-to": "A leak; A noise"})
    assert answer.status_code == 400
    assert "Two answers to “Which?” read “A leak”. Word one of them differently first." in answer.content.decode()
    assert field("phone", "when") is None


def test_one_of_several_answers_is_written_in_their_words(alice):
    path = f"{TYPE}fields/phone/"
    of = '["kind", "one_of", null]'
    alice.post(path, form_of(alice, path) | {"when": "all", "when-0": of, "when-0-to": "a leak; A noise"})
    assert field("phone", "when") == {"field": "kind", "one_of": ["leak", "noise"]}
    assert form_of(alice, path)["when-0-to"] == "A leak; A noise"
    answer = alice.post(path, form_of(alice, path) | {"when-0-to": "A leak; Blue"})
    assert answer.status_code == 400
    assert "“Blue” is no answer to “Which?”. The answers are: A leak; A noise" in answer.content.decode()
    for code, typed, wanted in (
        ('["gauge", "one_of", null]', "1; 2,5", {"field": "gauge", "one_of": [1, 2.5]}),
        ('["gauge", "less_than", null]', "many", None),
    ):
        answer = alice.post(path, form_of(alice, path) | {"when-0": code, "when-0-to": typed})
        assert answer.status_code == (302 if wanted else 400)
        assert wanted is None or field("phone", "when") == wanted
    assert "In “Gauge is less than …”, write a number." in answer.content.decode()


@pytest.mark.parametrize(
    "typed", ["1e999999999", "-1e999999999", pytest.param("7" * 900, id="900 digits"), "NaN", "-Infinity", "1e15"]
)
def test_a_number_beyond_all_answers_is_refused_and_never_written_out(typed, alice):
    """As a whole number 1e999999999 would take all memory of the process."""
    path = f"{TYPE}fields/phone/"
    compared = {"when": "all", "when-0": '["gauge", "more_than", null]', "when-0-to": typed}
    answer = alice.post(path, form_of(alice, path) | compared)
    assert answer.status_code == 400 and "write a number." in answer.content.decode()
    assert field("phone", "when") is None


@pytest.mark.parametrize("shape", ["0g\n", "0,0g\n", "٠g", "0" * 9, ",", "1", "g"])
def test_a_made_up_outline_is_none(shape, alice):
    path = f"{TYPE}fields/phone/"
    assert alice.post(path, form_of(alice, path) | {"when-shape": shape}).status_code == 302
    assert field("phone", "when") is None


def test_of_very_many_answers_one_is_written_instead_of_picked():
    answers = [(f"a{n}", f"Answer {n}") for n in range(400)]
    asked = [Asked("a", "choice", "A", answers), Asked("", "status", "The status", [("new", "New"), ("done", "Done")])]
    condition = {
        "any": [{"field": "a", "is": "a300"}, {"about": "status", "is_not": "done"}, {"field": "z", "is": "y"}]
    }
    where, control = Where(["en"]), When(name="when", path=("when",), label="Ask it", asked=asked)
    control = control.for_form(None, condition)
    shown = control.initial(condition, where)
    assert (shown["when-0"], shown["when-0-to"]) == ('["a", "is", null]', "Answer 300")
    assert shown["when-2"].startswith("kept-"), "of a question that is gone: it stays as it is"
    cleaned = {name: shown.get(name, "") for name in control.names(where)}
    assert control.value(cleaned, condition, where) == condition
    assert control.value({**cleaned, "when-2": ""}, condition, where) == {"any": condition["any"][:2]}


@pytest.mark.parametrize("before", [["gauge"], ["what", "gauge"]])
def test_a_question_that_was_moved_past_what_its_condition_names_says_so(alice, people, before):
    """Where nothing is asked before it at all, its condition can still be taken out."""
    fields = [field for key in (*before, "kind") for field in read("types", "repair", "fields") if field["key"] == key]
    fields[before.index("gauge")]["when"] = {"any": [{"field": "kind", "is": "leak"}, {"field": "lost", "is": True}]}
    edit(actor=actor_for(people["alice"]), operations=[Set(("types", "repair", "fields"), fields)], title="Order")
    words = "Which? (asked only later) is A leak"
    assert f"Shown when {words} or a question that is gone is yes" in alice.get(TYPE).content.decode()
    page = alice.get(f"{TYPE}fields/gauge/").content.decode()
    assert words in page and 'name="when"' in page


LONG = {
    "any": [
        *({"field": "what", "is": f"word {n}"} for n in range(45)),
        *({"all": [{"field": "what", "is_not": f"group {group}, word {n}"} for n in range(50)]} for group in range(4)),
    ]
}


def test_a_long_condition_is_changed_sentence_by_sentence_without_script(alice):
    path, when = f"{TYPE}fields/phone/", ("types", "repair", "fields", "phone", "when")
    edit(actor=SYSTEM, operations=[Set(when, LONG)], title="Long")
    page = Page.open(alice, path)
    assert "50 sentences that belong together" in page.html and "What? is word 7" in page.html
    assert len(page.html) < 400_000, "no list in every line"
    number = DraftOperation.objects.count()
    page.send(page.form("when", "label"), "Save in the draft")
    assert DraftOperation.objects.count() == number, "saved as it was, it is as it was"
    # The first goes, and the last of the last group is another one: it is taken out and one is added there.
    form = Page.open(alice, path).form("when", "label")
    kinds = form.boxes["when-shape"][0].split(",")
    last = max(at for at, kind in enumerate(kinds) if kind == "1s")
    leak = '["kind", "is", "leak"]'
    Page.open(alice, path).send(form.put(**{"when-0": [], f"when-{last}": [], f"when-{last + 1}": leak}), "Save")
    *groups, changed = LONG["any"][45:]
    changed = {"all": [*changed["all"][:-1], {"field": "kind", "is": "leak"}]}
    assert field("phone", "when") == {"any": [*LONG["any"][1:45], *groups, changed]}


def test_a_sentence_that_somebody_else_changed_is_not_put_back(alice):
    path, when = f"{TYPE}fields/phone/", ("types", "repair", "fields", "phone", "when")
    edit(actor=SYSTEM, operations=[Set(when, LONG)], title="Long")
    typed = form_of(alice, path)
    now = {"any": [{"field": "what", "is": "another"}, *LONG["any"][1:]]}
    edit(actor=SYSTEM, operations=[Set(when, now)], title="Theirs")
    assert alice.post(path, {**typed, "label": "Your phone"}).status_code == 400
    assert field("phone", "when") == now


def test_what_no_form_can_hold_stays_as_it_is():
    asked = [Asked("a", "text", "A")]
    where, control = Where(["en"]), When(name="when", path=("when",), label="Ask it", asked=asked)
    long = {"any": [{"all": [{"any": [{"field": "a", "is": "x"}] * 50}] * 20}] * 4}
    control = control.for_form(None, long)
    shown = control.initial(long, where)
    assert shown["when"] == "" and len(shown) < 20
    assert control.value({name: shown.get(name, "") for name in control.names(where)}, long, where) == long


def test_a_sentence_that_was_picked_is_never_dropped(alice):
    path = f"{TYPE}fields/phone/"
    form = form_of(alice, path)
    offered = alice.get(path).context["sheet"].fields["when-0"].choices
    options = {label: code for _, group in offered if isinstance(group, list) for code, label in group}
    noise, more = options["Which? is A noise"], options["Gauge is more than …"]
    for typed, said in (
        ({"when": "all"}, "Choose below what has to hold"),
        ({"when": "all", "when-0": more}, "Write what “Gauge is more than …” compares with"),
    ):
        answer = alice.post(path, {**form, **typed})
        assert answer.status_code == 400 and said in answer.content.decode()
    assert field("phone", "when") is None
    alice.post(path, {**form, "when-0": noise})
    assert field("phone", "when") == {"field": "kind", "is": "noise"}
    alice.post(path, form_of(alice, path) | {"when": ""})
    assert field("phone", "when") is None


ASKED = [Asked("a", "choice", "A", [("x", "Ex"), ("y", "Why")]), Asked("b", "yes_no", "B"), Asked("c", "number", "C")]
CONDITIONS = [
    ({"field": "a", "is": "x"}, "A is Ex"),
    ({"field": "b", "is": False}, "B is no"),
    ({"field": "c", "less_than": 3}, "C is less than 3"),
    ({"field": "c", "empty": True}, "C is empty"),
    ({"all": [{"field": "a", "is_not": "y"}, {"field": "b", "is": True}]}, "A is not Why and B is yes"),
    (
        {"any": [{"field": "a", "is": "x"}, {"all": [{"field": "b", "is": True}, {"field": "c", "filled": True}]}]},
        "A is Ex or (B is yes and C is filled in)",
    ),
    ({"not": {"field": "a", "is": "x"}}, "not: A is Ex"),
    ({"field": "a", "one_of": ["x", "y"]}, "A is Ex or Why"),
]


@pytest.mark.parametrize("condition,words", CONDITIONS, ids=lambda value: value if isinstance(value, str) else "")
def test_every_condition_reads_aloud_and_survives_a_page_that_leaves_it_alone(condition, words):
    assert sentence(condition, ASKED) == words
    where = Where(["en"])
    control = When(name="when", path=("when",), label="Ask it", asked=ASKED).for_form(None, condition)
    shown = control.initial(condition, where)
    cleaned = {name: shown.get(name, "") for name in control.fields(where)}
    assert control.value(cleaned, condition, where) == condition
    # Written anew from what the page shows, it says the same.
    assert control.value(cleaned, {"field": "gone", "filled": True}, where) == condition


def test_a_press_that_is_refused_says_so_in_its_row(alice):
    press, said = f"{TYPE}fields/cause/switch/", "Nothing was changed: this cannot be chosen here any more."
    for sent in (
        {"do": "show", "role": "gone", "to": "see"},
        {"do": "at", "status": "gone", "to": "see"},
    ):
        answer = alice.post(press, sent, headers=HTMX)
        assert answer.status_code == 200 and said in answer.content.decode()
        assert answer.content.strip().startswith(b"<tr" if sent["do"] == "show" else b"<td")
    assert said not in alice.get(TYPE).content.decode(), "it was said"
    answer = alice.post(press, {"do": "show", "role": "gone", "to": "see"})
    assert answer.headers["Location"] == f"{TYPE}?refused=cause#row-cause"
    page = alice.get(answer.headers["Location"]).content.decode()
    assert page.count(said) == 1
    row = page[page.index('id="row-cause"') :]
    assert said in row[: row.index("</tr>")]
    assert current().revision == 0


def test_who_sees_a_field_is_a_press(alice):
    press = f"{TYPE}fields/cause/switch/"
    answer = alice.post(press, {"do": "show", "role": "customer", "to": "see"}, headers=HTMX)
    assert answer.status_code == 200 and answer.headers["HX-Trigger"] == "draft-changed"
    assert answer.content.decode().count("<tr") == 1 and len(answer.content) < 10_000
    assert field("cause", "show") == {"customer": "see"}
    answer = alice.post(press, {"do": "at", "status": "new", "to": "edit"}, headers=HTMX)
    assert answer.content.startswith(b"<td") and "edits" in answer.content.decode(), "the cell alone"
    assert field("cause", "at") == {"new": {"customer": "edit"}}
    alice.post(press, {"do": "required"})
    assert field("cause", "required") is True
    before = current().revision
    for typed in (
        {"do": "show", "role": "nobody", "to": "see"},
        {"do": "show", "role": "customer", "to": "own"},
        {"do": "at", "status": "gone", "to": "see"},
        {"do": "explode"},
        {},
    ):
        assert alice.post(press, typed).status_code == 302
    assert current().revision == before


def test_a_cell_that_is_pressed_until_it_is_as_it_was_is_no_change_and_what_is_hidden_stays_so(alice):
    press = f"{TYPE}fields/what/switch/"
    for to in ("edit", "hidden"):
        alice.post(press, {"do": "at", "status": "new", "to": to})
        assert field("what", "at") == {"new": {"customer": to}}
    alice.post(press, {"do": "at", "status": "new", "to": "see"})
    assert not current().is_changed
    # What customers see nowhere is hidden in this status by a rule of its own, and stays so.
    hidden = f"{TYPE}fields/cause/switch/"
    alice.post(hidden, {"do": "at", "status": "new", "to": "hidden"})
    alice.post(hidden, {"do": "show", "role": "customer", "to": "see"})
    assert field("cause", "at") == {"new": {"customer": "hidden"}}


@pytest.mark.parametrize("role", ["customer", "agent"])
def test_signs_pressed_once_around_leave_no_edit_and_open_nothing_to_customers(alice, role):
    """What customers fill in on the form they do not change ever after because of a walk through the signs."""
    for to in ("hidden", "see", "edit"):
        alice.post(f"{TYPE}fields/what/switch/", {"do": "show", "role": role, "to": to})
    assert field("what", "show") is None
    assert not current().is_changed
    assert "Nothing was edited since the last version." in alice.get("/desk/setup/history/").content.decode()
    assert "can now change it" not in alice.get("/desk/setup/publish/").content.decode()


def test_a_column_set_and_set_back_is_as_it_was_and_an_edit_says_whose_it_is(alice):
    for to in ("hidden", "edit"):
        alice.post(f"{TYPE}fields/_show/", {"role": "agent", "to": to})
    assert not current().is_changed
    alice.post(f"{TYPE}fields/what/switch/", {"do": "show", "role": "agent", "to": "see"})
    page = alice.get("/desk/setup/history/").content.decode()
    assert "who sees it (Desk)" in page
    assert page.count('id="edit-') == 1


def test_a_rule_of_what_is_live_is_said_as_it_is_there(shop, people, client_for):
    at = ("types", "repair", "fields", "what", "at")
    edit(actor=SYSTEM, operations=[Set(at, {"new": {"customer": "see"}})], title="A rule")
    publish(actor=actor_for(people["alice"]), document=current().document)
    alice = client_for(people["alice"])
    for to in ("edit", "hidden", "see"):
        alice.post(f"{TYPE}fields/what/switch/", {"do": "at", "status": "new", "to": to})
    assert not current().is_changed


def test_a_condition_on_a_question_that_customers_do_not_answer_is_pointed_out(alice):
    def said(key: str) -> list[str]:
        page = re.sub(r"<[^>]+>", "", alice.get(f"{TYPE}fields/{key}/").content.decode())
        return re.findall("Customers do not answer (.*?) on the form", page)

    assert said("gauge") == [], "they choose what is wrong themselves"
    edit(actor=SYSTEM, operations=[Set(("types", "repair", "fields", "kind", "show"), {"customer": "see"})], title="x")
    assert said("gauge") == ["“Which?”"]
    own = {"customer": "hidden"}
    edit(actor=SYSTEM, operations=[Set(("types", "repair", "fields", "gauge", "show"), own)], title="For staff")
    assert said("gauge") == [], "staff fill in both"


def test_a_copied_field_leaves_what_depends_on_its_old_home(alice):
    """It is not filled in from a record that is chosen there, which the new type does not ask for."""
    fields = ("types", "repair", "fields")
    kept: dict[str, Any] = {"key": "way-in", "kind": "text", "label": "Way in"}
    copies = [Insert(fields, {**kept, "remember": "record.appliance.way-in"})]
    copies += [Insert(fields, {**kept, "key": "name-of-it", "label": "Name", "remember": "customer.name"})]
    edit(actor=SYSTEM, operations=copies, title="Fields")
    alice.post("/desk/setup/types/_add/", {"name": "Other", "flow": "way"})
    for name in ("way-in", "name-of-it", "gauge"):
        alice.post("/desk/setup/types/other/fields/_add/", {"copy": f"repair.{name}"})
    copied = {item["label"]: item for item in read("types", "other", "fields")}
    assert copied["Way in"] == kept
    assert copied["Name"]["remember"] == "customer.name"
    assert "when" not in copied["Gauge"]


def test_a_whole_row_or_column_is_set_at_once(alice):
    alice.post(f"{TYPE}fields/_show/", {"status": "new", "to": "hidden"})
    shown = {item["key"]: item.get("at", {}).get("new") for item in read("types", "repair", "fields")}
    assert set(map(str, shown.values())) == {"{'customer': 'hidden'}"}
    alice.post(f"{TYPE}fields/_show/", {"field": "what", "to": "see"})
    assert field("what", "at") is None, "seeing is what they may do anyhow"
    assert DraftOperation.objects.count() == 2
    alice.post(f"{TYPE}fields/_show/", {"field": "what", "to": "edit"})
    assert {words["customer"] for words in field("what", "at").values()} == {"edit"}
    before = current().revision
    alice.post(f"{TYPE}fields/_show/", {"field": "nothing", "to": "see"})
    alice.post(f"{TYPE}fields/_show/", {"status": "new", "to": "everything"})
    assert current().revision == before


def test_a_published_field_is_retired_and_a_new_one_removed(alice):
    alice.post(f"{TYPE}fields/_add/", {"label": "Extra", "kind": "text"})
    alice.post(f"{TYPE}fields/_order/", {"key": "extra", "to": "before:kind"})
    assert keys()[:3] == ["what", "extra", "kind"]
    alice.post(f"{TYPE}fields/extra/switch/", {"do": "retire"})
    alice.post(f"{TYPE}fields/cause/switch/", {"do": "retire"})
    assert "extra" not in keys()
    assert field("cause", "retired") is True
    alice.post(f"{TYPE}fields/cause/switch/", {"do": "retire"})
    assert field("cause", "retired") is None


def test_answers_are_added_worded_ordered_and_retired(alice):
    path = f"{TYPE}fields/kind/"
    alice.post(f"{path}parts/", {"do": "add", "label": "A smell\n\nA leak\n"})
    assert [(item["key"], item["label"]) for item in field("kind", "choices")][2:] == [
        ("a-smell", "A smell"),
        ("a-leak", "A leak"),
    ]
    alice.post(f"{path}parts/", {"key": "a-smell", "to": "first"})
    alice.post(f"{path}parts/", {"key": "leak", "do": "retire"})
    alice.post(f"{path}parts/", {"key": "a-leak", "do": "retire"})
    assert [item["key"] for item in field("kind", "choices")] == ["a-smell", "leak", "noise"]
    assert field("kind", "choices", "leak", "retired") is True
    part = f"{path}parts/noise/"
    alice.post(part, {**form_of(alice, part), "label": "A loud noise", "help": "Day or night"})
    assert field("kind", "choices", "noise") == {"key": "noise", "label": "A loud noise", "help": "Day or night"}
    assert alice.get(f"{path}parts/nothing/").status_code == 404
    assert alice.get(f"{TYPE}fields/what/parts/noise/").status_code == 404
    assert alice.post(f"{TYPE}fields/what/parts/", {"do": "add", "label": "X"}).status_code == 404


def test_what_was_edited_can_be_published(alice):
    alice.post(f"{TYPE}fields/_add/", {"label": "How do we get in?", "kind": "choice"})
    alice.post(f"{TYPE}fields/how-do-we-get-in/switch/", {"do": "required"})
    draft = current().document
    assert stops(check(draft, live_portal().document)) == ()
    publish(actor=SYSTEM, document=draft)
    assert not current().is_changed
    assert "how-do-we-get-in" in [item.key for item in live_portal().document.types[0].fields]


def test_the_pages_cost_the_same_few_statements_however_many_fields(alice):
    alice.get(TYPE)
    with server_statements() as few:
        alice.get(TYPE)
    lines = "\n".join(f"Answer {number}" for number in range(300))
    for number in range(10):
        alice.post(f"{TYPE}fields/_add/", {"label": f"Field {number}", "kind": "choice"})
    alice.post(f"{TYPE}fields/kind/parts/", {"do": "add", "label": lines})
    alice.get(TYPE)
    with server_statements() as many:
        page = alice.get(TYPE)
    # Two more for the draft: its parts, and the part that the page shows.
    assert len(many.without_transactions) <= len(few.without_transactions) + 2 <= 6, many
    assert len(re.findall("<tr", page.content.decode())) > 25
    with server_statements() as pressed:
        alice.post(f"{TYPE}fields/what/switch/", {"do": "required"}, headers=HTMX)
    assert len(pressed.without_transactions) <= 18, pressed


# What is set by the tables and lists of the page, not by a sheet; what publishing refuses; what never changes.
_ELSEWHERE = {"key", "kind", "show", "at", "retired", "choices", "columns", "calculated"}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_everything_that_the_document_can_say_of_a_field_can_be_edited(kind, shop):
    model = next(m for m in get_args(get_args(AnyField)[0]) if get_args(m.model_fields["kind"].annotation) == (kind,))
    wanted = {field.alias or name for name, field in model.model_fields.items()} - _ELSEWHERE
    if kind in ("heading", "info"):
        wanted -= {"required", "remember", "noun"} | ({"help"} if kind == "info" else set())
    if kind in NOT_REMEMBERED:
        wanted -= {"remember"}
    fields = FieldList(current(), "types", "repair")
    # Last in the form: it has earlier ones that it can depend on.
    controls = controls_for(fields, {"key": "new", "kind": kind})
    assert wanted - {control.path[0] for control in controls} == set()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_a_field_can_be_filled_in_from_fits_its_kind(kind, shop):
    fields = FieldList(current(), "types", "repair")
    controls = {control.path[0]: control for control in controls_for(fields, {"key": "new", "kind": kind})}
    offered = dict(controls["remember"].choices) if "remember" in controls else {}
    account = {"text": {"customer.name"}, "phone": {"customer.phone"}}.get(kind, set())
    is_kept = kind not in (*NOT_REMEMBERED, "heading", "info")
    assert set(offered) == ({"customer.new"} if is_kept else set()) | account


def test_a_file_that_says_that_it_is_remembered_can_be_mended_in_the_editor(shop):
    fields = FieldList(current(), "types", "repair")
    field = {"key": "new", "kind": "file", "remember": "customer.new"}
    (control,) = [control for control in controls_for(fields, field) if control.path == ("remember",)]
    assert control.choices == [("customer.new", "Another detail that is kept")]


def test_a_new_field_says_what_is_missing_at_each_box_and_keeps_what_was_typed(alice):
    path = f"{TYPE}fields/_add/"
    answer = alice.post(path, {"label": " ", "kind": ""})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert answer.context["missing"].keys() == {"label", "kind"}
    assert 'aria-describedby="new-label-help new-label-error" aria-invalid="true"' in page
    assert 'href="#new-label"' in page and 'href="#kind-text"' in page
    answer = alice.post(path, {"label": "How tall?", "kind": "nothing"})
    page = answer.content.decode()
    assert answer.context["missing"].keys() == {"kind"}
    assert 'value="How tall?"' in page
    answer = alice.post(path, {"label": "", "kind": "number"})
    assert re.search(r'value="number" checked', answer.content.decode())
    assert current().revision == 0


def test_every_kind_stands_in_one_group_once():
    assert sorted(key for _name, keys in GROUPS for key in keys) == sorted(KINDS)


def test_a_column_is_edited_as_a_field_of_its_kind_and_its_answers_by_lines(alice):
    base = ("types", "repair", "fields")
    page = "/desk/setup/types/repair/fields/parts/"
    column = {"key": "colour", "kind": "choice", "label": "Colour", "choices": [{"key": "red", "label": "Red"}]}
    field = {"key": "parts", "kind": "rows", "label": "Parts", "columns": [column]}
    edit(actor=SYSTEM, operations=[Insert(base, field)], title="T")
    alice.post(f"{page}parts/", {"do": "add", "label": "Pieces", "kind": "number"})
    pieces = f"{page}parts/pieces/"
    alice.post(pieces, {**form_of(alice, pieces), "min": "1", "max": "9", "required": "on", "unit": "pieces"})
    assert read("types", "repair", "fields", "parts", "columns", "pieces") == {
        "key": "pieces", "kind": "number", "label": "Pieces", "min": 1, "max": 9, "required": True, "unit": "pieces",
    }  # fmt: skip
    assert "default" not in form_of(alice, pieces)
    colour = f"{page}parts/colour/"
    alice.post(colour, {**form_of(alice, colour), "choices": "Blue\n\nRed\nBlå"})
    answers = read("types", "repair", "fields", "parts", "columns", "colour", "choices")
    assert [(a["key"], a["label"]) for a in answers] == [("blue", "Blue"), ("red", "Red"), ("bla", "Blå")]
    twice = alice.post(colour, {**form_of(alice, colour), "choices": "Blue\nBlue"})
    assert twice.status_code == 400 and "stands there twice" in twice.content.decode()
    assert read("types", "repair", "fields", "parts", "columns", "colour", "choices") == answers


def test_answers_of_a_column_that_are_live_are_retired(alice, people):
    live = {"key": "red", "label": "Red"}
    control = AnswerLines(name="choices", path=("choices",), label="Answers", live=[live])
    where = Where(["en"])
    now = [live, {"key": "blue", "label": "Blue"}]
    assert control.value({"choices": "Green"}, now, where) == [
        {"key": "green", "label": "Green"},
        {**live, "retired": True},
    ]
    back = control.value({"choices": "Red"}, [{**live, "retired": True}], where)
    assert back == [live]
