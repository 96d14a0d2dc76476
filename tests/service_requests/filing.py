"""Files requests the way a person does: by filling in the form's fields."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from portal_core.accounts.actor import actor_for
from portal_core.accounts.models import User
from portal_core.accounts.roles import resolve_role
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.compiled_type import CompiledType
from portal_core.config.kinds.base import Asked
from portal_core.config.live import live_portal
from portal_core.documents.uploads import Rules, stored_value, take
from portal_core.saved_records.forms import asked_fields
from portal_core.service_requests.actions import Submission, submit
from portal_core.service_requests.forms import new_request_form
from portal_core.service_requests.models import ServiceRequest
from tenants.identifiers import uuid7
from tests.documents.samples import pdf, picture, sent
from tests.service_requests.sending import inputs_of

TYPED = {
    "text": "Something short",
    "long_text": "Something longer\nover two lines",
    "number": "2",
    "email": "somebody@example.com",
    "phone": "0131 496 0142",
    "yes_no": "yes",
    "money": "62.40",
    "url": "https://example.com/boiler",
    "rating": "2",
    "datetime": {"_day": "2026-12-11", "_time": "09:30"},
    "address": {"_line1": "14 Alder Court", "_city": "Edinburgh", "_postcode": "EH6 5AB", "_country": "GB"},
    "file": "",
    "record": "",
}


def paper(owner_id: Any) -> dict[str, Any]:
    """A file that this person has sent, as answers keep it."""
    return stored_value(take(owner_id, sent("paper.pdf", pdf()), Rules()))


def photo(owner_id: Any) -> dict[str, Any]:
    """A picture that this person has sent, for what takes no papers."""
    return stored_value(take(owner_id, sent("photo.jpg", picture()), Rules()))


def inputs_for(field: CompiledField, name: str) -> dict[str, str]:
    """What a person would fill in for a field, by the names of its inputs."""
    if field.kind.key == "rows":
        columns = [inputs_for(column, f"{name}_r1_{column.key}") for column in field.columns if not column.retired]
        return {name: "r1"} | {key: words for sent in columns for key, words in sent.items()}
    if field.kind.key == "record":
        # A new one, described in the form.
        kind = live_portal().record_kinds[field.config.record_kind]
        asked = [item for item in asked_fields(kind, resolve_role("customer")) if item.is_input and item.when is None]
        answers = [inputs_for(item, f"{name}_new-{item.key}") for item in asked]
        return {name: "new"} | {key: words for sent in answers for key, words in sent.items()}
    typed = typed_for(field)
    return {f"{name}{part}": words for part, words in typed.items()} if isinstance(typed, dict) else {name: typed}


def typed_for(field: CompiledField) -> Any:
    """What a person would type into a field of this kind; by part where it has several inputs."""
    if field.kind.key in ("choice", "choices"):
        return next(choice.key for choice in field.config.choices if not choice.retired)
    if field.kind.key == "text" and getattr(field.config, "pattern", None):
        # What the business itself gives as an example has the form that it asks for.
        return live_portal().text(field.config.placeholder, "en")
    if field.kind.key == "number":
        return str(getattr(field.config, "min", None) or "2")
    if field.kind.key == "date":
        days = (timezone.localdate() + timedelta(days=distance) for distance in (7, -1, 0, 30))
        return next(day.isoformat() for day in days if _is_taken(field, day.isoformat()))
    if field.kind.key == "datetime":
        return {"_day": (timezone.localdate() + timedelta(days=14)).isoformat(), "_time": "09:30"}
    return TYPED[field.kind.key]


def _is_taken(field: CompiledField, typed: str) -> bool:
    try:
        field.kind.form_field(field, Asked(live_portal(), resolve_role("customer"), "en")).clean(typed)
    except ValidationError:
        return False
    return True


def filled(request_type: CompiledType, actor: Any, portal: CompiledPortal) -> dict[str, str]:
    """A filled form by field name, every question that applies answered."""
    from django.http import QueryDict

    asked = Asked(portal, actor.role, portal.language, customer_id=actor.user_id, person_id=actor.user_id)
    data: dict[str, str] = {}
    for _ in range(5):
        query = QueryDict(mutable=True)
        query.update(data)
        form = new_request_form(request_type, asked, query)
        form.is_valid()
        shown = {
            bound.name
            for question in form.shown()
            for bound in [question.bound, *[b for bounds in question.reveals.values() for b in bounds]]
            if bound is not None
        }
        missing = [
            name for name in shown if f"f-{name}" not in data and not any(k.startswith(f"f-{name}_") for k in data)
        ]
        if not missing:
            break
        for name in missing:
            field = request_type.field(name)
            is_file = field.kind.key == "file"
            if is_file:
                accept = field.kind.form_field(field, asked).rules.accept
                make = photo if "image" in accept and "pdf" not in accept else paper
                data[f"f-{name}"] = make(actor.user_id)["id"]
            else:
                data.update(inputs_for(field, f"f-{name}"))
    return data


def file_request(customer: User, type_key: str | None = None, **answers: Any) -> ServiceRequest:
    """A request of `customer`, filed through form and action."""
    from django.http import QueryDict

    portal = live_portal()
    request_type = portal.type(type_key) if type_key else portal.types[0]
    actor = actor_for(customer)
    query = QueryDict(mutable=True)
    asked = Asked(portal, actor.role, portal.language, customer_id=customer.pk, person_id=customer.pk)
    query.update(filled(request_type, actor, portal))
    for key, value in answers.items():
        field = request_type.field(key)
        for name in [name for name in query if name == f"f-{key}" or name.startswith(f"f-{key}_")]:
            del query[name]
        for name, words in inputs_of(field.kind.form_field(field, asked).widget, f"f-{key}", value).items():
            query.setlist(name, words)
    form = new_request_form(request_type, asked, query, customer=customer)
    assert form.is_valid(), form.errors
    return submit(
        actor=actor,
        submission=Submission(
            type_key=request_type.key,
            answers=form.cleaned_data,
            submission_key=uuid7(),
            customer_id=customer.pk,
            remembering=form.remembering(),
        ),
    )
