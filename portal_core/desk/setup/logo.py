"""The logo on the page of brand and address: sent, shown with what became of it, taken out, and its colour taken over.

Every change is an edit of the draft like all others: it can be undone, and is live only once it is published.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from pydantic import JsonValue

from portal_core.accounts.pages import PersonRequest
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
    match request.POST.get("do", ""):
        case "send":
            return _send(request, which, back)
        case "remove":
            gone = f"{title}: taken out"
            return _edit(request, back, [Set(place, None)], gone, "Taken out of the draft. It can be taken back here.")
        case "live":
            live = partial(restore, actor=request.actor, paths=[place], title=f"{title}: as it is live")
            return do_edit(request, back, live, "As it is live.")
        case "colour":
            return _take_colour(request, which)
    return HttpResponseRedirect(back)


def _send(request: PersonRequest, which: str, back: str) -> HttpResponse:
    sent = request.FILES.get("file")
    if sent is None:
        messages.error(request, "Choose a picture first.")
        return HttpResponseRedirect(back)
    asset = take_logo(request.user.pk, sent)
    title = f"{PLACES[which]}: {asset.name}"
    done = "The logo is in the draft. Customers see it once you publish."
    return _edit(request, back, [Set((*BRAND, which), asset.digest)], title, done)


def _take_colour(request: PersonRequest, which: str) -> HttpResponse:
    back = f"{reverse('desk:setup_portal')}#s-colour"
    asset = _assets(current()).get(which)
    if asset is None or not asset.colour:
        messages.error(request, "The logo has no colour of its own: it is black, white or grey.")
        return HttpResponseRedirect(back)
    value = None if asset.colour == DEFAULT_COLOUR else asset.colour
    done = "The colour is the logo’s. Look at what it does to texts and buttons below."
    return _edit(request, back, [Set((*BRAND, "colour"), value)], "Colour taken from the logo", done)


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
