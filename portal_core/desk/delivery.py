"""How a customer will hear of it when no mail goes at once: what staff must know before they press the button."""

from portal_core.accounts.models import User
from portal_core.notifications.choices import has_chosen
from portal_core.notifications.models import Way
from portal_core.service_requests.guest_links import is_stopped
from portal_core.service_requests.models import ServiceRequest


def untold_words(row: ServiceRequest) -> str:
    """Why no mail at all goes to a request's customer, whatever happens; "" where mails do."""
    name = row.customer.first_name
    if not row.customer.is_active:
        return f"{name} cannot sign in any more and gets no mail."
    if is_stopped(row):
        return f"{name} gets no mail about this request: the link to it is stopped. E-mail a new link first."
    return ""


def goes_at_once(customer: User, way: Way) -> bool:
    """Whether a mail to this customer leaves now; a made-up one's is waited for by the owner, and never comes daily."""
    return way == Way.NOW or (customer.is_sample and way == Way.DAILY)


def delivery_words(customer: User, kind: str, way: Way) -> str:
    """One sentence for staff; "" when a mail goes at once."""
    name = customer.first_name
    if goes_at_once(customer, way):
        return ""
    if way == Way.DAILY:
        who = f"{name} has chosen one mail a day" if has_chosen(customer, kind) else "These go once a day"
        return f"{who}: it goes with the daily mail in the morning, unless {name} has read it before."
    if has_chosen(customer, kind):
        return f"{name} has switched these mails off. It stands among the updates in the portal at once."
    return f"{name} gets no mail about this. It stands among the updates in the portal at once."
