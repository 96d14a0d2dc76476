"""Postal addresses by country: which lines there are, what they are called, and in which order they are written.

Lenient on purpose: a street that no register knows is still where somebody lives. Only what a letter cannot do
without is asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from babel.core import get_global
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal_core.config.localise import reading_locale

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

LINES: Final = ("line1", "line2", "city", "region", "postcode", "country")
AUTOCOMPLETE: Final = {
    "line1": "address-line1",
    "line2": "address-line2",
    "city": "address-level2",
    "region": "address-level1",
    "postcode": "postal-code",
    "country": "country",
}


def _codes(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Where the postcode stands before the town, on one line with it.
_POSTCODE_FIRST: Final = _codes(
    "AD AT BA BE BG BR CH CY CZ DE DK DZ EE ES FI FR GR HR HU IL IS IT LI LT LU MA MC ME MK MX NL NO PL PT RO RS SE SI "
    "SK SM TN TR VA"
)
_NO_POSTCODE: Final = _codes("AE AG AO AW BF BI BJ BO BS BW BZ CF CG CI CM DJ DM ER FJ GA GD GM GQ GY HK JM KI KM KN")
_STATES: Final = _codes("AR AU BR CA CN ID IN IT JP KR MX MY US VE")
_COUNTIES: Final = frozenset({"IE"})
_REGION_NEEDED: Final = frozenset({"AU", "BR", "CA", "US"})


@dataclass(frozen=True)
class Layout:
    """The lines of a country's addresses in the order in which they are asked for, with what each is called."""

    labels: Mapping[str, "_StrOrPromise"]
    needed: tuple[str, ...]


@lru_cache(maxsize=300)
def layout_of(country: str) -> Layout:
    """How addresses of a country are asked for; something general for one that is not known."""
    labels: dict[str, _StrOrPromise] = {"line1": _("Street and number"), "line2": _("Further details")}
    town = _("Suburb or town") if country in ("AU", "NZ") else _("Town or city")
    code = {"US": _("ZIP code"), "IE": _("Eircode"), "IN": _("PIN code")}.get(country, _("Postcode"))
    has_code = country not in _NO_POSTCODE
    if has_code and country in _POSTCODE_FIRST:
        labels["postcode"] = code
    labels["city"] = town
    if country in _STATES:
        labels["region"] = (
            pgettext_lazy("line of an address", "State")
            if country in ("US", "AU", "BR", "IN", "MX", "MY")
            else _("Province or region")
        )
    elif country in _COUNTIES:
        labels["region"] = _("County")
    if has_code:
        labels.setdefault("postcode", code)
    labels["country"] = _("Country")
    needed = ["line1", "city", *(["region"] if country in _REGION_NEEDED else [])]
    if country in ("US", "CA", "GB", "AU") or country in _POSTCODE_FIRST:
        needed.append("postcode")
    return Layout(labels, tuple(needed))


def written_lines(address: Mapping[str, str], language: str, home: str) -> list[str]:
    """An address as it stands on a letter; the country only where it is not `home`."""
    country = address.get("country", "")
    get = address.get
    if country in _POSTCODE_FIRST:
        town = " ".join(part for part in (get("postcode"), get("city")) if part)
        lines = [get("line1"), get("line2"), town, get("region")]
    elif country in ("US", "CA", "AU"):
        end = " ".join(part for part in (get("region"), get("postcode")) if part)
        sign = " " if country == "AU" else ", "
        lines = [get("line1"), get("line2"), sign.join(part for part in (get("city"), end) if part)]
    else:
        town = " ".join(part for part in (get("city"), get("postcode")) if part)
        lines = [get("line1"), get("line2"), town, get("region")]
    if country and country != home:
        lines.append(dict(countries(language)).get(country, country))
    return [line for line in lines if line]


@lru_cache(maxsize=16)
def countries(language: str) -> tuple[tuple[str, str], ...]:
    """All countries by code with their names in the reader's language, in the order of the names."""
    names = reading_locale(language).territories
    found = [(code, name) for code, name in names.items() if code in country_codes()]
    return tuple(sorted(found, key=lambda pair: _sorting(pair[1])))


def _sorting(name: str) -> str:
    folded = name.casefold()
    for accented, plain in (("ä", "a"), ("ö", "o"), ("ü", "u"), ("å", "a"), ("é", "e"), ("ç", "c")):
        folded = folded.replace(accented, plain)
    return folded


@lru_cache(maxsize=1)
def country_codes() -> frozenset[str]:
    """The codes of all countries that post is sent to."""
    found = set(get_global("zone_territories").values())
    return frozenset(code for code in found if len(code) == 2 and code.isalpha() and code != "ZZ")


def country_of_zone(time_zone: str) -> str:
    """The country in which a time zone lies; "" for one of no country."""
    code: str = get_global("zone_territories").get(time_zone, "")
    return code if code in country_codes() else ""
