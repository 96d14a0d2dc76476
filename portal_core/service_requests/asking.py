"""What a customer is asked for in the status where a request stands, what of it is done, and where it goes then."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.compiled_type import CompiledType
from portal_core.config.conditions import holds, tests_in
from portal_core.config.document.flows import ApproveAsk, Ask, FillAsk
from portal_core.history.record import JsonValue
from portal_core.service_requests import stays
from portal_core.service_requests.clock import lapses_at, last_day
from portal_core.service_requests.models import ServiceRequest, Turn
from portal_core.service_requests.stays import DoneAsk

APPROVED, DECLINED = "approved", "declined"
# What can be answered without leaving the page on which it is asked.
_SMALL_KINDS: Final = frozenset({"choice", "yes_no", "date", "datetime", "number", "rating", "text", "phone", "email"})
_SMALL_FIELDS: Final = 2


@dataclass(frozen=True)
class AskState:
    """One thing that is asked here. `last_day`: up to when it can be answered, where it runs out."""

    ask: Ask
    done: DoneAsk | None
    last_day: date | None
    has_lapsed: bool

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do about it."""
        return self.done is not None


def asks_of(request: ServiceRequest, *, portal: CompiledPortal, now: datetime) -> tuple[AskState, ...]:
    """What is asked of the customer now, in the document's order; nothing while it is not their turn.

    An ask whose condition does not hold is not asked, nor is a form of which no question applies.
    """
    if request.turn != Turn.CUSTOMER or request.closed_at is not None:
        return ()
    request_type = portal.type_or_unknown(request.type_key)
    status = request_type.flow.status_or_unknown(request.status_key)
    done = stays.done_asks(request)
    return tuple(
        _state(request, ask, done.get(ask.key), portal=portal, now=now)
        for ask in status.asks
        if holds(ask.when, request.data, request.status_key, portal.time_zone)
        and _asks_something(request, ask, request_type)
    )


def _asks_something(request: ServiceRequest, ask: Ask, request_type: CompiledType) -> bool:
    return not isinstance(ask, FillAsk) or bool(fields_of_fill(request, ask, request_type))


def _state(
    request: ServiceRequest, ask: Ask, done: DoneAsk | None, *, portal: CompiledPortal, now: datetime
) -> AskState:
    days = ask.expires_days if isinstance(ask, ApproveAsk) else None
    if days is None:
        return AskState(ask, done, None, has_lapsed=False)
    has_lapsed = done is None and now >= lapses_at(request, ask.key, days, portal)
    return AskState(ask, done, last_day(request, ask.key, days, portal), has_lapsed)


def fields_of_fill(request: ServiceRequest, ask: FillAsk, request_type: CompiledType) -> list[CompiledField]:
    """The fields of a form that can apply here, in the order of the ask.

    One that depends on another field of the same form is among them: the form itself decides by what is typed.
    """
    asked = {field.key for field in request_type.applicable_fields(request.data, request.status_key)}
    fields = [request_type.field_or_none(key) for key in ask.fields]
    known = [field for field in fields if field is not None and not field.retired and field.is_input]
    return [field for field in known if field.key in asked or _depends_on(field, ask.fields)]


def _depends_on(field: CompiledField, keys: tuple[str, ...]) -> bool:
    return any(test.field in keys for test in tests_in(field.when))


def is_small(request: ServiceRequest, ask: FillAsk, *, portal: CompiledPortal) -> bool:
    """Whether a form can be finished where it is first read: one or two simple questions."""
    fields = fields_of_fill(request, ask, portal.type_or_unknown(request.type_key))
    return len(fields) <= _SMALL_FIELDS and all(_is_simple(field) for field in fields)


def _is_simple(field: CompiledField) -> bool:
    return field.kind.key in _SMALL_KINDS and field.when is None


def onward(request: ServiceRequest, *, portal: CompiledPortal, now: datetime) -> str | None:
    """Where the request goes now that something was done; None while something required is left, or nothing leads on.

    An approval that names its own status leads there, before the status's `when_done`.
    """
    states = asks_of(request, portal=portal, now=now)
    if not any(state.is_done for state in states):
        return None
    required = [state for state in states if state.ask.required]
    if not all(state.is_done for state in required):
        return None
    for state in states:
        if isinstance(state.ask, ApproveAsk) and state.ask.approved and state.done is not None:
            return state.ask.approved
    if not required:
        return None
    return portal.type(request.type_key).flow.status(request.status_key).when_done


def open_changed_approvals(request: ServiceRequest, changes: Iterable[JsonValue], *, portal: CompiledPortal) -> None:
    """What was approved and has changed since is to be approved again; the caller saves `stay`.

    What was approved before stays in the history, word for word. Of a request that the clock has closed, it is to be
    approved again once somebody takes it up: there it comes back with all that was done.
    """
    changed = {str(change["field"]) for change in changes if isinstance(change, dict)}
    before = stays.closed_from(request)
    done = stays.done_asks(request) if before is None else before.asks
    stands = request.status_key if before is None else before.status_key
    status = portal.type_or_unknown(request.type_key).flow.status_or_unknown(stands)
    for ask in status.asks:
        if isinstance(ask, ApproveAsk) and ask.key in done and changed.intersection(ask.fields):
            stays.open_ask_again(request, ask.key)
