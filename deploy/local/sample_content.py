"""What stands in the sample portals: people, saved details, requests and papers, made through everybody's own actions.

The content of each is a JSON file, written as `portal_core/sampling/stories.py` says. `days_ago` is counted from the
day of the start: for as long as something is written, the clock is turned back.
"""

import json
import time as clock
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

from django.utils import timezone

from portal_core.accounts.actor import actor_for
from portal_core.accounts.models import User
from portal_core.config.actions import publish
from portal_core.config.live import live_portal
from portal_core.config.starters import starter
from portal_core.sampling.telling import Teller
from tenants import identifiers

_FOLDER = Path(__file__).parent


def fill(owner_email: str, name: str) -> None:
    """Turns the fresh tenant at hand into the sample of that name: configuration, people, details, requests."""
    content = json.loads((_FOLDER / f"sample_{name}.json").read_text(encoding="utf-8"))
    owner = User.objects.get(email=owner_email)
    owner.name = content["owner"]
    owner.save(update_fields=["name"])
    publish(actor=actor_for(owner), document=starter(name), note=content["note"])
    for person in content["staff"]:
        User.objects.create_user(person["email"], name=person["name"], role=person["role"], team_key=person["team"])
    for person in content["customers"]:
        phone = person.get("phone", "")
        User.objects.create_user(person["email"], name=person["name"], role="customer", phone=phone)
    teller = Teller(owner, {user.email: user for user in User.objects.all()}, _days_ago)
    for record in content.get("records", []):
        teller.keep(record)
    for story in content["requests"]:
        teller.tell(story)
    for paper in content.get("documents", []):
        teller.file(paper)


@contextmanager
def _days_ago(days: float) -> Iterator[None]:
    """The clock as it stood so many days ago; actions take their time from it, and keys, by whose order histories and
    documents are read. For keys it goes on, so that lines of one moment stay in their order."""
    now = timezone.now()
    moment = _working_moment(now, days)
    back_ns = (now - moment) // timedelta(microseconds=1) * 1000
    earlier = SimpleNamespace(time_ns=lambda: clock.time_ns() - back_ns)
    with mock.patch.object(timezone, "now", lambda: moment), mock.patch.object(identifiers, "time", earlier):
        yield


def _working_moment(now: datetime, days: float) -> datetime:
    """A moment when people work, by the portal's clock: whole days count back, the fraction says how early that day.

    What happened later has fewer `days` and stays later here: 1.0 is the end of yesterday's work, 0.5 lies between that
    and now; weekends move to the evening of the Friday before.
    """
    zone = live_portal().time_zone

    def at(day: date, hours: float) -> datetime:
        return datetime.combine(day, time(), zone) + timedelta(hours=hours)

    today = now.astimezone(zone).date()
    whole, fraction = int(days), days % 1
    if whole == 0:
        evening = _working_moment(now, 1)
        return evening + (now - evening) * (1 - days)
    day = today - timedelta(days=whole)
    weekend = max(0, day.weekday() - 4)
    if weekend:
        return at(day - timedelta(days=weekend), 16 + weekend + (1 - fraction) * 0.9)
    return at(day, 9 + (1 - fraction) * 7.9)
