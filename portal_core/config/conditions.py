"""Whether a condition holds, given the values that are known and the status."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from pydantic import JsonValue

from portal_core.config.document.conditions import Condition


def holds(condition: Condition | None, values: Mapping[str, JsonValue], status: str | None = None) -> bool:
    """True when there is no condition, or when it is met. Values are those stored; a missing one is empty."""
    if condition is None:
        return True
    if condition.all_ is not None:
        return all(holds(part, values, status) for part in condition.all_)
    if condition.any_ is not None:
        return any(holds(part, values, status) for part in condition.any_)
    if condition.not_ is not None:
        return not holds(condition.not_, values, status)
    if condition.about is not None and condition.about != "status":
        return False  # organisations and memberships are not known yet; publishing refuses them
    subject: JsonValue = status if condition.about == "status" else values.get(condition.field or "")
    return _test(condition, subject)


def _test(condition: Condition, subject: JsonValue) -> bool:
    operator = condition.operator
    if operator in ("filled", "empty"):
        return _is_empty(subject) == (operator == "empty")
    if operator == "one_of":
        return any(_equal(subject, operand) for operand in condition.one_of or ())
    operand = getattr(condition, "is_" if operator == "is" else operator)
    return _COMPARISONS[operator](subject, operand)


def _is_empty(subject: JsonValue) -> bool:
    return subject is None or (not isinstance(subject, bool | int | float) and not subject)


def _is_text(subject: JsonValue, operand: object) -> bool:
    # ISO dates order as text.
    return isinstance(subject, str) and bool(subject) and isinstance(operand, str)


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


def _is_after(subject: JsonValue, operand: object) -> bool:
    return _is_text(subject, operand) and str(subject) > str(operand)


def _is_before(subject: JsonValue, operand: object) -> bool:
    return _is_text(subject, operand) and str(subject) < str(operand)


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
    "before": _is_before,
    "after": _is_after,
}


def _decimal(value: object) -> Decimal | None:
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
