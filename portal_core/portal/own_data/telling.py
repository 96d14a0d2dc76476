"""Tells customers that their data was fetched: whoever did it was signed in as they."""

from django.utils.translation import gettext as _
from django.utils.translation import override

from portal_core.accounts.models import User
from portal_core.notifications.parts import address_of
from tenants.outbox.letterhead import letterhead
from tenants.outbox.letters import Addressee, Letter, queue_letter
from tenants.outbox.models import Event


def on_downloaded(event: Event) -> None:
    """One mail to the customer; none to who is made up or cannot sign in any more."""
    user = User.objects.filter(pk=str(event.payload["user_id"]), is_active=True, is_sample=False).first()
    if user is None:
        return
    head = letterhead()
    with override(user.language or head.language):
        letter = Letter(
            template="letter",
            subject=_("Your data at %(portal)s was downloaded") % {"portal": head.name},
            headline=_("Your data was downloaded"),
            paragraphs=(
                _("All that you see at %(portal)s was fetched as one file by somebody who was signed in as you.")
                % {"portal": head.name},
                _("Was it you? Then there is nothing to do. If not, sign out everywhere else and write to us."),
            ),
            reason=_("You get this because your data was downloaded."),
            button_label=_("See where you are signed in"),
            button_url=address_of("/account/#a4"),
        )
    addressee = Addressee(email=user.email, name=user.name, language=user.language, user_id=user.pk)
    queue_letter(letter, addressee, event=event)
