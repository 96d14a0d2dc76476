"""Forms about a person that somebody else may change meanwhile: what was shown comes back beside what was typed."""

from collections.abc import Iterator, Mapping

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from portal_core.accounts.errors import AccountError

_PREFIX = "seen-"


class ChangedMeanwhile(AccountError):
    """What was typed would replace what its author has not seen; `theirs` is what stands there, by field."""

    def __init__(self, theirs: Mapping[str, str]) -> None:
        super().__init__("changed_meanwhile")
        self.theirs = theirs


class SeenForm(forms.Form):
    """A form that remembers what it showed: its template sends `seen` along (portal/_seen.html)."""

    def seen(self) -> Iterator[tuple[str, str]]:
        """Names and values of the hidden fields: what stands there now."""
        for name in self.fields:
            yield f"{_PREFIX}{name}", str(self.initial.get(name, ""))

    def tell(self, overtaken: ChangedMeanwhile) -> None:
        """Says at each field what stands there now; what was typed stays in it, and sent once more it is kept."""
        for name, value in overtaken.theirs.items():
            choices = dict(getattr(self.fields[name], "choices", ()))
            now = str(choices.get(value, value)) or "–"
            words = _("Meanwhile this was changed elsewhere: “%(now)s” stands there now. Nothing is kept yet.")
            self.add_error(name, words % {"now": now})


def seen_in(sent: QueryDict, names: Mapping[str, object]) -> dict[str, str] | None:
    """What the form had shown; None where it does not say."""
    found = {name: sent.get(f"{_PREFIX}{name}") for name in names}
    return None if None in found.values() else {name: value or "" for name, value in found.items()}


def merged(typed: Mapping[str, str], seen: Mapping[str, str] | None, now: Mapping[str, str]) -> dict[str, str]:
    """What is to be written: what was typed, and of what was left alone what stands there now.

    Raises ChangedMeanwhile for what was changed on both sides.
    """
    if seen is None:
        return dict(typed)
    theirs = {
        name: now[name]
        for name, value in typed.items()
        if now[name] != seen[name] and value not in (seen[name], now[name])
    }
    if theirs:
        raise ChangedMeanwhile(theirs)
    return {name: now[name] if value == seen[name] else value for name, value in typed.items()}
