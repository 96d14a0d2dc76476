"""When somebody leaves: their open requests go to a colleague, who hears of it once."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from portal_core.accounts.models import User
from portal_core.accounts.roles import STAFF_BASES, resolve_role
from portal_core.config.live import live_portal
from portal_core.history.record import JsonValue
from portal_core.notifications.choices import way_for
from portal_core.notifications.models import Way
from portal_core.notifications.notices import Told, keep
from portal_core.notifications.parts import address_of, settings_address
from portal_core.notifications.rules import way_of_many
from portal_core.notifications.unsubscribe import address_for
from tenants.outbox.letterhead import letterhead
from tenants.outbox.letters import Addressee, Letter, queue_letter
from tenants.outbox.models import Event

_KIND = "assigned"


def on_handed_over(event: Event) -> None:
    """Tells the colleague who got the requests, unless they took them themselves."""
    to, by = str(event.payload.get("to") or ""), str(event.payload.get("by") or "")
    if not to or to == by:
        return
    user = User.objects.filter(pk=to, is_active=True, is_sample=False).first()
    asked = way_of_many(live_portal())
    if user is None or resolve_role(user.role).base not in STAFF_BASES or asked is None:
        return
    before = User.objects.filter(pk=str(event.payload["from"])).first()
    data: dict[str, JsonValue] = {"count": int(event.payload["count"]), "from": before.name if before else ""}
    way = way_for(user, _KIND, asked)
    if not keep(Told(event, user, "handed_over", _KIND, way, data=data)) or way != Way.NOW:
        return
    addressee = Addressee(email=user.email, name=user.name, language=user.language, user_id=user.pk)
    with override(user.language or letterhead().language):
        letter = _letter(data, user)
    queue_letter(letter, addressee, event=event)


def handed_over_line(data: Mapping[str, JsonValue]) -> tuple[str, str]:
    """What happened in a line, and more words (perhaps none), in the language in force."""
    count = int(str(data["count"]))
    words = {"count": count, "name": str(data["from"])}
    headline = ngettext("%(count)d request is yours now", "%(count)d requests are yours now", count) % words
    told = ngettext(
        "Until now %(name)s had it. It stands in your queue.",
        "Until now %(name)s had them. They stand in your queue.",
        count,
    )
    return headline, told % words if data["from"] else ""


def _letter(data: Mapping[str, JsonValue], user: User) -> Letter:
    headline, told = handed_over_line(data)
    return Letter(
        template="letter",
        subject=headline,
        headline=headline,
        paragraphs=(told,) if told else (),
        reason=_("You get this because requests were given to you."),
        button_label=_("Open your queue"),
        button_url=address_of("/desk/?view=mine"),
        unsubscribe_url=address_for(user.pk, _KIND),
        settings_url=settings_address(),
    )
