"""The logo on the page of brand and address: sent, shown with what became of it, taken out, and its colour taken over.

Every change is an edit of the draft like all others: it can be undone, and is live only once it is published.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from pydantic import JsonValue

from portal_core.accounts.pages import PersonRequest
from portal_core.config.brand import brand_colours
from portal_core.config.contrasts import is_near_red, text_contrast
from portal_core.config.document.portal_document import DEFAULT_COLOUR
from portal_core.config.draft.editing import edit, restore
from portal_core.config.draft.operations import Operation, Set
from portal_core.config.draft.paths import Path
from portal_core.config.draft.reading import Draft, current
from portal_core.config.logo import Logo, Mark
from portal_core.config.models import PortalAsset
from portal_core.desk.setup.frame import words
from portal_core.desk.setup.saving import do_edit
from portal_core.documents.logos import MOST_MEGABYTES, take_logo
from portal_core.documents.words import size_words
from portal_core.portal.brand import shown_mark
from tenants.shell import Logo as ShownLogo

BRAND: Final[Path] = ("portal", "brand")
# The places for a logo: what the document calls them, and what people do.
PLACES: Final = MappingProxyType({"logo": "Logo", "logo_dark": "Logo on dark grounds"})
LIMITS: Final = (
    f"PNG, WebP or JPG, {MOST_MEGABYTES} MB at most; best with a see-through ground and at least 84 pixels high. "
    "It is checked, cut out of its margins and made small here; nothing but the picture is kept."
)


@dataclass(frozen=True)
class Slot:
    """One place for a logo. `asset` is what the draft has there; `is_missing`: it names a picture that is not here."""

    which: str
    title: str
    asset: PortalAsset | None
    is_missing: bool
    is_changed: bool
    refusal: str = ""

    @property
    def size(self) -> str:
        """How large the file is, in words."""
        return "" if self.asset is None else size_words(self.asset.size_bytes)

    @property
    def shown(self) -> ShownLogo | None:
        """The picture as the bar shows it."""
        return None if self.asset is None else shown_mark(mark_of(self.asset))


@dataclass(frozen=True)
class ColourChoice:
    """A colour of the logo that can become the portal's. `contrast` is that of texts in it or on it, as shown by then:
    every colour is brought to where it can be read (config/brand.py); of bright ones texts are much darker.
    """

    colour: str
    is_chosen: bool
    contrast: float
    is_bright: bool
    is_near_red: bool

    @classmethod
    def of(cls, colour: str, chosen: str) -> "ColourChoice":
        """The choice; `chosen` is what the draft has."""
        is_bright = brand_colours(colour).is_bright
        return cls(colour, colour == chosen, text_contrast(colour), is_bright, is_near_red(colour))


def colour_choices(slots: Sequence[Slot], chosen: str) -> list[ColourChoice]:
    """What the logos are painted in, each colour once; none for black, white and grey."""
    colours = [str(colour) for slot in slots if slot.asset for colour in slot.asset.colours]
    return [ColourChoice.of(colour, chosen) for colour in dict.fromkeys(colours)]


def slots_of(draft: Draft, refused: Mapping[str, str] = MappingProxyType({})) -> list[Slot]:
    """The places for a logo, as the draft has them; the one for dark grounds only beside another."""
    assets = _assets(draft)
    slots = [_slot(draft, which, assets, refused.get(which, "")) for which in PLACES]
    return slots if any(slot.asset or slot.is_missing or slot.refusal for slot in slots) else slots[:1]


def logos_of(draft: Draft, name: str) -> tuple[ShownLogo | None, ShownLogo | None]:
    """The draft's logo on light ground and in the dark, for the small pages; `name` is the portal's."""
    assets = _assets(draft)
    plain = assets.get("logo")
    if plain is None:
        return None, None
    dark = assets.get("logo_dark")
    is_alone = draft.read((*BRAND, "logo_alone")) is True
    logo = Logo(mark_of(plain), None if dark is None else mark_of(dark), is_alone)
    alt = words(draft.read((*BRAND, "logo_alt")), draft) or (name if is_alone else "")
    sides = [
        replace(
            shown_mark(mark),
            alt=alt,
            is_alone=is_alone,
            tile_in_light=logo.tile_in_light,
            tile_in_dark=logo.tile_in_dark,
        )
        for mark in (logo.plain, logo.dark or logo.plain)
    ]
    return sides[0], sides[1]


def mark_of(asset: PortalAsset) -> Mark:
    """What is known of a picture."""
    return Mark(asset.digest, asset.width, asset.height, asset.reads_on_light, asset.reads_on_dark)


def change_logo(request: PersonRequest, which: str) -> HttpResponse:
    """Does what a button of a place says. Raises `UploadRefused`; nothing was changed then."""
    back = f"{reverse('desk:setup_portal')}#logo"
    place, title = (*BRAND, which), PLACES[which]
    if "colour" in request.POST:
        return _take_colour(request, request.POST["colour"])
    match request.POST.get("do", ""):
        case "send":
            return _send(request, which, back)
        case "remove":
            gone = f"{title}: taken out"
            return _edit(request, back, [Set(place, None)], gone, "Taken out of the draft. It can be taken back here.")
        case "live":
            live = partial(restore, actor=request.actor, paths=[place], title=f"{title}: as it is live")
            return do_edit(request, back, live, "As it is live.")
    return HttpResponseRedirect(back)


def _send(request: PersonRequest, which: str, back: str) -> HttpResponse:
    sent = request.FILES.get("file")
    if sent is None:
        messages.error(request, "Choose a picture first.")
        return HttpResponseRedirect(back)
    asset = take_logo(request.user.pk, sent)
    title = f"{PLACES[which]}: {asset.name}"
    colours = " What it is painted in is offered as your colour below." if asset.colours else ""
    done = f"The logo is in the draft. Customers see it once you publish.{colours}"
    return _edit(request, back, [Set((*BRAND, which), asset.digest)], title, done)


def _take_colour(request: PersonRequest, colour: str) -> HttpResponse:
    back = f"{reverse('desk:setup_portal')}#s-colour"
    # SECURITY: nothing but what a logo of the draft is painted in.
    if colour not in [choice.colour for choice in colour_choices(slots_of(current()), "")]:
        messages.error(request, "The logo was changed meanwhile and has no such colour. Nothing was changed.")
        return HttpResponseRedirect(back)
    value = None if colour == DEFAULT_COLOUR else colour
    done = "The colour is the logo’s. Look at what it does to texts and buttons below."
    return _edit(request, back, [Set((*BRAND, "colour"), value)], f"Colour taken from the logo: {colour}", done)


def _edit(request: PersonRequest, back: str, operations: list[Operation], title: str, done: str) -> HttpResponse:
    return do_edit(request, back, lambda: edit(actor=request.actor, operations=operations, title=title), done)


def _assets(draft: Draft) -> dict[str, PortalAsset]:
    """The pictures that the draft names, by place. One query; none where it names none."""
    named = {which: digest for which in PLACES if (digest := _digest(draft.read((*BRAND, which))))}
    rows = {row.digest: row for row in PortalAsset.objects.filter(digest__in=named.values())} if named else {}
    return {which: rows[digest] for which, digest in named.items() if digest in rows}


def _digest(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""


def _slot(draft: Draft, which: str, assets: Mapping[str, PortalAsset], refusal: str) -> Slot:
    path = (*BRAND, which)
    named, asset = draft.read(path), assets.get(which)
    is_changed = named != draft.live_value(path)
    return Slot(which, PLACES[which], asset, bool(named) and asset is None, is_changed, refusal)
