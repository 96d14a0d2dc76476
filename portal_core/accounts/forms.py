"""Forms about people: signing in, one's account, the team."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal_core.accounts.languages import known_time_zones, offered_languages
from portal_core.accounts.models import EMAIL_LENGTH, NAME_LENGTH, User, normalise_email
from portal_core.accounts.overtaken import SeenForm
from portal_core.accounts.own_account import shown_about
from portal_core.accounts.portal_facts import PortalFacts
from portal_core.accounts.roles import Role
from tenants.ui.dates import locale_for

PASSWORD_LENGTH: Final = 200
INVITES_AT_ONCE: Final = 20
# Enough to find one's own; others stay possible for those who have them already.
TIME_ZONES: Final = (
    "Europe/London", "Europe/Dublin", "Europe/Lisbon", "Europe/Berlin", "Europe/Vienna", "Europe/Zurich",
    "Europe/Paris", "Europe/Madrid", "Europe/Rome", "Europe/Amsterdam", "Europe/Brussels", "Europe/Copenhagen",
    "Europe/Oslo", "Europe/Stockholm", "Europe/Warsaw", "Europe/Prague", "Europe/Budapest", "Europe/Athens",
    "Europe/Bucharest", "Europe/Helsinki", "Europe/Kyiv", "Europe/Istanbul", "Africa/Lagos", "Africa/Cairo",
    "Africa/Johannesburg", "Africa/Nairobi", "Asia/Jerusalem", "Asia/Dubai", "Asia/Karachi", "Asia/Kolkata",
    "Asia/Dhaka", "Asia/Bangkok", "Asia/Jakarta", "Asia/Singapore", "Asia/Hong_Kong", "Asia/Shanghai",
    "Asia/Manila", "Asia/Seoul", "Asia/Tokyo", "Australia/Perth", "Australia/Adelaide", "Australia/Sydney",
    "Pacific/Auckland", "Atlantic/Reykjavik", "America/Halifax", "America/Toronto", "America/New_York",
    "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles", "America/Anchorage",
    "Pacific/Honolulu", "America/Mexico_City", "America/Bogota", "America/Lima", "America/Santiago",
    "America/Sao_Paulo", "America/Argentina/Buenos_Aires", "UTC",
)  # fmt: skip


class EmailForm(forms.Form):
    """The first step of signing in."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=EMAIL_LENGTH,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Enter your e-mail address."),
            "invalid": _("This is not an e-mail address yet. It looks like name@example.org."),
        },
    )

    def clean_email(self) -> str:
        """In its one written form."""
        return normalise_email(self.cleaned_data["email"])


class CodeForm(forms.Form):
    """The second step: the code, and for how long."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"class": "codebox", "inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": "12"}
        ),
        error_messages={"required": _("Enter the code from our e-mail.")},
    )
    keep = forms.BooleanField(label=_("Keep me signed in on this device for 90 days"), required=False, initial=True)

    def clean_code(self) -> str:
        """Digits alone: people paste spaces and dashes along."""
        return _six_digits(self.cleaned_data["code"])


def _six_digits(typed: str) -> str:
    digits = "".join(letter for letter in typed if letter.isascii() and letter.isdigit())
    if len(digits) != 6:
        raise ValidationError(_("The code has six digits."), code="length")
    return digits


class PasswordForm(EmailForm):
    """The second way in."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=PASSWORD_LENGTH,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Enter your password.")},
    )
    keep = forms.BooleanField(label=_("Keep me signed in on this device for 90 days"), required=False, initial=True)


class JoinForm(forms.Form):
    """What an invited colleague says about themselves."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Enter your name; customers see it beside your answers.")},
    )


class AboutForm(SeenForm):
    """Name, phone, language and time zone."""

    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Enter your name.")},
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    language = forms.ChoiceField(label=_("Language"))
    time_zone = forms.ChoiceField(label=_("Time zone"))

    def __init__(self, data: Any = None, *, user: User, facts: PortalFacts, now: datetime) -> None:
        """Any: what Django's forms take as data."""
        super().__init__(data, initial=asdict(shown_about(user, facts)))
        names = dict(settings.LANGUAGES)
        offered = offered_languages(facts)
        if len(offered) == 1:
            # Nothing to choose; what was chosen while there was stays for the day on which there is again.
            self.fields["language"] = forms.CharField(disabled=True, required=False)
        else:
            self.fields["language"] = forms.ChoiceField(
                label=_("Language"), choices=[(code, names[code]) for code in offered]
            )
        zones = {*TIME_ZONES, facts.time_zone, user.time_zone} & known_time_zones()
        choices = sorted((city(name), name) for name in zones)
        self.fields["time_zone"] = forms.ChoiceField(
            label=_("Time zone"),
            choices=[(name, f"{label}, {now.astimezone(ZoneInfo(name)):%H:%M}") for label, name in choices],
        )


def city(time_zone: str) -> str:
    """The place that a time zone is called by, as the reader calls it: "Buenos Aires", "Wien"."""
    locale = locale_for(get_language() or settings.LANGUAGE_CODE)
    return str(get_timezone_location(time_zone, locale=locale, return_city=True)).rsplit("/", 1)[-1]


class ChangeCodesForm(CodeForm):
    """The code from the new address and, for whoever has no password, the one from the old."""

    old_code = forms.CharField(
        label=_("Code from your present address"),
        max_length=40,
        widget=forms.TextInput(attrs={"class": "codebox", "inputmode": "numeric", "maxlength": "12"}),
        error_messages={"required": _("Enter the code from our e-mail.")},
    )

    def __init__(self, data: Any = None, *, needs_old_code: bool) -> None:
        """Any: what Django's forms take as data."""
        super().__init__(data)
        self.fields["code"].label = _("Code from the new address")
        if not needs_old_code:
            del self.fields["old_code"]

    def clean_old_code(self) -> str:
        """Digits alone, as for the other."""
        return _six_digits(self.cleaned_data["old_code"])


class NewEmailForm(EmailForm):
    """The address that an account shall move to, and the password of whoever has one."""

    email = forms.EmailField(
        label=_("New e-mail"),
        max_length=EMAIL_LENGTH,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages=EmailForm.base_fields["email"].error_messages,
    )
    present = forms.CharField(
        label=_("Present password"),
        strip=False,
        max_length=PASSWORD_LENGTH,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "id": "id_email_present"}),
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        """Any: what Django's forms take as data."""
        super().__init__(data)
        if not user.has_usable_password():
            del self.fields["present"]


class NewPasswordForm(forms.Form):
    """Sets a password; asks for the present one where there is one."""

    present = forms.CharField(
        label=_("Present password"),
        strip=False,
        max_length=PASSWORD_LENGTH,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=PASSWORD_LENGTH,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 10 characters. Several words are easier to remember than signs."),
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        """Any: what Django's forms take as data."""
        super().__init__(data)
        self.user = user
        if not user.has_usable_password():
            del self.fields["present"]

    def clean_password(self) -> str:
        """Long enough, not common, not their own name."""
        password = str(self.cleaned_data["password"])
        validate_password(password, self.user)
        return password


class PlaceForm(forms.Form):
    """A role and a team, as far as one goes without the other."""

    def offer(self, roles: Iterable[Role], teams: Iterable[tuple[str, str]], role_label: str, **more: Any) -> None:
        """Makes the two fields. Any: options of Django's field."""
        self._roles = {role.key: role for role in roles}
        self._teams = list(teams)
        self.fields["role"] = forms.ChoiceField(label=role_label, choices=role_choices(self._roles.values()), **more)
        self.fields["team"] = forms.ChoiceField(label="Team", choices=[("", "No team"), *self._teams], required=False)

    def clean(self) -> dict[str, Any]:
        """Whoever sees the requests of a team needs one: without, the desk stays empty for them."""
        typed: dict[str, Any] = super().clean() or {}
        role = self._roles.get(str(typed.get("role")))
        if role is not None and role.scope == "team" and self._teams and not typed.get("team"):
            self.add_error("team", f"Choose a team: as {role.name}, people see the requests of their team alone.")
        return typed


class InviteForm(PlaceForm):
    """Colleagues to invite, one address a line."""

    emails = forms.CharField(
        label="E-mail",
        max_length=INVITES_AT_ONCE * (EMAIL_LENGTH + 2),
        widget=forms.Textarea(attrs={"class": "textarea-s", "rows": 2}),
    )
    role = forms.ChoiceField(label="As")
    team = forms.ChoiceField(label="Team", required=False)

    def __init__(self, data: Any = None, *, roles: Iterable[Role], teams: Iterable[tuple[str, str]]) -> None:
        """Any: what Django's forms take as data."""
        super().__init__(data)
        self.offer(roles, teams, "As", initial="agent")

    def clean_emails(self) -> list[str]:
        """Each address once, all of them right."""
        typed = self.cleaned_data["emails"].replace(",", "\n").splitlines()
        addresses = list(dict.fromkeys(normalise_email(line) for line in typed if line.strip()))
        if len(addresses) > INVITES_AT_ONCE:
            raise ValidationError("At most %(limit)d at once.", params={"limit": INVITES_AT_ONCE})
        for address in addresses:
            try:
                validate_email(address)
            except ValidationError as error:
                raise ValidationError(
                    "“%(address)s” is not an e-mail address.", params={"address": address[:80]}
                ) from error
        return addresses


class MemberForm(PlaceForm, SeenForm):
    """A colleague's role and team, which somebody else may change meanwhile."""

    role = forms.ChoiceField(label="Role")
    team = forms.ChoiceField(label="Team", required=False)

    def __init__(
        self, data: Any = None, *, member: User, roles: Iterable[Role], teams: Iterable[tuple[str, str]]
    ) -> None:
        """Any: what Django's forms take as data."""
        super().__init__(data, initial={"role": member.role, "team": member.team_key})
        self.offer(roles, teams, "Role")


def role_choices(roles: Iterable[Role]) -> list[tuple[str, Any]]:
    """Roles as options, with built-in names in the reader's language. Any: lazy translations."""
    return [(role.key, role_name(role)) for role in roles]


def role_name(role: Role) -> Any:
    """A role's name for readers. Any: a lazy translation or a text of the document."""
    built_in = {"owner": _("Owner"), "manager": _("Manager"), "agent": _("Agent"), "customer": _("Customer")}
    return built_in.get(role.key, role.name)
