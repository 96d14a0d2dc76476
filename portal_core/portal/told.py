"""What we tell you: the choices about e-mails on the account page."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal_core.accounts.actor import actor_for
from portal_core.accounts.models import User
from portal_core.accounts.pages import PersonRequest, signed_in_page
from portal_core.config.live import live_portal
from portal_core.notifications import choices
from portal_core.notifications.daily import HOUR
from portal_core.notifications.models import Way
from portal_core.notifications.usual import usual_ways


@dataclass(frozen=True)
class ToldRow:
    """One kind of news with what is chosen for it."""

    key: str
    name: str | Promise
    hint: str | Promise
    way: str


@dataclass(frozen=True)
class ToldTable:
    """All kinds that can be chosen, and what is always sent."""

    rows: tuple[ToldRow, ...]
    columns: tuple[tuple[str, str], ...]
    is_customer: bool
    digest_hour: str
    digest_is_off: bool


def told_table(user: User) -> ToldTable:
    """The table as it stands for this person."""
    shown = _shown(user)
    rows = (ToldRow(kind.key, kind.name, kind.hint, shown[kind.key]) for kind in choices.kinds_for(user))
    return ToldTable(
        rows=tuple(rows),
        columns=(("now", _("At once")), ("daily", _("Once a day")), ("never", _("Portal only"))),
        is_customer=not actor_for(user).is_staff,
        digest_hour=f"{HOUR:%H:%M}",
        digest_is_off=not choices.takes_digest(user),
    )


def _shown(user: User) -> Mapping[str, Way]:
    usual = usual_ways(live_portal(), is_staff=actor_for(user).is_staff)
    return {kind.key: choices.way_for(user, kind.key, usual[kind.key]) for kind in choices.kinds_for(user)}


@require_POST
@signed_in_page
def save(request: PersonRequest) -> HttpResponse:
    """Keeps the choices; a row that came without a known answer stays as it was."""
    user = request.user
    sent = {kind.key: request.POST.get(f"told-{kind.key}", "") for kind in choices.kinds_for(user)}
    ways = {key: Way(value) for key, value in sent.items() if value in Way.values}
    choices.choose(user.pk, ways, shown=_shown(user))
    messages.success(request, _("Your choice of e-mails is kept."))
    return redirect("account")
