"""The form of a record: what this role may fill in."""

from collections.abc import Mapping

from django.http import QueryDict
from pydantic import JsonValue

from portal_core.accounts.roles import Role
from portal_core.config.answers_form import PREFIX, AnswersForm
from portal_core.config.compiled_field import CompiledField
from portal_core.config.compiled_record import CompiledRecordKind
from portal_core.config.kinds.base import Asked
from portal_core.config.visibility import Visibility


def asked_fields(kind: CompiledRecordKind, role: Role) -> list[CompiledField]:
    """The questions that a role is asked about a record, headings and information among them."""
    return [item for item in kind.fields if not item.retired and _is_asked(item, role)]


def _is_asked(item: CompiledField, role: Role) -> bool:
    level = item.visibility(role, None)
    return level == Visibility.EDIT or (not item.is_input and level >= Visibility.SEE)


def can_fill_in(kind: CompiledRecordKind | None, role: Role) -> bool:
    """Whether there is anything of such a record that this role may say."""
    return kind is not None and not kind.retired and any(item.is_input for item in asked_fields(kind, role))


def may_put_away(kind: CompiledRecordKind | None, role: Role) -> bool:
    """Whether this role may put such a record away: who may say something of it, also of a kind that is retired."""
    return kind is not None and any(item.is_input for item in asked_fields(kind, role))


def record_form(
    kind: CompiledRecordKind,
    asked: Asked,
    data: QueryDict | None = None,
    *,
    values: Mapping[str, JsonValue] | None = None,
    prefix: str = PREFIX,
) -> AnswersForm:
    """The form that adds a record, or (with the `values` that stand there) changes one."""
    return AnswersForm(asked_fields(kind, asked.role), asked, data, values=values or {}, prefix=prefix)
