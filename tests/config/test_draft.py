"""The draft: small edits over what is live, each of which can be taken back."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from portal_core.accounts.actor import SYSTEM, Actor
from portal_core.accounts.models import User
from portal_core.accounts.roles import PERMISSIONS, builtin_role
from portal_core.config.actions import publish
from portal_core.config.canonical import canonical
from portal_core.config.document import DocumentRefused, load
from portal_core.config.draft import editing
from portal_core.config.draft.differences import differences
from portal_core.config.draft.editing import MAX_UNDO, discard, edit, replace, restore, undo
from portal_core.config.draft.operations import Insert, Operation, Order, Remove, Set
from portal_core.config.draft.parts import place_of
from portal_core.config.draft.paths import NoSuchPlace, path_from
from portal_core.config.draft.reading import Draft, as_seen, current, editors_since, places_of_others
from portal_core.config.errors import DraftChanged, EditConflict
from portal_core.config.live import live_portal
from portal_core.config.models import CAME_TO_NOTHING, DraftOperation, DraftPart, PortalDraft
from portal_core.config.queries import draft_operations, draft_places
from tests.config.documents import NEW, changed, sound
from tests.statements import server_statements

pytestmark = pytest.mark.usefixtures("tenant")
LABEL = path_from("types.repair.fields.what.label")


@pytest.fixture
def first() -> Any:
    return publish(actor=SYSTEM, document=sound())


def person(role: str = "owner") -> Actor:
    user = User.objects.create_user(f"{role}-{User.objects.count()}@example.com", name=role.title(), role=role)
    found = builtin_role(role)
    assert found is not None
    return Actor(user.pk, user.name, user.email, found)


def do(*operations: Operation, by: Actor = SYSTEM, title: str = "Edited") -> int:
    return edit(actor=by, operations=operations, title=title)


def places_in(draft: Draft, name: str) -> set[Any]:
    """Where a part differs from what is live, as paths of the whole document."""
    return set(differences(draft.live.get(name), draft.part(name), place_of(name)))


def text(draft: Draft) -> Any:
    return canonical(draft.document)


def test_nothing_edited_is_what_is_live(first: Any) -> None:
    draft = current()
    assert (draft.revision, draft.count, draft.is_changed) == (0, 0, False)
    assert text(draft) == canonical(live_portal().document)


def test_an_edit_changes_the_draft_alone_and_can_be_undone_and_done_again(first: Any) -> None:
    live = text(current())
    assert do(Set(LABEL, "What happened?")) == 1
    assert current().read(LABEL) == "What happened?"
    assert places_in(current(), "types.repair") == {LABEL}
    assert (current().count, current().count_in("types.repair"), current().count_in("flows.way")) == (1, 1, 0)
    assert canonical(live_portal().document) == live
    undo(actor=SYSTEM, revision=1)
    assert text(current()) == live
    assert not DraftPart.objects.exists()
    undo(actor=SYSTEM, revision=2)
    assert current().read(LABEL) == "What happened?"


def test_an_edit_that_changes_nothing_is_no_revision(first: Any) -> None:
    assert do(Set(LABEL, current().read(LABEL))) == 0
    assert not DraftOperation.objects.exists()


def test_what_is_told_of_an_edit_is_cleaned_as_the_document_is(first: Any) -> None:
    do(Set(LABEL, "What\x00?"), title="Label: “What\x00?\ud800”")
    assert DraftOperation.objects.get().title == "Label: “What?”"
    assert current().read(LABEL) == "What?"


NEW_FIELD = {"key": "extra", "kind": "text", "label": "Extra"}
FIELDS = ("types", "repair", "fields")
EVERY_OPERATION: list[list[Operation]] = [
    [Insert(FIELDS, dict(NEW_FIELD), 0)],
    [Insert(FIELDS, dict(NEW_FIELD))],
    [Insert(FIELDS, dict(NEW_FIELD), 0), Set((*FIELDS, "extra", "required"), True), Remove((*FIELDS, "extra"))],
    [Remove((*FIELDS, "what"))],
    [Insert(("teams",), {"key": "night", "name": "Night"}, 0)],
    [Insert(("teams",), {"key": "night", "name": "Night"}), Set(("teams", "night", "name"), "Late")],
    [Remove(("types", "repair"))],
    [Set(("portal", "brand", "colour"), "#123456"), Set(("portal", "welcome"), "Hello")],
    [Set(("portal", "brand", "colour"), "#123456"), Set(("portal", "brand", "colour"), None)],
    [Set(("hours",), {"mon": ["08:00-17:00"]}), Set(("hours", "holidays"), ["2026-12-25"])],
    [Set(("notifications",), [{"event": "replied", "who": "customer"}])],
    [Set((*FIELDS, "what", "show", "agent"), "see")],
]


@pytest.mark.parametrize("operations", EVERY_OPERATION, ids=str)
def test_every_operation_can_be_taken_back(first: Any, operations: list[Operation]) -> None:
    live = text(current())
    revision = do(*operations)
    edited = text(current())
    assert (edited != live) is bool(revision) is (current().count > 0)
    if not revision:
        assert not DraftOperation.objects.exists(), "what comes to nothing is no edit"
        return
    undo(actor=SYSTEM, revision=revision)
    assert text(current()) == live
    undo(actor=SYSTEM, revision=revision + 1)
    assert text(current()) == edited
    assert discard(actor=SYSTEM, title="Discarded") is (edited != live)
    assert text(current()) == live


@pytest.mark.parametrize("operations", EVERY_OPERATION, ids=str)
def test_what_differs_can_be_made_as_it_is_live(first: Any, operations: list[Operation]) -> None:
    live = text(current())
    do(*operations)
    draft = current()
    places = [path for name in draft.changed for path in places_in(draft, name)]
    top = [(name,) for name in draft.changed if "." not in name]
    restore(actor=SYSTEM, paths=[*places, *top], title="Taken back")
    assert text(current()) == live
    assert current().count == 0


def test_order_is_an_operation(first: Any) -> None:
    do(Insert(FIELDS, dict(NEW_FIELD)))
    keys = [field["key"] for field in current().read(FIELDS)]
    revision = do(Order(FIELDS, tuple(reversed(keys))))
    assert [field["key"] for field in current().read(FIELDS)] == keys[::-1]
    undo(actor=SYSTEM, revision=revision)
    assert [field["key"] for field in current().read(FIELDS)] == keys


def test_an_order_over_which_another_went_is_not_taken_back_to_where_it_is(first: Any) -> None:
    do(Insert(FIELDS, dict(NEW_FIELD)))
    keys = tuple(field["key"] for field in current().read(FIELDS))
    there = do(Order(FIELDS, keys[::-1]))
    back = do(Order(FIELDS, keys))
    with pytest.raises(EditConflict):
        undo(actor=SYSTEM, revision=there)
    do(Remove((*FIELDS, "extra")))
    undo(actor=SYSTEM, revision=back)
    assert [field["key"] for field in current().read(FIELDS)] == [key for key in keys[::-1] if key != "extra"]


def test_what_cannot_be_read_is_refused_with_its_place(first: Any) -> None:
    for operation, place in (
        (Set(("portal", "brand", "colour"), "red"), "portal.brand.colour"),
        (Set((*FIELDS, "what", "kind"), "wish"), "types.repair.fields.what"),
        (Set(("flows", "way", "statuses", "new", "turn"), 7), "flows.way.statuses.new.turn"),
        (Set(("notifications",), [{"event": "x"}]), "notifications.0.event"),
        (Set(("surprise",), 1), "surprise"),
    ):
        with pytest.raises(DocumentRefused) as refused:
            do(operation)
        assert refused.value.problems[0].path.startswith(place), operation
    assert (current().revision, DraftPart.objects.count(), DraftOperation.objects.count()) == (0, 0, 0)


def test_what_is_not_there_is_refused(first: Any) -> None:
    for operation in (
        Set(("types", "nothing", "name"), "X"),
        Set((*FIELDS, "nothing", "label"), "X"),
        Remove((*FIELDS, "nothing")),
        Insert(FIELDS, {"key": "what", "kind": "text"}),
        Insert(("types", "nothing", "fields"), dict(NEW_FIELD)),
        Set(("types", "repair"), {}),
    ):
        with pytest.raises(NoSuchPlace):
            do(operation)
    assert current().revision == 0


@pytest.mark.parametrize("role", [role for role, words in PERMISSIONS.items() if "manage_setup" not in words])
def test_who_may_not_set_up_changes_nothing(first: Any, role: str) -> None:
    do(Set(LABEL, "What happened?"))
    found = builtin_role(role)
    assert found is not None
    somebody = Actor(None, "X", "x@example.com", found)
    for attempt in (
        lambda: do(Set(LABEL, "Mine"), by=somebody),
        lambda: undo(actor=somebody, revision=1),
        lambda: restore(actor=somebody, paths=[LABEL], title=""),
        lambda: discard(actor=somebody, title=""),
        lambda: replace(actor=somebody, document=load(sound()), title=""),
    ):
        with pytest.raises(PermissionDenied):
            attempt()
    assert (current().revision, current().read(LABEL)) == (1, "What happened?")


def test_an_edit_over_which_somebody_else_went_is_not_taken_back(first: Any) -> None:
    mine = do(Set(LABEL, "Mine"))
    do(Set(LABEL, "Theirs"))
    other = do(Set(("portal", "welcome"), "Hello"))
    with pytest.raises(EditConflict):
        undo(actor=SYSTEM, revision=mine)
    assert current().read(LABEL) == "Theirs"
    undo(actor=SYSTEM, revision=other)
    with pytest.raises(EditConflict):
        undo(actor=SYSTEM, revision=other)


def test_the_last_fifty_can_be_taken_back(first: Any) -> None:
    live = text(current())
    for number in range(MAX_UNDO + 20):
        do(Set(LABEL, f"Label {number}"), title=f"Edit {number}")
    assert MAX_UNDO <= DraftOperation.objects.count() < MAX_UNDO + 10
    for revision in list(DraftOperation.objects.values_list("revision", flat=True))[:MAX_UNDO]:
        undo(actor=SYSTEM, revision=revision)
    assert current().read(LABEL) == "Label 19"
    assert text(current()) != live
    assert as_seen(current(), 2) is None


def test_whoever_takes_back_one_after_the_other_comes_to_the_last_that_can_be(first: Any) -> None:
    """What was taken back, and the taking back of it, stand in the list, too: they do not push the others out of it."""
    for number in range(12):
        do(Set(LABEL, f"Label {number}"), title=f"Edit {number}")
    for _ in range(10):
        rows = draft_operations(10)
        assert len(rows) == len(draft_places(10)) <= 40
        undo(actor=SYSTEM, revision=next(row.revision for row in rows if not row.is_undone and row.undoes is None))
    assert current().read(LABEL) == "Label 1"
    assert all(row.is_undone or row.undoes is not None for row in draft_operations(10))


def test_who_writes_on_makes_one_edit_of_it(first: Any) -> None:
    for words in ("W", "Wh", "What happened?"):
        do(Set(LABEL, words))
    (kept,) = DraftOperation.objects.all()
    assert kept.revision == current().revision == 3
    do(Set(LABEL, "Theirs"), by=person())
    do(Set(("portal", "welcome"), "Hello"))
    assert DraftOperation.objects.count() == 3
    seen = as_seen(current(), 3)
    assert seen is not None and seen.read(LABEL) == "What happened?"
    undo(actor=SYSTEM, revision=5)
    undo(actor=SYSTEM, revision=4)
    undo(actor=SYSTEM, revision=3)
    assert not current().is_changed


def test_what_is_changed_and_changed_back_leaves_no_edit(first: Any) -> None:
    was = current().read(LABEL)
    for words in ("Other", "Another", was):
        do(Set(LABEL, words))
    assert (current().is_changed, draft_operations(MAX_UNDO), draft_places(MAX_UNDO)) == (False, [], {})
    for revision in DraftOperation.objects.values_list("revision", flat=True):
        with pytest.raises(EditConflict):
            undo(actor=SYSTEM, revision=revision)
    # The next one is an edit of its own, and is taken back by itself.
    do(Set(LABEL, "Third"))
    assert [row.revision for row in draft_operations(MAX_UNDO)] == [4]
    undo(actor=SYSTEM, revision=4)
    assert not current().is_changed


def test_who_saw_what_was_changed_back_is_still_told(first: Any) -> None:
    alice, mona = person(), person("manager")
    was = current().read(LABEL)
    do(Set(LABEL, "Other"), by=alice)
    do(Set(LABEL, was), by=alice)
    for revision, words in ((0, was), (1, "Other"), (2, was)):
        seen = as_seen(current(), revision)
        assert seen is not None and seen.read(LABEL) == words
    for revision in (0, 1):
        assert editors_since(revision, ("types.repair",), mona) == [alice.name]
        assert [change.path for change in places_of_others(current(), revision, mona) or ()][-1:] == [LABEL]
    assert editors_since(2, ("types.repair",), mona) == []


def test_one_of_several_that_came_to_nothing_leaves_the_others(first: Any) -> None:
    was = current().read(LABEL)
    welcome = ("portal", "welcome")
    do(Set(LABEL, "Other"), Set(welcome, "Hello"))
    do(Set(LABEL, was), Set(welcome, "Good day"))
    (row,) = draft_operations(MAX_UNDO)
    undo(actor=SYSTEM, revision=row.revision)
    assert (current().is_changed, current().read(LABEL)) == (False, was)


def test_what_is_a_default_leaves_no_edit_and_can_be_taken_back_as_it_is_kept(first: Any) -> None:
    corners, welcome = ("portal", "brand", "corners"), ("portal", "welcome")
    assert do(Set(corners, "soft")) == 0
    do(Set(corners, "soft"), Set(welcome, "Hello"))
    do(Set(corners, "crisp"))
    do(Set(corners, "soft"))
    (row,) = draft_operations(MAX_UNDO)
    undo(actor=SYSTEM, revision=row.revision)
    assert not current().is_changed


def test_what_came_to_nothing_takes_no_place_among_the_last(first: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editing, "MAX_UNDO", 4)
    colour = ("portal", "brand", "colour")
    was = current().read(colour)
    for number in range(4):
        do(Set(LABEL, f"Label {number}"), title=f"Edit {number}")
        for value in ("#123456", was, "#654321", was):
            do(Set(colour, value), title="Colour")
    # They do not grow without end either; of a form of before the oldest of them nobody knows.
    assert 4 <= DraftOperation.objects.filter(CAME_TO_NOTHING).count() < 4 + 10
    assert as_seen(current(), 5) is None
    listed = draft_operations(4)
    assert [row.title for row in listed] == ["Edit 3", "Edit 2", "Edit 1", "Edit 0"]
    for row in listed:
        undo(actor=SYSTEM, revision=row.revision)
    assert not current().is_changed


def test_the_draft_as_somebody_saw_it(first: Any) -> None:
    live = current().read(FIELDS)
    do(Insert(FIELDS, dict(NEW_FIELD), 0), Set(LABEL, "One"))
    do(Remove((*FIELDS, "extra")), Set(("portal", "welcome"), "Hello"))
    seen = as_seen(current(), 1)
    assert seen is not None
    assert (seen.read(LABEL), seen.read((*FIELDS, "extra", "label")), seen.read(("portal", "welcome"))) == (
        "One",
        "Extra",
        None,
    )
    began = as_seen(current(), 0)
    assert began is not None and began.read(FIELDS) == live


# Whole documents, as files bring them.


def test_a_whole_draft_may_be_unfinished(first: Any) -> None:
    owner = person()
    saved = replace(actor=owner, document=load(changed(*NEW, "meaning")), title="File")
    assert (saved.revision, saved.based_on) == (1, first.number)
    assert text(current()) == canonical(load(changed(*NEW, "meaning")))
    assert live_portal().number == first.number
    assert current().author == owner.name


def test_the_second_who_replaces_the_whole_is_told(first: Any) -> None:
    replace(actor=SYSTEM, document=load(changed("portal", "name", to="Mine")), title="", expected_revision=0)
    with pytest.raises(DraftChanged) as refused:
        replace(actor=SYSTEM, document=load(sound()), title="", expected_revision=0)
    assert (refused.value.expected, refused.value.actual) == (0, 1)
    assert current().read(("portal", "name")) == "Mine"


def test_a_draft_that_was_kept_whole_is_read_and_edited(first: Any) -> None:
    document = canonical(load(changed("portal", "welcome", to="Hello")))
    PortalDraft.objects.create(document=document, based_on=first.number, revision=4)
    assert text(current()) == document
    assert current().count == 1
    do(Set(LABEL, "What happened?"))
    assert current().read(("portal", "welcome")) == "Hello"
    assert (current().count, current().revision) == (2, 5)
    assert PortalDraft.objects.get().document is None


# Publishing.


def test_publishing_the_draft_uses_it_up(first: Any) -> None:
    do(Set(LABEL, "What happened?"))
    publish(actor=SYSTEM, document=current().document)
    assert (current().is_changed, DraftOperation.objects.count()) == (False, 0)
    # A form opened before must not take itself for the newest.
    assert current().revision == 2
    assert live_portal().number == first.number + 1


def test_publishing_something_else_leaves_what_it_did_not_bring(first: Any) -> None:
    do(Set(LABEL, "What happened?"), Set(("portal", "welcome"), "Hello"))
    do(Insert(("teams",), {"key": "night", "name": "Night"}, 0))
    other = changed("portal", "welcome", to="Hello")
    other["teams"] = [*other.get("teams", []), {"key": "day", "name": "Day"}]
    publish(actor=SYSTEM, document=other)
    draft = current()
    assert places_in(draft, "types.repair") == {LABEL}
    assert "portal" not in draft.changed
    assert draft.keys("teams")[0] == "night"
    assert draft.keys("teams")[-1] == "day"


def test_an_edit_costs_the_same_few_statements_however_large_the_document(first: Any) -> None:
    large = sound()
    for number in range(60):
        kind = copy.deepcopy(large["types"][0]) | {"key": f"copy-{number}"}
        large["types"].append(kind)
    with server_statements() as few:
        do(Set(LABEL, "One"))
    publish(actor=SYSTEM, document=large)
    current()
    with server_statements() as many:
        do(Set(LABEL, "Two"))
    assert len(many.without_transactions) <= len(few.without_transactions) <= 11, few
    with server_statements() as reading:
        current().item("types", "repair")
    assert len(reading.without_transactions) <= 5, reading
