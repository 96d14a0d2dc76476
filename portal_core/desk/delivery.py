"""How a customer will hear of it when no mail goes at once: what staff must know before they press the button."""

from portal_core.accounts.models import User
from portal_core.notifications.choices import has_chosen
from portal_core.notifications.models import Way


def delivery_words(customer: User, kind: str, way: Way) -> str:
    """One sentence for staff; "" when a mail goes at once."""
    name = customer.first_name
    if way == Way.NOW or (customer.is_sample and way == Way.DAILY):
        return ""
    if way == Way.DAILY:
        who = f"{name} has chosen one mail a day" if has_chosen(customer, kind) else "These go once a day"
        return f"{who}: it goes with the daily mail in the morning, unless {name} has read it before."
    if has_chosen(customer, kind):
        return f"{name} has switched these mails off. It stands among the updates in the portal at once."
    return f"{name} gets no mail about this. It stands among the updates in the portal at once."
