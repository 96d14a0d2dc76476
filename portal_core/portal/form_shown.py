"""The page of a form as it is shown: its questions, what became of it when it was sent, and what happens afterwards."""

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from portal_core.accounts.models import User
from portal_core.accounts.pages import PortalRequest
from portal_core.config import placeholders
from portal_core.portal.opened_form import NAME, FormPage, form_of
from portal_core.service_requests.forms import AnswersForm
from portal_core.service_requests.since_opened import NOTHING_CHANGED, Changed


@dataclass(frozen=True)
class SignOf:
    """What the sign before a coming step needs."""

    turn: str
    progress: int
    outcome: str | None


@dataclass(frozen=True)
class Outcome:
    """What became of the form that was sent, if one was: its errors are shown, or why it has to wait."""

    sent: bool = False
    form: AnswersForm | None = None
    saved_at: datetime | None = None
    full_until: datetime | None = None
    sent_before: int | None = None
    # What is asked otherwise since the form was opened, because another version has gone live.
    changed: Changed = NOTHING_CHANGED
    status: int = 200


def render_form(
    request: PortalRequest, page: FormPage, outcome: Outcome, *, contact: forms.Form | None = None
) -> HttpResponse:
    """The form's page, or its questions alone where htmx asks for them; `contact` asks the signed-out who they are."""
    form = outcome.form or form_of(page)
    text, language = page.portal.text, page.asked.language
    context = {
        "portal": page.portal,
        "type_key": page.type.key,
        "type_name": text(page.type.name, language),
        "description": text(page.type.description, language),
        "before": text(page.type.before, language),
        "after": text(page.type.after, language),
        "first_steps": _after_sending(page),
        "emergency": text(page.portal.settings.emergency, language),
        "questions": form.shown(is_sent=outcome.sent),
        "form_at": reverse("portal:new", kwargs={"type_key": page.type.key}),
        "form": form,
        "show_errors": outcome.sent,
        "key": page.submission_key,
        "saved_at": outcome.saved_at or page.saved_at,
        "full_until": outcome.full_until,
        "sent_before": outcome.sent_before,
        "changed": outcome.changed,
        "opened": page.portal.number,
        "has_draft": page.saved_at is not None,
        "start": page.start,
        "draft_waits": page.draft_waits,
        "asks_name": isinstance(request.user, User) and not request.user.name,
        "contact": contact,
        "your_name": page.typed.get(NAME, "") if page.typed is not None else "",
    }
    template = "portal/_questions.html" if request.htmx and not outcome.sent else "portal/new.html"
    return render(request, template, context, status=outcome.status)


def _after_sending(page: FormPage) -> list[dict[str, object]]:
    """What happens once it is sent: the first status in the customer's words, and how it ends."""
    flow, text, language = page.type.flow, page.portal.text, page.asked.language
    start = flow.status(page.type.start)
    words = {"portal": page.portal.name, "handler": page.portal.name, "team": page.portal.name}
    steps: list[dict[str, object]] = [
        {
            "title": text(start.customer_name, language),
            "text": placeholders.render(text(start.next_step, language), words, neutral=page.portal.name),
            "status": SignOf("us", 0, None),
        }
    ]
    on_the_way = SignOf("us", 50, None)
    steps += [{"title": text(step.name, language), "text": "", "status": on_the_way} for step in flow.steps[1:]]
    if len(steps) > 1:
        steps[-1]["status"] = SignOf("nobody", 100, "done")
    return steps
