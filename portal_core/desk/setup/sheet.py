"""A form over one thing of the draft: it turns what was changed in it into small operations.

Several people may have the same sheet open. Only what a person changed is written; where somebody else changed the
same value since the page was loaded, nothing is written and both values are shown.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, cast

from django import forms
from django.http import QueryDict
from pydantic import JsonValue

from portal_core.accounts.actor import Actor
from portal_core.config.document import DocumentRefused
from portal_core.config.draft.checking import canonical_value
from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Operation, Set, Working
from portal_core.config.draft.paths import NoSuchPlace, Path, write
from portal_core.config.draft.reading import Draft, as_seen, current, places_of_others
from portal_core.config.errors import DraftChanged
from portal_core.config.problems import Problem
from portal_core.desk.setup.box_words import in_house_words
from portal_core.desk.setup.controls import Control, Line, Text, Where
from portal_core.desk.setup.frame import languages_of, words
from portal_core.desk.setup.placing import Word

REVISION: Final = "revision"
_TRIES: Final = 5
_NUMBERED: Final = re.compile(r"(?<=-\d)-.*$")


@dataclass(frozen=True)
class Block:
    """One control on the page: the template that draws its fields, and whether its value differs from what is live."""

    template: str
    fields: Sequence[forms.BoundField]
    is_changed: bool
    # What should be mended before it goes live, and the words that can be put in.
    hints: Sequence[str] = ()
    offers: Sequence[Word] = ()
    # As the control's template draws them, where it says so itself.
    arranged: object = None

    @property
    def first(self) -> forms.BoundField:
        """The field that carries the label."""
        return self.fields[0]

    @property
    def groups(self) -> list[list[forms.BoundField]]:
        """Those of a control that holds several things: each thing's fields together, by the number in their names."""
        return [list(fields) for _, fields in groupby(self.fields, lambda field: _NUMBERED.sub("", field.name))]


class Sheet(forms.Form):
    """The form. `base` is the path of what is edited, `title` what its edits are called in the list of edits."""

    def __init__(
        self, controls: Sequence[Control], draft: Draft, base: Path, title: str, data: QueryDict | None = None
    ) -> None:
        super().__init__(data)
        self.draft, self.base, self.title = draft, base, title
        self.where = Where(languages_of(draft))
        sent = {name: str(value) for name, value in data.items()} if data is not None else None
        self.controls = [control.for_form(sent, draft.read((*base, *control.path))) for control in controls]
        self.fields[REVISION] = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=draft.revision)
        for control in self.controls:
            self.fields |= control.fields(self.where)
            self.initial.update(control.initial(draft.read((*base, *control.path)), self.where))
        for made in self.fields.values():
            in_house_words(made)
        self._offer_what_stands()

    def _offer_what_stands(self) -> None:
        """What stands in a list and is not offered any more stays there until something else is chosen."""
        for name, made in self.fields.items():
            stands = self.initial.get(name)
            if (
                isinstance(made, forms.ChoiceField)
                and isinstance(stands, str)
                and stands
                and not made.valid_value(stands)
            ):
                offered = list(cast("Iterable[Any]", made.choices))
                made.choices = [*offered, (stands, "what it was before")]

    def blocks(self) -> list[Block]:
        """What to show: one block for each control."""
        return [self._block(control) for control in self.controls]

    def block(self, name: str) -> Block:
        """The block of one control, for a page that places them itself."""
        return next(self._block(control) for control in self.controls if control.name == name)

    def _block(self, control: Control) -> Block:
        path = (*self.base, *control.path)
        is_changed = self.draft.read(path) != self.draft.live_value(path)
        fields = [self[name] for name in control.names(self.where)]
        offers = control.offers if isinstance(control, (Line, Text)) else ()
        template = control.template or "setup/_plain_control.html"
        return Block(
            template, fields, is_changed, control.hints(self.draft.read(path)), offers, control.arranged(fields)
        )

    @property
    def first_hint(self) -> str:
        """What should be mended of the texts that were just saved, in one sentence."""
        dirty = self.data.getlist("dirty") if isinstance(self.data, QueryDict) else []
        for control in self.controls:
            names = control.names(self.where)
            if not isinstance(control, Text) or not any(name in dirty and name not in self.errors for name in names):
                continue
            typed = control.value(self.cleaned_data, self.draft.read((*self.base, *control.path)), self.where)
            for hint in control.hints(typed):
                return f"{control.label}: {hint}"
        return ""

    def clean(self) -> dict[str, Any]:
        """What is wrong with several fields of one control together."""
        cleaned = super().clean() or self.cleaned_data
        for control in self.controls:
            if not any(name in self.errors for name in control.names(self.where)):
                for name, problem in control.problems(cleaned, self.where).items():
                    self.add_error(name, problem)
        if self.errors:
            self._also_refused(dict(cleaned))
        return cleaned

    def _also_refused(self, cleaned: Mapping[str, Any]) -> None:
        """What the document would refuse besides: whoever mends one thing does not come back for the next."""
        working = Working(self.draft.part)
        for control in self.controls:
            if any(name in self.errors or name not in cleaned for name in control.names(self.where)):
                continue
            path = (*self.base, *control.path)
            try:
                working.apply(Set(path, control.value(cleaned, self.draft.read(path), self.where)))
            except forms.ValidationError as error:
                self.add_error(control.name, error)
            except NoSuchPlace:
                return  # something new, which has no place yet
        for name, value in working.touched.items():
            try:
                canonical_value(name, value, self.where.own)
            except DocumentRefused as refused:
                self._show(refused.problems)

    def save(self, actor: Actor) -> bool:
        """Writes what was changed to the draft; False when it could not, with the reasons in `errors`.

        Raises `PermissionDenied`.
        """
        for _ in range(_TRIES):
            operations = self._operations(actor)
            if self.errors or not operations:
                return not self.errors
            try:
                edit(
                    actor=actor,
                    operations=operations,
                    title=self._told(operations),
                    expected_revision=self.draft.revision,
                )
            except DraftChanged:
                self.draft = current()
                continue
            except NoSuchPlace:
                self.add_error(None, "Somebody has taken this out meanwhile. Look at the list again.")
                return False
            except DocumentRefused as refused:
                self._show(refused.problems)
                return False
            return True
        self.add_error(None, "The draft is being changed by several people right now. Save again.")
        return False

    def save_new(self, actor: Actor, operation: Operation, title: str) -> bool:
        """Writes something new that was composed here; False when it could not, with the reasons in `errors`."""
        try:
            edit(actor=actor, operations=[operation], title=title, expected_revision=self.draft.revision)
        except DraftChanged:
            self.add_error(None, "Somebody changed the draft at the same moment. Send it once more.")
        except NoSuchPlace:
            self.add_error(None, "Somebody has taken this out meanwhile. Look at the list again.")
        except DocumentRefused as refused:
            self._show(refused.problems)
        return not self.errors

    def composed(self) -> dict[str, JsonValue]:
        """What was typed as something new, for a place where nothing is yet; what is wrong about it is in `errors`."""
        made: JsonValue = {}
        for control in self.controls:
            try:
                typed = control.value(self.cleaned_data, None, self.where)
            except forms.ValidationError as error:
                self.add_error(control.name, error)
            else:
                made = made if typed is None else write(made, control.path, typed)
        return made if isinstance(made, dict) else {}

    def _operations(self, actor: Actor) -> list[Operation]:
        seen = self.cleaned_data[REVISION]
        dirty = self.data.getlist("dirty") if isinstance(self.data, QueryDict) else []
        then = None if dirty else as_seen(self.draft, seen)
        others = places_of_others(self.draft, seen, actor)
        found: list[Operation] = []
        for control in self.controls:
            if dirty and not any(name in dirty for name in control.names(self.where)):
                continue
            path = (*self.base, *control.path)
            now = self.draft.read(path)
            try:
                typed = control.value(self.cleaned_data, now, self.where)
            except forms.ValidationError as error:
                self.add_error(control.name, error)
                continue
            if typed == now or (then is not None and typed == then.read(path)):
                continue
            if others is None or any(change.meets(path) for change in others):
                self._conflict(control, now)
            else:
                found.append(Set(path, typed))
        return found

    def _conflict(self, control: Control, now: JsonValue) -> None:
        """Says what stands there now; sent once more, what was typed goes over it."""
        theirs = words(now, self.draft) if isinstance(now, str | dict) else ""
        shown = f" to “{theirs[:120]}”" if theirs else ""
        self.add_error(
            self._first(control), f"Somebody changed this meanwhile{shown}. Save again to put yours in its place."
        )
        if isinstance(self.data, QueryDict):
            fresh = self.data.copy()
            fresh[REVISION] = str(self.draft.revision)
            self.data = fresh

    def _told(self, operations: Iterable[Operation]) -> str:
        paths = {operation.path for operation in operations if isinstance(operation, Set)}
        labels = [control.label for control in self.controls if (*self.base, *control.path) in paths]
        return f"{self.title}: {', '.join(labels)}"

    def _show(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            control = next((control for control in self.controls if self._is_at(control, problem.path)), None)
            self.add_error(self._first(control) if control else None, f"{problem.problem} {problem.mend}")

    def _first(self, control: Control) -> str:
        """The field of a control at which its errors stand."""
        return control.names(self.where)[0]

    def _is_at(self, control: Control, words_of_path: str) -> bool:
        path = ".".join((*self.base, *control.path))
        return words_of_path == path or words_of_path.startswith(f"{path}.")


def first_error(sheet: Sheet) -> str:
    """The first thing that stands against it, in one sentence; for the line beside the form."""
    for name, errors in sheet.errors.items():
        label = sheet.fields[name].label if name in sheet.fields else ""
        return f"{label}: {errors[0]}" if label else str(errors[0])
    return ""
