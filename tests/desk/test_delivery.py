"""Before they press: how the customer will hear of it. The words are those that will go, at once or once a day."""

import pytest

from portal_core.notifications.choices import Way, choose
from tests.notifications.conftest import Desk

pytestmark = pytest.mark.django_db
USUAL = {"status": Way.NOW, "replies": Way.NOW}


@pytest.fixture
def desk(people, tenant) -> Desk:
    return Desk(people, tenant)


def page(client_for, people, request, **chosen):
    choose(people["carol"].pk, {kind: Way(way) for kind, way in chosen.items()}, shown=USUAL)
    answer = client_for(people["bob"]).get(f"/desk/requests/{request.number}/?to=in-work")
    assert answer.status_code == 200
    return answer.content.decode()


def test_at_once_shows_the_mail_and_says_nothing_more(desk, people, client_for):
    text = page(client_for, people, desk.submit())
    assert "Someone is working on AL-1001" in text and "By e-mail" in text
    assert "daily mail" not in text


def test_once_a_day_shows_the_words_and_says_when(desk, people, client_for):
    text = page(client_for, people, desk.submit(), status="daily", replies="daily")
    assert "Carol has chosen one mail a day: it goes with the daily mail in the morning" in text
    assert "Someone is working on AL-1001" in text and "Once a day" in text
    assert text.count("Carol has chosen one mail a day") == 2, "above the mail, and above Send"


def test_switched_off_shows_no_mail(desk, people, client_for):
    text = page(client_for, people, desk.submit(), status="never", replies="never")
    assert "Carol has switched these mails off. It stands among the updates in the portal at once." in text
    assert "In the portal it reads:" in text and 'class="env"' not in text


def test_what_needs_the_customer_is_shown_as_going_at_once(desk, people, client_for):
    request = desk.submit()
    choose(people["carol"].pk, {"status": Way.NEVER, "replies": Way.NOW}, shown=USUAL)
    answer = client_for(people["bob"]).get(f"/desk/requests/{request.number}/?to=answer-asked")
    assert "switched these mails off" not in answer.content.decode()
    assert "By e-mail" in answer.content.decode()


@pytest.mark.parametrize("way", ["daily", "never"])
def test_a_move_goes_through_with_the_words_that_were_shown(desk, people, client_for, way):
    request = desk.submit()
    choose(people["carol"].pk, {"status": Way(way)}, shown=USUAL)
    bob = client_for(people["bob"])
    shown = bob.get(f"/desk/requests/{request.number}/?to=in-work").context["panel"]
    form = {
        "to": "in-work",
        "shown_to": "in-work",
        "status": "received",
        "tell": "yes",
        "shown_subject": shown.composed.subject,
        "shown_body": shown.composed.body,
    }
    if way == "daily":
        form |= {"subject": shown.words.subject, "body": shown.words.body}
    assert bob.post(f"/desk/requests/{request.number}/move/", form).status_code == 302
    assert desk.fresh(request).status_key == "in-work"
