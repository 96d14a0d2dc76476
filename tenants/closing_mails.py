"""What owners are told when their portal is closed and opened: by the platform, as their own outbox waits, too."""

from collections.abc import Sequence

from django.utils import translation
from django.utils.translation import gettext as _

from tenants.outbox.letters import Addressee, Letter, queue_letter
from tenants.registry import Owner
from tenants.snapshot import TenantSnapshot


def tell_suspended(tenant: TenantSnapshot, owners: Sequence[Owner]) -> None:
    """Into the open transaction of public. Why it was closed is between operators and is not told here."""
    for owner in owners:
        with translation.override(owner.language):
            said = {"name": tenant.name, "address": tenant.primary_domain}
            letter = Letter(
                template="letter",
                subject=_("%(name)s is closed for the moment") % said,
                headline=_("Your portal is closed for the moment"),
                paragraphs=(
                    _("The operators of Portico have closed %(address)s.") % said,
                    _(
                        "Your customers and your team see one plain page, with what your portal says of emergencies "
                        "and the lines that stand under your mails. Nobody can sign in, and nothing is sent."
                    ),
                    _(
                        "Nothing is deleted. Mails wait until it is opened, and whoever was to answer by then has all "
                        "the days again."
                    ),
                    _("To learn why, and what to do, answer this mail."),
                ),
                reason=_reason(tenant),
            )
        _send(letter, owner)


def tell_resumed(tenant: TenantSnapshot, owners: Sequence[Owner]) -> None:
    """Into the open transaction of public."""
    for owner in owners:
        with translation.override(owner.language):
            said = {"name": tenant.name, "address": tenant.primary_domain}
            letter = Letter(
                template="letter",
                subject=_("%(name)s is open again") % said,
                headline=_("Your portal is open again"),
                paragraphs=(
                    _("Everybody can sign in at %(address)s as before. Mails that waited go out now.") % said,
                    _("What fell due meanwhile stands as late in your queue, without a mail for each."),
                ),
                button_label=_("Open the desk"),
                button_url=tenant.url("/desk/"),
                reason=_reason(tenant),
            )
        _send(letter, owner)


def _reason(tenant: TenantSnapshot) -> str:
    return _("You get this mail because you own %(name)s.") % {"name": tenant.name}


def _send(letter: Letter, owner: Owner) -> None:
    queue_letter(letter, Addressee(email=owner.email, name=owner.name, language=owner.language))
