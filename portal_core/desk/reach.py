"""What a colleague whose role sees a part of the requests is told where a list is empty: others may exist."""

from portal_core.accounts.actor import Actor
from portal_core.config.compiled import CompiledPortal


def reach_words(actor: Actor, portal: CompiledPortal, *, customers: bool = False) -> str:
    """Which requests (or the customers of which) this person sees, in a sentence; "" for a role that sees all."""
    if actor.role.reaches_all:
        return ""
    of = "the customers of " if customers else ""
    return f"You see {of}{_whose(actor)}{_of_kinds(actor, portal)}. Your role says so."


def _whose(actor: Actor) -> str:
    """As `queries.visible_to` takes them."""
    if actor.role.scope == "own":
        return "the requests that you have or nobody has yet"
    if actor.role.scope == "team":
        in_team = "the requests of your team and your own"
        return in_team if actor.team_key else "your own requests, as you are in no team"
    return "requests"


def _of_kinds(actor: Actor, portal: CompiledPortal) -> str:
    keys = actor.role.type_keys
    if keys is None:
        return ""
    names = [portal.text(item.name) for item in portal.types if item.key in keys]
    return f", of {'this kind' if len(names) == 1 else 'these kinds'} alone: {', '.join(names)}"
