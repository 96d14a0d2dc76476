"""What is asked about a column of a table in the editor: its words and what goes for a field of its kind."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from pydantic import JsonValue

from portal_core.config.document.base import MAX_LABEL
from portal_core.config.draft.paths import Path, keys_of
from portal_core.config.draft.reading import Draft
from portal_core.config.draft.values import items_of
from portal_core.config.kinds.rows import NOT_OF_COLUMNS
from portal_core.config.queries import ever_published
from portal_core.desk.setup.controls import Control, Single, Switch, Where, label_text, long_text
from portal_core.desk.setup.field_controls import controls_of_kind
from portal_core.desk.setup.keys import new_key

# A table holds what fits into a line: no files, sections or tables of its own.
COLUMN_KINDS: Final = (
    "text", "long_text", "number", "money", "date", "datetime", "choice", "choices", "yes_no", "email", "phone", "url",
    "address", "record", "rating",
)  # fmt: skip
_MOST: Final = 1_000


def column_controls(draft: Draft, path: Path, column: Mapping[str, JsonValue]) -> list[Control]:
    """All controls of one column; `path` is where it stands."""
    made: list[Control] = [
        label_text("label", ("label",), "Column", required=True),
        label_text(
            "noun",
            ("noun",),
            "In error messages",
            "For instance “the number of pieces”, in “Write the number of pieces”.",
        ),
        long_text("help", ("help",), "Help", "Below the box.", rows=2),
        Switch(name="required", path=("required",), label="An answer is needed in each row"),
    ]
    if column.get("kind") in ("choice", "choices"):
        made.append(
            AnswerLines(
                name="choices",
                path=("choices",),
                label="Answers",
                help="One on each line. A line worded anew is a new answer; the old one stays where it was given.",
                required=True,
                live=draft.live_value((*path, "choices")),
                published=lambda: ever_published(*path, "choices"),
            )
        )
    return [*made, *(control for control in controls_of_kind(draft, column) if control.path[0] not in NOT_OF_COLUMNS)]


@dataclass(frozen=True, kw_only=True)
class AnswerLines(Single):
    """Answers by their words, one on each line. Answers that are live are retired, never removed."""

    live: JsonValue
    # The keys that no new answer may have: asked for only when there is a new one.
    published: Callable[[], Collection[str]] = tuple

    def field(self) -> forms.Field:
        """A box of lines."""
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 5}), max_length=_MOST * MAX_LABEL)

    def initial(self, value: JsonValue, where: Where) -> dict[str, Any]:
        """Those in use, in the portal's own language."""
        return {self.name: "\n".join(_words(item, where) for item in items_of(value) if not item.get("retired"))}

    def problems(self, cleaned: Mapping[str, Any], where: Where) -> Mapping[str, str]:
        """A line that is too long or stands twice."""
        lines = _lines(cleaned.get(self.name))
        long = next((line for line in lines if len(line) > MAX_LABEL), "")
        if long:
            return {self.name: f"“{long[:40]}…” is too long: {MAX_LABEL} characters at most."}
        twice = next((line for number, line in enumerate(lines) if line in lines[:number]), "")
        return {self.name: f"“{twice[:40]}” stands there twice."} if twice else {}

    def value(self, cleaned: Mapping[str, Any], before: JsonValue, where: Where) -> JsonValue:
        """The answers in the order of the lines, then what is out of use."""
        items = items_of(before)
        by_words = {_words(item, where): item for item in items}
        taken = {*keys_of(before)}
        made: list[JsonValue] = []
        for line in _lines(cleaned[self.name]):
            found = by_words.pop(line, None)
            if found is None:
                key = new_key(line, taken | {*self.published()}, fallback="answer")
                taken.add(key)
                found = {"key": key, "label": line}
            made.append({name: part for name, part in found.items() if name != "retired"})
        live = keys_of(self.live)
        made += [{**item, "retired": True} for item in by_words.values() if item["key"] in live or item.get("retired")]
        return made or None


def _lines(typed: object) -> list[str]:
    return [line.strip() for line in str(typed or "").splitlines() if line.strip()]


def _words(item: Mapping[str, JsonValue], where: Where) -> str:
    label = item.get("label")
    if isinstance(label, dict):
        label = label.get(where.own) or next(iter(label.values()), "")
    return str(label or item["key"])
