"""A document said in some of its languages."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from portal_core.config.checks.texts import NOT_TEXTS, TEXT_KEYS, missing_in
from portal_core.config.localise import text_in


@dataclass(frozen=True)
class Speech:
    """What is written in several languages, `from_own` among them, is said in `languages`, of which `own` is first."""

    own: str
    languages: tuple[str, ...]
    from_own: str

    @classmethod
    def alone(cls, language: str, from_own: str) -> "Speech":
        """One language and no other."""
        return cls(language, (language,), from_own)

    def said(self, value: JsonValue, key: str = "") -> JsonValue:
        """A value with its texts in these languages. `key` is what the value stands under."""
        if key in NOT_TEXTS or key.startswith("x-"):
            return value
        if key in TEXT_KEYS and isinstance(value, str | dict):
            return self._text(key, value)
        if isinstance(value, list):
            return [self.said(item) for item in value]
        if isinstance(value, dict):
            return {name: self.said(item, name) for name, item in value.items()}
        return value

    def _text(self, key: str, value: str | dict[str, JsonValue]) -> JsonValue:
        if isinstance(value, str):
            # What is the same in every language stays plain.
            if not missing_in(key, value, self.from_own, (self.from_own, "")):
                return value
            value = {self.from_own: value}
        kept = {code: value[code] for code in self.languages if code in value}
        if list(kept) == [self.own]:
            return kept[self.own]
        if kept:
            return kept
        # None of these languages: the words as they were written, until somebody translates them.
        return value.get(self.from_own) or next(iter(value.values()))

    def name(self, item: Mapping[str, JsonValue]) -> str:
        """What an item is called in the first of these languages."""
        name = item.get("name")
        if isinstance(name, dict):
            return text_in({code: str(words) for code, words in name.items()}, self.own, self.own)
        return str(name or "")
