"""Open requests in groups for which rules about mails decide alike: counted in one query, loaded none.

The database sorts answers by what is asked of them ("is it filled in?", "is it A or B?"), so that there are as many
groups as ways to decide, not as requests. What it would decide differently from `conditions.holds` (numbers, days,
parts of texts) is grouped by the answer itself, up to `MOST_GROUPS`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    IntegerField,
    JSONField,
    OuterRef,
    Q,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.fields import TextField
from django.db.models.fields.json import KeyTransform, KeyTransformIn
from django.db.models.functions import Cast
from django.db.models.lookups import In, IsNull
from pydantic import JsonValue

from portal_core.accounts.actor import Actor
from portal_core.accounts.roles import Role
from portal_core.config.compiled import CompiledPortal
from portal_core.config.document.conditions import Condition, Operand
from portal_core.config.visibility import Visibility
from portal_core.service_requests.models import GuestLink
from portal_core.service_requests.queries import open_requests

MOST_GROUPS: Final = 1_000
# What is neither empty nor equal to any text or yes/no that a condition names.
_ANYTHING_ELSE: Final = 0
_EMPTY: Final = ("null", '""', "[]", "{}")


@dataclass(frozen=True)
class OpenGroup:
    """Open requests for which rules about mails decide alike.

    `values` stand for the stored answers that were asked for; they decide only and are shown to nobody. `unread` are
    the answers among them that the reader does not see where the group stands: they are not looked at. `choices` are
    their customers' own (`User.notice_choices`), `is_told` whether mails reach these customers at all. `parts` say
    which of the conditions that were handed in they meet, the first by its number.
    """

    type_key: str
    status_key: str
    values: Mapping[str, JsonValue]
    unread: frozenset[str]
    choices: Mapping[str, JsonValue]
    is_told: bool
    count: int
    parts: Mapping[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True)
class OpenGroups:
    """Not `is_whole` where there are more groups, or requests beyond the reader's sight."""

    groups: tuple[OpenGroup, ...]
    is_whole: bool


def open_groups(
    actor: Actor,
    portal: CompiledPortal,
    tests: Iterable[Condition],
    parts: Mapping[str, Sequence[Q]] = MappingProxyType({}),
) -> OpenGroups:
    """The open requests that `actor` sees, the largest groups first; `tests` are what rules ask of their answers.

    `parts` tell requests apart by more: under each name, by the first of its conditions that a request meets.

    SECURITY: `portal` is the live version: a draft may open fields to whoever wrote it.
    """
    asked: dict[str, list[Condition]] = {}
    for test in tests:
        if test.field:
            asked.setdefault(test.field, []).append(test)
    sights = {key: _Sight.of(portal, key, actor.role) for key in asked}
    names = {f"answer{index}": key for index, key in enumerate(asked)}
    plain = ("type_key", "status_key", "customer__notice_choices", "is_told")
    told_apart = {f"part_{name}": _first(conditions) for name, conditions in parts.items() if conditions}
    rows = list(
        open_requests(actor)
        .filter(type_key__in=[kind.key for kind in portal.every_type])
        .annotate(is_told=_IS_TOLD, **{name: _answer(key, asked[key], sights[key]) for name, key in names.items()})
        .annotate(**told_apart)
        .values(*plain, *names, *told_apart)
        .annotate(n=Count("pk"))
        .order_by("-n", "type_key", "status_key")[: MOST_GROUPS + 1]
    )
    groups = tuple(
        OpenGroup(
            row["type_key"],
            row["status_key"],
            {key: row[name] for name, key in names.items() if row[name] is not None},
            frozenset(key for key, sight in sights.items() if sight.is_kept_from(row["type_key"], row["status_key"])),
            row["customer__notice_choices"],
            row["is_told"],
            row["n"],
            {name: row.get(f"part_{name}") for name in parts},
        )
        for row in rows[:MOST_GROUPS]
    )
    return OpenGroups(groups, actor.role.reaches_all and len(rows) <= MOST_GROUPS)


def _first(conditions: Sequence[Q]) -> Case:
    whens = (When(condition, then=Value(number)) for number, condition in enumerate(conditions))
    return Case(*whens, default=None, output_field=IntegerField())


@dataclass(frozen=True)
class _Sight:
    """The statuses in which a role reads a field, for each type that has it."""

    statuses: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, portal: CompiledPortal, field_key: str, role: Role) -> "_Sight":
        """By the rules of the live version."""
        found = {}
        for kind in portal.every_type:
            field = kind.field_or_none(field_key)
            if field is not None:
                keys = [status.key for status in kind.flow.statuses]
                found[kind.key] = frozenset(k for k in keys if field.visibility(role, k) >= Visibility.SEE)
        return cls(found)

    def is_kept_from(self, type_key: str, status_key: str) -> bool:
        """A type that does not have the field keeps nothing back: there it is empty."""
        return type_key in self.statuses and status_key not in self.statuses[type_key]

    def condition(self) -> Q:
        """The requests in which the role reads it."""
        found = Q(pk__in=[])
        for type_key, keys in self.statuses.items():
            found |= Q(type_key=type_key, status_key__in=sorted(keys))
        return found


def _answer(key: str, tests: Collection[Condition], sight: _Sight) -> Case:
    """What stands for an answer in the groups; nothing where it may not be read."""
    return Case(When(sight.condition(), then=_sorted(key, tests)), default=None, output_field=JSONField())


def _sorted(key: str, tests: Collection[Condition]) -> Combinable:
    answer = KeyTransform(key, "data")
    operands = _operands(tests)
    if operands is None:
        return answer
    # An empty text can be named, too; what is named decides first.
    named = [When(KeyTransformIn(answer, operands), then=answer)] if operands else []
    return Case(
        *named,
        When(IsNull(answer, True), then=None),
        When(In(Cast(answer, TextField()), _EMPTY), then=None),
        default=Value(_ANYTHING_ELSE, JSONField()),
        output_field=JSONField(),
    )


def _operands(tests: Collection[Condition]) -> list[Operand] | None:
    """Each text and yes/no that answers are compared with; None where the answers themselves are needed."""
    found: list[Operand] = []
    for test in tests:
        if test.operator not in ("filled", "empty", "is", "is_not", "one_of"):
            return None
        named = (test.is_, test.is_not, *(test.one_of or ()))
        found.extend(operand for operand in named if operand is not None)
    return found if all(isinstance(operand, bool | str) for operand in found) else None


# As `notifications.parts.is_told`: not with a closed account, nor as a guest whose link was stopped.
_IS_TOLD: Final = ExpressionWrapper(
    Q(customer__is_active=True)
    & ~Q(
        Exists(
            GuestLink.objects.filter(request=OuterRef("pk"), customer=OuterRef("customer_id"), revoked_at__isnull=False)
        ),
        customer__is_guest=True,
    ),
    output_field=BooleanField(),
)
