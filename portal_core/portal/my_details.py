"""What the pages of "My details" have in common: the tabs between what is kept and the account."""

import uuid
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from portal_core.config.compiled import CompiledPortal
from portal_core.config.viewer import Viewer
from portal_core.saved_records.forms import can_fill_in
from portal_core.saved_records.queries import of_customer
from tenants.shell import NavItem


def details_href(portal: CompiledPortal) -> str:
    """Where "My details" leads: to what is kept, where the configuration keeps anything."""
    return "/saved/" if portal.active_record_kinds else "/account/"


def detail_tabs(request: HttpRequest, portal: CompiledPortal) -> tuple[NavItem, ...]:
    """The tabs; none where there is only the account."""
    if not portal.active_record_kinds:
        return ()
    places = ((_("Saved"), "/saved/"), (_("Account"), "/account/"))
    return tuple(NavItem(label, href, current=request.path.startswith(href)) for label, href in places)


@dataclass(frozen=True)
class KindToAdd:
    """A kind of record that the customer can add."""

    key: str
    name: str
    icon: str


def kinds_to_add(portal: CompiledPortal, viewer: Viewer) -> list[KindToAdd]:
    """The kinds of which this reader may add one."""
    return [
        KindToAdd(kind.key, portal.text(kind.name, viewer.language), kind.icon or "tag")
        for kind in portal.active_record_kinds
        if can_fill_in(kind, viewer.role)
    ]


def kinds_missing(customer_id: uuid.UUID, portal: CompiledPortal, viewer: Viewer) -> list[KindToAdd]:
    """Those of which this customer keeps none; one query, none where the configuration keeps nothing."""
    kinds = kinds_to_add(portal, viewer)
    there = set(of_customer(customer_id).order_by().values_list("kind_key", flat=True)) if kinds else set()
    return [kind for kind in kinds if kind.key not in there]
