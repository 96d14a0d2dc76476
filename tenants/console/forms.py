"""Forms of the console."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.lifecycle import REASON_LENGTH


class AddressForm(forms.Form):
    """The first step: who."""

    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )

    def clean_email(self) -> str:
        """In its one written form."""
        return str(self.cleaned_data["email"]).strip().lower()


class CodeForm(forms.Form):
    """A code of any kind: e-mailed, of the app, or a recovery code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"class": "codebox", "inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": "14"}
        ),
    )

    def clean_code(self) -> str:
        """Digits alone."""
        typed = str(self.cleaned_data["code"])
        digits = "".join(letter for letter in typed if letter.isascii() and letter.isdigit())
        if len(digits) not in (6, 10):
            raise forms.ValidationError(_("A code has six digits, a recovery code ten."))
        return digits


class SuspendForm(forms.Form):
    """Why a tenant is closed; its address is typed so that no other one is closed by mistake."""

    reason = forms.CharField(
        label=_("Reason"), max_length=REASON_LENGTH, help_text=_("Stays in this history; customers do not read it.")
    )
    typed = forms.CharField(max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, slug: str, **kwargs: Any) -> None:  # Django's own signature
        super().__init__(*args, **kwargs)
        self.slug = slug
        self.fields["typed"].label = _("Write “%(slug)s” to go on") % {"slug": slug}

    def clean_typed(self) -> str:
        """The very address."""
        typed = str(self.cleaned_data["typed"]).strip()
        if typed != self.slug:
            raise forms.ValidationError(_("This is not the address of this portal."))
        return typed


class ResumeForm(forms.Form):
    """Why a tenant is opened again, if there is something to say."""

    reason = forms.CharField(label=_("Note"), max_length=REASON_LENGTH, required=False)
