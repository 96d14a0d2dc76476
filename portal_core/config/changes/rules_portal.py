"""Sentences about the portal itself, its hours, and people."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from pydantic import JsonValue

from portal_core.config.changes.telling import Rule, Told
from portal_core.config.changes.words import PERMISSIONS, SCOPES, each, keys, listed
from portal_core.config.localise import date_in, language_name

_DAYS: Final = {
    "mon": "Mondays",
    "tue": "Tuesdays",
    "wed": "Wednesdays",
    "thu": "Thursdays",
    "fri": "Fridays",
    "sat": "Saturdays",
    "sun": "Sundays",
}


def _spans(_told: Told, value: JsonValue) -> str:
    return listed([span.replace("-", " to ") for span in keys(value)]) or "closed"


def _days(_told: Told, value: JsonValue) -> str:
    return ", ".join(date_in(date.fromisoformat(day), "en") for day in keys(value) if _is_day(day))


def _is_day(words: str) -> bool:
    try:
        date.fromisoformat(words)
    except ValueError:
        return False
    return True


def _hours(told: Told, value: JsonValue) -> str:
    days = value if isinstance(value, dict) else {}
    return (
        "; ".join(f"{name} {_spans(told, days[day])}" for day, name in _DAYS.items() if days.get(day)) or "never open"
    )


def _languages(_told: Told, value: JsonValue) -> str:
    return listed([language_name(code) for code in keys(value)])


def _language(_told: Told, value: JsonValue) -> str:
    return language_name(str(value))


def _links(told: Told, value: JsonValue) -> str:
    return ", ".join(f"{told.names.text(link.get('label'))} ({link.get('url')})" for link in each(value))


def _role(told: Told, value: JsonValue) -> str:
    return told.names.role(str(value)).strip("“”")


def _types(told: Told, value: JsonValue) -> str:
    return listed([told.names.named("types", key) for key in keys(value)]) or "no requests"


def _permissions(_told: Told, value: JsonValue) -> str:
    return listed([PERMISSIONS.get(key, key) for key in keys(value)]) or "nothing"


def _scope(_told: Told, value: JsonValue) -> str:
    return SCOPES[str(value)]


PORTAL: Final[Mapping[tuple[str, str], Rule]] = {
    ("portal", "name"): Rule("The portal is called {change}."),
    ("portal", "language"): Rule("The portal’s own language is {change}.", value=_language),
    ("portal", "languages"): Rule(
        "The portal speaks {change}.", cleared="The portal speaks one language, no longer {old}.", value=_languages
    ),
    ("portal", "time_zone"): Rule("The portal’s clock is that of {change}."),
    ("portal", "currency"): Rule("Amounts are in {change}.", cleared="Amounts are no longer in {old}."),
    ("portal", "reference_prefix"): Rule(
        "Numbers of requests begin with {change}.", cleared="Numbers of requests no longer begin with {old}."
    ),
    ("portal", "sender_name"): Rule(
        "Mails come from {change}.", cleared="Mails come from the portal’s name, no longer from {old}."
    ),
    ("portal", "links"): Rule(
        "Links at the foot of every page: {change}.",
        cleared="The links at the foot of every page go away: {old}.",
        value=_links,
    ),
    ("brand", "colour"): Rule(
        "The portal’s colour is {change}.", cleared="The portal’s colour is Portico’s own, no longer {old}."
    ),
    ("brand", "logo"): Rule(
        "The portal has another logo.", cleared="The portal has no logo any more.", value=lambda _told, _value: "a logo"
    ),
    ("brand", "logo_dark"): Rule(
        "The portal has another logo on dark grounds.",
        cleared="The portal has no logo of its own on dark grounds any more.",
        value=lambda _told, _value: "a logo",
    ),
    ("brand", "title_voice"): Rule(
        "Titles are set in {change} letters.", cleared="Titles are set in plain letters, no longer {old}."
    ),
    ("brand", "corners"): Rule("Corners are {change}.", cleared="Corners are soft, no longer {old}."),
    ("document", "hours"): Rule(
        "The business has working hours: {change}.",
        cleared="The business has no working hours any more: {old}.",
        value=_hours,
    ),
    ("hours", "holidays"): Rule(
        "Nobody works on {change}.", cleared="There are no holidays any more: {old}.", value=_days
    ),
    **{
        ("hours", day): Rule(
            f"On {name} the business is open {{change}}.",
            cleared=f"On {name} the business is closed, no longer open {{old}}.",
            value=_spans,
        )
        for day, name in _DAYS.items()
    },
    ("role", "based_on"): Rule("The role {it} is like that of {change}.", "staff", value=_role),
    ("role", "types"): Rule(
        "People with the role {it} work on {change}.",
        "staff",
        cleared="People with the role {it} work on every type of request, no longer {old} alone.",
        value=_types,
    ),
    ("role", "scope"): Rule(
        "People with the role {it} reach {change}.",
        "staff",
        cleared="People with the role {it} reach what the role reaches that it is like, no longer {old}.",
        value=_scope,
    ),
    ("role", "permissions"): Rule(
        "People with the role {it} may {change}.",
        "staff",
        cleared="People with the role {it} may do what the role may that it is like, no longer only {old}.",
        value=_permissions,
    ),
}
