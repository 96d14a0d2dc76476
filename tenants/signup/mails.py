"""The mail with the code."""

from django.utils.translation import gettext as _

from tenants.models import SignUp
from tenants.outbox.letters import Addressee, Letter, queue_letter


def send_code(sign_up: SignUp, code: str, language: str) -> None:
    """Into the open transaction of public; worthless and so not sent after the code's end."""
    letter = Letter(
        template="code",
        subject=_("Your code for Portico: %(code)s") % {"code": code},
        headline=_("Your code to open %(name)s") % {"name": sign_up.name},
        paragraphs=(_("Enter it on the page where you asked for it. It works for 15 minutes and only once."),),
        reason=_("You get this mail because this address was typed on our sign-up page."),
        code=code,
    )
    addressee = Addressee(email=sign_up.email, language=language)
    queue_letter(letter, addressee, is_secret=True, expires_at=sign_up.expires_at)
