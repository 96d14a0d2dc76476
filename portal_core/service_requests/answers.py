"""The answers of a request when some of them change: what goes with them, and how history tells it."""

from collections.abc import Mapping

from portal_core.config.compiled_type import CompiledType
from portal_core.config.kinds.base import Saving
from portal_core.history.record import JsonValue
from portal_core.service_requests.attaching import attach_answers
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.withholding import release


def settled(answers: Mapping[str, JsonValue], request_type: CompiledType, saving: Saving) -> dict[str, JsonValue]:
    """`answers` as they are kept: what they stand for (a new record) is made now, in this transaction."""
    return {
        key: value if value is None else request_type.field(key).kind.settle(value, request_type.field(key), saving)
        for key, value in answers.items()
    }


def write_answers(
    request: ServiceRequest, answers: Mapping[str, JsonValue], request_type: CompiledType, saving: Saving
) -> list[JsonValue]:
    """Puts `answers` into the request (None empties) and gives back all that changed, for the history.

    Answers to questions that were asked before and no longer are under the new ones go as well: they would decide and
    be shown although nobody can correct them. What did not apply before either (a question of another status) stays.
    """
    before = dict(request.data)
    answers = settled(answers, request_type, saving)
    request.data = after_answers(before, answers, request_type, request.status_key)
    attach_answers(request, answers, saving)
    keys = [*answers, *(key for key in before if key not in answers)]
    changed = [key for key in keys if before.get(key) != request.data.get(key)]
    was_kept = release(request, changed, saving.now)
    return [
        {"field": key, "before": before.get(key), "after": request.data.get(key)}
        | ({"was_kept": True} if key in was_kept else {})
        for key in changed
    ]


def after_answers(
    data: Mapping[str, JsonValue], answers: Mapping[str, JsonValue], request_type: CompiledType, status_key: str
) -> dict[str, JsonValue]:
    """The stored answers as they will be once `answers` are written in this status."""
    after = {key: value for key, value in {**data, **answers}.items() if value is not None}
    gone = _asked(data, request_type, status_key) - _asked(after, request_type, status_key)
    return {key: value for key, value in after.items() if key not in gone}


def _asked(data: Mapping[str, JsonValue], request_type: CompiledType, status_key: str) -> frozenset[str]:
    return frozenset(field.key for field in request_type.applicable_fields(data, status_key))
