"""At once, once a day, in the portal alone: what the document says, what the reader chose, and what always comes."""

import pytest

from portal_core.notifications import choices
from portal_core.notifications.choices import Way, choose, switch_off, switch_on, takes_digest, way_for
from portal_core.notifications.models import Notice

pytestmark = pytest.mark.django_db
USUAL = {"status": Way.NOW, "replies": Way.NOW}


def chosen(user, **ways):
    choose(user.pk, {kind: Way(way) for kind, way in ways.items()}, shown=USUAL)
    user.refresh_from_db()
    return user


def test_what_was_not_chosen_stays_the_business_s(people):
    carol = chosen(people["carol"], status="now", replies="now")
    assert carol.notice_choices == {}
    assert way_for(carol, "status", "daily") == Way.DAILY


def test_a_choice_counts_over_the_business_s(people):
    carol = chosen(people["carol"], status="never", replies="daily")
    assert (way_for(carol, "status", "now"), way_for(carol, "replies", "now")) == (Way.NEVER, Way.DAILY)
    carol = chosen(carol, status="now", replies="now")
    assert way_for(carol, "status", "daily") == Way.NOW


def test_what_needs_the_customer_always_comes(people):
    carol = chosen(people["carol"], status="never", replies="never")
    assert way_for(carol, choices.ALWAYS, "daily") == Way.NOW


def test_the_daily_mail_as_a_whole_is_switched_off_and_comes_back_with_a_choice(people):
    carol = people["carol"]
    switch_off(carol.pk, choices.DIGEST)
    carol.refresh_from_db()
    assert not takes_digest(carol)
    assert way_for(carol, "status", "daily") == Way.NEVER
    carol = chosen(carol, status="daily", replies="now")
    assert way_for(carol, "status", "daily") == Way.DAILY


def test_switching_off_twice_and_on_again_gives_back_what_was_chosen(people):
    carol = chosen(people["carol"], status="daily", replies="now")
    for _ in range(2):
        switch_off(carol.pk, "status")
    carol.refresh_from_db()
    assert choices.is_off(carol, "status")
    for _ in range(2):
        switch_on(carol.pk, "status")
    carol.refresh_from_db()
    assert carol.notice_choices == {"status": "daily"}


def test_spoilt_choices_count_as_none(people):
    carol = people["carol"]
    carol.notice_choices = {"status": "sometimes", "replies": 7, "x": []}
    assert way_for(carol, "status", "now") == Way.NOW


@pytest.mark.parametrize(("way", "mails"), [("now", 1), ("daily", 0), ("never", 0)])
def test_status_news_follow_the_choice_and_stand_in_the_portal_anyway(desk, people, way, mails):
    chosen(people["carol"], status=way)
    request = desk.submit()
    desk.sent()
    desk.move(request, "in-work")
    assert len([mail for mail in desk.sent() if "carol" in mail.to[0]]) == mails
    notice = Notice.objects.get(user=people["carol"], read_at=None)
    assert (notice.what, notice.kind, notice.way) == ("reached", "status", way)
    people["carol"].refresh_from_db()
    assert people["carol"].new_updates == 1


def test_a_status_in_the_customers_turn_is_mailed_whatever_they_chose(desk, people):
    chosen(people["carol"], status="never", replies="never")
    request = desk.submit()
    assert desk.sent() == [] or all("carol" not in mail.to[0] for mail in desk.sent())
    desk.move(request, "answer-asked", reason="Which vase?")
    (mail,) = [mail for mail in desk.sent() if "carol" in mail.to[0]]
    assert "it is your turn" in mail.body
    assert "List-Unsubscribe" not in mail.message()
    assert "/u/" not in mail.body


def test_replies_can_be_had_in_the_portal_alone(desk, people):
    chosen(people["carol"], replies="never")
    request = desk.submit()
    desk.sent()
    desk.reply(request, "bob")
    assert desk.sent() == []
    assert Notice.objects.filter(user=people["carol"], what="answered", read_at=None).count() == 1


def test_staff_choose_by_kind(desk, people):
    request = desk.submit()
    desk.sent()
    choose(desk.sam.pk, {"replied": Way.NEVER, "noted": Way.NOW}, shown={"replied": Way.NOW, "noted": Way.NEVER})
    desk.assign(request, "sam", by="bob")
    assert [mail.to for mail in desk.sent()] == [["Sam Servicedesk <sam@example.com>"]]
    desk.reply(request, "carol")
    assert desk.sent() == []
    desk.note(request)
    (mail,) = desk.sent()
    assert "sam@example.com" in mail.to[0]
    assert Notice.objects.filter(user=desk.sam).count() == 4


def test_own_doing_is_no_news(desk, people):
    desk.submit()
    desk.sent()
    people["carol"].refresh_from_db()
    assert people["carol"].new_updates == 0
    assert not Notice.objects.filter(user=people["carol"]).exists()


def test_not_this_time_tells_nobody_anywhere(desk, people):
    request = desk.submit()
    desk.sent()
    desk.move(request, "in-work", tell_customer=False)
    desk.sent()
    assert not Notice.objects.filter(user=people["carol"], read_at=None).exists()


def test_account_page_keeps_the_choices_and_says_what_always_comes(people, client_for):
    carol = client_for(people["carol"])
    page = carol.get("/account/").content.decode()
    assert "It is your turn" in page and "always" in page
    assert 'name="told-status" value="now" checked' in page
    answer = carol.post("/account/told/", {"told-status": "daily", "told-replies": "never", "told-turn": "never"})
    assert answer.status_code == 302
    people["carol"].refresh_from_db()
    assert people["carol"].notice_choices == {"status": "daily", "replies": "never"}
    page = carol.get("/account/").content.decode()
    assert 'name="told-status" value="daily" checked' in page
    assert 'name="told-replies" value="never" checked' in page


def test_staff_have_their_own_kinds_on_the_account_page(people, client_for):
    page = client_for(people["bob"]).get("/account/").content.decode()
    for kind in ("new", "assigned", "replied", "noted", "status", "late"):
        assert f'name="told-{kind}"' in page
    assert "It is your turn" not in page


@pytest.mark.parametrize("value", ["", "sometimes", "now\x00", "NOW", "<script>"])
def test_a_choice_that_is_none_changes_nothing(people, client_for, value):
    client_for(people["carol"]).post("/account/told/", {"told-status": value})
    people["carol"].refresh_from_db()
    assert people["carol"].notice_choices == {}
