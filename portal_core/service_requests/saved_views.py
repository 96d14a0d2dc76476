"""Queues that people keep under a name: their own, and those that managers share with everybody.

A view is only filters: whoever opens a shared one sees of it what they may see anyway, and "me" is whoever looks.
"""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet, Window
from django.utils import timezone

from portal_core.accounts.actor import Actor
from portal_core.service_requests.errors import Forbidden, NotSeen, RequestError
from portal_core.service_requests.models import SavedView
from portal_core.service_requests.queue import Filters

NAME_LENGTH: Final = 60
# In the rail each is counted with every page.
SHOWN: Final = 15
OWN_LIMIT: Final = 30
PAGE_SIZE: Final = 100
SHARE: Final = "manage_setup"


class ViewRefused(RequestError):
    """A view that cannot be kept so; `message` says why."""

    code = "view_refused"

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


def views_for(actor: Actor, *, page: int = 1) -> tuple[Sequence[SavedView], bool]:
    """A page of one's own views and the shared ones, by name, and whether more follow; in one query."""
    first = (page - 1) * PAGE_SIZE
    views = list(_views(actor)[first : first + PAGE_SIZE + 1])
    return views[:PAGE_SIZE], len(views) > PAGE_SIZE


def first_views(actor: Actor) -> tuple[Sequence[SavedView], int]:
    """The views that stand in the rail, and how many there are in all; in one query."""
    views = list(_views(actor).select_related(None).annotate(number=Window(Count("id")))[:SHOWN])
    return views, views[0].number if views else 0


def view_named(actor: Actor, view_id: uuid.UUID) -> SavedView | None:
    """One view, while it is one that this person has."""
    return _views(actor).filter(pk=view_id).first()


def _views(actor: Actor) -> QuerySet[SavedView]:
    if actor.user_id is None or not actor.is_staff:
        return SavedView.objects.none()
    mine_or_shared = Q(owner_id=actor.user_id) | Q(is_shared=True)
    return SavedView.objects.filter(mine_or_shared).select_related("owner").order_by("name", "id")


def filters_of(view: SavedView) -> Filters:
    """The kept filters; what they do not say, or say in a way that nobody knows any more, is as usual."""
    known = {field.name for field in fields(Filters)}
    kept = {key: value for key, value in view.filters.items() if key in known and isinstance(value, str)}
    return Filters(**kept)


def unknown_filters(view: SavedView) -> list[str]:
    """What a view narrows by, as later code has kept it, and this one does not know."""
    return sorted(view.filters.keys() - {field.name for field in fields(Filters)})


def keep_view(*, actor: Actor, name: str, filters: Filters) -> SavedView:
    """Keeps `filters` under `name` as the actor's own view.

    Raises:
        ViewRefused: no name, a name that another view of theirs has, or too many views.
    """
    if actor.user_id is None or not actor.may("see"):
        raise Forbidden
    name = _cleaned(name)
    usual = asdict(Filters(view=""))
    kept = {key: value for key, value in asdict(filters).items() if value != usual[key]}
    if SavedView.objects.filter(owner_id=actor.user_id).count() >= OWN_LIMIT:
        raise ViewRefused(f"You have {OWN_LIMIT} views. Delete one that you no longer need first.")
    view = SavedView(owner_id=actor.user_id, name=name, filters=kept, created_at=timezone.now())
    _save(view, is_new=True)
    return view


def rename_view(*, actor: Actor, view_id: uuid.UUID, name: str) -> SavedView:
    """Gives a view another name. Raises `NotSeen`, `Forbidden`, `ViewRefused`."""
    view = _changeable(actor, view_id)
    view.name = _cleaned(name)
    _save(view)
    return view


def set_columns(*, actor: Actor, view_id: uuid.UUID, columns: str) -> SavedView:
    """Which columns a view shows from now on; nothing for those of whoever looks. Raises `NotSeen`, `Forbidden`."""
    view = _changeable(actor, view_id)
    kept = {key: value for key, value in view.filters.items() if key != "columns"}
    view.filters = {**kept, "columns": columns} if columns else kept
    view.save(update_fields=["filters"])
    return view


def share_view(*, actor: Actor, view_id: uuid.UUID, is_shared: bool) -> SavedView:
    """Shows a view to everybody at the desk, or to its owner alone again. Raises `NotSeen`, `Forbidden`."""
    view = _changeable(actor, view_id)
    if not actor.may(SHARE):
        raise Forbidden
    view.is_shared = is_shared
    view.save(update_fields=["is_shared"])
    return view


def delete_view(*, actor: Actor, view_id: uuid.UUID) -> SavedView:
    """Forgets a view, and gives it back as it was; the requests in it are untouched. Raises `NotSeen`, `Forbidden`."""
    view = _changeable(actor, view_id)
    SavedView.objects.filter(pk=view.pk).delete()
    return view


def may_change(actor: Actor, view: SavedView) -> bool:
    """Whether the actor may rename or delete it: their own, and for those who share, the shared ones."""
    return view.owner_id == actor.user_id or (view.is_shared and actor.may(SHARE))


def _changeable(actor: Actor, view_id: uuid.UUID) -> SavedView:
    view = SavedView.objects.filter(pk=view_id).select_related("owner").first()
    if view is None or not (view.is_shared or view.owner_id == actor.user_id):
        raise NotSeen
    if not may_change(actor, view):
        raise Forbidden
    return view


def _cleaned(name: str) -> str:
    cleaned = " ".join(name.replace("\x00", "").split())
    if not cleaned:
        raise ViewRefused("Write a name for the view.")
    if len(cleaned) > NAME_LENGTH:
        raise ViewRefused(f"Write a shorter name, {NAME_LENGTH} characters at most.")
    return cleaned


def _save(view: SavedView, *, is_new: bool = False) -> None:
    try:
        with transaction.atomic():
            if is_new:
                view.save(force_insert=True)
            else:
                view.save(update_fields=["name"])
    except IntegrityError:
        raise ViewRefused("You have a view of this name. Write another one.") from None
