"""What forms remember of a customer, to be looked at and changed on the account page (and beside a customer, at the
desk)."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db import transaction
from django.http import QueryDict
from pydantic import JsonValue

from portal_core.accounts.actor import Actor
from portal_core.accounts.models import User
from portal_core.config.answers_form import AnswersForm
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.kinds.base import Asked
from portal_core.config.live import live_portal
from portal_core.config.viewer import Viewer
from portal_core.config.visibility import Visibility
from portal_core.saved_records.errors import RecordForbidden
from portal_core.saved_records.remembered import Detail, detail_value, details_of, keep_details
from portal_core.saved_records.visible import field_text
from tenants.outbox.events import emit

# Names in the page: "d-KEY", beside the account's own forms.
_PREFIX = "d"


@dataclass(frozen=True)
class VisibleDetail:
    """One remembered detail in the reader's words; fits the fact list."""

    key: str
    label: str
    text: str


def visible_details(customer: User, viewer: Viewer, *, portal: CompiledPortal) -> list[VisibleDetail]:
    """What is remembered of `customer`, as far as customers and this reader see the fields that ask for it."""
    found = []
    for detail in details_of(portal):
        value = detail_value(customer, detail)
        if value is not None and viewer.visibility(detail.field, None) >= Visibility.SEE:
            text = field_text(detail.field, value, viewer, portal=portal)
            found.append(VisibleDetail(detail.key, portal.text(detail.field.label, viewer.language), text))
    return found


def details_form(customer: User, asked: Asked, data: QueryDict | None = None) -> AnswersForm | None:
    """The form of all details; None where the portal's forms remember none."""
    details = [item for item in details_of(asked.portal) if item.field.visibility(asked.role, None) == Visibility.EDIT]
    if not details:
        return None
    values = {item.key: value for item in details if (value := detail_value(customer, item)) is not None}
    return AnswersForm([_as_question(item) for item in details], asked, data, values=values, prefix=_PREFIX)


def _as_question(detail: Detail) -> CompiledField:
    """The field by the detail's own key, asked by itself: never required, under no condition, without a default."""
    config = detail.field.config
    update: dict[str, object] = {"required": False, "when": None, "remember": None}
    if hasattr(config, "default"):
        update["default"] = None
    return replace(detail.field, key=detail.key, config=config.model_copy(update=update))


def save_details(*, actor: Actor, customer_id: uuid.UUID, answers: Mapping[str, JsonValue]) -> int:
    """Writes details in stored form (None takes one out); how many have changed.

    Raises:
        RecordForbidden: they are another customer's, or of a field that this role may not fill in.
    """
    is_own = actor.is_customer and actor.user_id == customer_id
    if not is_own and not (actor.is_staff and actor.may("edit_fields")):
        raise RecordForbidden
    known = {item.key: item.field for item in details_of(live_portal())}
    for key in answers:
        if key not in known or known[key].visibility(actor.role, None) < Visibility.EDIT:
            raise RecordForbidden
    with transaction.atomic():
        changed = keep_details(customer_id, {key: (known[key], value) for key, value in answers.items()})
        if changed and is_own:
            emit("work.removed", {"what": "self_service", "count": changed})
    return changed
