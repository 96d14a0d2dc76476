"""When somebody leaves: their open requests go to a colleague, who hears of it once."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from portal_core.accounts.models import User
from portal_core.accounts.roles import STAFF_BASES, resolve_role
from portal_core.config.live import live_portal
from portal_core.notifications.parts import address_of
from portal_core.notifications.rules import tells_handler_of_many
from tenants.outbox.letterhead import letterhead
from tenants.outbox.letters import Addressee, Letter, queue_letter
from tenants.outbox.models import Event


def on_handed_over(event: Event) -> None:
    """Mails the colleague who got the requests, unless they took them themselves."""
    to, by = str(event.payload.get("to") or ""), str(event.payload.get("by") or "")
    if not to or to == by:
        return
    user = User.objects.filter(pk=to, is_active=True, is_sample=False).first()
    if user is None or resolve_role(user.role).base not in STAFF_BASES or not tells_handler_of_many(live_portal()):
        return
    before = User.objects.filter(pk=str(event.payload["from"])).first()
    addressee = Addressee(email=user.email, name=user.name, language=user.language, user_id=user.pk)
    with override(user.language or letterhead().language):
        letter = _letter(int(event.payload["count"]), before.name if before else "")
    queue_letter(letter, addressee, event=event)


def _letter(count: int, from_name: str) -> Letter:
    words = {"count": count, "name": from_name}
    headline = ngettext("%(count)d request is yours now", "%(count)d requests are yours now", count) % words
    told = ngettext(
        "Until now %(name)s had it. It stands in your queue.",
        "Until now %(name)s had them. They stand in your queue.",
        count,
    )
    return Letter(
        template="letter",
        subject=headline,
        headline=headline,
        paragraphs=(told % words,) if from_name else (),
        reason=_("You get this because requests were given to you."),
        button_label=_("Open your queue"),
        button_url=address_of("/desk/?view=mine"),
    )
