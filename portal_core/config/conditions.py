"""Whether a condition holds, given the values that are known and the status."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from portal_core.config.amounts import read_money
from portal_core.config.document.conditions import Condition
from portal_core.config.moments import ends_at, read_moment, starts_at

UTC_ZONE: Final = ZoneInfo("UTC")


def holds(
    condition: Condition | None, values: Mapping[str, JsonValue], status: str | None = None, zone: ZoneInfo = UTC_ZONE
) -> bool:
    """True when there is no condition, or when it is met. Values are those stored; a missing one is empty.

    `zone` is the business's: its days begin and end there.
    """
    if condition is None:
        return True
    if condition.all_ is not None:
        return all(holds(part, values, status, zone) for part in condition.all_)
    if condition.any_ is not None:
        return any(holds(part, values, status, zone) for part in condition.any_)
    if condition.not_ is not None:
        return not holds(condition.not_, values, status, zone)
    if condition.about is not None and condition.about != "status":
        return False  # organisations and memberships are not known yet; publishing refuses them
    subject: JsonValue = status if condition.about == "status" else values.get(condition.field or "")
    return _test(condition, subject, zone)


def _test(condition: Condition, subject: JsonValue, zone: ZoneInfo) -> bool:
    operator = condition.operator
    if operator in ("filled", "empty"):
        return _is_empty(subject) == (operator == "empty")
    if operator == "one_of":
        return any(_equal(subject, operand) for operand in condition.one_of or ())
    operand = getattr(condition, "is_" if operator == "is" else operator)
    if operator in ("before", "after"):
        return _in_time(subject, operand, zone, is_before=operator == "before")
    return _COMPARISONS[operator](subject, operand)


def _in_time(subject: JsonValue, operand: object, zone: ZoneInfo, *, is_before: bool) -> bool:
    """Days with days (ISO dates order as text), moments with the business's day or minute."""
    if not (isinstance(subject, str) and subject and isinstance(operand, str)):
        return False
    moment = read_moment(subject)
    if moment is None:
        return subject < operand if is_before else subject > operand
    limit = starts_at(operand, zone) if is_before else ends_at(operand, zone)
    if limit is None:
        return False
    if is_before:
        return moment < limit
    return moment > limit if "T" in operand else moment >= limit


def _is_empty(subject: JsonValue) -> bool:
    return subject is None or (not isinstance(subject, bool | int | float) and not subject)


def _equal(subject: JsonValue, operand: object) -> bool:
    if isinstance(subject, bool) or isinstance(operand, bool):
        return subject is operand
    if isinstance(operand, int | float):
        number = _decimal(subject)
        return number is not None and number == _decimal(operand)
    return subject == operand


def _contains(subject: JsonValue, operand: object) -> bool:
    if isinstance(subject, list):
        return operand in subject
    return isinstance(subject, str) and isinstance(operand, str) and operand.casefold() in subject.casefold()


def _differs(subject: JsonValue, operand: object) -> bool:
    return not _equal(subject, operand)


def _is_more(subject: JsonValue, operand: object) -> bool:
    return _compare(subject, operand) > 0


def _is_less(subject: JsonValue, operand: object) -> bool:
    return _compare(subject, operand) < 0


def _compare(subject: JsonValue, operand: object) -> int:
    left, right = _decimal(subject), _decimal(operand)
    if left is None or right is None:
        return 0
    return (left > right) - (left < right)


_COMPARISONS: Final[dict[str, Callable[[JsonValue, object], bool]]] = {
    "is": _equal,
    "is_not": _differs,
    "contains": _contains,
    "more_than": _is_more,
    "less_than": _is_less,
}


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, dict):
        money = read_money(value)
        return money.amount if money is not None else None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def tests_in(condition: Condition | None) -> Iterator[Condition]:
    """The single tests of a condition, however deep."""
    if condition is None:
        return
    if condition.parts:
        for part in condition.parts:
            yield from tests_in(part)
    else:
        yield condition
