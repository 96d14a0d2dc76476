"""`/desk/setup/publish/`: read, take back, mend, decide, publish; nothing is written for whoever may not."""

from __future__ import annotations

import copy
import html
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail as sent_mails
from django.utils import timezone

from portal_core.accounts.actor import actor_for
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.config.draft.decisions import decisions, mark, schedule
from portal_core.config.draft.editing import replace
from portal_core.config.draft.reading import current
from portal_core.config.live import live_portal
from portal_core.config.models import PortalVersion
from portal_core.service_requests.actions import Move, change_fields, move
from portal_core.service_requests.models import RequestDraft, ServiceRequest
from tenants import lifecycle
from tenants.outbox.drain import Ended, drain
from tenants.outbox.models import Event
from tests.config.documents import sound
from tests.factories import make_user
from tests.service_requests.filing import file_request

PAGE = "/desk/setup/publish/"


def draft(acting: Any, **changes: Any) -> dict[str, Any]:
    """Puts the sound document into the draft, changed by functions or with a portal's values."""
    document = copy.deepcopy(sound())
    for change in changes.pop("edits", []):
        change(document)
    document["portal"] |= changes
    replace(actor=acting, document=load(document), title="Test")
    return document


def without_asked(document: dict[str, Any]) -> None:
    flow = document["flows"][0]
    flow["statuses"] = [status for status in flow["statuses"] if status["key"] != "asked"]
    flow["transitions"] = [{"from": ["new"], "to": "over", "by": ["agent", "customer"], "label": "Finish"}]


def cause_shown(document: dict[str, Any]) -> None:
    document["types"][0]["fields"][5]["show"] = {"customer": "see"}
    document["assertions"] = []


def without_meaning(document: dict[str, Any]) -> None:
    del document["flows"][0]["statuses"][0]["meaning"]


def text(response: Any) -> str:
    words = re.sub(r"<[^>]+>", "", response.content.decode())
    return " ".join(html.unescape(words).split())


def hidden(response: Any, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())[1]


def publish_form(client: Any, **more: str) -> dict[str, str]:
    page = client.get(PAGE)
    return {name: hidden(page, name) for name in ("key", "mark", "live")} | {"when": "now", "note": "Why"} | more


def mend_forms(client: Any) -> list[tuple[dict[str, str], list[str]]]:
    """What each form of a mend sends besides its answer, and the answers that it offers."""
    forms = re.findall(r'<form class="mend.*?</form>', client.get(PAGE).content.decode(), re.DOTALL)
    sent = [dict(re.findall(r'name="(finding)" value="([^"]*)"', form)) for form in forms]
    offered = [[html.unescape(label) for label in re.findall(r'<option value="([^"]*)"', form)] for form in forms]
    return list(zip(sent, offered, strict=True))


def mend(client: Any, value: str, number: int = 0) -> Any:
    """Answers one of them."""
    return client.post(f"{PAGE}mend/", mend_forms(client)[number][0] | {"value": value}, follow=True)


def asked_request(people: dict[str, Any], acting: Any) -> ServiceRequest:
    row = file_request(people["carol"], "repair")
    move(actor=acting, request_id=row.pk, move=Move(to="asked", seen_status="new", answers={"cause": "Dragon in pump"}))
    row.refresh_from_db()
    return row


def test_what_may_stay_leads_to_where_it_stands(owner, acting):
    def same_words(document: dict[str, Any]) -> None:
        document["types"][0]["fields"][1]["choices"][1]["label"] = "A leak"

    draft(acting, edits=[same_words])
    page = owner.get(PAGE)
    assert "Two answers to “Which kind?” read “A leak”: nobody can tell them apart." in text(page)
    assert 'href="/desk/setup/types/repair/fields/kind/#parts"' in page.content.decode()


def test_a_promise_that_does_not_hold_is_said_in_names(owner, acting):
    def shown(document: dict[str, Any]) -> None:
        document["types"][0]["fields"][5]["show"] = {"customer": "see"}

    draft(acting, edits=[shown])
    assert "Customers must never see “Cause” of “Repair”, but would on the form." in text(owner.get(PAGE))


def test_a_title_that_is_hidden_in_one_status_says_which_by_its_name(owner, acting):
    def hidden(document: dict[str, Any]) -> None:
        document["types"][0]["fields"][0]["at"] = {"over": {"customer": "hidden"}}

    draft(acting, edits=[hidden])
    assert "which customers do not see in “Over”." in text(owner.get(PAGE))


def test_what_may_stay_names_a_question_and_not_its_key(owner, acting):
    def hidden_and_said(document: dict[str, Any]) -> None:
        gauge = next(field for field in document["types"][0]["fields"] if field["key"] == "gauge")
        gauge["show"] = {"customer": "hidden"}
        document["flows"][0]["statuses"][0]["meaning"] = "It shows {field:gauge}."

    draft(acting, edits=[hidden_and_said])
    said = "The text names “Gauge”, which customers do not see here: they read “not given”."
    assert said in text(owner.get(PAGE))


def test_a_staff_word_that_customers_read_is_said_with_its_language_where_there_are_several(owner, acting):
    def repeated(document: dict[str, Any]) -> None:
        document["flows"][0]["statuses"][0]["meaning"] = "It is new here."

    draft(acting, edits=[repeated])
    assert "Customers read the staff’s name of the status, “New”." in text(owner.get(PAGE))
    draft(acting, edits=[repeated], languages=["en", "de"])
    page = text(owner.get(PAGE))
    assert "“New”, in English." in page and "(en)" not in page


def test_rules_that_hold_say_whom_and_which_question_they_are_about(owner, acting):
    secret = {"key": "secret", "kind": "text", "label": "Cost", "show": {"customer": "hidden", "agent": "hidden"}}

    def promised(document: dict[str, Any]) -> None:
        document["roles"] = [{"key": "engineer", "name": "Engineer", "based_on": "agent"}]
        first = document["types"][0]
        first["fields"].append(secret)
        document["types"].append(copy.deepcopy(first) | {"key": "other", "name": "Other"})
        document["assertions"] = [
            {"field": "repair.secret", "never": "customer"},
            {"field": "other.secret", "never": "customer"},
            {"field": "repair.secret", "never": "engineer"},
        ]

    draft(acting, edits=[promised])
    page = text(owner.get(PAGE))
    assert "Customers never see Cost (Repair)" in page and "Customers never see Cost (Other)" in page
    assert "People as “Engineer” never see CostYour rule holds" in page


def test_nothing_to_publish(owner):
    assert "Nothing to publish" in text(owner.get(PAGE))


def test_each_change_is_a_sentence_and_is_taken_back_by_itself(owner, acting):
    draft(acting, name="Beta", welcome="Good day")
    page = owner.get(PAGE)
    assert "Two changes" in text(page)
    assert "<del>Acme</del> <ins>Beta</ins>" in page.content.decode()
    owner.post(f"{PAGE}back/", {"path": "portal.name", "what": "The portal is called Beta"})
    page = owner.get(PAGE)
    assert "One change" in text(page)
    assert "Good day" in text(page)
    assert current().read(("portal", "name")) == "Acme"


def test_publishing_makes_it_live_with_its_note(owner, acting):
    draft(acting, name="Beta")
    done = owner.post(PAGE, publish_form(owner))
    assert done.status_code == 302
    assert live_portal().name == "Beta"
    version = PortalVersion.objects.get(number=live_portal().number)
    assert version.note == "Why"
    assert done["Location"] == f"{PAGE}{version.number}/"
    assert f"Version {version.number} is live" in text(owner.get(done["Location"]))
    assert not current().is_changed


def test_what_went_live_leads_to_what_it_changed(owner, acting):
    draft(acting, name="Beta")
    done = owner.post(PAGE, publish_form(owner), follow=True)
    number = live_portal().number
    href = f"/desk/setup/versions/?from={number - 1}&amp;to={number}"
    assert href in done.content.decode()
    assert "<del>Acme</del> <ins>Beta</ins>" in owner.get(html.unescape(href)).content.decode()
    first = min(PortalVersion.objects.values_list("number", flat=True))
    assert "What it changed" not in owner.get(f"{PAGE}{first}/").content.decode()


def test_pressed_twice_it_publishes_once_and_says_so_both_times(owner, acting):
    draft(acting, name="Beta")
    form = publish_form(owner)
    first, second = owner.post(PAGE, form), owner.post(PAGE, form)
    assert first["Location"] == second["Location"]
    assert PortalVersion.objects.filter(form_key=form["key"]).count() == 1


def test_who_was_quicker_is_named(owner, acting, people):
    draft(acting, name="Beta")
    form = publish_form(owner)
    mona = make_user("mona@example.com", "Mona Manager", "manager")
    other = sound()
    other["portal"]["welcome"] = "Hello"
    publish(actor=actor_for(mona), document=load(other))
    answer = owner.post(PAGE, form)
    assert answer.status_code == 409
    assert live_portal().name == "Acme"
    # The draft went over the new version, so it is the revision that tells; nothing was published either way.
    assert "Here is what it would do now." in text(answer)
    answer = owner.post(PAGE, publish_form(owner, live=form["live"]))
    assert "Mona Manager published version" in text(answer)
    assert live_portal().name == "Acme"


def test_a_draft_that_changed_since_it_was_read_is_shown_again_with_the_note(owner, acting):
    draft(acting, name="Beta")
    form = publish_form(owner, note="A good reason")
    draft(acting, name="Gamma")
    answer = owner.post(PAGE, form)
    assert answer.status_code == 409
    assert "A good reason" in answer.content.decode()
    assert live_portal().name == "Acme"


def test_requests_in_what_goes_away_wait_for_a_decision(owner, acting, people):
    row = asked_request(people, acting)
    draft(acting, edits=[without_asked])
    page = owner.get(PAGE)
    assert "1 open request stands here" in text(page)
    assert "True for" not in text(page)
    assert owner.post(PAGE, publish_form(owner)).status_code == 409
    row.refresh_from_db()
    assert row.status_key == "asked"
    owner.post(f"{PAGE}map/", {"source": "way.asked", "to": "new", "tell": "no"})
    assert decisions().statuses == {"way.asked": "new"}
    page = owner.get(PAGE)
    assert "Everything is decided" in text(page)
    assert owner.post(PAGE, publish_form(owner)).status_code == 302
    row.refresh_from_db()
    assert row.status_key == "new"
    assert decisions().statuses == {}


def test_what_is_proposed_has_the_same_turn(owner, acting, people):
    """Who waits for the customer goes on waiting for the customer, whatever stands next in the list."""
    asked_request(people, acting)

    def with_others(document: dict[str, Any]) -> None:
        flow = document["flows"][0]
        new, asked = flow["statuses"][:2]
        flow["statuses"][:2] = [{**asked, "key": "waits"}, new, {**new, "key": "looked"}]
        flow["transitions"] = [
            {"from": ["new"], "to": "waits", "by": ["agent"]},
            {"from": ["new", "waits"], "to": "looked", "by": ["agent"]},
            {"from": ["looked"], "to": "over", "by": ["agent"]},
        ]

    draft(acting, edits=[with_others])
    assert re.search(r'value="waits" selected', owner.get(PAGE).content.decode())


def test_where_they_go_is_said_to_be_true_or_not(owner, acting, people):
    asked_request(people, acting)

    def with_other(document: dict[str, Any]) -> None:
        without_asked(document)
        flow = document["flows"][0]
        flow["statuses"].insert(1, {**copy.deepcopy(flow["statuses"][0]), "key": "looked", "name": "Looked at"})
        flow["transitions"].append({"from": ["new"], "to": "looked", "by": ["agent"], "must_fill": ["cause"]})
        flow["transitions"].append({"from": ["looked"], "to": "over", "by": ["agent"]})

    draft(acting, edits=[with_other])
    page = text(owner.get(PAGE))
    assert "True for the one request: “Cause” is filled in." in page


def test_half_filled_forms_what_open_requests_lack_and_mails_are_counted(owner, acting, people):
    def asks_more(document: dict[str, Any]) -> None:
        more = {"key": "way-in", "kind": "text", "label": "How do we get in?", "required": True}
        document["types"][0]["fields"].append(more)
        document["flows"][0]["statuses"][1]["notify"] = [{"who": "customer"}]

    def half(who: str, **typed: list[str]) -> None:
        more = {"typed": typed, "version_number": 1, "updated_at": timezone.now()}
        RequestDraft.objects.create(author=people[who], type_key="repair", **more)

    asked_request(people, acting)
    half("carol", what=["The pump"])
    half("dave")
    draft(acting, edits=[asks_more])
    page = text(owner.get(PAGE))
    assert "1 open request has nothing there and goes on without it." in page
    assert "1 person is in the middle of the form; what was typed stays." in page
    assert "1 open request stands there." in page
    asked_request(people, acting)
    RequestDraft.objects.all().delete()
    half("carol", what=["The pump"])
    half("dave", what=["The tap"])
    page = text(owner.get(PAGE))
    assert "2 open requests have nothing there and go on without it." in page
    assert "2 people are in the middle of the form; what was typed stays." in page
    assert "2 open requests stand there." in page


def test_one_by_one(owner, acting, people):
    rows = [asked_request(people, acting) for _ in range(2)]
    draft(acting, edits=[without_asked])
    away = owner.post(f"{PAGE}map/", {"source": "way.asked", "to": "one-by-one"})
    page = owner.get(away["Location"])
    assert all(str(row.number) in text(page) for row in rows)
    choice = {f"to-{rows[0].number}": "over", f"to-{rows[1].number}": "new", "source": "way.asked"}
    owner.post(f"{PAGE}requests/", choice)
    done = owner.post(PAGE, publish_form(owner))
    assert [ServiceRequest.objects.get(pk=row.pk).status_key for row in rows] == ["over", "new"]
    assert "2 open requests moved" in text(owner.get(done["Location"]))
    # A version that moves none says nothing of it.
    draft(acting, name="Delta")
    assert "moved" not in text(owner.get(owner.post(PAGE, publish_form(owner))["Location"]))


def test_the_very_values_that_customers_would_newly_see_are_shown_and_can_stay_hidden(
    owner, acting, people, client_for
):
    row = asked_request(people, acting)
    carol = client_for(people["carol"])
    draft(acting, edits=[cause_shown])
    page = owner.get(PAGE)
    assert "Dragon in pump" in text(page)
    assert "Carol" in text(page)
    assert "Dragon in pump" in text(owner.get(f"{PAGE}seen/all/?field=repair.cause"))
    assert owner.post(PAGE, publish_form(owner)).status_code == 409
    owner.post(f"{PAGE}seen/", {"field": "repair.cause", "old": "keep"})
    assert owner.post(PAGE, publish_form(owner)).status_code == 302
    assert "Dragon" not in text(carol.get(f"/requests/{row.number}/"))
    change_fields(actor=acting, request_id=row.pk, answers={"cause": "A loose wire"}, seen={"cause": "Dragon in pump"})
    shown = text(carol.get(f"/requests/{row.number}/"))
    assert "A loose wire" in shown
    assert "Dragon" not in shown


def test_what_would_be_read_leads_to_the_draft_as_that_customer_and_to_the_requests_to_edit(owner, acting, people):
    row, other = asked_request(people, acting), file_request(people["dave"], "repair")
    draft(acting, edits=[cause_shown])
    page = owner.get(PAGE).content.decode()
    look = html.unescape(re.search(r'href="([^"]*preview[^"]*)">As <bdi>Carol</bdi>', page)[1])
    assert f"as={people['carol'].pk}" in look and f"requests%2F{row.number}%2F" in look
    seen = owner.get(look)
    assert seen.status_code == 200 and seen.context["what"].seen.user == people["carol"]
    inner = owner.get(seen.context["frame_src"]).content.decode()
    assert "Dragon in pump" in inner
    edit = html.unescape(re.search(r'href="([^"]*holds[^"]*)">Let me edit it', page)[1])
    listed = owner.get(edit).content.decode()
    assert f"/desk/requests/{row.number}/" in listed and f"/desk/requests/{other.number}/" not in listed
    assert "what customers would newly read" in listed
    row.refresh_from_db()
    ServiceRequest.objects.filter(pk=row.pk).update(closed_at=row.created_at)
    assert f"/desk/requests/{row.number}/" in owner.get(edit).content.decode(), "closed ones are read as well"


def test_a_list_of_what_holds_something_tells_nothing_to_who_does_not_see_the_field(owner, acting, people, client_for):
    row = asked_request(people, acting)
    address = "/desk/?view=all&state=any&holds=repair.cause:asked"
    assert f"/desk/requests/{row.number}/" in owner.get(address).content.decode()

    def hide(document: dict[str, Any]) -> None:
        document["types"][0]["fields"][5]["show"] = {"customer": "hidden", "agent": "hidden", "owner": "edit"}
        document["assertions"] = []
        for way in document["flows"][0]["transitions"]:
            way.pop("must_fill", None)

    draft(acting, edits=[hide])
    assert owner.post(PAGE, publish_form(owner)).status_code == 302
    bob = client_for(people["bob"])
    assert f"/desk/requests/{row.number}/" in bob.get("/desk/?view=all").content.decode()
    assert f"/desk/requests/{row.number}/" not in bob.get(address).content.decode()
    for spoilt in ("repair.nothing:asked", "x", "repair.cause", ":", "a.b:c" * 900, "repair.cause:asked\x00"):
        assert owner.get("/desk/", {"view": "all", "holds": spoilt}).status_code == 200


def test_what_may_be_shown_is_shown(owner, acting, people, client_for):
    row = asked_request(people, acting)
    draft(acting, edits=[cause_shown])
    owner.post(f"{PAGE}seen/", {"field": "repair.cause", "old": "show"})
    assert owner.post(PAGE, publish_form(owner)).status_code == 302
    assert "Dragon in pump" in text(client_for(people["carol"]).get(f"/requests/{row.number}/"))


def test_what_stops_it_is_mended_on_the_page(owner, acting):
    draft(acting, edits=[without_meaning])
    page = owner.get(PAGE)
    assert "Stops publishing: New" in text(page)
    assert "Waits for the one thing to mend." in text(page)
    assert owner.post(PAGE, publish_form(owner)).status_code == 409
    mend(owner, "We have it on the desk.")
    assert "Stops publishing" not in text(owner.get(PAGE))
    assert owner.post(PAGE, publish_form(owner)).status_code == 302
    assert live_portal().text(live_portal().type("repair").flow.status("new").meaning) == "We have it on the desk."


@pytest.mark.parametrize(
    "sent",
    [
        {"value": "  "},
        {"finding": "portal.name"},
        {"finding": ""},
        {"finding": "flows.way.statuses.over.meaning"},
    ],
)
def test_only_what_is_to_be_mended_is_mended(owner, acting, sent):
    draft(acting, edits=[without_meaning])
    before = current().revision
    owner.post(f"{PAGE}mend/", mend_forms(owner)[0][0] | {"value": "Words"} | sent)
    assert current().revision == before


def test_a_status_that_lacks_everything_is_mended_by_choosing(owner, acting):
    def bare(document: dict[str, Any]) -> None:
        status = document["flows"][0]["statuses"][0]
        for part in ("turn", "handler", "expected", "notify"):
            del status[part]

    draft(acting, edits=[bare])
    for _ in range(8):
        found = mend_forms(owner)
        if not found:
            break
        mend(owner, found[0][1][0])
    assert "Stops publishing" not in text(owner.get(PAGE))


def test_at_a_time_it_goes_live_and_is_checked_again(owner, acting, tenant, time_machine_to):
    draft(acting, name="Beta")
    owner.post(PAGE, publish_form(owner, when="later", at=_in_two_hours()))
    assert live_portal().name == "Acme"
    assert "Goes live" in text(owner.get("/desk/setup/"))
    _drain(tenant)
    assert live_portal().name == "Acme"
    with time_machine_to(hours=3):
        _drain(tenant)
    assert live_portal().name == "Beta"
    assert schedule() is None
    version = PortalVersion.objects.get(number=live_portal().number)
    assert (version.note, version.author_id) == ("Why", acting.user_id)


def test_what_cannot_go_live_at_its_time_stays_a_draft_and_its_author_is_told(
    owner, acting, people, tenant, time_machine_to
):
    draft(acting, edits=[without_asked], name="Beta")
    owner.post(PAGE, publish_form(owner, when="later", at=_in_two_hours()))
    asked_request(people, acting)
    with time_machine_to(hours=3):
        _drain(tenant)
        _drain(tenant)
    assert live_portal().name == "Acme"
    assert "It did not go live" in text(owner.get(PAGE))
    assert "could not" in text(owner.get("/desk/setup/"))
    (mail,) = [mail for mail in sent_mails.outbox if "did not go live" in mail.subject]
    assert mail.recipients()[0].endswith("alice@example.com>") or "alice@example.com" in mail.recipients()[0]
    assert "1 open request stands in this status, which disappears." in mail.body
    owner.post(f"{PAGE}cancel/")
    assert "It did not go live" not in text(owner.get(PAGE))


@pytest.mark.parametrize(("hours", "goes_live"), [(25, True), (27, False)])
def test_what_comes_more_than_a_day_late_does_not_go_live_by_itself(
    owner, acting, tenant, time_machine_to, hours, goes_live
):
    draft(acting, name="Beta")
    owner.post(PAGE, publish_form(owner, when="later", at=_in_two_hours()))
    lifecycle.suspend(tenant.slug, reason="Unpaid", by="ops@example.com")
    with time_machine_to(hours=hours):
        lifecycle.resume(tenant.slug, by="ops@example.com")
        _drain(tenant)
    assert live_portal().name == ("Beta" if goes_live else "Acme")
    mails = [mail for mail in sent_mails.outbox if "did not go live" in mail.subject]
    assert len(mails) == (0 if goes_live else 1)
    assert all("over by more than a day" in mail.body for mail in mails)


def test_it_can_be_called_off(owner, acting, tenant, time_machine_to):
    draft(acting, name="Beta")
    owner.post(PAGE, publish_form(owner, when="later", at=_in_two_hours()))
    read = hidden(owner.get(PAGE), "mark")
    owner.post(f"{PAGE}cancel/")
    with time_machine_to(hours=3):
        _drain(tenant)
    assert live_portal().name == "Acme"
    # What was written for the version is there for the next try; it makes nothing another draft than was read.
    page = owner.get(PAGE)
    assert re.search(r'<textarea[^>]*name="note"[^>]*>Why</textarea>', page.content.decode())
    assert hidden(page, "mark") == read
    assert owner.post(PAGE, publish_form(owner, note="Better")).status_code == 302
    draft(acting, name="Gamma")
    assert re.search(r'<textarea[^>]*name="note"[^>]*></textarea>', owner.get(PAGE).content.decode())


def test_what_comes_to_light_only_later_is_not_shown_by_the_clock(
    owner, acting, people, tenant, time_machine_to, client_for
):
    draft(acting, edits=[cause_shown])
    owner.post(PAGE, publish_form(owner, when="later", at=_in_two_hours()))
    row = asked_request(people, acting)
    with time_machine_to(hours=3):
        _drain(tenant)
        assert live_portal().document.assertions == ()
        assert "Dragon" not in text(client_for(people["carol"]).get(f"/requests/{row.number}/"))


@pytest.mark.parametrize("at", ["", "yesterday", "2001-01-01T10:00", "9999-12-31T23:59"])
def test_a_time_that_is_none_is_refused(owner, acting, at):
    draft(acting, name="Beta")
    assert owner.post(PAGE, publish_form(owner, when="later", at=at)).status_code == 409
    assert schedule() is None
    assert not Event.objects.filter(kind="portal.publish_due").exists()


@pytest.mark.parametrize("is_alone", [True, False])
def test_a_type_that_goes_away_can_be_kept_for_its_requests_and_offered_no_more(
    owner, acting, people, client_for, is_alone
):
    """Where nothing else goes the same way its statuses come back with it: going back to a version needs that."""
    live = copy.deepcopy(sound())
    sale = copy.deepcopy(live["types"][0]) | {"key": "sale", "name": "Sale"}
    if is_alone:
        live["flows"].append(copy.deepcopy(live["flows"][0]) | {"key": "selling", "name": "Selling"})
        sale["flow"] = "selling"
    live["types"].append(sale)
    publish(actor=acting, document=load(live))
    row = file_request(people["carol"], "sale")
    draft(acting)
    page = owner.get(PAGE)
    words = "Keep it for them, and stop offering it" if is_alone else "Nowhere: keep it for them, and stop offering it"
    assert words in text(page) and ("Nothing else goes the same way." in text(page)) == is_alone
    before = current().revision
    answer = owner.post(f"{PAGE}map/", {"source": "sale", "to": "stop-offering"}, follow=True)
    assert "“Sale” is kept for the requests that exist, and not offered any more." in text(answer)
    assert current().revision == before + 1, "one edit, taken back as one"
    assert "to mend" not in text(answer) and "decision" not in text(answer)
    assert owner.post(PAGE, publish_form(owner)).status_code == 302
    assert client_for(people["carol"]).get(f"/requests/{row.number}/").status_code == 200
    assert client_for(people["carol"]).get("/new/sale/").status_code != 200


def test_only_a_type_that_goes_away_is_kept_so(owner, acting, people):
    asked_request(people, acting)
    draft(acting, edits=[without_asked])
    before = current().as_json()
    assert "Choose where they go." in text(
        owner.post(f"{PAGE}map/", {"source": "way.asked", "to": "stop-offering"}, follow=True)
    )
    owner.post(f"{PAGE}map/", {"source": "repair", "to": "stop-offering"})
    assert current().as_json() == before


def clocks_change(month: int) -> datetime:
    """The next night of the last Sunday of a month, in which clocks change in Europe."""
    now = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    days = (now + timedelta(days=day) for day in range(2, 367))
    return next(day for day in days if day.month == month and day.day > 24 and day.weekday() == 6)


def london_at(owner: Any, acting: Any, at: datetime) -> Any:
    """The answer to setting a time by London's clocks."""
    publish(actor=acting, document=load(draft(acting, time_zone="Europe/London")), note="")
    draft(acting, time_zone="Europe/London", name="Beta")
    return owner.post(PAGE, publish_form(owner, when="later", at=f"{at:%Y-%m-%dT%H:%M}"), follow=True)


def test_a_time_that_the_clocks_skip_is_refused_in_these_words(owner, acting):
    at = clocks_change(3).replace(hour=1, minute=30)
    answer = london_at(owner, acting, at)
    assert answer.status_code == 409
    assert "There is no 01:30 on that day: the clocks go forward. Choose another time." in text(answer)
    assert f'value="{at:%Y-%m-%dT%H:%M}"' in answer.content.decode(), "what was typed stands there still"
    assert schedule() is None


def test_of_a_time_that_comes_twice_the_first_is_taken_and_that_is_said(owner, acting):
    night = clocks_change(10)
    answer = london_at(owner, acting, night.replace(hour=1, minute=30))
    assert "01:30 comes twice that day, since the clocks go back: it is the first one." in text(answer)
    assert schedule().at == night.replace(minute=30)


def test_before_and_after_the_hour_that_comes_twice_nothing_is_said_of_it(owner, acting):
    at = clocks_change(10).replace(hour=2)
    answer = london_at(owner, acting, at)
    assert "comes twice" not in text(answer)
    assert schedule().at == at


def test_a_colour_is_shown_beside_its_code(owner, acting):
    draft(acting, brand={"colour": "#c43d1b"})
    page = owner.get(PAGE).content.decode()
    assert re.search(r'<ins><svg [^>]*aria-hidden="true"><rect [^>]*fill="#c43d1b"/></svg>\s#c43d1b</ins>', page)


def test_words_that_only_look_like_a_colour_are_words(owner, acting):
    draft(acting, name='#c43d1b"/><b>')
    assert "<rect" not in owner.get(PAGE).content.decode().partition("Customers will notice")[2].partition("</li>")[0]


POSTS: list[tuple[str, dict[str, str]]] = [
    ("", {"when": "now"}),
    ("back/", {"path": "portal.name"}),
    ("mend/", {"value": "x"}),
    ("map/", {"source": "way.asked", "to": "new"}),
    ("requests/", {"source": "way.asked", "to-1001": "new"}),
    ("seen/", {"field": "repair.cause", "old": "show"}),
    ("cancel/", {}),
]


@pytest.mark.parametrize(("path", "data"), POSTS)
@pytest.mark.parametrize("who", ["bob", "carol", None])
def test_whoever_may_not_writes_nothing(owner, acting, people, client_for, who, path, data):
    asked_request(people, acting)
    draft(acting, edits=[without_asked, cause_shown, without_meaning], name="Beta")
    form = publish_form(owner) | mend_forms(owner)[0][0]
    before = (current().revision, current().as_json(), decisions(), live_portal().number, Event.objects.count())
    client = client_for(people[who]) if who else client_for()
    assert client.post(PAGE + path, form | data).status_code in (302, 403, 404)
    assert client.get(PAGE).status_code in (302, 403, 404)
    after = (current().revision, current().as_json(), decisions(), live_portal().number, Event.objects.count())
    assert after == before


def test_who_may_edit_and_not_publish_prepares_and_does_not_publish(owner, acting, people, client_for):
    document = sound()
    document["roles"].append(
        {"key": "editor", "name": "Editor", "based_on": "manager", "permissions": ["see", "manage_setup"]}
    )
    publish(actor=acting, document=load(document))
    emma = client_for(make_user("emma@example.com", "Emma Editor", "editor"))
    document["portal"]["name"] = "Beta"
    replace(actor=acting, document=load(document), title="Test")
    page = emma.get(PAGE)
    assert "Somebody who may publish makes it live." in text(page)
    draft_now = current()
    form = {"when": "now", "key": "", "mark": mark(), "live": str(draft_now.live.number)}
    assert emma.post(PAGE, form).status_code == 403
    assert emma.post(PAGE, form | {"when": "later", "at": _in_two_hours()}).status_code == 403
    assert live_portal().name == "Acme"
    assert schedule() is None


def _in_two_hours() -> str:
    return (timezone.now() + timedelta(hours=2)).astimezone(live_portal().time_zone).strftime("%Y-%m-%dT%H:%M")


def _drain(tenant: Any) -> None:
    while drain(tenant.schema_name) is Ended.MORE_TO_DO:
        pass


def test_what_leads_nowhere_is_said_without_keys(owner, acting):
    def dangling(document: dict[str, Any]) -> None:
        flow = document["flows"][0]
        flow["statuses"] = [status for status in flow["statuses"] if status["key"] != "asked"]

    draft(acting, edits=[dangling])
    page = text(owner.get(PAGE))
    assert "Stops publishing: Asked It is not there any more, and 2 places name it." in page
    assert "The way from “New” to “Asked”" in page
    assert "The way from “New”, “Asked” to “Over”" in page
    assert "Use one of" not in page
    assert "one thing to mend" in page


def test_what_is_gone_is_taken_out_of_all_places_by_one_choice_and_one_edit(owner, acting):
    def dangling(document: dict[str, Any]) -> None:
        flow = document["flows"][0]
        flow["statuses"] = [status for status in flow["statuses"] if status["key"] != "asked"]

    draft(acting, edits=[dangling])
    before = current().revision
    assert mend_forms(owner)[0][1][-1] == "Nothing: 1 way between statuses goes with it"
    assert "Mended." in text(mend(owner, "Nothing: 1 way between statuses goes with it"))
    flow = current().as_json()["flows"][0]
    assert [(move["from"], move["to"]) for move in flow["transitions"]] == [(["new"], "over")]
    assert current().revision == before + 1
    assert "Stops publishing" not in text(owner.get(PAGE))


def test_what_leads_to_one_thing_that_is_gone_says_which(owner, acting):
    def dangling(document: dict[str, Any]) -> None:
        document["flows"][0]["statuses"][0]["step"] = "farewell"

    draft(acting, edits=[dangling])
    assert "It names a step (‹farewell›) that is not there any more." in text(owner.get(PAGE))


def test_a_mail_that_does_not_fit_is_named_and_led_to_and_no_key_is_read(owner, acting):
    def damage(document: dict[str, Any]) -> None:
        document["messages"][0]["body"] = "Hello, {expected}, about {field:gone-field}"
        status = document["flows"][0]["statuses"][1]
        assert status["notify"][0]["message"] == "received" and status["expected"] == {"no_limit": True}

    draft(acting, edits=[damage])
    page = owner.get(PAGE)
    shown = text(page)
    assert "It says how long it takes, and “Asked”, where it is sent, has no expected time." in shown
    assert "A question that is not there It is not there any more, and" in shown
    assert "/desk/setup/mails/received/" in page.content.decode()
    assert "“repair”" not in shown and "“received”" not in shown


def test_a_type_whose_statuses_are_gone_brings_nothing_to_light(owner, acting):
    def lost(document: dict[str, Any]) -> None:
        document["types"][0]["flow"] = "nowhere"

    draft(acting, edits=[lost, cause_shown])
    assert owner.get(f"{PAGE}seen/all/?field=repair.cause").status_code == 404
    answer = owner.post(f"{PAGE}seen/", {"field": "repair.cause", "old": "keep"}, follow=True)
    assert answer.status_code == 200
    assert "Choose what becomes of what stands there now." in text(answer)
