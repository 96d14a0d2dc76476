"""The first steps of a new owner: to a first answered request, and the question of the first day."""

from dataclasses import dataclass

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from portal_core.accounts.models import User
from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.accounts.queries import sample_customer
from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import live_portal
from portal_core.reporting.beginning import FirstSteps, beginning, close_first_steps, first_steps, keep_baseline
from portal_core.reporting.models import AskedPerDay
from tenants.context import current


class BaselineForm(forms.Form):
    """How often a day customers ask for news, and how long one takes."""

    asked = forms.ChoiceField(
        choices=AskedPerDay.choices, error_messages={"required": "Choose the answer that comes closest."}
    )
    minutes = forms.IntegerField(
        min_value=1,
        max_value=240,
        required=False,
        error_messages={
            "invalid": "Write the minutes as a number, such as 4.",
            "min_value": "Write at least 1 minute.",
            "max_value": "Write at most 240 minutes.",
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("manage_setup")
def index(request: PersonRequest) -> HttpResponse:
    """`/desk/first-steps/`."""
    known = beginning()
    initial = {"asked": known.asked_per_day, "minutes": known.minutes_each or 4}
    form = BaselineForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        keep_baseline(
            actor=request.actor, asked_per_day=form.cleaned_data["asked"], minutes_each=form.cleaned_data["minutes"]
        )
        return redirect("desk:first_steps")
    snapshot = current()
    portal = live_portal()
    steps = first_steps(known)
    sample = sample_customer()
    context = {
        "portal": portal,
        "steps": steps,
        "list_steps": _listed(steps, sample, portal),
        "form": form,
        "asked_choices": AskedPerDay.choices,
        "address": snapshot.primary_domain if snapshot else "",
        "address_href": snapshot.url("/") if snapshot else "/",
        "keeps_baseline": bool(known.answered_at),
    }
    return render(request, "desk/first_steps.html", context, status=400 if form.errors else 200)


@dataclass(frozen=True)
class ListedStep:
    """One step as the list shows it: done, now (the open one) or todo."""

    state: str
    title: str
    sub: str
    icon: str = "message"
    href: str = ""
    action_label: str = ""
    hint: str = ""


def _listed(steps: FirstSteps, sample: User | None, portal: CompiledPortal) -> list[ListedStep]:
    """The steps in order; the first that is not done is the open one."""
    flows = {item.flow.key: item.flow for item in portal.types}
    statuses = sum(len(flow.statuses) for flow in flows.values())
    new_href = reverse("desk:choose") + (f"?customer={sample.pk}" if sample else "")
    number = steps.first_request
    request_href = reverse("desk:request", kwargs={"number": number}) if number else ""
    done = [True, number is not None, steps.is_answered, steps.has_baseline, steps.has_colleague]
    wording = (
        ("Your portal is open", f"{len(portal.types)} kinds of request, {statuses} statuses", "Look", "/"),
        (
            "Write down a first request for Alex",
            "As if he had called. It gets a number and stands in your queue.",
            "Write it down",
            new_href,
        ),
        (
            "Answer Alex at the desk",
            "Write to him or move his request on: before you press, you see the very mail he gets.",
            "Open at the desk",
            request_href,
        ),
        ("Say how often you are asked for news", "The question beside this list.", "", ""),
        ("Invite a colleague", "They see the same queue.", "Invite", "/desk/team/"),
    )
    icons = ("home", "plus", "message", "clock", "users")
    now = next((index for index, is_done in enumerate(done) if not is_done), None)
    states = ["done" if is_done else "now" if index == now else "todo" for index, is_done in enumerate(done)]
    return [
        ListedStep(state, title, sub, icon, href, action)
        for state, icon, (title, sub, action, href) in zip(states, icons, wording, strict=True)
    ]


@require_POST
@staff_page("manage_setup")
def close(request: PersonRequest) -> HttpResponse:
    """`/desk/first-steps/close/`."""
    close_first_steps(actor=request.actor)
    return redirect("desk:queue")
