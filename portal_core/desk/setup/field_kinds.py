"""What the kinds of fields are called in the editor, and the signs beside them."""

from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue


@dataclass(frozen=True, slots=True)
class KindName:
    """A kind's name, the sign beside it, and what it is good for."""

    name: str
    icon: str
    use: str


# The kinds as they stand together where one is chosen.
GROUPS: Final = (
    ("Words", ("text", "long_text", "email", "phone", "url", "address")),
    ("Numbers and days", ("number", "money", "date", "datetime", "rating")),
    ("Choosing", ("choice", "choices", "yes_no")),
    ("What is on file", ("file", "record", "rows")),
    ("To read", ("heading", "info")),
)

KINDS: Final = {
    "text": KindName("Short text", "text", "A name, a number plate, one line"),
    "long_text": KindName("Long text", "text", "A description in several lines"),
    "number": KindName("Number", "hash", "A count or a measure, with its unit"),
    "money": KindName("Money", "card", "An amount in your currency"),
    "date": KindName("Date", "calendar", "A day"),
    "datetime": KindName("Date and time", "clock", "A day and a time"),
    "choice": KindName("One choice", "radio", "One of several answers"),
    "choices": KindName("Several choices", "check", "Any number of several answers"),
    "yes_no": KindName("Yes or no", "check", "A question with two answers"),
    "email": KindName("E-mail address", "mail", "Checked for its form"),
    "phone": KindName("Phone", "phone", "Kept as it was typed"),
    "url": KindName("Web address", "globe", "A link"),
    "address": KindName("Postal address", "home", "Street, place, postcode and country"),
    "file": KindName("Files", "camera", "Photos and documents"),
    "record": KindName("Saved record", "database", "Something that the customer has saved with you"),
    "rows": KindName("Table", "list", "Several lines with the same columns"),
    "rating": KindName("Rating", "sign", "A number of stars"),
    "heading": KindName("Heading", "text", "Begins a section of the form"),
    "info": KindName("Explanation", "info", "A text between the questions"),
}

# What a new field of a kind cannot do without.
BEGINS: Final[dict[str, dict[str, JsonValue]]] = {
    "choice": {"choices": [{"key": "first", "label": "First answer"}, {"key": "second", "label": "Second answer"}]},
    "choices": {"choices": [{"key": "first", "label": "First answer"}, {"key": "second", "label": "Second answer"}]},
    "rows": {"columns": [{"key": "first", "kind": "text", "label": "First column"}]},
    "info": {"text": "What customers should know here."},
}
