"""What people are told about signing in. Every letter goes through the outbox, in the caller's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal_core.accounts.models import User
from portal_core.accounts.portal_facts import portal_facts
from tenants.context import current
from tenants.outbox.letterhead import letterhead
from tenants.outbox.letters import Addressee, Letter, queue_letter

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

CODE_MINUTES = 10


@dataclass(frozen=True, slots=True)
class Recipient:
    """An address, perhaps with the person behind it."""

    email: str
    user: User | None = None
    language: str = ""

    @property
    def addressee(self) -> Addressee:
        """For the outbox."""
        user = self.user
        if user is None:
            return Addressee(email=self.email, language=self._language)
        return Addressee(email=self.email, name=user.name, language=self._language, user_id=user.pk)

    @property
    def _language(self) -> str:
        chosen = self.user.language if self.user is not None else ""
        return chosen or self.language or portal_facts().language


@dataclass(frozen=True, slots=True)
class _CodeWords:
    """What a mail with a code says, in each reader's language; texts may name %(portal)s."""

    headline: _StrPromise
    paragraphs: tuple[_StrPromise, ...]
    reason: _StrPromise


_TO_SIGN_IN: Final = _CodeWords(
    gettext_lazy("Your code to sign in"),
    (
        gettext_lazy("Enter it on the page where you asked for it. It works for 10 minutes and only once."),
        gettext_lazy("Nobody from %(portal)s will ever ask you for it."),
    ),
    gettext_lazy("You get this mail because this address was typed on our sign-in page."),
)
_TO_SEND_A_REQUEST: Final = _CodeWords(
    gettext_lazy("Your code to send the request"),
    (
        gettext_lazy("Enter it on the page where you wrote your request. It works for 10 minutes and only once."),
        gettext_lazy("Nothing is sent to %(portal)s before that."),
    ),
    gettext_lazy("You get this mail because this address was given with a request on our portal."),
)
_TO_APPROVE: Final = _CodeWords(
    gettext_lazy("Your code to answer bindingly"),
    (
        gettext_lazy("Enter it on the page of your request. It works for 10 minutes and only once."),
        gettext_lazy("Without it nobody can approve or decline by the link alone."),
    ),
    gettext_lazy("You get this mail because an answer by the link of your request asks for it."),
)
_NEW_ADDRESS: Final = _CodeWords(
    gettext_lazy("Your code for the new address"),
    (gettext_lazy("Enter it on your account page. From then on you sign in with this address."),),
    gettext_lazy("You get this mail because this address was entered on an account page."),
)


def send_code(recipient: Recipient, code: str) -> None:
    """The code that signs in."""
    _send_code(recipient, code, _TO_SIGN_IN)


def send_guest_code(recipient: Recipient, code: str) -> None:
    """The code that confirms the address of somebody who sends a request without an account."""
    _send_code(recipient, code, _TO_SEND_A_REQUEST)


def send_guest_link(recipient: Recipient, path: str, *, minutes: int) -> None:
    """The link that does the same, while strangers use up the codes of the address."""
    with translation.override(recipient.addressee.language):
        portal = letterhead().name
        letter = Letter(
            template="invite",
            subject=_("Send your request to %(portal)s with this link") % {"portal": portal},
            headline=_("A link instead of a code"),
            paragraphs=(
                _("So many codes were asked for with your address that we send a link for the moment."),
                _(
                    "Open it in the browser in which you have filled in your request: then it is sent."
                    " It works once, for %(minutes)d minutes."
                )
                % {"minutes": minutes},
                _("If you did not ask for it, there is nothing to do: nothing is sent without this mail."),
            ),
            reason=str(_TO_SEND_A_REQUEST.reason),
            button_label=_("Send my request"),
            button_url=_address(path),
        )
    expires_at = timezone.now() + timedelta(minutes=minutes)
    queue_letter(letter, recipient.addressee, is_secret=True, expires_at=expires_at)


def send_approval_code(recipient: Recipient, code: str) -> None:
    """The code with which a guest approves or declines by the link of a request."""
    _send_code(recipient, code, _TO_APPROVE)


def send_change_code(user: User, new_email: str, code: str) -> None:
    """The code that proves a new address, sent to that address."""
    _send_code(Recipient(new_email, None, user.language), code, _NEW_ADDRESS)


def _send_code(recipient: Recipient, code: str, words: _CodeWords) -> None:
    """Worthless after ten minutes, so not sent later than that."""
    with translation.override(recipient.addressee.language):
        portal = letterhead().name
        letter = Letter(
            template="code",
            subject=_("Your code for %(portal)s: %(code)s") % {"portal": portal, "code": code},
            headline=str(words.headline),
            paragraphs=tuple(str(text) % {"portal": portal} for text in words.paragraphs),
            reason=str(words.reason),
            code=code,
        )
    _queue_secret(letter, recipient)


def send_no_account(recipient: Recipient) -> None:
    """The answer to an address that cannot sign in; said by mail alone, so that the page tells nobody."""
    with translation.override(recipient.addressee.language):
        portal = letterhead().name
        letter = Letter(
            template="letter",
            subject=_("No account for this address at %(portal)s") % {"portal": portal},
            headline=_("This address cannot sign in"),
            paragraphs=(
                _("Somebody, probably you, asked for a code. No account that can sign in uses this address."),
                _("Perhaps you are known to us under another one. If in doubt, ask us."),
            ),
            reason=_("You get this mail because this address was typed on our sign-in page."),
        )
    _queue_secret(letter, recipient)


def send_invitation(user: User, *, inviter: str, role_name: str, path: str, days: int) -> None:
    """The invitation to join the team, with its single-use link."""
    with translation.override(Recipient(user.email, user).addressee.language):
        portal = letterhead().name
        letter = Letter(
            template="invite",
            subject=_("%(inviter)s invites you to the team of %(portal)s") % {"inviter": inviter, "portal": portal},
            headline=_("Join the team of %(portal)s") % {"portal": portal},
            paragraphs=(
                _("You are invited as %(role)s.") % {"role": role_name},
                _("The link works once and for %(days)d days.") % {"days": days},
            ),
            reason=_("You get this mail because %(inviter)s entered your address.") % {"inviter": inviter},
            button_label=_("Join the team"),
            button_url=_address(path),
        )
    _queue_invitation(letter, user, days)


def tell_link_made(user: User, *, by: str) -> None:
    """Tells a customer that somebody of the business has made a way in for them, to be handed over."""
    with translation.override(Recipient(user.email, user).addressee.language):
        portal = letterhead().name
        letter = Letter(
            template="letter",
            subject=_("A way in to your portal at %(portal)s") % {"portal": portal},
            headline=_("A link was made for you"),
            paragraphs=(
                _("%(name)s has made a link for you that opens the portal of %(portal)s once, within 7 days.")
                % {"name": by, "portal": portal},
                _("If nobody was to give you such a link, tell us: we make it worthless."),
            ),
            reason=_("You get this mail because it is about the safety of your account."),
        )
    queue_letter(letter, Recipient(user.email, user).addressee)


def send_customer_invitation(user: User, *, path: str, days: int) -> None:
    """The invitation to the portal, with its single-use link."""
    with translation.override(Recipient(user.email, user).addressee.language):
        portal = letterhead().name
        letter = Letter(
            template="invite",
            subject=_("Your portal at %(portal)s") % {"portal": portal},
            headline=_("%(portal)s has opened a portal for you") % {"portal": portal},
            paragraphs=(
                _("There you see where your requests stand, who has them and what happens next. No password to set."),
                _("The link works once and for %(days)d days.") % {"days": days},
            ),
            reason=_("You get this mail because you are a customer of %(portal)s.") % {"portal": portal},
            button_label=_("Go in"),
            button_url=_address(path),
        )
    _queue_invitation(letter, user, days)


def _queue_invitation(letter: Letter, user: User, days: int) -> None:
    """Its link is a key: the words are wiped once it has gone, and it goes no later than the link works."""
    addressee = Recipient(user.email, user).addressee
    queue_letter(letter, addressee, is_secret=True, expires_at=timezone.now() + timedelta(days=days))


def send_address_taken(user: User, new_email: str) -> None:
    """What a person reads who tried to move to an address that has an account already."""
    recipient = Recipient(new_email, None, user.language)
    with translation.override(recipient.addressee.language):
        portal = letterhead().name
        letter = Letter(
            template="letter",
            subject=_("This address is in use at %(portal)s") % {"portal": portal},
            headline=_("This address already has an account"),
            paragraphs=(_("Somebody, probably you, wanted to use it for another account as well. Nothing changed."),),
            reason=_("You get this mail because this address was entered on an account page."),
        )
    _queue_secret(letter, recipient)


def tell_old_address(user: User, old_email: str, *, new_email: str, done: bool, code: str = "") -> None:
    """Tells the old address of a change that was asked for or made, so that nobody loses an account silently.

    With a code, which must be entered beside the one that went to the new address.
    """
    recipient = Recipient(old_email, user)
    with translation.override(recipient.addressee.language):
        portal = letterhead().name
        masked = mask_email(new_email)
        happened = (
            _("The address of your account is now %(new)s.")
            if done
            else _("Somebody signed in as you asked to change the address of your account to %(new)s.")
        )
        enter = (_("If it was you, enter this code on your account page, beside the one from the new address."),)
        letter = Letter(
            template="code" if code else "letter",
            subject=_("Your address at %(portal)s") % {"portal": portal},
            headline=_("Your address was changed") if done else _("A new address was asked for"),
            paragraphs=(
                happened % {"new": masked},
                *(enter if code else ()),
                _("If this was not you, tell us at once and end the other sessions on your account page."),
            ),
            reason=_("You get this mail because this is the address of your account until now."),
            code=code,
        )
    if code:
        _queue_secret(letter, recipient)
    else:
        queue_letter(letter, recipient.addressee)


def tell_moved_by_staff(user: User, old_email: str) -> None:
    """Tells both addresses that the business moved an account; `user` has the new one already."""
    tell_old_address(user, old_email, new_email=user.email, done=True)
    recipient = Recipient(user.email, user)
    with translation.override(recipient.addressee.language):
        portal = letterhead().name
        letter = Letter(
            template="invite",
            subject=_("Your address at %(portal)s") % {"portal": portal},
            headline=_("Your address was changed"),
            paragraphs=(_("From now on you sign in with this address: you get a code by e-mail."),),
            reason=_("You get this mail because it is about the safety of your account."),
            button_label=_("Sign in"),
            button_url=_address("/signin/"),
        )
    queue_letter(letter, recipient.addressee)


def send_signin_link(user: User, path: str, *, minutes: int) -> None:
    """The way in while strangers use up the codes of an address: a link, which belongs to whoever reads the mail."""
    recipient = Recipient(user.email, user)
    with translation.override(recipient.addressee.language):
        portal = letterhead().name
        letter = Letter(
            template="invite",
            subject=_("Sign in to %(portal)s with this link") % {"portal": portal},
            headline=_("A link instead of a code"),
            paragraphs=(
                _("So many codes were asked for with your address that we send a link for the moment."),
                _("Open it in the browser in which you want to be signed in. It works once, for %(minutes)d minutes.")
                % {"minutes": minutes},
                _("If you did not ask for it, there is nothing to do: nobody gets in without this mail."),
            ),
            reason=_("You get this mail because this address was typed on our sign-in page."),
            button_label=_("Sign in"),
            button_url=_address(path),
        )
    expires_at = timezone.now() + timedelta(minutes=minutes)
    queue_letter(letter, recipient.addressee, is_secret=True, expires_at=expires_at)


def tell_password_changed(user: User, *, removed: bool) -> None:
    """Tells a person that the password of their account was set or removed."""
    recipient = Recipient(user.email, user)
    with translation.override(recipient.addressee.language):
        portal = letterhead().name
        said = _("The password was removed.") if removed else _("A password was set.")
        letter = Letter(
            template="letter",
            subject=_("Your password at %(portal)s") % {"portal": portal},
            headline=said,
            paragraphs=(
                _("All other browsers were signed out."),
                _("If this was not you, sign in by code, remove any password on your account page and tell us."),
            ),
            reason=_("You get this mail because it is about the safety of your account."),
        )
    queue_letter(letter, recipient.addressee)


def mask_email(email: str) -> str:
    """Enough of an address to recognise one's own: m…@example.org."""
    name, _at, host = email.partition("@")
    return f"{name[:1]}…@{host}"


def _address(path: str) -> str:
    tenant = current()
    return tenant.url(path) if tenant is not None else letterhead().home_url.rstrip("/") + path


def _queue_secret(letter: Letter, recipient: Recipient) -> None:
    expires_at = timezone.now() + timedelta(minutes=CODE_MINUTES)
    queue_letter(letter, recipient.addressee, is_secret=True, expires_at=expires_at)
