"""What was read is what goes live; nobody reads by the review what their role does not see; nothing breaks off."""

from __future__ import annotations

import copy
import dataclasses
import re
from typing import Any

import pytest

from portal_core.accounts.actor import actor_for
from portal_core.accounts.models import User
from portal_core.config.actions import publish
from portal_core.config.compile import compile_portal
from portal_core.config.document import load
from portal_core.config.draft.decisions import decide, decisions, schedule
from portal_core.config.draft.editing import edit, replace
from portal_core.config.draft.operations import Set
from portal_core.config.draft.reading import current
from portal_core.config.impact import Move
from portal_core.config.live import live_portal
from portal_core.config.models import PortalVersion
from portal_core.config.newly_seen import newly_seen
from portal_core.desk.setup.review.page import Review, review_of
from portal_core.service_requests.models import ServiceRequest
from tenants.context import tenant_context
from tests.config.documents import sound
from tests.desk.setup import test_review as reviews
from tests.desk.setup.test_review import (
    PAGE,
    asked_request,
    cause_shown,
    draft,
    publish_form,
    text,
    without_asked,
)
from tests.factories import make_user
from tests.service_requests.filing import file_request

FIELD = "repair.cause"
LATER = {"when": "later"}


@pytest.fixture
def editor(acting: Any, client_for: Any) -> Any:
    """Emma may shape the portal and not publish; the cause is hidden from her and from customers."""
    document = sound()
    permissions = ["see", "manage_setup"]
    document["roles"].append({"key": "editor", "name": "Editor", "based_on": "manager", "permissions": permissions})
    document["types"][0]["fields"][5]["show"] = {"customer": "hidden", "editor": "hidden"}
    publish(actor=acting, document=load(document))
    emma = make_user("emma@example.com", "Emma Editor", "editor")
    return document, emma, client_for(emma)


def shown_to(document: dict[str, Any], **show: str) -> dict[str, Any]:
    changed = copy.deepcopy(document)
    changed["types"][0]["fields"][5]["show"] = show
    changed["assertions"] = []
    return changed


def test_single_decisions_are_read_and_published_on_real_commits(race_tenant):
    """The pages run outside a transaction: nothing there may need one."""
    with tenant_context(race_tenant):
        olive = actor_for(User.objects.get(role="owner"))
        publish(actor=olive, document=load(sound()))
        draft(olive, edits=[without_asked])
        decide(actor=olive, how=lambda before: dataclasses.replace(before, requests={"1042": "over"}))
        assert isinstance(review_of(olive, current()), Review)


def test_who_may_not_read_a_field_does_not_read_it_by_the_draft(owner, acting, people, editor):
    document, emma, client = editor
    row = asked_request(people, acting)
    replace(actor=actor_for(emma), document=load(shown_to(document, customer="see", editor="see")), title="T")
    pages = text(client.get(PAGE)) + text(client.get(f"{PAGE}seen/all/?field={FIELD}"))
    assert "Dragon in pump" not in pages
    assert "something that your role does not see" in pages
    assert "Dragon in pump" in text(owner.get(f"{PAGE}seen/all/?field={FIELD}"))
    assert "Dragon in pump" not in text(client.get(f"/desk/requests/{row.number}/"))


def test_only_what_was_read_goes_live_at_its_time(owner, acting, editor, tenant, time_machine_to):
    document, emma, _client = editor
    document["portal"]["name"] = "Beta"
    replace(actor=acting, document=load(document), title="T")
    assert owner.post(PAGE, publish_form(owner) | LATER | {"at": reviews._in_two_hours()}).status_code == 302
    document["roles"][-1]["permissions"] = ["see", "manage_setup", "publish"]
    replace(actor=actor_for(emma), document=load(document), title="T2")
    assert "Changed since its time was set" in text(owner.get("/desk/setup/"))
    before = live_portal().number
    with time_machine_to(hours=3):
        reviews._drain(tenant)
    planned = schedule()
    assert live_portal().number == before
    assert planned is not None and "changed since the time was set" in planned.problem
    assert not actor_for(User.objects.get(pk=emma.pk)).may("publish")


def test_a_time_is_not_set_for_what_was_not_read(owner, acting):
    draft(acting, name="Beta")
    form = publish_form(owner) | LATER | {"at": reviews._in_two_hours()}
    draft(acting, name="Gamma")
    assert owner.post(PAGE, form).status_code == 409
    assert schedule() is None
    aware = publish_form(owner) | LATER | {"at": "2027-01-01T00:00+14:00"}
    assert owner.post(PAGE, aware).status_code == 409


def test_another_decision_is_another_page(owner, acting, people, editor, client_for):
    document, _emma, client = editor
    row = asked_request(people, acting)
    replace(actor=acting, document=load(shown_to(document, customer="see")), title="T")
    owner.post(f"{PAGE}seen/", {"field": FIELD, "old": "keep"})
    form, before = publish_form(owner), live_portal().number
    client.post(f"{PAGE}seen/", {"field": FIELD, "old": "show"})
    assert owner.post(PAGE, form).status_code == 409
    assert live_portal().number == before
    assert "Dragon" not in text(client_for(people["carol"]).get(f"/requests/{row.number}/"))


def test_what_was_decided_about_a_draft_goes_with_it(owner, acting, people, client_for):
    row = asked_request(people, acting)
    draft(acting, edits=[cause_shown])
    owner.post(f"{PAGE}seen/", {"field": FIELD, "old": "show"})
    assert decisions().seen == {FIELD: False}
    owner.post("/desk/setup/discard/")
    assert decisions().seen == {}
    draft(acting, edits=[cause_shown])
    assert owner.post(PAGE, publish_form(owner)).status_code == 409
    assert "Dragon" not in text(client_for(people["carol"]).get(f"/requests/{row.number}/"))


SWITCH = "/desk/setup/types/repair/fields/cause/switch/"


def _seen_by_customers(owner, to):
    owner.post(SWITCH, {"do": "show", "role": "customer", "to": to})


def test_what_was_decided_ends_when_the_field_is_hidden_again(owner, acting, people, client_for):
    row = asked_request(people, acting)
    draft(acting, edits=[cause_shown])
    owner.post(f"{PAGE}seen/", {"field": FIELD, "old": "show"})
    _seen_by_customers(owner, "hidden")
    assert decisions().seen == {}
    _seen_by_customers(owner, "see")
    assert owner.post(PAGE, publish_form(owner)).status_code == 409
    assert "Dragon" not in text(client_for(people["carol"]).get(f"/requests/{row.number}/"))


def test_what_was_decided_ends_when_its_change_is_undone_and_done_again(owner, acting, people):
    asked_request(people, acting)
    draft(acting, edits=[lambda document: document.__setitem__("assertions", [])])
    _seen_by_customers(owner, "see")
    owner.post(f"{PAGE}seen/", {"field": FIELD, "old": "show"})
    revision = current().revision
    owner.post(f"/desk/setup/history/{revision}/undo/")
    assert decisions().seen == {}
    owner.post(f"/desk/setup/history/{revision + 1}/undo/")
    assert owner.post(PAGE, publish_form(owner)).status_code == 409


def test_what_was_decided_holds_while_words_are_changed(owner, acting, people):
    asked_request(people, acting)
    draft(acting, edits=[cause_shown])
    owner.post(f"{PAGE}seen/", {"field": FIELD, "old": "keep"})
    edit(actor=acting, operations=[Set(("types", "repair", "fields", "cause", "label"), "Why")], title="T")
    edit(actor=acting, operations=[Set(("types", "repair", "fields", "what", "help"), "Say it")], title="T")
    assert decisions().seen == {FIELD: True}


def test_sending_requests_elsewhere_asks_again_what_comes_to_light(owner, acting, people):
    asked_request(people, acting)
    draft(acting, edits=[cause_shown, without_asked])
    for to in ("new", "over"):
        owner.post(f"{PAGE}map/", {"source": "way.asked", "to": to})
        if to == "new":
            owner.post(f"{PAGE}seen/", {"field": FIELD, "old": "show"})
            owner.post(f"{PAGE}map/", {"source": "way.asked", "to": to})
            assert decisions().seen == {FIELD: False}
    assert decisions().seen == {}


def test_a_version_that_was_loaded_and_discarded_is_not_brought_back(owner, acting):
    first = live_portal().number
    draft(acting, name="Beta")
    owner.post(PAGE, publish_form(owner))
    owner.post(f"/desk/setup/versions/{first}/load/")
    assert decisions().restores == first
    owner.post("/desk/setup/discard/")
    draft(acting, name="Gamma")
    owner.post(PAGE, publish_form(owner))
    newest = PortalVersion.objects.order_by("-number")[0]
    assert (newest.document["portal"]["name"], newest.restores) == ("Gamma", None)


def test_where_single_requests_go_counts_beside_where_the_rest_goes():
    before, after = sound(), sound()
    before["types"][0]["fields"][5]["show"] = after["types"][0]["fields"][5]["show"] = {"customer": "hidden"}
    after["types"][0]["fields"][5]["at"] = {"over": {"customer": "see"}}
    portals = [compile_portal(load(document | {"assertions": []}), 0) for document in (before, after)]
    single = Move("repair", "asked", "repair", "over", (1001,))
    rest = Move("repair", "asked", "repair", "new")
    for moves in ([single], [single, rest], [rest, single]):
        (found,) = [item for item in newly_seen(*portals, moves) if item.field_key == "cause"]
        assert "asked" in found.status_keys
    (found,) = [item for item in newly_seen(*portals, [rest]) if item.field_key == "cause"]
    assert "asked" not in found.status_keys


@pytest.mark.parametrize("box", ["note", "later", "what", "back"])
def test_a_zero_byte_is_taken_out(box, owner, acting):
    draft(acting, name="Beta", welcome="Hi")
    if box == "what":
        answer = owner.post(f"{PAGE}back/", {"path": "portal.name", "what": "a\x00b"})
    elif box == "back":
        older = live_portal().number
        publish(actor=acting, document=load(sound() | {"portal": {**sound()["portal"], "name": "Z"}}))
        live = str(live_portal().number)
        answer = owner.post(f"/desk/setup/versions/{older}/back/", {"note": "a\x00b", "live": live})
    else:
        more = LATER | {"at": reviews._in_two_hours()} if box == "later" else {}
        answer = owner.post(PAGE, publish_form(owner, note="a\x00b") | more)
    assert answer.status_code == 302


HIDDEN = "Your role does not see this question in every request"


def read_by(client: Any) -> str:
    """The review as it is read, without the time at which it was counted."""
    return re.sub(r"\d\d:\d\d", "", text(client.get(PAGE)))


@pytest.mark.parametrize("shown", [{"customer": "see", "editor": "hidden"}, {"customer": "see", "editor": "see"}])
def test_no_number_tells_a_preparing_role_whether_anything_stands_in_a_hidden_field(acting, people, editor, shown):
    document, emma, client = editor
    replace(actor=actor_for(emma), document=load(shown_to(document, **shown)), title="T")
    row = file_request(people["carol"], "repair")
    pages = []
    for canary in ({}, {"cause": "Dragon in pump"}):
        ServiceRequest.objects.filter(pk=row.pk).update(data={"what": "Pump", **canary})
        page = read_by(client)
        assert HIDDEN in page
        assert "Dragon" not in page and "would read what stands there now" not in page
        pages.append(page)
    assert pages[0] == pages[1]


def test_who_sees_the_field_is_told_how_many(owner, acting, people, editor):
    document, emma, _client = editor
    asked_request(people, acting)
    replace(actor=actor_for(emma), document=load(shown_to(document, customer="see")), title="T")
    page = text(owner.get(PAGE))
    assert "This customer would read what stands there now:" in page
    assert HIDDEN not in page


def test_a_preparing_role_keeps_hidden_what_it_does_not_see_and_only_then_is_all_decided(acting, people, editor):
    document, emma, client = editor
    asked_request(people, acting)
    replace(actor=actor_for(emma), document=load(shown_to(document, customer="see")), title="T")
    assert "Decide anew" not in text(client.get(PAGE))
    client.post(f"{PAGE}seen/", {"field": FIELD, "old": "keep"})
    assert decisions().seen == {FIELD: True}
    assert "Decide anew" in text(client.get(PAGE))


def test_what_open_requests_lack_is_not_counted_for_who_does_not_see_it(owner, acting, people, editor):
    document, emma, client = editor
    changed = copy.deepcopy(document)
    changed["types"][0]["fields"][5]["required"] = True
    row = file_request(people["carol"], "repair")
    replace(actor=actor_for(emma), document=load(changed), title="T")
    pages = []
    for data in ({"what": "Pump"}, {"what": "Pump", "cause": "Dragon in pump"}):
        ServiceRequest.objects.filter(pk=row.pk).update(data=data)
        pages.append(read_by(client))
    assert pages[0] == pages[1]
    assert "What your role does not see is not counted." in pages[0]
    assert "nothing there" not in pages[0]
    ServiceRequest.objects.filter(pk=row.pk).update(data={"what": "Pump"})
    assert "1 open request has nothing there and goes on without it." in text(owner.get(PAGE))


def test_whether_a_target_is_true_is_not_told_to_who_does_not_see_the_field(acting, people, editor):
    document, emma, client = editor
    row = asked_request(people, acting)

    def needing(made: dict[str, Any]) -> dict[str, Any]:
        without_asked(made)
        flow = made["flows"][0]
        flow["statuses"].insert(1, {**copy.deepcopy(flow["statuses"][0]), "key": "looked", "name": "Looked at"})
        flow["transitions"].append({"from": ["new"], "to": "looked", "by": ["agent"], "must_fill": ["cause"]})
        flow["transitions"].append({"from": ["looked"], "to": "over", "by": ["agent"]})
        return made

    replace(actor=actor_for(emma), document=load(needing(copy.deepcopy(document))), title="T")
    pages = []
    for data in ({"what": "Pump", "cause": "Dragon in pump"}, {"what": "Pump"}):
        ServiceRequest.objects.filter(pk=row.pk).update(data=data)
        pages.append(read_by(client))
    assert pages[0] == pages[1]
    assert "your role does not see whether it is filled in" in pages[0]
