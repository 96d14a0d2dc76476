"""Who is told what: by the document, never of one's own doing, never without the right to see."""

import copy

import pytest

from portal_core.config.actions import publish
from portal_core.config.canonical import canonical
from portal_core.config.document import load
from portal_core.notifications import rules
from portal_core.notifications.models import Notice, Way
from portal_core.notifications.rules import staff_for, ways_of
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_new_request_tells_the_customer_and_the_team(desk, to):
    desk.submit()
    assert to(desk.sent()) == ["carol@example.com", "sam@example.com"]


def test_a_new_request_also_tells_whom_its_first_status_names_each_once_and_by_the_soonest_way(desk, to, portal):
    document = copy.deepcopy(canonical(portal.document))
    request_type = portal.type("order")
    flow = next(each for each in document["flows"] if each["key"] == request_type.flow.key)
    start = next(each for each in flow["statuses"] if each["key"] == request_type.start)
    start["notify"] = [*start["notify"], {"who": "manager", "when": "now"}, {"who": "team", "when": "daily"}]
    document["notifications"] = [{"event": "created", "who": "team", "when": "never"}]
    publish(actor=desk.actor("alice"), document=load(document))
    desk.submit()
    assert to(desk.sent()) == ["alice@example.com", "carol@example.com"]
    assert dict(Notice.objects.filter(what="created").values_list("user__email", "way")) == {
        "alice@example.com": "now",
        "sam@example.com": "daily",
    }


def test_team_without_people_tells_those_who_run_the_place(desk, to):
    desk.sam.team_key = "workshop"
    desk.sam.save()
    desk.submit()
    assert to(desk.sent()) == ["alice@example.com", "carol@example.com"]


def test_request_written_down_by_staff_tells_the_customer_and_not_the_writer(desk, to):
    desk.submit(by="sam", customer="carol")
    assert to(desk.sent()) == ["carol@example.com"]


def test_move_tells_the_customer(desk, to):
    request = desk.submit()
    desk.sent()
    desk.move(request, "in-work")
    assert to(desk.sent()) == ["carol@example.com"]


def test_move_with_not_this_time_tells_nobody(desk):
    request = desk.submit()
    desk.sent()
    desk.move(request, "in-work", tell_customer=False)
    assert desk.sent() == []


def test_status_that_tells_nobody_tells_nobody(desk):
    request = desk.move(desk.move(desk.submit(), "in-work"), "to-check", reason="In the yard")
    desk.sent()
    desk.move(request, "closed")
    assert desk.sent() == []


def test_customer_is_not_mailed_about_a_move_of_their_own(desk):
    request = desk.submit()
    desk.sent()
    desk.move(request, "called-off", by="carol", reason="No longer needed")
    assert "carol@example.com" not in [mail.to[0] for mail in desk.sent()]


def test_answer_of_staff_goes_to_the_customer(desk, to):
    request = desk.submit()
    desk.sent()
    desk.reply(request, "bob", "We come on **Friday**.")
    (mail,) = desk.sent()
    assert to([mail]) == ["carol@example.com"]
    assert "> We come on **Friday**." in mail.body


def test_answer_of_the_customer_goes_to_who_has_it(desk, to):
    request = desk.assign(desk.submit(), "bob")
    desk.sent()
    desk.reply(request, "carol")
    assert to(desk.sent()) == ["bob@example.com"]


def test_answer_of_the_customer_goes_to_the_team_when_nobody_has_it(desk, to):
    request = desk.submit()
    desk.sent()
    desk.reply(request, "carol")
    assert to(desk.sent()) == ["sam@example.com"]


def test_giving_tells_the_one_who_was_given_it(desk, to):
    request = desk.submit()
    desk.sent()
    desk.assign(request, "sam", by="bob")
    assert to(desk.sent()) == ["sam@example.com"]


def test_taking_tells_nobody(desk):
    request = desk.submit()
    desk.sent()
    desk.assign(request, "bob", by="bob")
    assert desk.sent() == []


def test_request_given_on_before_the_mail_left_tells_only_the_last(desk, to):
    request = desk.submit()
    desk.sent()
    desk.assign(request, "sam", by="bob")
    desk.assign(request, "alice", by="bob")
    assert to(desk.sent()) == ["alice@example.com"]


def test_note_tells_nobody_unless_the_document_says_so(desk):
    request = desk.submit()
    desk.sent()
    desk.note(request)
    assert desk.sent() == []


def test_deactivated_people_are_not_mailed(desk, people):
    request = desk.submit()
    desk.sent()
    for name in ("carol", "sam"):
        people[name].is_active = False
        people[name].save()
    desk.move(request, "in-work")
    assert desk.sent() == []


def test_made_up_customer_s_mail_goes_to_the_owner_marked_as_a_sample(desk, people):
    people["maren"] = make_user("maren@example.com", "Maren Holt", "customer", is_sample=True)
    request = desk.submit(by="sam", customer="maren")
    desk.move(request, "in-work")
    mails = desk.sent()
    assert {mail.to[0].split("<")[-1].rstrip(">") for mail in mails} == {"alice@example.com"}
    assert all(mail.subject.startswith("Sample for Maren Holt: ") for mail in mails)
    assert len(mails) == 2


def test_colleague_whose_role_does_not_reach_the_request_is_not_told(desk, monkeypatch, people):
    request = desk.submit()
    assert people["sam"] in staff_for({"team": Way.NOW}, request, except_id=None)
    monkeypatch.setattr(rules, "visible_to", lambda actor: type(request).objects.none())
    assert staff_for({"team": Way.NOW}, request, except_id=None) == {}


def test_document_decides_over_the_defaults(desk, portal):
    from dataclasses import replace

    from portal_core.config.document.portal_document import Notification

    request = desk.submit()

    def told(*rows):
        document = replace(portal, notifications=tuple(Notification(**row) for row in rows))
        return ways_of("replied", document, request)

    assert told() == {"customer": "now", "handler": "now"}
    assert told({"event": "replied", "who": "nobody"}) == {}
    assert told({"event": "replied", "who": "customer", "when": "never"}) == {"customer": "never", "handler": "now"}
    assert told({"event": "replied", "who": "customer", "when": "daily"}) == {"customer": "daily", "handler": "now"}
    assert told({"event": "replied", "who": "manager"}) == {"customer": "now", "manager": "now"}
    only_if = {"event": "replied", "who": "team", "if": {"field": "what", "is": "something else"}}
    assert told(only_if) == {"customer": "now"}


def test_every_event_of_the_product_has_a_subscriber():
    from tenants.outbox.subscribers import known_kinds

    kinds = {"submitted", "moved", "replied", "noted", "assigned", "changed"}
    assert {f"request.{kind}" for kind in kinds} <= known_kinds()
