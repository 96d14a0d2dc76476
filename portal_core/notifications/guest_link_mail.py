"""The mail that brings a guest a new link to one request."""

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from portal_core.accounts.mails import Recipient
from portal_core.config.live import live_portal
from portal_core.notifications.parts import address_of
from portal_core.service_requests.guest_links import path_of, renew_link
from portal_core.service_requests.models import ServiceRequest
from tenants.outbox.letters import Letter, queue_letter


def send_new_link(row: ServiceRequest, *, by_staff: bool = False) -> bool:
    """Makes a new link and mails it to the guest; the ones before it end. False where there is no guest (any more)."""
    with transaction.atomic():
        link = renew_link(row, by_staff=by_staff)
        if link is None:
            return False
        recipient = Recipient(row.customer.email, row.customer)
        portal = live_portal()
        reference = portal.reference(row.number)
        with translation.override(recipient.addressee.language):
            letter = Letter(
                template="invite",
                subject=_("Your link to request %(reference)s") % {"reference": reference},
                headline=_("Your new link"),
                paragraphs=(
                    _("It opens request %(reference)s and nothing else. Links we sent before do not work any more.")
                    % {"reference": reference},
                ),
                reason=_("You get this mail because you have sent %(portal)s a request.") % {"portal": portal.name},
                button_label=_("See your request"),
                button_url=address_of(path_of(link)),
            )
        queue_letter(letter, recipient.addressee, is_secret=True)
    return True
