"""The frame around the console's pages."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from tenants.shell import ConsoleShell, Me, NavGroup, NavItem


def console_shell(request: HttpRequest, count: int) -> ConsoleShell:
    """The rail, with the number of tenants."""
    places = NavItem(_("Tenants"), "/console/", icon="building", current=True, count=count)
    name = str(getattr(request.user, "name", "") or getattr(request.user, "email", ""))
    me = Me(name, "/console/", key=str(request.user.pk), caption=_("Operator"))
    return ConsoleShell(groups=(NavGroup(_("Operator sections"), (places,)),), me=me)
