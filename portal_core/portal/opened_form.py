"""An opened form: what it is about, what was typed into it so far, and what is kept of that."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.http import QueryDict

from portal_core.accounts.models import User
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_type import CompiledType
from portal_core.config.kinds.base import Asked
from portal_core.config.live import live_portal
from portal_core.portal.starting import AGAIN, NOTHING_TO_START_WITH, Start
from portal_core.service_requests.actions.submit import open_type
from portal_core.service_requests.forms import PREFIX, AnswersForm, new_request_form
from tenants.identifiers import parse_uuid, uuid7

# Who registers by code has given no name yet; the first form asks for it, once.
NAME: Final = "your-name"


@dataclass(frozen=True)
class FormPage:
    """One opened form: the type, what was typed so far, and the key that makes sending twice harmless."""

    portal: CompiledPortal
    type: CompiledType
    asked: Asked
    typed: QueryDict | None
    submission_key: uuid.UUID
    saved_at: datetime | None = None
    # Whose details are filled in; None for somebody signed out.
    customer: User | None = None
    start: Start = NOTHING_TO_START_WITH
    # A half-filled form waits although this one starts with something else.
    draft_waits: bool = False


def form_of(page: FormPage) -> AnswersForm:
    """The questions of its type, with what was typed, or what is known of the customer."""
    return new_request_form(page.type, page.asked, page.typed, start=page.start.values, customer=page.customer)


def form_key(data: QueryDict) -> uuid.UUID:
    """The form's own key; a page without one (or with a spoilt one) gets a new one."""
    return parse_uuid(data.get("key", "")) or uuid7()


def as_typed(typed: Mapping[str, list[str]]) -> QueryDict:
    """What was kept of a form, as if it came in now."""
    data = QueryDict(mutable=True)
    for name, values in typed.items():
        data.setlist(name, values)
    return data


def typed_answers(data: QueryDict, request_type: CompiledType) -> dict[str, list[str]]:
    """What was typed into this form's own questions; a NUL cannot be kept in PostgreSQL and is left out."""
    keys = {field.key for field in request_type.fields if field.is_input}
    return {
        name: [storable(value) for value in data.getlist(name)]
        for name in data
        if name in (NAME, AGAIN) or _field_key(name) in keys
    }


def _field_key(name: str) -> str:
    """The field that an input belongs to: its own key stands before what a kind adds ("f-boiler_new-maker")."""
    return name.removeprefix(f"{PREFIX}-").partition("_")[0] if name.startswith(f"{PREFIX}-") else ""


def storable(text: str) -> str:
    """What PostgreSQL can keep of it."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def looked_at_again(page: FormPage) -> FormPage:
    """The page with all that was typed, by the version that is live now. Raises `TypeNotOpen`."""
    portal = live_portal()
    asked = replace(page.asked, portal=portal, shelf={})
    return replace(page, portal=portal, type=open_type(portal, page.type.key), asked=asked)
