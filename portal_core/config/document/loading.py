"""From JSON to models: every fault at once, each with its path and its mend."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from pydantic import JsonValue, ValidationError
from pydantic_core import ErrorDetails

from portal_core.config.document.clean import NotADocument, clean, parse_json
from portal_core.config.document.portal_document import SCHEMA, PortalDocument
from portal_core.config.problems import Problem
from portal_core.config.upgrades import STEPS, lift

Place: TypeAlias = tuple[str | int, ...]
MAX_PROBLEMS = 200

_MENDS = {
    "missing": ("This is missing.", "Add it."),
    "model_type": ("This is not an object.", "Write it as { … }."),
    "model_attributes_type": ("This is not an object.", "Write it as { … }."),
    "dict_type": ("This is not an object.", "Write it as { … }."),
    "tuple_type": ("This is not a list.", "Write it as [ … ]."),
    "bool_type": ("This is neither true nor false.", "Write true or false."),
    "int_type": ("This is not a whole number.", "Write a number such as 4, without quotes."),
    "float_type": ("This is not a number.", "Write a number such as 0.5, without quotes."),
    "string_type": ("This is not text.", "Write it in quotes."),
    "text": ("This is not a text.", 'Write "words", or one text for each language: {"en": "words"}.'),
    "text_empty": ("This text is empty.", "Write something, or leave the key out."),
    "text_language": (
        "This text has a key that is no language.",
        'Use language codes such as "en" or "de".',
    ),
    "condition": (
        "This condition is neither one group nor one test.",
        'Write {"field": …, "is": …}, or one of all, any, not.',
    ),
    "expected": (
        "This says neither hours, nor days, nor no_limit, or more than one of them.",
        'Write one: {"hours": 4}, {"days": 2} or {"no_limit": true}.',
    ),
    "pick": (
        "This says neither where the value stands nor what it is, or both.",
        'Write the column’s name, {"from": "column"}, or {"value": "the same for every row"}.',
    ),
    "otherwise": ("There is no map beside this otherwise.", 'Add "map", or use "default" for empty cells.'),
    "union_tag_not_found": ("This does not say what it is.", 'Add "kind" (of a field) or "do" (of an ask).'),
    "finite_number": ("This number cannot be kept.", "Write an ordinary number."),
}


_READ_THERE = f"Read it into a portal of that version; this one knows schema {SCHEMA} and what came before."


class DocumentRefused(Exception):
    """The document cannot be taken as it is; `problems` says why."""

    code = "document-refused"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems[:5]))
        self.problems = tuple(problems)


def load_json(raw: str | bytes) -> PortalDocument:
    """Reads a document from JSON text. Raises `DocumentRefused`, never anything else."""
    try:
        return load(parse_json(raw))
    except NotADocument as error:
        raise DocumentRefused([error.problem]) from error


def load(value: object) -> PortalDocument:
    """Reads a document from plain JSON values. Raises `DocumentRefused`, never anything else."""
    try:
        cleaned = clean(value)
    except NotADocument as error:
        raise DocumentRefused([error.problem]) from error
    if not isinstance(cleaned, dict):
        raise DocumentRefused([Problem("", "The document is not an object.", "Write it as { … }.")])
    cleaned = lift(cleaned, STEPS, SCHEMA)
    schema = cleaned.get("schema")
    if isinstance(schema, int) and schema > SCHEMA:
        # Alone: what else is unknown here may well be right there.
        raise DocumentRefused([Problem("schema", "The file was written by a later version of Portico.", _READ_THERE)])
    try:
        return PortalDocument.model_validate(cleaned)
    except ValidationError as error:
        raise DocumentRefused(problems_in(error, cleaned)) from error


def problems_in(error: ValidationError, root: JsonValue) -> tuple[Problem, ...]:
    """What pydantic found in `root`, in words, each fault once; also for other files of people's making."""
    details = error.errors(include_url=False, include_input=True)[:MAX_PROBLEMS]
    places = {detail["loc"][:-1] for detail in details if detail["type"] == "float_type"}
    # A union of whole and broken numbers says both; one is enough.
    kept = [detail for detail in details if detail["type"] != "int_type" or detail["loc"][:-1] not in places]
    return tuple(sorted({_problem(detail, root) for detail in kept}))


def path_of(place: Place, root: JsonValue, *, keep_last: bool = True) -> str:
    """The path for people: keys instead of positions, and without the tags that pydantic adds."""
    node: JsonValue = root
    parts: list[str] = []
    for position, element in enumerate(place):
        is_last = position == len(place) - 1
        if isinstance(node, list) and isinstance(element, int) and element < len(node):
            node = node[element]
            parts.append(item_name(node, element))
        elif isinstance(node, dict) and isinstance(element, str) and element in node:
            node = node[element]
            parts.append(element)
        elif is_last and keep_last and element != "[key]":
            parts.append(str(element))
    return ".".join(parts)


def item_name(item: JsonValue, index: int) -> str:
    """How a list's item stands in a path: by its key, else by its number."""
    key = item.get("key") if isinstance(item, dict) else None
    return key if isinstance(key, str) and 0 < len(key) <= 60 and "." not in key else str(index)


def _problem(detail: ErrorDetails, root: JsonValue) -> Problem:
    kind, place, context = detail["type"], detail["loc"], detail.get("ctx", {})
    path = path_of(place, root, keep_last=kind == "missing")
    if kind == "string_pattern_mismatch" and str(context["pattern"]).startswith("^x-"):
        return _unknown_key(path)
    if kind in _MENDS:
        return Problem(path, *_MENDS[kind])
    return Problem(path, *_with_context(kind, context, detail["input"]))


def _unknown_key(path: str) -> Problem:
    name = path.rpartition(".")[2][:60]
    return Problem(
        path, f"The key “{name}” is unknown here.", "Take it out, or begin it with x- to keep it as your own."
    )


_KEY_MEND = "Use lower-case letters, digits and hyphens, a letter first, at most 40."


def _with_context(kind: str, context: dict[str, Any], given: object) -> tuple[str, str]:
    """Problem and mend that name a limit. `Any`: pydantic's context is free-form."""
    shown = f"“{given[:60]}”" if isinstance(given, str) else "This"
    match kind:
        case "literal_error":
            return f"{shown} is not possible here.", f"Use one of: {context['expected']}."
        case "union_tag_invalid":
            return f"“{str(context['tag'])[:60]}” is not known.", f"Use one of: {context['expected_tags']}."
        case "string_pattern_mismatch":
            return f"{shown} is not written as it must be.", _pattern_mend(str(context["pattern"]))
        case "text_long" | "string_too_long" | "too_long":
            limit = context.get("limit") or context.get("max_length")
            return "This is too long.", f"The limit is {limit}."
        case "string_too_short" | "too_short":
            return "This is empty.", "Write something, or leave the key out."
        case "greater_than_equal" | "less_than_equal":
            bound = context.get("ge", context.get("le"))
            word = "at least" if "ge" in context else "at most"
            return "This number is out of range.", f"Write {word} {bound}."
    return "This cannot be read.", "See the JSON Schema for what may stand here."


def _pattern_mend(pattern: str) -> str:
    for start, mend in _PATTERN_MENDS.items():
        if pattern.startswith(start):
            return mend
    return "See the JSON Schema for the form it must have."


_PATTERN_MENDS = {
    r"^[a-z][a-z0-9-]{0,39}$": _KEY_MEND,
    r"^[a-z][a-z0-9-]{0,39}\.": "Write it as type.field, such as repair.cost.",
    "^[a-z]{2,3}(-": "Use a language code such as en or de.",
    "^#": "Write a colour as # and six digits, such as #0b6153.",
    "^([01]": "Write hours as 08:00-17:00.",
    r"^\d{4}": "Write a day as 2026-12-25.",
    r"^(\d{4}": "Write a day as 2026-12-25, or today.",
    "^https?": "Write the whole address, beginning with https://.",
    "^[A-Z]{2}$": "Use a country code such as GB or DE.",
    "^[A-Z]{3}": "Use a currency code such as GBP or EUR.",
    "^[A-Z][A-Z0-9]": "Use one to six capital letters or digits, a letter first, such as NW.",
    "^[^": "Write one line of at most 80 characters.",
}
