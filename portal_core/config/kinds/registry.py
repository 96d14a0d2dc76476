"""All field kinds by key."""

from typing import Any, Final

from portal_core.config.kinds.address import AddressKind
from portal_core.config.kinds.base import FieldKind
from portal_core.config.kinds.choice import ChoiceKind
from portal_core.config.kinds.choices import ChoicesKind
from portal_core.config.kinds.date import DateKind
from portal_core.config.kinds.datetime import DateTimeKind
from portal_core.config.kinds.email import EmailKind
from portal_core.config.kinds.heading import HeadingKind
from portal_core.config.kinds.info import InfoKind
from portal_core.config.kinds.long_text import LongTextKind
from portal_core.config.kinds.money import MoneyKind
from portal_core.config.kinds.number import NumberKind
from portal_core.config.kinds.phone import PhoneKind
from portal_core.config.kinds.rating import RatingKind
from portal_core.config.kinds.rows import RowsKind
from portal_core.config.kinds.text import TextKind
from portal_core.config.kinds.url import UrlKind
from portal_core.config.kinds.yes_no import YesNoKind

# `Any`: a registry of kinds with different options.
AnyKind = FieldKind[Any]

_OWN: Final[tuple[AnyKind, ...]] = (
    TextKind(),
    LongTextKind(),
    NumberKind(),
    MoneyKind(),
    ChoiceKind(),
    ChoicesKind(),
    YesNoKind(),
    DateKind(),
    DateTimeKind(),
    EmailKind(),
    PhoneKind(),
    UrlKind(),
    AddressKind(),
    RowsKind(),
    RatingKind(),
    HeadingKind(),
    InfoKind(),
)
_KINDS: Final[dict[str, AnyKind]] = {kind.key: kind for kind in _OWN}


def register(kind: AnyKind) -> None:
    """Adds a kind; packages that own what it stores (files, saved records) register theirs at start."""
    _KINDS[kind.key] = kind


def kind_for(key: str) -> AnyKind:
    """The kind of this key; every kind that the models accept has one."""
    return _KINDS[key]


def all_kinds() -> tuple[AnyKind, ...]:
    """Every kind that the document knows."""
    return tuple(_KINDS.values())
