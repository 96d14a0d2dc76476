"""The form of `/find/`."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class FindForm(forms.Form):
    """The address that is looked for."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        error_messages={
            "required": _("Write your e-mail address; the list goes there."),
            "invalid": _("This is not an e-mail address yet. It looks like name@example.org."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Django's own signature
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs |= {"autocomplete": "email", "autofocus": "autofocus"}

    def clean_email(self) -> str:
        """In the one written form of addresses."""
        return str(self.cleaned_data["email"]).strip().lower()
