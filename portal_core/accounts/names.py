"""How people are called in a sentence, from the one name that they have given."""

from typing import Final

_TITLES: Final = frozenset(
    (
        *("dr", "prof", "mr", "mrs", "ms", "miss", "mx", "sir", "lady", "lord", "rev", "herr", "frau", "ing", "mag"),
        *("dipl-ing", "monsieur", "madame", "mme", "señor", "señora", "sr", "sra", "signor", "signora"),
    )
)


def name_to_greet(name: str) -> str:
    """The first name; the whole one where it begins with a title ("Frau Müller" is nobody's "Müller" nor "Frau"), the
    part after the comma where the last name comes first."""
    last, comma, first = (part.strip() for part in name.partition(","))
    words = (first if comma and first else last).split()
    if not words:
        return ""
    return " ".join(words) if words[0].strip(".").casefold() in _TITLES else words[0]
