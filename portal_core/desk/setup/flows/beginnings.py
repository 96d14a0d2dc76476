"""Statuses to begin with: where a request begins and where it ends, with whole contracts, so that they can go live.

Nothing is mailed until the owner says so; everything else holds for most businesses and is there to be changed.
"""

from typing import Final

from pydantic import JsonValue

from portal_core.config.draft.reading import Draft
from portal_core.desk.setup.frame import language_of, languages_of, offered_of

_WORDS: Final[dict[str, dict[str, str]]] = {
    "new": {"en": "New", "de": "Neu"},
    "new_read": {"en": "We have your request", "de": "Ihre Anfrage ist bei uns"},
    "new_means": {
        "en": "It has reached us, with everything you wrote. No need to send it again.",
        "de": "Sie ist angekommen, mit allem, was Sie geschrieben haben. Sie brauchen sie nicht noch einmal zu senden.",
    },
    "new_next": {"en": "We read it and get back to you", "de": "Wir lesen sie und melden uns bei Ihnen"},
    "done": {"en": "Done", "de": "Erledigt"},
    "done_read": {"en": "All settled", "de": "Alles geklärt"},
    "done_means": {
        "en": "You have what you asked for. This page stays here for whenever you need it.",
        "de": "Sie haben, worum Sie gebeten haben. Diese Seite bleibt bestehen, falls Sie sie noch einmal brauchen.",
    },
    "done_next": {"en": "You need to do nothing more", "de": "Sie brauchen nichts mehr zu tun"},
    "way": {"en": "Settle it", "de": "Abschließen"},
}


def two_statuses(draft: Draft) -> dict[str, JsonValue]:
    """A flow without key and name."""
    languages = [language for language in languages_of(draft) if language in ("en", "de")]

    def text(name: str) -> JsonValue:
        words = _WORDS[name]
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
