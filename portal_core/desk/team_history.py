"""`/desk/team/history/`: who changed the draft, published, gave which role, downloaded requests; for who configures."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from portal_core.accounts.models import User, user_key
from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.draft.reading import Draft, current
from portal_core.desk.setup.placing import without_braces
from portal_core.history.audit import ABOUT, deeds
from portal_core.history.models import AuditEntry, Deed
from tenants.ui.addresses import outside, understands

PAGE_SIZE: Final = 50
_TITLES: Final = {
    "": "Everything",
    "draft": "Changes to the draft",
    "live": "What went live",
    "team": "The team",
    "data": "Downloads",
}


@dataclass(frozen=True)
class Line:
    """One thing that was done. `words` say it; `subject` is what it was done to, as it was called; `note` says why."""

    key: UUID
    at: datetime
    who: str
    who_key: UUID | None
    words: str
    subject: str = ""
    note: str = ""
    # Where more of it stands, and what that is; a time that it names.
    href: str = ""
    link: str = ""
    time: datetime | None = None


@dataclass(frozen=True)
class Choice:
    """One of the kinds of deeds that can be read alone."""

    title: str
    href: str
    is_current: bool


@require_safe
@staff_page("manage_setup")
@understands("about", "before", but=lambda asked: outside(asked, {"about": ABOUT}))
def index(request: PersonRequest) -> HttpResponse:
    """A page of them: `?about=` one kind alone, `?before=` those before one."""
    asked = request.GET.get("about", "")
    about = asked if asked in ABOUT else ""
    before = user_key(request.GET.get("before", ""))
    entries, has_more = deeds(number=PAGE_SIZE, about=about, before=before)
    draft = current()
    older = _href(about, before=str(entries[-1].pk)) if has_more else ""
    may_manage_team = request.actor.may("manage_team")
    context = {
        "lines": [_line(entry, draft, shows_addresses=may_manage_team) for entry in entries],
        "choices": [Choice(title, _href(key), key == about) for key, title in _TITLES.items()],
        "pager": {"newer_href": _href(about) if before else "", "newer_label": "The latest", "older_href": older},
        "may_manage_team": may_manage_team,
    }
    return render(request, "desk/team_history.html", context)


def _href(about: str, **more: str) -> str:
    asked = {**({"about": about} if about else {}), **more}
    return f"{reverse('desk:team_history')}?{urlencode(asked)}" if asked else reverse("desk:team_history")


def _line(entry: AuditEntry, draft: Draft, *, shows_addresses: bool) -> Line:
    """`shows_addresses`: whoever does not manage the team reads nobody's address, neither of who did it nor of somebody
    who is invited."""
    words, subject, note = _told(entry, draft, shows_addresses=shows_addresses)
    number = _number(entry)
    return Line(
        entry.pk,
        entry.at,
        _actor(entry, shows_addresses=shows_addresses),
        entry.actor_id,
        words,
        subject,
        note,
        href=f"{reverse('desk:setup_versions')}?from={number - 1}&to={number}#compared" if number > 1 else "",
        link=f"What version {number} changed" if number > 1 else "",
        time=parse_datetime(str(entry.data.get("for", ""))) if entry.deed == Deed.SCHEDULED else None,
    )


def _actor(entry: AuditEntry, *, shows_addresses: bool) -> str:
    if entry.actor is None:
        return "Portico"
    return entry.actor.name or (entry.actor.email if shows_addresses else "A colleague without a name yet")


def _told(entry: AuditEntry, draft: Draft, *, shows_addresses: bool) -> tuple[str, str, str]:
    """What was done, to what or whom, and what is to be said besides."""
    match entry.deed:
        case Deed.EDITED:
            return "changed the draft:", without_braces(entry.words, draft), ""
        case Deed.TAKEN_BACK:
            return "took back in the draft:", without_braces(entry.words, draft), ""
        case Deed.SCHEDULED:
            return "had the draft go live", "", entry.words
        case Deed.CALLED_OFF:
            return "took back the time to go live", "", ""
        case Deed.PUBLISHED:
            restores = entry.data.get("restores")
            back = f", with what version {restores} had" if restores else ""
            return f"published version {_number(entry)}{back}", "", entry.words
        case Deed.EXPORTED:
            count = int(entry.data.get("count", 0))
            return f"downloaded {count:,} request{'' if count == 1 else 's'} as a table:", entry.words, ""
    return _told_of_person(entry, shows_addresses=shows_addresses)


def _told_of_person(entry: AuditEntry, *, shows_addresses: bool) -> tuple[str, str, str]:
    person = _person(entry.person, shows_addresses=shows_addresses) if entry.person else ""
    place = _place(entry, "")
    match entry.deed:
        case Deed.INVITED:
            return "invited", person, f"as {place}"
        case Deed.JOINED if entry.actor_id == entry.person_id:
            return "joined the team", "", f"as {place}"
        case Deed.JOINED:
            return "let in", person, f"as {place}"
        case Deed.ROLE_GIVEN:
            return "gave another place to", person, f"{_place(entry, '_before')} → {place}"
        case Deed.DEACTIVATED:
            return "ended the access of", person, f"was {place}"
        case Deed.BROUGHT_BACK:
            return "brought back", person, f"as {place}"
        case Deed.ADDRESS_MOVED:
            return "changed the e-mail address of", person, ""
    # Written by later code, while this one still serves; what its words are about nobody knows here.
    return "did something that this version of Portico does not know", "", ""


def _person(user: User, *, shows_addresses: bool) -> str:
    return user.name or (user.email if shows_addresses else "somebody without a name yet")


def _place(entry: AuditEntry, when: str) -> str:
    """A role and a team as they were called then."""
    role, team = (str(entry.data.get(f"{name}{when}", "")) for name in ("role", "team"))
    return f"{role}, {team}" if team else role


def _number(entry: AuditEntry) -> int:
    return int(entry.data.get("number", 0)) if entry.deed == Deed.PUBLISHED else 0
