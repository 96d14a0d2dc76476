"""The one place that decides where somebody lands after signing in."""

from typing import Final

from portal_core.accounts.actor import Actor
from portal_core.accounts.signin_links import local_path

HOME: Final = "/"
DESK: Final = "/desk/"
_DOORS: Final = ("/signin", "/signout", "/join/")


def landing_path(actor: Actor, next_path: str = "") -> str:
    """`next` when it is on this host and meant for them, else the desk for staff and home for customers."""
    wanted = local_path(next_path)
    if wanted and not wanted.startswith(_DOORS) and (actor.is_staff or not wanted.startswith(DESK)):
        return wanted
    return DESK if actor.is_staff else HOME
