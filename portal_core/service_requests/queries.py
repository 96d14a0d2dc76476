"""Lists of service requests: each starts from what the reader may see."""

import uuid
from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Final

from django.db.models import Q, QuerySet

from portal_core.accounts.actor import Actor
from portal_core.accounts.models import User
from portal_core.accounts.roles import CUSTOMER, Role
from portal_core.config.compiled import CompiledPortal
from portal_core.config.looking import is_look, looker
from portal_core.config.visibility import Visibility, kind_visibility
from portal_core.documents.access import within_reach
from portal_core.documents.models import Document, DocumentState
from portal_core.service_requests.models import RequestDraft, ServiceRequest

# Holds for no row, as one condition.
_NONE: Final = Q(pk__in=[])


def visible_to(actor: Actor) -> QuerySet[ServiceRequest]:
    """The requests that `actor` may see at all; whoever is neither customer nor staff sees none.

    On a colleague's screen, a customer's requests are those that the colleague may see, too.
    """
    if not _is_reader(actor.user_id, actor.role):
        return ServiceRequest.objects.none()
    found = ServiceRequest.objects.filter(seen_by_reader(actor.user_id, actor.role, actor.team_key))
    who = looker()
    return found if who is None else found.filter(seen_by_reader(who.user_id, who.role, who.team_key))


def visible_parts(actor: Actor) -> list[QuerySet[ServiceRequest]]:
    """`visible_to(actor)` in parts of which none has a request of another.

    Each is bounded by one thing that an index finds. Of what is the one or the other (of one's team, or one's own) the
    database would join the halves for the first few of a list.
    """
    if not _is_reader(actor.user_id, actor.role) or actor.role.base == CUSTOMER:
        return [visible_to(actor)]
    found = ServiceRequest.objects.filter(_of_types(actor.role))
    who = looker()
    if who is not None:
        found = found.filter(seen_by_reader(who.user_id, who.role, who.team_key))
    return [found.filter(part) for part in _scopes(actor.user_id, actor.role, actor.team_key)]


def sees_all(actor: Actor) -> bool:
    """Whether no request is beyond a colleague's role, nor beyond that of whoever looks at their screen."""
    return actor.role.reaches_all and looker() is None


def seen_by_reader(user_id: uuid.UUID | None, role: Role, team_key: str) -> Q:
    """Which requests somebody may see at all, as one condition; see `visible_to`."""
    if not _is_reader(user_id, role):
        return _NONE
    return Q(customer_id=user_id) if role.base == CUSTOMER else _in_scope(user_id, role, team_key)


def _is_reader(user_id: uuid.UUID | None, role: Role) -> bool:
    return user_id is not None and (role.base == CUSTOMER or (role.is_staff and role.may("see")))


def _in_scope(user_id: uuid.UUID | None, role: Role, team_key: str) -> Q:
    """A role's scope and its request types, as one condition."""
    return reduce(or_, _scopes(user_id, role, team_key)) & _of_types(role)


def _scopes(user_id: uuid.UUID | None, role: Role, team_key: str) -> list[Q]:
    """A role's scope (all, its team, its own and what nobody has), as conditions of which a request meets one."""
    own = Q(assignee_id=user_id)
    if role.scope == "team":
        # Without a team of one's own, the requests of no team are not "one's team's".
        return [Q(team_key=team_key), own & ~Q(team_key=team_key)] if team_key else [own]
    return [own, Q(assignee_id=None)] if role.scope == "own" else [Q()]


def _of_types(role: Role) -> Q:
    if role.type_keys is None:
        return Q()
    keys = sorted(role.type_keys)
    # Of one type an index knows the order of search results, of one of several it does not.
    return Q(type_key=keys[0]) if len(keys) == 1 else Q(type_key__in=keys)


def customers_of(actor: Actor, *, also_closed: bool = False) -> QuerySet[User]:
    """The customers whom `actor` may know: all for a role that sees all, else those of the requests seen.

    Active ones alone, unless `also_closed`.
    """
    customers = User.objects.filter(role=CUSTOMER)
    if not also_closed:
        customers = customers.filter(is_active=True)
    if not actor.is_staff or not actor.may("see"):
        return customers.none()
    if actor.role.reaches_all:
        return customers
    return customers.filter(pk__in=visible_to(actor).values("customer_id"))


def open_requests(actor: Actor) -> QuerySet[ServiceRequest]:
    """Those of `visible_to` that are not closed."""
    return visible_to(actor).filter(closed_at=None)


def drafts_of(actor: Actor) -> list[str]:
    """The keys of the types of which the person has a half-filled form: nobody else's business."""
    if is_look():
        return []
    return list(RequestDraft.objects.filter(author_id=actor.user_id).values_list("type_key", flat=True))


def draft_of(actor: Actor, type_key: str) -> RequestDraft | None:
    """What the person has typed so far into the form of one type: shown to nobody who only looks."""
    if is_look():
        return None
    return RequestDraft.objects.filter(author_id=actor.user_id, type_key=type_key).first()


def documents_to_check(actor: Actor, portal: CompiledPortal) -> QuerySet[Document]:
    """What customers sent and nobody has checked, of the kinds that this role may judge and where it may look."""
    kinds = portal.document_kinds.values()
    keys = [kind.key for kind in kinds if kind_visibility(kind, actor.role) >= Visibility.EDIT]
    rows = Document.objects.filter(
        within_reach(actor), state=DocumentState.ON_FILE, from_staff=False, approved_at=None, kind_key__in=keys
    )
    if actor.role.reaches_all:
        return rows
    return rows.filter(customer_id__in=visible_to(actor).values("customer_id"))


def latest_of(actor: Actor, type_keys: Sequence[str]) -> ServiceRequest | None:
    """The request of these types in which something happened last, of those that `actor` may see."""
    rows = visible_to(actor).filter(type_key__in=type_keys).select_related("customer")
    return rows.order_by("-last_entry_at", "-id").first()
