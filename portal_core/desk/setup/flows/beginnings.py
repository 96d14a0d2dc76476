"""Statuses to begin with: where a request begins and where it ends, with whole contracts, so that they can go live.

Nothing is mailed until the owner says so; everything else holds for most businesses and is there to be changed.
"""

from pydantic import JsonValue

from portal_core.config.draft.reading import Draft
from portal_core.config.starters.blank import BLANK_STATUSES
from portal_core.config.starters.words import languages_of_starters
from portal_core.desk.setup.frame import language_of, languages_of, offered_of


def two_statuses(draft: Draft) -> dict[str, JsonValue]:
    """A flow without key and name."""
    languages = [language for language in languages_of(draft) if language in languages_of_starters()]

    def text(name: str) -> JsonValue:
        words = BLANK_STATUSES[name]
        several: dict[str, JsonValue] = {language: words[language] for language in languages}
        return several if len(several) > 1 else words.get(language_of(draft), words["en"])

    teams = [key for key, _name in offered_of(draft, "teams")]
    handler: list[JsonValue] = [{"team": teams[0]}] if teams else []
    first: dict[str, JsonValue] = {
        "key": "new",
        "name": text("new"),
        "customer_name": text("new_read"),
        "meaning": text("new_means"),
        "turn": "us",
        **({"handler": handler} if handler else {}),
        "next_step": text("new_next"),
        "expected": {"days": 2},
        "notify": [{"who": "nobody"}],
        "customer_may": ["message", "upload"],
    }
    last: dict[str, JsonValue] = {
        "key": "done",
        "name": text("done"),
        "customer_name": text("done_read"),
        "meaning": text("done_means"),
        "turn": "nobody",
        "next_step": text("done_next"),
        "notify": [{"who": "nobody"}],
        "customer_may": ["message"],
        "outcome": "done",
    }
    way: dict[str, JsonValue] = {"from": ["new"], "to": "done", "label": text("way"), "by": ["agent"]}
    return {"statuses": [first, last], "transitions": [way]}
