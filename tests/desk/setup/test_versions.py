"""`/desk/setup/versions/`: the list, comparing, going back, the portal as a file."""

from __future__ import annotations

import copy
import io
import json
from typing import Any

import pytest

from portal_core.accounts.actor import actor_for
from portal_core.accounts.models import User
from portal_core.config.actions import Decided, publish
from portal_core.config.canonical import canonical, canonical_json
from portal_core.config.document import load
from portal_core.config.draft.decisions import decisions
from portal_core.config.draft.editing import replace
from portal_core.config.draft.reading import current, editors_since
from portal_core.config.live import live_portal
from portal_core.config.models import PortalVersion
from portal_core.service_requests.actions import Move, move
from portal_core.service_requests.models import ServiceRequest
from tests.config.documents import sound
from tests.desk.setup.test_review import publish_form, text, without_asked
from tests.service_requests.filing import file_request

PAGE = "/desk/setup/versions/"


def named(name: str, *edits: Any) -> Any:
    document = copy.deepcopy(sound())
    document["portal"]["name"] = name
    for edit in edits:
        edit(document)
    return load(document)


@pytest.fixture
def alice(people: dict[str, Any]) -> Any:
    return actor_for(people["alice"])


@pytest.fixture
def numbers(alice: Any) -> list[int]:
    """Three versions: One, Two, Three."""
    notes = {"One": "The first", "Two": "", "Three": "The third"}
    return [publish(actor=alice, document=named(name), note=note).number for name, note in notes.items()]


@pytest.fixture
def owner(people: dict[str, Any], client_for: Any, numbers: list[int]) -> Any:
    return client_for(people["alice"])


def test_the_list_tells_who_when_why_and_how_long(owner, numbers):
    page = text(owner.get(PAGE))
    assert "The first" in page
    assert "No note" in page
    assert "live now" in page
    assert "Alice" in page


def test_going_back_is_offered_in_a_column_of_its_own_or_where_there_is_no_room_below_the_note(owner, numbers):
    page = owner.get(PAGE).content.decode()
    back = f'<a class="btn btn-s btn-soft{{}}" href="?back={numbers[0]}&amp;'
    assert f'<td class="r hide-s">{back.format("")}' in page
    assert f'<span class="cell2 only-narrow">{back.format(" mt1")}' in page


def test_who_has_not_told_a_name_is_named_by_the_address(people, client_for):
    """An owner has none on the first day; "Portico" would say that nobody did it."""
    User.objects.filter(pk=people["alice"].pk).update(name="")
    nameless = User.objects.get(pk=people["alice"].pk)
    owner = client_for(nameless)
    number = publish(actor=actor_for(nameless), document=named("One")).number
    assert f"by {nameless.email}" in text(owner.get(f"/desk/setup/publish/{number}/"))
    replace(actor=actor_for(nameless), document=named("Draft"), title="Test")
    for path in (PAGE, "/desk/setup/history/"):
        page = text(owner.get(path))
        assert nameless.email in page and "Portico" not in page.partition("Review and publish")[2], path
    assert f"by {nameless.email}" in text(owner.get("/desk/setup/"))
    assert editors_since(0, ("portal",), actor_for(people["bob"])) == [nameless.email]


def test_any_two_are_compared(owner, numbers):
    page = owner.get(PAGE, {"from": numbers[0], "to": numbers[2]}).content.decode()
    assert "<del>One</del> <ins>Three</ins>" in page
    assert "1 change" in page


def test_the_draft_is_compared_too(owner, numbers, alice):
    replace(actor=alice, document=named("Draft"), title="Test")
    page = owner.get(PAGE, {"from": numbers[0], "to": "draft"}).content.decode()
    assert "<del>One</del> <ins>Draft</ins>" in page


@pytest.mark.parametrize(
    "query", [{"from": "x", "to": "y"}, {"from": "999", "to": "1"}, {"back": "999"}, {"before": "-"}]
)
def test_what_is_no_version_compares_nothing(owner, query):
    assert owner.get(PAGE, query).status_code == 200


def test_going_back_is_a_version_of_its_own_and_the_one_in_between_is_marked(owner, numbers):
    page = owner.get(PAGE, {"back": numbers[0]})
    assert "No request loses its status" in text(page)
    form = {"live": str(numbers[2]), "note": "Phones could not draw it"}
    done = owner.post(f"{PAGE}{numbers[0]}/back/", form)
    assert done.status_code == 302
    assert live_portal().name == "One"
    version = PortalVersion.objects.get(number=live_portal().number)
    assert (version.restores, version.note) == (numbers[0], "Phones could not draw it")
    listed = text(owner.get(PAGE))
    assert "rolled back" in listed
    assert "Taken back after" in listed
    assert "Phones could not draw it" in listed
    assert PortalVersion.objects.get(number=numbers[2]).document["portal"]["name"] == "Three"


def test_going_back_over_somebody_elses_version_says_so(owner, numbers, alice):
    publish(actor=alice, document=named("Four"))
    owner.post(f"{PAGE}{numbers[0]}/back/", {"live": str(numbers[2])})
    assert live_portal().name == "Four"
    assert "was published meanwhile" in text(owner.get(PAGE))


def test_where_requests_would_lose_their_status_the_way_back_goes_through_the_review(owner, numbers, alice, people):
    without = publish(actor=alice, document=named("Without", without_asked)).number
    publish(actor=alice, document=named("With"))
    row = file_request(people["carol"], "repair")
    move(actor=alice, request_id=row.pk, move=Move(to="asked", seen_status="new", answers={"cause": "A pump"}))
    assert "Something has to be mended or decided first" in text(owner.get(PAGE, {"back": without}))
    away = owner.post(f"{PAGE}{without}/back/", {"live": str(live_portal().number)})
    assert away["Location"] == "/desk/setup/publish/"
    assert live_portal().name == "With"
    assert decisions().restores == without
    assert f"Brings back version {without}" in text(owner.get("/desk/setup/publish/"))
    owner.post("/desk/setup/publish/map/", {"source": "way.asked", "to": "new"})
    owner.post("/desk/setup/publish/", publish_form(owner))
    assert live_portal().name == "Without"
    assert PortalVersion.objects.get(number=live_portal().number).restores == without
    assert ServiceRequest.objects.get(pk=row.pk).status_key == "new"


def test_a_version_is_loaded_into_the_draft_and_nothing_goes_live(owner, numbers):
    owner.post(f"{PAGE}{numbers[1]}/load/")
    assert current().read(("portal", "name")) == "Two"
    assert live_portal().name == "Three"


@pytest.mark.parametrize("which", ["", "draft", "old"])
def test_the_portal_comes_out_as_a_file_and_the_same_comes_in_again(owner, numbers, alice, which):
    replace(actor=alice, document=named("Draft"), title="Test")
    query = {"": "", "draft": "?version=draft", "old": f"?version={numbers[0]}"}[which]
    answer = owner.get(f"{PAGE}file/{query}")
    name = {"": "Three", "draft": "Draft", "old": "One"}[which]
    assert answer.content.decode() == canonical_json(named(name))
    assert "attachment" in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    away = owner.post(f"{PAGE}read/", {"file": io.BytesIO(answer.content)})
    assert away["Location"] == "/desk/setup/publish/"
    assert canonical(current().document) == canonical(named(name))


def test_a_file_that_cannot_be_read_is_said_with_its_place_and_changes_nothing(owner, alice):
    before = current().revision
    document = sound()
    document["portal"]["colour"] = "red"
    answer = owner.post(f"{PAGE}read/", {"file": io.BytesIO(json.dumps(document).encode())})
    assert answer.status_code == 400
    assert "portal.colour" in text(answer)
    assert "nothing was changed" in text(answer)
    assert current().revision == before


@pytest.mark.parametrize(
    "raw",
    [b"", b"\xff\xfe", b"{", b"[" * 100_000, b"x" * 3_000_000],
    ids=["nothing", "no text", "half", "deep", "large"],
)
def test_what_is_no_portal_at_all_is_refused(owner, raw):
    before = current().revision
    assert owner.post(f"{PAGE}read/", {"file": io.BytesIO(raw)}).status_code in (302, 400)
    assert current().revision == before


def test_older_versions_are_a_page_away(owner, alice):
    for number in range(25):
        publish(actor=alice, document=named(f"Name {number}"), note=f"Note {number}")
    page = owner.get(PAGE)
    assert "Older versions" in text(page)
    assert "Note 24" in text(page)
    assert "Note 3" not in text(page).replace("Note 3 ", "Note three")
    older = owner.get(PAGE, {"before": live_portal().number - 19})
    assert "The first" in text(older)


def test_pressed_twice_going_back_makes_one_version(owner, numbers):
    form = {"live": str(numbers[2])}
    for _ in range(2):
        owner.post(f"{PAGE}{numbers[0]}/back/", form)
    assert live_portal().number == numbers[2] + 1


POSTS = ["1/back/", "1/load/", "read/"]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("who", ["bob", "carol", None])
def test_whoever_may_not_changes_nothing(owner, people, client_for, who, path):
    before = (current().revision, live_portal().number)
    client = client_for(people[who]) if who else client_for()
    file = io.BytesIO(canonical_json(named("Mine")).encode())
    assert client.post(PAGE + path, {"file": file, "live": str(before[1])}).status_code in (302, 403, 404)
    assert client.get(PAGE).status_code in (302, 403, 404)
    assert client.get(f"{PAGE}file/").status_code in (302, 403, 404)
    assert (current().revision, live_portal().number) == before


def test_a_version_made_by_another_form_is_not_gone_back_to_twice(alice, numbers):
    decided = Decided(restores=numbers[0], expected_live=numbers[2])
    assert publish(actor=alice, document=named("One"), decided=decided).restores == numbers[0]
