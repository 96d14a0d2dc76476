"""Forms of the console."""

from django import forms
from django.utils.translation import gettext_lazy as _


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
