"""What the pages of "My details" have in common: the tabs between what is kept and the account."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from portal_core.config.compiled import CompiledPortal
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
