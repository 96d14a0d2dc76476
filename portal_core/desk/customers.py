"""Letting new customers in: one written down, many invited, by link, code and card."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from portal_core.accounts.actions import create_customer
from portal_core.accounts.actor import Actor
from portal_core.accounts.customers import PHONE_LENGTH, invite_customer
from portal_core.accounts.errors import AccountError
from portal_core.accounts.forms import EmailForm
from portal_core.accounts.models import EMAIL_LENGTH, NAME_LENGTH, User, normalise_email
from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.accounts.signin_limits import limit_person
from portal_core.config.live import live_portal
from portal_core.desk.qr import qr_svg
from portal_core.service_requests.queries import customers_of
from tenants.context import current
from tenants.limits import TooMany
from tenants.ui.fields import FieldLook

INVITED_AT_ONCE = 200
INVITED_AN_HOUR = 1000
WORDS = {
    "staff": "This address belongs to somebody of your team.",
    "email_taken": "A customer with this address is here already.",
    "inactive": "This account is closed. Open it again on the customer’s page.",
    "has_account": "Has an account already and has signed in.",
    "bad_email": "This is not an e-mail address.",
    "too_many": "Too many invitations within an hour. The rest can follow later.",
}


_TELLING = frozenset({"staff", "email_taken", "inactive", "has_account"})


class NewCustomerForm(EmailForm):
    """A customer whom staff write down."""

    field_order = ("name", "email", "phone")
    name = forms.CharField(label="Name", max_length=NAME_LENGTH, error_messages={"required": "Write their name."})
    phone = forms.CharField(label="Phone", max_length=PHONE_LENGTH, required=False)
    invite = forms.BooleanField(label="Mail an invitation: a link that lets them in, for 7 days", required=False)


class BulkForm(forms.Form):
    """Addresses to invite, one a line; a name may stand before the address: Maren Holt <maren@example.com>."""

    lines = forms.CharField(
        label="E-mail addresses",
        max_length=INVITED_AT_ONCE * (EMAIL_LENGTH + NAME_LENGTH),
        widget=forms.Textarea,
        help_text="One a line, 200 at most. A name may stand before it: Maren Holt <maren@example.com>",
        error_messages={"required": "Write at least one address."},
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        # So many addresses are said above; so many letters nobody counts.
        self.fields["lines"].look = FieldLook(says_limit=False)  # type: ignore[attr-defined]  # the one field component reads it

    def clean_lines(self) -> list[tuple[str, str]]:
        """Name and address of each line, once each; all of them right."""
        typed = self.cleaned_data["lines"].replace(";", "\n").splitlines()
        found: dict[str, str] = {}
        for number, line in enumerate(typed, 1):
            if line.strip():
                name, address = _name_and_address(line)
                _refuse_no_address(address, number)
                found.setdefault(address, name)
        if len(found) > INVITED_AT_ONCE:
            raise ValidationError(f"These are {len(found)} addresses; at most {INVITED_AT_ONCE} go at once.")
        return [(name, address) for address, name in found.items()]


def _name_and_address(line: str) -> tuple[str, str]:
    name, opened, rest = line.partition("<")
    if opened:
        return name.strip(" \t\"',")[:NAME_LENGTH], normalise_email(rest.partition(">")[0])
    return "", normalise_email(line.strip(" ,"))


def _refuse_no_address(address: str, number: int) -> None:
    try:
        validate_email(address)
    except ValidationError:
        raise ValidationError(f"Line {number}: “{address[:80]}” is not an e-mail address.") from None


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("create_for_customer")
def new(request: PersonRequest) -> HttpResponse:
    """`/desk/customers/new/`: one customer, with or without an invitation."""
    form = NewCustomerForm(request.POST or None, initial={"invite": True})
    if request.method == "POST" and form.is_valid():
        user = _made(request, form)
        if user is not None:
            return redirect("desk:customer", key=user.pk)
    return render(request, "desk/customer_new.html", {"form": form}, status=400 if form.errors else 200)


def _refusal(actor: Actor, code: str, email: str) -> str:
    """Why an address was not taken, in words.

    SECURITY: who does not reach every customer does not learn of the others whether they have an account.
    """
    if code in _TELLING and not actor.role.reaches_all:
        known = customers_of(actor, also_closed=True).filter(email=normalise_email(email))
        if not known.exists():
            return "This address cannot be invited from here. Ask somebody who sees all customers."
    return WORDS.get(code, WORDS["bad_email"])


def _made(request: PersonRequest, form: NewCustomerForm) -> User | None:
    """The customer, or None with the reason on the form."""
    typed = form.cleaned_data
    try:
        user = create_customer(actor=request.actor, email=typed["email"], name=typed["name"], phone=typed["phone"])
        if typed["invite"]:
            limit_person(request, "invite-customer", INVITED_AN_HOUR)
            invite_customer(actor=request.actor, email=user.email)
    except (AccountError, TooMany) as error:
        form.add_error("email", _refusal(request.actor, error.code, typed["email"]))
        return None
    sent = f" An invitation is on its way to {user.email}." if typed["invite"] else ""
    messages.success(request, f"{user.name} is one of your customers now.{sent}")
    return user


@dataclass(frozen=True)
class Invited:
    """What became of one address: `reason` is empty when an invitation is on its way."""

    email: str
    reason: str


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("create_for_customer")
def invite(request: PersonRequest) -> HttpResponse:
    """`/desk/customers/invite/`: by link, by QR code, by mail to many at once."""
    form = BulkForm(request.POST or None)
    invited: list[Invited] = []
    if request.method == "POST" and form.is_valid():
        invited = [_invited(request, name, address) for name, address in form.cleaned_data["lines"]]
        form = BulkForm()
    snapshot = current()
    address = snapshot.url("/") if snapshot else "/"
    context = {
        "form": form,
        "sent": [one for one in invited if not one.reason],
        "refused": [one for one in invited if one.reason],
        "address": address,
        "qr": qr_svg(address, f"QR code for {address}"),
    }
    return render(request, "desk/customer_invite.html", context, status=400 if form.errors else 200)


def _invited(request: PersonRequest, name: str, address: str) -> Invited:
    try:
        limit_person(request, "invite-customer", INVITED_AN_HOUR)
        invite_customer(actor=request.actor, email=address, name=name)
    except (AccountError, TooMany) as error:
        return Invited(address, _refusal(request.actor, error.code, address))
    return Invited(address, "")


@require_safe
@staff_page("create_for_customer")
def qr_file(request: PersonRequest) -> HttpResponse:
    """`/desk/customers/qr.svg`: the code to print; it leads to the portal and lets nobody in by itself."""
    snapshot = current()
    address = snapshot.url("/") if snapshot else "/"
    answer = HttpResponse(qr_svg(address, f"QR code for {address}"), content_type="image/svg+xml")
    answer["Content-Disposition"] = 'attachment; filename="portal-qr.svg"'
    return answer


@require_safe
@staff_page("create_for_customer")
def card(request: PersonRequest) -> HttpResponse:
    """`/desk/customers/card/`: a card with name, address and code, to be printed on A6."""
    snapshot, portal = current(), live_portal()
    address = snapshot.url("/") if snapshot else "/"
    shown = address.split("://")[-1].rstrip("/")
    welcome = portal.text(portal.settings.welcome)
    context = {"name": portal.name, "address": shown, "welcome": welcome, "qr": qr_svg(address, f"QR code for {shown}")}
    return render(request, "desk/customer_card.html", context)
