"""Portal addresses: what may be one, and a plain reason with a suggestion when it may not."""

import re
import unicodedata
from datetime import timedelta
from functools import cache

from django.conf import settings
from django.db import models
from django.db.models import F, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Replace
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.context import public_context
from tenants.errors import SlugRefused
from tenants.hosts import subdomain_host
from tenants.models import FreedSlug, Tenant
from tenants.slug_words import PLATFORM_WORDS, PROFANE_PARTS, PROFANE_WORDS, RESERVED

MIN_LENGTH = 3
MAX_LENGTH = 40
QUARANTINE = timedelta(days=180)
FALLBACK = "portal"

_SHAPE = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", re.ASCII)
# One letter for all that look like it, so that p0rtico and rnail are seen for what they imitate.
_LOOKALIKES = (
    ("vv", "w"), ("rn", "m"), ("cl", "d"), ("0", "o"), ("1", "l"), ("i", "l"), ("3", "e"),
    ("4", "a"), ("5", "s"), ("7", "t"), ("8", "b"), ("9", "g"), ("2", "z"), ("6", "b"),
)  # fmt: skip
_SPELLED = {"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "đ": "d", "þ": "th", "&": " and "}
_GERMAN = {"ä": "ae", "ö": "oe", "ü": "ue"}


def normalise(typed: str) -> str:
    """What was typed, as far as it may be meant: trimmed and lower case. Not checked."""
    return unicodedata.normalize("NFC", typed).strip().strip(".").lower()


def from_name(name: str) -> str:
    """An address made of a business name: "Müller & Söhne GmbH" gives "mueller-and-soehne-gmbh"."""
    text = unicodedata.normalize("NFC", name).lower()
    for letter, spelled in (*_GERMAN.items(), *_SPELLED.items()):
        text = text.replace(letter, spelled)
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    text = re.sub(r"['’`]", "", text)
    slug = re.sub(r"[^a-z0-9]+", "-", text).strip("-")[:MAX_LENGTH].strip("-")
    return slug


def suggest(name: str) -> str:
    """A free address for this name, "" for no name."""
    if not name.strip():
        return ""
    base = from_name(name)
    if len(base) < MIN_LENGTH:
        base = f"{base}-{FALLBACK}".strip("-")
    return _first_free(base)


def check(typed: str) -> str:
    """The normalised slug.

    Raises:
        SlugRefused: with a reason for people and, where there is one, a free suggestion.
    """
    slug = check_form(typed)
    if _is_taken(slug):
        raise taken(slug)
    if _looks_like_another(slug):
        raise SlugRefused("alike", _("This address could be mistaken for another portal’s."), _first_free(slug))
    return slug


def check_form(typed: str) -> str:
    """As check(), without asking whether somebody has it. Raises SlugRefused."""
    slug = normalise(typed)
    refusal = _form_refusal(slug) or _word_refusal(slug)
    if refusal is not None:
        code, reason = refusal
        raise SlugRefused(code, reason, _mended(slug, code))
    return slug


def taken(slug: str) -> SlugRefused:
    """The refusal for an address that somebody has."""
    return SlugRefused("taken", _("Somebody else has this address already."), _first_free(slug))


def _form_refusal(slug: str) -> tuple[str, str] | None:
    if not slug:
        return "empty", _("Choose an address.")
    if len(slug) < MIN_LENGTH:
        return "short", _("An address has at least %(number)d characters.") % {"number": MIN_LENGTH}
    if len(slug) > MAX_LENGTH:
        return "long", _("An address has at most %(number)d characters.") % {"number": MAX_LENGTH}
    if not _SHAPE.fullmatch(slug):
        return "letters", _("An address has only the letters a to z, digits, and hyphens between them.")
    if "--" in slug:
        return "hyphens", _("An address has no two hyphens in a row.")
    if slug.isdigit():
        return "digits", _("An address has at least one letter.")
    return None


def _word_refusal(slug: str) -> tuple[str, str] | None:
    if slug in RESERVED or subdomain_host(slug) in settings.PLATFORM_HOSTS:
        return "reserved", _("This address is kept for the platform’s own use.")
    if is_platform_like(slug):
        return "platform", _("This address could be mistaken for one of ours.")
    if _is_profane(slug):
        return "profane", _("Choose another address.")
    return None


def is_platform_like(slug: str) -> bool:
    """Whether `slug` is, holds as a word, or looks like a name of the platform or of its services."""
    shape = skeleton(slug.replace("-", ""))
    parts = {skeleton(part) for part in slug.split("-")}
    for word in (*PLATFORM_WORDS, *_own_labels()):
        imitated = skeleton(word)
        if shape == imitated or imitated in parts:
            return True
    return shape in _reserved_shapes()


@cache
def _reserved_shapes() -> frozenset[str]:
    """What the reserved words look like. Kept, since it takes some thousand replacements, and sign-up asks at each stop
    in typing."""
    return frozenset(map(skeleton, RESERVED))


def skeleton(text: str) -> str:
    """`text` with every group of lookalikes written as one letter."""
    for imitation, letter in _LOOKALIKES:
        text = text.replace(imitation, letter)
    return text


def _own_labels() -> tuple[str, ...]:
    """The first label of our own domain: nobody is portico.portico.example."""
    label = settings.BASE_DOMAIN.split(".")[0]
    return () if label == "localhost" else (label,)


def _is_profane(slug: str) -> bool:
    readings = {slug, slug.replace("0", "o").replace("1", "i").replace("3", "e").replace("4", "a").replace("5", "s")}
    for reading in readings:
        joined = reading.replace("-", "")
        if any(part in joined for part in PROFANE_PARTS):
            return True
        if joined in PROFANE_WORDS or PROFANE_WORDS.intersection(reading.split("-")):
            return True
    return False


def _mended(slug: str, code: str) -> str:
    """What could be meant instead, free and allowed; "" when there is nothing good to say."""
    if code in {"empty", "platform", "profane", "reserved"}:
        return ""
    base = re.sub(r"-+", "-", from_name(slug))
    if len(base) < MIN_LENGTH or base.isdigit():
        base = f"{base}-{FALLBACK}".strip("-")
    return _first_free(base) if _allowed(base) else ""


def _first_free(base: str) -> str:
    """`base`, or with the first free number; "" when nothing of it is allowed."""
    base = base[: MAX_LENGTH - 3].strip("-")
    candidates = [base, *(f"{base}-{number}" for number in range(2, 60))]
    with public_context():
        used = set(Tenant.objects.filter(slug__startswith=base).values_list("slug", flat=True))
        used.update(_in_quarantine().filter(slug__startswith=base).values_list("slug", flat=True))
    free = (item for item in candidates if item not in used and _allowed(item))
    return next((item for item in free if not _looks_like_another(item)), "")


def _allowed(slug: str) -> bool:
    return _form_refusal(slug) is None and _word_refusal(slug) is None


def _is_taken(slug: str) -> bool:
    with public_context():
        return Tenant.objects.filter(slug=slug).exists() or _in_quarantine().filter(slug=slug).exists()


def _looks_like_another(slug: str) -> bool:
    """Whether somebody could take it for the address of a portal that exists: n0rdwarm for nordwarm.

    Addresses that are told apart by digits or by single letters (shop-6 and shop-8, hall-i and hall-l) are not meant.
    Read through without an index: a thousand tenants take a few milliseconds.
    """
    shape: Combinable = F("slug")
    for imitation, letter in _LOOKALIKES:
        shape = Replace(shape, Value(imitation), Value(letter))
    with public_context():
        same = Tenant.objects.annotate(shape=shape).filter(shape=skeleton(slug)).values_list("slug", flat=True)
        return any(_without_marks(other) != _without_marks(slug) for other in same)


def _without_marks(slug: str) -> str:
    """Without the digits and single letters by which people number things."""
    return re.sub(r"[0-9]|(?<![a-z0-9])[a-z](?![a-z0-9])", "#", slug)


def _in_quarantine() -> models.QuerySet[FreedSlug]:
    return FreedSlug.objects.filter(freed_at__gt=timezone.now() - QUARANTINE)
