"""Forms compiled from fields of the configuration. Which questions apply is decided here, by the answers given."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from pydantic import JsonValue

from portal_core.config.compiled_field import CompiledField
from portal_core.config.conditions import tests_in
from portal_core.config.document.fields import InfoField
from portal_core.config.kinds.base import Asked
from portal_core.config.kinds.typed import ASKED_HERE, SHOWN_IN
from portal_core.config.remembering import parse
from tenants.ui.parts import PartsWidget
from tenants.ui.rows import FormWithButtons
from tenants.ui.tried import hush

# Names of answers in the page: "f-KEY", so that no field of a business can take the name of one of ours.
PREFIX = "f"
# What is added to a field's name: whether its changed answer shall stand in the next form, too.
KEEP = "_keep"


@dataclass(frozen=True)
class Known:
    """What is known of an answer before it is asked: the value (None: nothing yet) and where it comes from, in words.

    `others`: what the same question would start with had another record been chosen in `record_field`.
    """

    value: JsonValue
    source: str
    others: tuple[JsonValue, ...] = ()
    record_field: str = ""


@dataclass(frozen=True)
class KnownShown:
    """A known answer as a form shows it: folded away until somebody wants to change it."""

    text: str
    source: str
    is_open: bool
    keep_name: str
    keeps: bool
    is_own: bool


@dataclass(frozen=True)
class Remembering:
    """What became of known answers when a form was sent.

    `counts`: how many stood there already (prefilled), were sent as they stood (kept), were changed. `keep`: the fields
    whose answers are to stand in the next form.
    """

    counts: Mapping[str, int]
    keep: tuple[str, ...]


@dataclass(frozen=True)
class SaidInside:
    """That a question is answered inside another one, `where`; `answer` reads it from the answers before it, None where
    nothing was said; `does` says whether it is one here, too."""

    where: str
    answer: Callable[[Mapping[str, JsonValue]], JsonValue]
    does: Callable[[JsonValue], bool]


def with_lines(data: QueryDict, lines: Mapping[str, str | list[str]]) -> QueryDict:
    """What was sent, with other words in some lines (a list: what is ticked); what came along beside its answers
    (refused files) stays."""
    other = data.copy()
    vars(other).update({name: value for name, value in vars(data).items() if not name.startswith("_")})
    for name, words in lines.items():
        other.setlist(name, words if isinstance(words, list) else [words])
    return other


class AnswersForm(FormWithButtons):
    """Questions of a request type or a record kind. `cleaned_data` holds stored (JSON) values by field key.

    A question whose condition does not hold under the answers before it is neither asked, nor required, nor kept:
    also when the page that was sent still showed it.
    """

    use_required_attribute = False

    def __init__(
        self,
        fields: Iterable[CompiledField],
        asked: Asked,
        data: QueryDict | None = None,
        *,
        values: Mapping[str, JsonValue],
        known: Mapping[str, Known] | None = None,
        prefix: str = PREFIX,
    ) -> None:
        super().__init__(data, prefix=prefix, auto_id=asked.auto_id)
        self.asked = asked
        self.compiled = {field.key: field for field in fields}
        self.known = {key: item for key, item in (known or {}).items() if key in self.compiled}
        there = {key: item.value for key, item in self.known.items() if item.value is not None}
        self.values: dict[str, JsonValue] = {**there, **values}
        for field in self.compiled.values():
            if field.kind.is_input:
                stored = self.values.get(field.key)
                informed = asked if stored is None else replace(asked, stored=stored)
                self.fields[field.key] = field.kind.form_field(field, informed)
                self.initial[field.key] = field.kind.initial(self._start(field), field, asked)
        # Whether what is wrong is left unsaid, because the form was not sent.
        self.is_hushed = False
        # Answers that came from another record than the one chosen now, and where theirs come from: not taken unseen.
        self.to_look_over: Mapping[str, str] = {}
        # Questions that are answered inside another one: a new record that is described right there says it. They are
        # not asked beside it.
        self.said_inside: Mapping[str, SaidInside] = {}
        # Of them those that are asked all the same: what was said does not do here.
        self._asked_here: set[str] = set()
        self._deciding = _deciding(self.compiled.values())

    def _start(self, field: CompiledField) -> JsonValue:
        """What stands in the field when the page opens: the value, or in a new form the default."""
        return self.values[field.key] if field.key in self.values else field.kind.default(field)

    def _clean_fields(self) -> None:
        """Cleans in the order of the form, dropping what does not apply under the answers so far."""
        for name in self.fields:
            field, bound = self.compiled[name], self[name]
            if not self._applies(field):
                continue
            inside = self.said_inside.get(name)
            if inside is not None and self.has_error(inside.where):
                # What is wrong is said there, once.
                continue
            said = None if inside is None else inside.answer(self.cleaned_data)
            if inside is not None and said is not None and inside.does(said):
                self.cleaned_data[name] = said
                continue
            try:
                if said is not None:
                    self._ask_here(name)
                    self._bring_over(name, said)
                self.cleaned_data[name] = self._answer(field, bound)
                if name in self.to_look_over:
                    words = _(
                        "You chose another one, so this comes %(source)s now. Look it over and send it once more."
                    )
                    raise forms.ValidationError(words % {"source": self.to_look_over[name]}, code="other_record")
            except forms.ValidationError as error:
                self.add_error(name, error)
                self.said_inside = self._inside_but(name)

    def _inside_but(self, name: str) -> dict[str, SaidInside]:
        return {key: other for key, other in self.said_inside.items() if key != name}

    def _ask_here(self, name: str) -> None:
        """What was said inside does not do here (it is too long): it is asked here after all, as long as it is so."""
        self.said_inside = self._inside_but(name)
        self._asked_here.add(name)

    def _bring_over(self, name: str, said: JsonValue) -> None:
        """What was said inside and does not do here is put into the question, which says so.

        Not over what was answered there, nor where that was left empty after it had been said.

        Raises:
            ValidationError: it cannot stand there; it is asked anew.
        """
        line = self.add_prefix(name)
        if f"{line}{ASKED_HERE}" in self.data or self._is_answered(name):
            return
        lines = self._sent_for(name, said)
        if not lines:
            raise forms.ValidationError(_("What you wrote above is not possible here. Answer this one, too."))
        assert isinstance(self.data, QueryDict)
        self.data = with_lines(self.data, lines)

    def _is_answered(self, name: str) -> bool:
        """Whether anything came in for a question, right or wrong."""
        try:
            return self._answer(self.compiled[name], self[name]) is not None
        except forms.ValidationError as error:
            return all(one.code != "required" for one in error.error_list)

    def _sent_for(self, name: str, value: JsonValue) -> dict[str, str | list[str]]:
        """What a page would send with an answer in its question; nothing where it cannot stand there."""
        field, widget, line = self.compiled[name], self.fields[name].widget, self.add_prefix(name)
        shown = field.kind.initial(value, field, self.asked)
        if isinstance(widget, PartsWidget):
            return {f"{line}_{part}": words for part, words in widget.split(shown).items()}
        if isinstance(shown, list) and all(isinstance(one, str) for one in shown):
            return {line: shown} if shown else {}
        words = self.as_line(name, value)
        return {line: words, f"{line}{SHOWN_IN}": self.asked.language} if words else {}

    def as_line(self, key: str, value: JsonValue) -> str:
        """An answer as it stands in the line of its question; "" for none, and where there is no such line."""
        field = self.compiled[key]
        shown = None if value is None else field.kind.initial(value, field, self.asked)
        return shown if isinstance(shown, str) else ""

    def _answer(self, field: CompiledField, bound: forms.BoundField) -> JsonValue:
        """The answer in stored form. One that comes back as it was shown stays as it was: read anew, it could be
        refused by limits that are newer than it is.
        """
        stored, sent = self.values.get(field.key), bound.data
        if stored is not None and sent == self.initial[field.key]:
            return stored
        return field.kind.store(bound.field.clean(sent), field)

    def _applies(self, field: CompiledField) -> bool:
        known = self.cleaned_data if self.is_bound else self.values
        elsewhere = {key: value for key, value in self.values.items() if key not in self.fields}
        return field.applies({**elsewhere, **known}, self.asked.status_key)

    def shown(self, *, is_sent: bool = True) -> list["Question"]:
        """The questions to show now, in order, headings and information among them; what is wrong with the answers
        stands at them once the form `is_sent`.

        Under what was typed so far, or (in a form just opened) under the values it starts with. A question that
        belongs to one answer of a choice stands under that answer, not in the row of its own.
        """
        answers = self._answers_so_far()
        self.is_hushed = not is_sent and hush(self)
        for key in self.known:
            # The component draws it: folded where it is known, with a word where it will be kept.
            self[key].known = self._known_shown(key, answers)  # type: ignore[attr-defined]  # for the template
        for key in self._asked_here:
            self[key].asked_here = f"{self.add_prefix(key)}{ASKED_HERE}"  # type: ignore[attr-defined]  # for the template
        asked = [field for field in self.compiled.values() if field.key not in self.said_inside]
        applying = [field for field in asked if field.applies(answers, self.asked.status_key)]
        nested: dict[str, dict[str, list[forms.BoundField]]] = {}
        rows = []
        for field in applying:
            place = self._place_under_answer(field)
            if place is not None:
                nested.setdefault(place[0], {}).setdefault(place[1], []).append(self[field.key])
            else:
                rows.append(field)
        return [self._question(field, nested) for field in rows]

    def _answers_so_far(self) -> dict[str, JsonValue]:
        if not self.is_bound:
            return {key: self._start(field) for key, field in self.compiled.items() if field.kind.is_input}
        # Cleaned once, now at the latest; what did not pass counts as not answered.
        self.is_valid()
        return dict(self.cleaned_data)

    def _known_shown(self, key: str, answers: Mapping[str, JsonValue]) -> KnownShown:
        item, field, bound = self.known[key], self.compiled[key], self[key]
        portal, language = self.asked.portal, self.asked.language
        is_as_known = answers.get(key) == item.value and not bound.errors
        keep_name = f"{bound.html_name}{KEEP}"
        words = "" if item.value is None else field.kind.display(item.value, field, portal, language, portal.time_zone)
        return KnownShown(
            text=words,
            source=item.source,
            is_open=not is_as_known,
            keep_name=keep_name,
            keeps=self.is_bound and keep_name in self.data,
            is_own=self.asked.person_id == self.asked.customer_id,
        )

    def remembering(self) -> Remembering:
        """What became of the known answers of a valid form, and what it keeps for the next one.

        Nothing known yet: the answer is kept. Changed: it is kept where that is wanted.
        """
        counts = {"prefilled": 0, "kept": 0, "changed": 0}
        keep = []
        for key, item in self.known.items():
            if key not in self.cleaned_data:
                continue
            answer = self.cleaned_data[key]
            if item.value is None:
                keep += [key] if answer is not None else []
                continue
            counts["prefilled"] += 1
            counts["kept" if answer == item.value else "changed"] += 1
            if answer != item.value and f"{self.add_prefix(key)}{KEEP}" in self.data:
                keep.append(key)
        return Remembering({what: count for what, count in counts.items() if count}, tuple(keep))

    def _place_under_answer(self, field: CompiledField) -> tuple[str, str] | None:
        """The choice and the answer under which this question is asked, if its condition is that simple."""
        condition = field.when
        if condition is None or condition.field is None or not isinstance(condition.is_, str):
            return None
        parent = self.compiled.get(condition.field)
        if parent is None or parent.kind.key != "choice" or parent.when is not None or not field.kind.is_input:
            return None
        return condition.field, condition.is_

    def _decider(self, field: CompiledField) -> str:
        """The name of the control that asks the server anew when it changes; "" where nothing depends on it."""
        if not field.kind.is_input:
            return ""
        widget = self.fields[field.key].widget
        name = self.add_prefix(field.key)
        if isinstance(widget, PartsWidget) and widget.decides:
            return f"{name}_{widget.decides}"
        return name if field.key in self._deciding else ""

    def _question(self, field: CompiledField, nested: dict[str, dict[str, list[forms.BoundField]]]) -> "Question":
        portal, language = self.asked.portal, self.asked.language
        return Question(
            kind=field.kind.key,
            label=portal.text(field.label, language),
            help=portal.text(field.help, language),
            text=portal.text(field.config.text, language) if isinstance(field.config, InfoField) else "",
            bound=self[field.key] if field.kind.is_input else None,
            reveals=nested.get(field.key, {}),
            decides=self._decider(field),
        )


@dataclass(frozen=True)
class Question:
    """One question (or heading, or information) of a form, in the reader's words.

    `reveals`: further questions by the answer under which they stand. `decides`: the name of the control on which
    other questions (or lines of this one) depend, so that changing it asks the server which ones apply now; "" if none.
    """

    kind: str
    label: str
    help: str
    text: str
    bound: forms.BoundField | None
    reveals: Mapping[str, list[forms.BoundField]]
    decides: str

    @property
    def asks_anew(self) -> str:
        """What makes the page ask the server for its questions anew, as htmx writes it; "" for nothing.

        The answer that others depend on; and any answer to a question that is marked as wrong, whose mark goes when it
        is right. A file says so itself, once it is there.
        """
        asked = [self.bound, *(bound for bounds in self.reveals.values() for bound in bounds)]
        if any(bound is not None and bound.errors for bound in asked):
            return "change target::not([type='file']) consume"
        return f"change target:[name='{self.decides}']" if self.decides else ""


def _deciding(fields: Iterable[CompiledField]) -> frozenset[str]:
    """The fields that conditions of other fields ask about, or from whose record other answers come."""
    found: set[str] = set()
    for field in fields:
        found.update(test.field for test in tests_in(field.when) if test.field)
        place = parse(field.remember)
        if place is not None and place.is_of_record:
            found.add(place.record_field)
    return frozenset(found)
