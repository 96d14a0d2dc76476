"""Lists of requests narrowed by what stands in their answers: "urgency is high", "price is more than 200".

As text (in addresses and saved views) a line each: field, operator, operand as JSON (`price:more_than:200`), of fields
of the one type that the list is narrowed to.

SECURITY: which requests a list leaves tells what stands in a field, and so does their number. Only requests count whose
status lets this reader see the field; of a field that the reader never sees, none.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NoReturn

from django.db.models import Q

from portal_core.accounts.roles import Role
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.compiled_type import CompiledType
from portal_core.config.kinds.narrowing import Operand, has_index
from portal_core.config.visibility import Visibility

AT_MOST: Final = 4
# Addresses carry them, and addresses in addresses.
LONGEST_OPERAND: Final = 60
# All of them with their fields and operators; JSON writes some characters as six.
LONGEST: Final = AT_MOST * (6 * LONGEST_OPERAND + 60)
WITHOUT_OPERAND: Final = frozenset({"filled", "empty"})
# Beyond that a float has no numbers; nobody types one.
_ENDLESS: Final = 330
_NONE: Final = Q(pk__in=[])
# Stands in an address for a field that is not told: none is called so, and nothing meets what is asked of it.
UNTOLD: Final = "-"


@dataclass(frozen=True)
class AnswerFilter:
    """One condition, as somebody asks for it; `operand` is None where the operator takes none."""

    field_key: str
    operator: str
    operand: Operand = None

    def __str__(self) -> str:
        return f"{self.field_key}:{self.operator}:{self._written()}"

    def _written(self) -> str:
        if self.operator in WITHOUT_OPERAND:
            return ""
        is_exact = isinstance(self.operand, Decimal)
        return format(self.operand, "f") if is_exact else json.dumps(self.operand, ensure_ascii=False)

    @classmethod
    def parse(cls, line: str) -> "AnswerFilter | None":
        """What a line asks for; None for a line that nobody has written so."""
        field_key, _, rest = line.partition(":")
        operator, _, written = rest.partition(":")
        if operator in WITHOUT_OPERAND:
            return cls(field_key, operator) if field_key and not written else None
        operand = _read(written)
        return cls(field_key, operator, operand) if field_key and operand is not None else None


def _read(written: str) -> str | int | Decimal | bool | None:
    """An operand that a database takes; None for anything else."""
    try:
        operand = json.loads(written, parse_constant=_refuse, parse_float=_exact)
        # No half of a surrogate pair, no NUL; and something to look for.
        said = format(operand, "f") if isinstance(operand, Decimal) else str(operand)
        is_clean = "\x00" not in said.encode().decode() and len(said) <= LONGEST_OPERAND
    except (ValueError, ArithmeticError, RecursionError):
        return None
    is_one = isinstance(operand, str | int | Decimal) and operand != ""
    return operand if is_one and is_clean else None


def _exact(written: str) -> Decimal:
    """A number with all its digits; refused where a few signs stand for thousands of them."""
    number = Decimal(written)
    return number if abs(number.adjusted()) < _ENDLESS else _refuse(written)


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)


def read_answers(text: str) -> tuple[AnswerFilter, ...]:
    """What a text asks for, each field and operator once; what it cannot mean is left out.

    Forms send a line break of their own as two signs.
    """
    lines = (AnswerFilter.parse(line) for line in text[:LONGEST].replace("\r", "").split("\n"))
    asked = {(item.field_key, item.operator): item for item in lines if item is not None}
    return tuple(asked.values())[:AT_MOST]


def answers_text(asked: Iterable[AnswerFilter]) -> str:
    """Conditions as they stand in an address."""
    return "\n".join(str(item) for item in asked)


def statuses_that_show(field: CompiledField, request_type: CompiledType, role: Role) -> list[str]:
    """In which statuses of a type a role sees a field; none where it sees no request of the type."""
    if not field.kind.is_input or (role.type_keys is not None and request_type.key not in role.type_keys):
        return []
    statuses = request_type.flow.statuses
    return [status.key for status in statuses if field.visibility(role, status.key) >= Visibility.SEE]


def field_asked(item: AnswerFilter, request_type: CompiledType, role: Role) -> CompiledField | None:
    """The field of a condition; None where there is none, or none that this role sees or that can be asked so."""
    field = request_type.field_or_none(item.field_key)
    if field is None or item.operator not in field.kind.filters:
        return None
    has_operand = item.operator not in WITHOUT_OPERAND
    if has_operand and not field.kind.is_operand(item.operand, field, item.operator):
        return None
    return field if statuses_that_show(field, request_type, role) else None


def told_answers(type_key: str, text: str, role: Role, portal: CompiledPortal) -> str:
    """Conditions that somebody else has kept, for an address of this reader.

    SECURITY: of what a role never sees neither the field nor what it is compared with is told; that there is such a
    condition is.
    """
    request_type = portal.type_or_unknown(type_key)
    asked = read_answers(text)
    untold = AnswerFilter(UNTOLD, "filled")
    return answers_text(untold if field_asked(item, request_type, role) is None else item for item in asked)


def with_answers(type_key: str, text: str, role: Role, portal: CompiledPortal) -> Q:
    """The requests of a type that meet all conditions of a text. One that cannot be asked is met by none."""
    request_type = portal.type_or_unknown(type_key)
    found = Q(type_key=type_key)
    for item in read_answers(text):
        field = field_asked(item, request_type, role)
        if field is None:
            return _NONE
        found &= field.kind.matching(field, item.operator, item.operand, portal)
        seen = statuses_that_show(field, request_type, role)
        if len(seen) < len(request_type.flow.statuses):
            found &= Q(status_key__in=seen)
    return found


def are_indexed(type_key: str, text: str, role: Role, portal: CompiledPortal) -> bool:
    """Whether an index finds what meets all conditions of a text; one that cannot be asked needs none."""
    request_type = portal.type_or_unknown(type_key)
    asked = [(item, field_asked(item, request_type, role)) for item in read_answers(text)]
    return all(
        field is None or has_index(field.kind.matching(field, item.operator, item.operand, portal))
        for item, field in asked
    )
