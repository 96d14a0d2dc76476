"""Words that can be put into texts (placeholders): which may stand where, what is wrong with those that do, and what a
text with them is called in a list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from portal_core.config.draft.reading import Draft
from portal_core.config.draft.values import in_use, items_of
from portal_core.config.placeholders import FIELD_PREFIX, NAMES, names_in
from portal_core.desk.setup.frame import words

# Everything that has a value whenever a text is read, and what it says.
PLAIN: Final = (
    ("customer", "Customer"),
    ("reference", "Number"),
    ("status", "Status"),
    ("handler", "Who has it"),
    ("team", "Team"),
    ("expected", "How long"),
    ("portal", "Your name"),
)
_MOST_FIELDS: Final = 40
_NO_INPUT: Final = frozenset({"heading", "info"})


@dataclass(frozen=True)
class Word:
    """One word to put in: `reason` says why it cannot be used here, "" where it can."""

    token: str
    label: str
    reason: str = ""


def plain_words() -> list[Word]:
    """Those that may stand anywhere."""
    return [Word(f"{{{name}}}", label) for name, label in PLAIN]


def words_of_mail(draft: Draft, key: str) -> list[Word]:
    """What may stand in a mail: answers too, where every request that sends it has them and customers see them."""
    used = _places_of(draft, key)
    flows = {flow for flow, _status in used}
    kinds = [kind for kind in draft.items("types") if not kind.get("retired") and kind.get("flow") in flows]
    return [*plain_words(), *_answers(draft, kinds, used)[:_MOST_FIELDS]]


def words_of_title(draft: Draft, item: dict[str, JsonValue]) -> list[Word]:
    """What may stand in the title of a type's requests: answers that customers see wherever a request stands."""
    flow = draft.item("flows", str(item.get("flow"))) or {}
    places = ["", *(str(status["key"]) for status in in_use(flow.get("statuses")))]
    fields = [field for field in in_use(item.get("fields")) if field.get("kind") not in _NO_INPUT]
    found = [
        Word(
            f"{{{FIELD_PREFIX}{field['key']}}}",
            words(field.get("label"), draft) or str(field["key"]),
            "customers do not see it in every status" if any(_is_hidden(field, place) for place in places) else "",
        )
        for field in fields
    ]
    return sorted(found, key=lambda word: bool(word.reason))[:_MOST_FIELDS]


def words_of_record(draft: Draft, item: dict[str, JsonValue]) -> list[Word]:
    """What may stand in the name of a record: its fields that everybody sees, since it stands in lists of everybody."""
    fields = [field for field in in_use(item.get("fields")) if field.get("kind") not in _NO_INPUT]
    found = [
        Word(
            f"{{{FIELD_PREFIX}{field['key']}}}",
            words(field.get("label"), draft) or str(field["key"]),
            "not everybody sees it" if _is_hidden_from_some(field) else "",
        )
        for field in fields
    ]
    return sorted(found, key=lambda word: bool(word.reason))[:_MOST_FIELDS]


def _is_hidden_from_some(field: dict[str, JsonValue]) -> bool:
    show = field.get("show")
    return isinstance(show, dict) and "hidden" in show.values()


def _places_of(draft: Draft, key: str) -> list[tuple[str, str]]:
    """The flows and statuses that send a mail."""
    return [
        (str(flow["key"]), str(status["key"]))
        for flow in draft.items("flows")
        for status in in_use(flow.get("statuses"))
        if any(rule.get("message") == key for name in ("notify", "remind") for rule in items_of(status.get(name)))
    ]


def _answers(draft: Draft, kinds: Sequence[dict[str, JsonValue]], used: Sequence[tuple[str, str]]) -> list[Word]:
    found: dict[str, Word] = {}
    asked = [{str(field["key"]): field for field in in_use(kind.get("fields"))} for kind in kinds]
    for fields in asked:
        for key, field in fields.items():
            if field.get("kind") in _NO_INPUT or key in found:
                continue
            reason = ""
            if not all(key in others for others in asked):
                reason = "not every request type that sends this mail asks it"
            elif any(_is_hidden(others[key], status) for others in asked for _flow, status in used):
                reason = "customers do not see it where this mail is sent"
            label = words(field.get("label"), draft) or key
            found[key] = Word(f"{{{FIELD_PREFIX}{key}}}", label, reason)
    return sorted(found.values(), key=lambda word: bool(word.reason))


def _is_hidden(field: dict[str, JsonValue], status: str) -> bool:
    at, show = field.get("at"), field.get("show")
    here = at.get(status) if isinstance(at, dict) else None
    level = here.get("customer") if isinstance(here, dict) else None
    usual = show.get("customer") if isinstance(show, dict) else None
    return (level or usual) == "hidden"


def wrong_words(value: JsonValue, offered: Iterable[Word]) -> list[str]:
    """What is wrong with the words that stand in a text, in sentences, each once; all languages of it."""
    texts = value.values() if isinstance(value, dict) else [value]
    names = dict.fromkeys(name for text in texts if isinstance(text, str) for name in names_in(text))
    known = {word.token: word for word in offered}
    has_answers = any(word.token.startswith(f"{{{FIELD_PREFIX}") for word in known.values())
    sentences = (_wrong(name, known, has_answers=has_answers) for name in names)
    return [sentence for sentence in sentences if sentence]


def _wrong(name: str, known: dict[str, Word], *, has_answers: bool) -> str:
    token = f"{{{name[:60]}}}"
    word = known.get(token)
    if word is not None:
        return f"{token} cannot be used here: {word.reason}. Take it out." if word.reason else ""
    if name in NAMES:
        return ""
    if name.startswith(FIELD_PREFIX) and not has_answers:
        # Which answers there are is known once something sends it; publishing looks at it again.
        return ""
    if name.startswith(FIELD_PREFIX):
        return f"{token} names no question that is asked here. Pick one from the list, or take it out."
    return f"There is no word {token}: readers would see it as it stands. Pick one from the list, or take it out."


def without_braces(text: str, draft: Draft) -> str:
    """A text as a name in a list: each word by what it stands for, ‹Number›."""
    if "{" not in text:
        return text
    labels = {f"{{{name}}}": label for name, label in (*PLAIN, ("link", "Link"))}
    for name in dict.fromkeys(names_in(text)):
        label = labels.get(f"{{{name}}}") or (_label(name, draft) if name.startswith(FIELD_PREFIX) else name)
        text = text.replace(f"{{{name}}}", f"‹{label}›")
    return text.replace("{", "(").replace("}", ")")


def _label(name: str, draft: Draft) -> str:
    key = name.removeprefix(FIELD_PREFIX)
    fields = (field for kind in draft.items("types") for field in items_of(kind.get("fields")))
    label = next((words(field.get("label"), draft) for field in fields if field.get("key") == key), "")
    return label or "an answer"
