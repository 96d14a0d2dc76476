"""Puts the samples of a starter into the portal that was opened from it: details, requests and papers of the made-up
customer, so that an owner sees every page with something on it. They tell nobody and count in no figure.
"""

import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from portal_core.accounts.actor import Actor
from portal_core.accounts.models import User
from portal_core.accounts.queries import sample_customer
from portal_core.config.canonical import canonical
from portal_core.config.compiled import CompiledPortal
from portal_core.config.document import load
from portal_core.config.live import live_portal
from portal_core.config.localise import text_in
from portal_core.config.speech import Speech
from portal_core.config.starters import STARTER_KEY, starter_for, starter_keys
from portal_core.documents.models import Document
from portal_core.history.record import JsonValue
from portal_core.sampling.telling import Teller
from portal_core.saved_records.models import SavedRecord
from portal_core.service_requests.errors import Forbidden
from portal_core.service_requests.models import ServiceRequest, Source
from tenants.identifiers import uuid7
from tenants.outbox.models import Event

_FOLDER: Final = Path(__file__).parent / "starters"
_CUSTOMER, _US = "alex", "us"
# What the stories build on; name, colour, hours and wording of mails may have changed.
_NEEDED: Final = ("types", "flows", "record_kinds", "document_kinds", "teams")


class NoSamples(LookupError):
    """There is nothing to put in: samples are there, the made-up customer is gone, or the portal has grown apart."""

    code = "no-samples"


def can_fill(portal: CompiledPortal) -> bool:
    """Whether samples are on offer: the portal is still built as its starter, and none were put in before."""
    return _fits(portal) and sample_customer() is not None and not _is_filled()


def fill(*, actor: Actor) -> int:
    """Puts the samples in and gives back how many requests there are; all of them or none.

    Raises:
        Forbidden: the actor does not set up this portal.
        NoSamples: see there.
    """
    if not actor.may("manage_setup"):
        raise Forbidden
    portal = live_portal()
    with transaction.atomic():
        sample = User.objects.select_for_update().filter(is_sample=True, is_active=True).order_by("created_at").first()
        if sample is None or not _fits(portal) or _is_filled():
            raise NoSamples
        owner = User.objects.get(pk=str(actor.user_id))
        return _tell(_stories(portal), Teller(owner, {_CUSTOMER: sample, _US: owner}, _now))


def _tell(stories: dict[str, Any], teller: Teller) -> int:
    """`Any`: as the file is written, which tests hold to `stories.py`."""
    began = uuid7()
    for record in stories.get("records", []):
        teller.keep(record)
    told = [teller.tell(story).pk for story in stories["requests"]]
    for paper in stories.get("documents", []):
        teller.file(paper)
    ServiceRequest.objects.filter(pk__in=told).update(source=Source.SAMPLE)
    _say_nothing(began, told, teller.people[_CUSTOMER])
    return len(told)


def _say_nothing(began: uuid.UUID, told: list[uuid.UUID], sample: User) -> None:
    """Nobody is told, reminded or counted: what these requests and papers would have caused is done already."""
    papers = Document.objects.filter(customer=sample).values_list("pk", flat=True)
    records = SavedRecord.objects.filter(customer=sample).values_list("pk", flat=True)
    ours = Q(payload__request_id__in=[str(key) for key in told])
    ours |= Q(payload__document_id__in=[str(key) for key in papers])
    ours |= Q(payload__record_id__in=[str(key) for key in records])
    Event.objects.filter(ours, pk__gt=began).update(done_at=timezone.now())


@contextmanager
def _now(days_ago: float) -> Iterator[None]:
    """The clock of a running portal is never turned back: everything has just happened."""
    yield


def _is_filled() -> bool:
    return ServiceRequest.objects.filter(source=Source.SAMPLE).exists()


def _fits(portal: CompiledPortal) -> bool:
    key = (portal.document.model_extra or {}).get(STARTER_KEY)
    if not isinstance(key, str) or key not in starter_keys():
        return False
    return _told_by(canonical(portal.document), portal.language) == _as_opened(key, portal.language)


@cache
def _as_opened(key: str, language: str) -> dict[str, JsonValue]:
    return _told_by(canonical(load(starter_for(key, name=key, language=language))), language)


def _told_by(document: Mapping[str, JsonValue], language: str) -> dict[str, JsonValue]:
    """What the stories build on, in the portal's own language alone: another one that it speaks changes no story."""
    alone = Speech.alone(language, language)
    return {name: alone.said(document.get(name)) for name in _NEEDED}


def _stories(portal: CompiledPortal) -> dict[str, Any]:
    """In the portal's own language. `Any`: see `_tell`."""
    key = (portal.document.model_extra or {})[STARTER_KEY]
    stories: dict[str, Any] = _said(stories_of(str(key)), portal.language)
    return stories


def stories_of(key: str) -> Any:
    """The stories of a starter as they are written, texts by language. `Any`: JSON."""
    return json.loads((_FOLDER / f"{key.replace('-', '_')}.json").read_text(encoding="utf-8"))


def _said(value: Any, language: str) -> Any:
    """`Any`: JSON in and out."""
    if isinstance(value, dict) and value and value.keys() <= {"en", "de"}:
        return text_in(value, language, "en")
    if isinstance(value, dict):
        return {key: _said(item, language) for key, item in value.items()}
    return [_said(item, language) for item in value] if isinstance(value, list) else value
