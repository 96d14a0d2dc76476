"""What is asked about the portal itself: its name, look, languages, links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, ClassVar, Final, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.numbers import get_territory_currencies
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils import timezone
from pydantic import JsonValue

from portal_core.config.document.base import MAX_LABEL
from portal_core.config.document.portal_document import DEFAULT_COLOUR
from portal_core.config.draft.reading import Draft
from portal_core.config.draft.values import items_of
from portal_core.config.localise import language_name
from portal_core.config.web_addresses import AddressRefused, web_address
from portal_core.desk.setup.controls import (
    Choices,
    Control,
    Line,
    Pick,
    Single,
    Switch,
    Where,
    label_text,
    long_text,
)

MAX_LINKS: Final = 8
_REGIONS: Final = (
    "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
)  # fmt: skip


class Card(NamedTuple):
    """How an answer looks: a class of the stylesheet, the words set in it, and a line below."""

    style: str
    words: str
    note: str


@dataclass(frozen=True, kw_only=True)
class Cards(Pick):
    """One of several, each shown as what it does."""

    cards: Mapping[str, Card]

    template: ClassVar[str | None] = "setup/_cards_control.html"

    def field(self) -> forms.Field:
        """Boxes to choose from."""
        made = forms.ChoiceField(choices=self.choices, widget=forms.RadioSelect())
        made.cards = self.cards  # type: ignore[attr-defined]  # read by the template
        return made


@dataclass(frozen=True, kw_only=True)
class Colour(Single):
    """A colour as six hexadecimal digits; written without the sign, or in capitals, it is understood too."""

    template: ClassVar[str | None] = "setup/_colour_control.html"

    def field(self) -> forms.Field:
        """One line."""
        # SECURITY: the value becomes an attribute of the swatch and part of a stylesheet: nothing else fits.
        says = "Write six letters and digits, such as #c8401a."
        rule = RegexValidator(r"\A#?[0-9a-fA-F]{6}\Z", says)
        attrs = {"spellcheck": "false", "class": "input mono", "autocomplete": "off"}
        return forms.CharField(max_length=7, validators=[rule], widget=forms.TextInput(attrs=attrs))

    def initial(self, value: JsonValue, where: Where) -> dict[str, Any]:
        """Portico's own where none is chosen."""
        return {self.name: value or DEFAULT_COLOUR}

    def value(self, cleaned: Mapping[str, Any], before: JsonValue, where: Where) -> JsonValue:
        """With its sign, in small letters."""
        typed = f"#{str(cleaned[self.name]).removeprefix('#').lower()}"
        return None if typed == DEFAULT_COLOUR else typed


@dataclass(frozen=True, kw_only=True)
class Links(Control):
    """The links at the foot of every page: each a word in every language and an address. An emptied one goes."""

    count: int

    template: ClassVar[str | None] = "setup/_links_control.html"

    def fields(self, where: Where) -> dict[str, forms.Field]:
        """Label and address of each."""
        made: dict[str, forms.Field] = {}
        for number in range(self.count):
            for language in where.languages:
                is_own = language == where.own
                label = f"Link {number + 1}: word" if is_own else f"Link {number + 1}: word, {language_name(language)}"
                widget = forms.TextInput(attrs={"lang": language})
                made[self._label(number, language, where)] = forms.CharField(
                    label=label, required=False, max_length=MAX_LABEL, widget=widget
                )
            made[self._url(number)] = _Address(label=f"Link {number + 1}: address", required=False, max_length=1_000)
        return made

    def _label(self, number: int, language: str, where: Where) -> str:
        return f"{self.name}-{number}-label" + ("" if language == where.own else f"--{language}")

    def _url(self, number: int) -> str:
        return f"{self.name}-{number}-url"

    def initial(self, value: JsonValue, where: Where) -> dict[str, Any]:
        """What stands there, in order."""
        shown: dict[str, Any] = {}
        for number, link in enumerate(_links(value)[: self.count]):
            label = link.get("label")
            texts = label if isinstance(label, dict) else {where.own: label}
            shown |= {self._label(number, language, where): texts.get(language, "") for language in where.languages}
            shown[self._url(number)] = link.get("url", "")
        return shown

    def problems(self, cleaned: Mapping[str, Any], where: Where) -> Mapping[str, str]:
        """A link has a word and an address, or neither."""
        found = {}
        for number in range(self.count):
            label, url = self._label(number, where.own, where), self._url(number)
            words = [cleaned.get(self._label(number, language, where)) for language in where.languages]
            if cleaned.get(url) and not cleaned.get(label):
                found[label] = "Write what the link says, such as Privacy"
            elif any(words) and not cleaned.get(url):
                found[url] = "Write where it leads, beginning with https://"
        return found

    def value(self, cleaned: Mapping[str, Any], before: JsonValue, where: Where) -> JsonValue:
        """Those that say something, with what else stood in them."""
        kept = {str(link.get("url")): link for link in _links(before)}
        links: list[JsonValue] = []
        for number in range(self.count):
            url = cleaned.get(self._url(number))
            if not url:
                continue
            old = kept.get(url, {})
            label = old.get("label")
            others = label if isinstance(label, dict) else {}
            typed = {language: cleaned.get(self._label(number, language, where), "") for language in where.languages}
            texts = {language: words for language, words in sorted({**others, **typed}.items()) if words}
            links.append({**old, "label": texts[where.own] if list(texts) == [where.own] else texts, "url": url})
        return links or None


class _Address(forms.CharField):
    """An address that begins with https://."""

    def clean(self, value: object) -> str:
        """The address. Raises `ValidationError` with the mend."""
        typed: str = super().clean(value)
        if not typed:
            return ""
        if not typed.lower().startswith("https://"):
            raise ValidationError("Start the address with https://")
        try:
            return web_address(typed)
        except AddressRefused:
            raise ValidationError("This is no address of a web page. Write it as https://example.com/privacy") from None


def _links(value: JsonValue) -> list[dict[str, JsonValue]]:
    return items_of(value)


@dataclass(frozen=True, kw_only=True)
class Zone(Single):
    """A time zone, each with the time there now."""

    def field(self) -> forms.Field:
        """A list by part of the world."""
        return forms.ChoiceField(choices=zone_choices(timezone.now()))


def zone_choices(now: datetime) -> list[tuple[str, Choices]]:
    """Time zones by part of the world, in words, with the time there."""
    return _zones_at(now.replace(second=0, microsecond=0))


@lru_cache(maxsize=1)
def _zones_at(minute: datetime) -> list[tuple[str, Choices]]:
    return [
        (region, [(name, f"{words}, now {minute.astimezone(zone):%H:%M}") for name, words, zone in zones])
        for region, zones in _zones()
    ]


@lru_cache(maxsize=1)
def _zones() -> list[tuple[str, list[tuple[str, str, ZoneInfo]]]]:
    """With the zones themselves: Python remembers eight of them and reads the other five hundred anew each time."""
    places = [(name, place_of(name), ZoneInfo(name)) for name in sorted(available_timezones())]
    return [
        *((region, [place for place in places if place[0].startswith(f"{region}/")]) for region in _REGIONS),
        ("No place", [("UTC", "UTC", ZoneInfo("UTC"))]),
    ]


def place_of(zone: str) -> str:
    """The place that a time zone is named after: "Lisbon"."""
    return ", ".join(reversed(zone.replace("_", " ").split("/")[1:])) or zone


@lru_cache(maxsize=1)
def _currencies() -> Choices:
    english = Locale("en", "GB")
    used = {code for territory in map(str, english.territories) if len(territory) == 2 for code in _money_of(territory)}
    return sorted(((code, f"{english.currencies.get(code, code)} ({code})") for code in used), key=lambda one: one[1])


def _money_of(territory: str) -> Sequence[str]:
    return list(get_territory_currencies(territory))


_VOICES: Final = {
    "plain": Card("voice-plain", "Your part is here", "Plain"),
    "classic": Card("voice-classic", "Your part is here", "Classic"),
}
_CORNERS: Final = {
    "soft": Card("corner corner-soft", "Soft", "5, 9 and 14 pixels"),
    "crisp": Card("corner corner-crisp", "Crisp", "1, 2 and 3 pixels"),
}
_LOOK: Final = (
    Line(name="name", path=("name",), label="Name customers read", required=True, max_length=80),
    Line(
        name="prefix",
        path=("reference_prefix",),
        label="Letters before request numbers",
        help="One to six capital letters, such as NW. Old numbers keep their letters.",
        max_length=6,
    ),
    Colour(name="colour", path=("brand", "colour"), label="Your colour", required=True),
    Cards(
        name="voice",
        path=("brand", "title_voice"),
        label="Titles",
        choices=(("plain", "Plain"), ("classic", "Classic")),
        default="plain",
        cards=_VOICES,
    ),
    Cards(
        name="corners",
        path=("brand", "corners"),
        label="Corners",
        choices=(("soft", "Soft"), ("crisp", "Crisp")),
        default="soft",
        cards=_CORNERS,
    ),
)
_LOGO: Final = (
    Switch(
        name="logo_alone",
        path=("brand", "logo_alone"),
        label="The logo says the name",
        help="Then the name is not written beside it a second time.",
    ),
    label_text(
        "logo_alt",
        ("brand", "logo_alt"),
        "What the logo shows, in words",
        "Read out to people who do not see it. Empty, the name is.",
    ),
)
_WORDS: Final = (
    Line(
        name="sender",
        path=("sender_name",),
        label="Sender name of mails",
        help="Empty, mails come from the portal’s name.",
        max_length=80,
    ),
    long_text("welcome", ("welcome",), "Words of welcome", "On the home page, above everything else."),
    long_text(
        "emergency",
        ("emergency",),
        "What to do in an emergency",
        "On every page, for what cannot wait: a number to call, for instance.",
    ),
    long_text(
        "imprint",
        ("imprint",),
        "Lines under every mail",
        "Who you are and where you can be reached: name, postal address, telephone. Often the law asks for it.",
    ),
)
_DOORS: Final = (
    Pick(
        name="registration",
        path=("registration",),
        label="New customers",
        choices=(("open", "Open an account themselves"), ("closed", "Only when you invite them")),
        default="open",
        as_buttons=True,
    ),
    Switch(
        name="guests",
        path=("guests",),
        label="Requests without an account",
        help="Customers confirm their address with a code and follow the request by a link.",
    ),
)


def controls_of(draft: Draft) -> list[Control]:
    """All controls of the page, for the draft as it is."""
    count = min(len(_links(draft.read(("portal", "links")))) + 1, MAX_LINKS)
    has_logo = any(draft.read(("portal", "brand", name)) for name in ("logo", "logo_dark"))
    return [
        *_LOOK,
        *(_LOGO if has_logo else ()),
        *_WORDS,
        *_DOORS,
        Zone(name="zone", path=("time_zone",), label="Time zone", required=True),
        Pick(name="currency", path=("currency",), label="Currency", choices=_currencies(), empty="None chosen"),
        Links(name="links", path=("links",), label="Legal links", count=count),
    ]
