"""Keeping a half-filled form on our side."""

import uuid
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from portal_core.accounts.actor import Actor
from portal_core.config.live import live_portal
from portal_core.service_requests.actions.submit import filed_with, open_type
from portal_core.service_requests.locks import lock_submission
from portal_core.service_requests.models import RequestDraft


def save_draft(
    *, actor: Actor, type_key: str, typed: Mapping[str, list[str]], submission_key: uuid.UUID
) -> RequestDraft | None:
    """Keeps what was typed, unchecked, and gives the draft back; None when that very form was sent already.

    Raises:
        TypeNotOpen: there is no such open type.
    """
    portal = live_portal()
    open_type(portal, type_key)
    with transaction.atomic():
        # A save that arrives after its form was sent must not bring the form back, however close they are.
        lock_submission(submission_key)
        if filed_with(actor, submission_key) is not None:
            return None
        draft, _created = RequestDraft.objects.update_or_create(
            author_id=actor.user_id,
            type_key=type_key,
            defaults={
                "typed": dict(typed),
                "submission_key": submission_key,
                "version_number": portal.number,
                "updated_at": timezone.now(),
            },
        )
    return draft


def discard_draft(*, actor: Actor, type_key: str) -> None:
    """Forgets a half-filled form."""
    RequestDraft.objects.filter(author_id=actor.user_id, type_key=type_key).delete()
