"""Who works at the desk: for menus and filters."""

from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Window

from portal_core.accounts.models import User
from portal_core.accounts.queries import active_colleagues
from tenants.identifiers import parse_uuid

# Two menus of the queue name each of them: beyond this the page would be mostly names. The others are found by name on
# a page of their own (see people_choice.py).
LISTED: Final = 100


@dataclass(frozen=True)
class Colleague:
    """One active person of the team."""

    id: str
    name: str
    team_key: str


@dataclass(frozen=True)
class Colleagues:
    """Those that a menu names, and how many others there are."""

    listed: tuple[Colleague, ...] = ()
    more: int = 0


def colleagues(*, also: User | None = None, named: str = "") -> Colleagues:
    """Who can be given a request, by name, in one query: as many as a page can name.

    `also` is somebody who must be among them, so that a form which shows them does not take a request away; `named` the
    same by the key that an address gives, which takes a second query where the page cannot name everybody.
    """
    rows = list(active_colleagues().annotate(number=Window(Count("pk")))[:LISTED])
    more = rows[0].number - len(rows) if rows else 0
    found: list[User] = [*rows]
    key = parse_uuid(named)
    if more and key is not None and all(user.pk != key for user in found):
        also = active_colleagues().filter(pk=key).first()
    if more and also is not None and also.is_active and also not in found:
        found, more = [also, *found], more - 1
    return Colleagues(tuple(Colleague(str(user.pk), user.name or user.email, user.team_key) for user in found), more)
