"""A form that comes in twice: the same once more, or another one typed under the same key."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from portal_core.accounts.actor import Actor
from portal_core.config.compiled_type import CompiledType
from portal_core.config.live import live_portal
from portal_core.history.record import JsonValue
from portal_core.service_requests.actions.submit import filed_with
from portal_core.service_requests.models import ServiceRequest


@dataclass(frozen=True)
class Repeat:
    """The request that this form has become already. `is_same`: it says what is sent now, so nothing is lost."""

    number: int
    is_same: bool


def repeat_of(actor: Actor, submission_key: uuid.UUID, answers: Mapping[str, JsonValue]) -> Repeat | None:
    """What the form with this key has become, if it was filed before; None for a new one.

    Two tabs on one draft carry one key: the second must neither vanish nor become a second request by accident.
    """
    filed = filed_with(actor, submission_key)
    if filed is None:
        return None
    request_type = live_portal().type_or_unknown(filed.type_key)
    return Repeat(filed.number, is_same=all(_is_same(request_type, filed, key, answers[key]) for key in answers))


def _is_same(request_type: CompiledType, filed: ServiceRequest, key: str, given: JsonValue) -> bool:
    kept, field = filed.data.get(key), request_type.field_or_none(key)
    return field.kind.is_same(given, kept) if field is not None else given == kept
