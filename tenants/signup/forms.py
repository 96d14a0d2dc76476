"""The forms of sign-up. They keep what was typed, whatever is wrong with it."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from tenants import registry, slugs
from tenants.errors import SlugRefused
from tenants.names import NAME_LENGTH, NameRefused, clean_name
from tenants.ui.fields import FieldLook

# Name by value; the first is the default.
COLOURS = (
    ("#c8401a", _("Rust")),
    ("#2b3a67", _("Navy")),
    ("#0b6153", _("Verdigris")),
    ("#f2b705", _("Yellow")),
    ("#111111", _("Black")),
)
CODE_DIGITS = 6


def _text(name: str, **attributes: str) -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": name, **attributes})


class SignUpForm(forms.Form):
    """Business name, e-mail, address, starter, colour."""

    name = forms.CharField(
        label=_("Business name"),
        max_length=NAME_LENGTH,
        widget=_text("organization", autofocus="autofocus"),
        error_messages={
            "required": _("Write the name of your business."),
            "max_length": _("This name is too long: at most %(limit_value)d characters."),
        },
    )
    email = forms.EmailField(
        label=_("Your e-mail"),
        max_length=254,
        error_messages={
            "required": _("Write your e-mail address; the code to sign in goes there."),
            "invalid": _("This is not an e-mail address yet. It looks like name@example.org."),
        },
    )
    slug = forms.CharField(
        label=_("Address of your portal"),
        max_length=100,  # longer than an address: what is wrong with it is said in words
        required=False,
        widget=_text("off", spellcheck="false", autocapitalize="none"),
    )
    starter = forms.ChoiceField(
        label=_("What do you want to stop doing first?"),
        help_text=_("We open with a portal made for it. You can change every part of it."),
        widget=forms.RadioSelect,
        required=False,
    )
    colour = forms.ChoiceField(label=_("Colour"), choices=COLOURS, widget=forms.RadioSelect, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Django's own signature
        super().__init__(*args, **kwargs)
        self.suggestion = ""
        starters = registry.starters()
        starter = self.fields["starter"]
        assert isinstance(starter, forms.ChoiceField)
        starter.choices = [(choice.key, choice.label) for choice in starters]
        starter.initial = starters[0].key if starters else ""
        self.fields["colour"].initial = COLOURS[0][0]
        self.fields["email"].widget.attrs["autocomplete"] = "email"
        self._set_looks(starters)

    def _set_looks(self, starters: tuple[registry.StarterChoice, ...]) -> None:
        looks = {
            "slug": FieldLook(suffix=f".{settings.BASE_DOMAIN}"),
            "starter": FieldLook(layout="pick", subs={choice.key: choice.hint for choice in starters}),
            "colour": FieldLook(layout="seg"),
        }
        for name, look in looks.items():
            self.fields[name].look = look  # type: ignore[attr-defined]  # read by the field component

    def clean_name(self) -> str:
        """In one line, with something to read in it."""
        try:
            return clean_name(self.cleaned_data["name"])
        except NameRefused as refused:
            raise forms.ValidationError(refused.reason, code=refused.code) from refused

    def clean_email(self) -> str:
        """Lower case, as everywhere."""
        return str(self.cleaned_data["email"]).strip().lower()

    def clean_starter(self) -> str:
        """The first one when none was chosen."""
        return self.cleaned_data["starter"] or str(self.fields["starter"].initial)

    def clean_colour(self) -> str:
        """The first one when none was chosen."""
        return self.cleaned_data["colour"] or COLOURS[0][0]

    def clean_slug(self) -> str:
        """A free address; made of the name when none was typed."""
        typed = self.cleaned_data["slug"] or slugs.suggest(self.cleaned_data.get("name", ""))
        try:
            return slugs.check(typed)
        except SlugRefused as refused:
            self.suggestion = refused.suggestion
            raise forms.ValidationError(refused.reason, code=refused.code) from refused

    def refuse_slug(self, refused: SlugRefused) -> None:
        """Says at the field why, when that was found only later; keeps the suggestion for the page."""
        self.suggestion = refused.suggestion
        self.add_error("slug", forms.ValidationError(refused.reason, code=refused.code))


class CodeForm(forms.Form):
    """The code from the e-mail; spaces and hyphens that people type are dropped."""

    code = forms.CharField(
        label=_("Code from the e-mail"),
        max_length=20,
        widget=_text("one-time-code", inputmode="numeric", autofocus="autofocus"),
    )

    def clean_code(self) -> str:
        """Six digits."""
        code = "".join(sign for sign in self.cleaned_data["code"] if not sign.isspace() and sign != "-")
        if len(code) != CODE_DIGITS or not (code.isascii() and code.isdigit()):
            raise forms.ValidationError(_("The code has six digits."), code="form")
        return code
