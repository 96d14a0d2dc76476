"""A form that comes in twice: the same once more, or another one typed under the same key."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from portal_core.accounts.actor import Actor
from portal_core.history.record import JsonValue
from portal_core.service_requests.actions.submit import filed_with


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
    given = {key: value for key, value in answers.items() if value is not None}
    return Repeat(filed.number, is_same=given == {key: filed.data[key] for key in filed.data if key in answers})
