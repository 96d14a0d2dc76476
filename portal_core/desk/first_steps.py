"""The first steps of a new owner: to a first answered request, and the question of the first day."""

from dataclasses import dataclass, replace
from typing import Final

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from portal_core.accounts import playing
from portal_core.accounts.models import User
from portal_core.accounts.own_account import keep_name
from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.accounts.queries import sample_customer
from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import live_portal
from portal_core.desk.qr import qr_svg
from portal_core.reporting.beginning import (
    FirstSteps,
    beginning,
    close_first_steps,
    first_number,
    first_steps,
    keep_baseline,
)
from portal_core.reporting.models import AskedPerDay
from portal_core.sampling.filling import can_fill
from tenants.context import current
from tenants.snapshot import platform_url

_NAME_LATER: Final = "name_later"


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
    if request.method == "POST" and "your-name" in request.POST:
        return _take_name(request)
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
    steps = first_steps()
    sample = sample_customer()
    address = snapshot.url("/") if snapshot else "/"
    context = {
        "portal": portal,
        "steps": steps,
        "list_steps": _listed(steps, sample, portal),
        "form": form,
        "asked_choices": AskedPerDay.choices,
        "address": snapshot.primary_domain if snapshot else "",
        "address_href": address,
        "qr": qr_svg(address, f"QR code for {address}"),
        "sample_name": sample.name if sample else "",
        "can_fill": can_fill(portal),
        "keeps_baseline": bool(known.answered_at),
        "asks_name": not request.user.name and not request.session.get(_NAME_LATER),
        "portal_name": portal.name,
    }
    return render(request, "desk/first_steps.html", context, status=400 if form.errors else 200)


def _take_name(request: PersonRequest) -> HttpResponse:
    """The name under which the owner answers; asked once, and left for the account page by who does not want to."""
    name = request.POST["your-name"].replace("\x00", "")
    if "later" in request.POST or not name.strip():
        request.session[_NAME_LATER] = True
        return redirect("desk:first_steps")
    keep_name(request.user, name)
    messages.success(request, f"Customers read your answers as {request.user.name} from now on.")
    return redirect("desk:first_steps")


@dataclass(frozen=True)
class ListedStep:
    """One step as the list shows it: done, now (the open one) or todo."""

    icon: str
    title: str
    sub: str
    href: str = ""
    action_label: str = ""
    hint: str = ""
    state: str = "todo"
    # A step that changes something takes a POST; `other_href` is another way to do the same.
    post_href: str = ""
    other_href: str = ""
    other_label: str = ""


def _listed(steps: FirstSteps, sample: User | None, portal: CompiledPortal) -> list[ListedStep]:
    """The steps in order; the first that is not done is the open one."""
    flows = {item.flow.key: item.flow for item in portal.types}
    statuses = sum(len(flow.statuses) for flow in flows.values())
    new_href = reverse("desk:choose") + (f"?customer={sample.pk}" if sample else "")
    number = first_number() if steps.has_request else None
    request_href = reverse("desk:request", kwargs={"number": number}) if number else ""
    name = sample.first_name if sample else "a customer"
    kinds = len(portal.types)
    holds = f"{kinds} kind{pluralize(kinds)} of request, {statuses} status{pluralize(statuses, 'es')}"
    opened = ListedStep("home", "Your portal is open", holds, "/", "Look")
    tried = (
        ListedStep(
            "plus",
            f"Be {name} and send a first request",
            f"You see your portal as {name} does. Send whatever a customer would: it stands in your queue.",
            action_label=f"Be {name}" if sample else "",
            post_href=reverse("desk:first_steps_play") if sample else "",
            other_href=new_href,
            other_label="Or write it down, as if they had called",
            hint="about two minutes",
        ),
        ListedStep(
            "message",
            f"Answer {name} at the desk",
            f"Write, or move the request on: before you press, you see the very mail that {name} gets.",
            request_href,
            "Open at the desk",
            hint="about a minute",
        ),
        ListedStep("mail", f"Read the mail that {name} got", _MAIL_COMES, mail_href(), "Mails" if mail_href() else ""),
    )
    people = (
        ListedStep("clock", "Say how often you are asked for news", "One guess, on this page.", "#base", "Answer"),
        ListedStep(
            "user",
            "Invite one real customer",
            "Somebody kind. By mail, by a link, or by a QR code.",
            reverse("desk:customer_invite_many"),
            "Invite",
        ),
        ListedStep("users", "Invite a colleague", "They see the same queue.", "/desk/team/", "Invite"),
    )
    wording = (opened, *(tried if steps.has_sample else ()), *people)
    now = next((index for index, is_done in enumerate(steps.states) if not is_done), None)
    states = ["done" if is_done else "now" if index == now else "todo" for index, is_done in enumerate(steps.states)]
    return [replace(step, state=state) for state, step in zip(states, wording, strict=True)]


_MAIL_COMES = "It comes to your own address, marked as a sample."


def mail_href() -> str:
    """Where mails can be read on a local Portico; elsewhere they come by mail."""
    return platform_url("/dev/mail/") if getattr(settings, "DEV_MAIL", False) else ""


@require_POST
@staff_page("manage_setup")
def play(request: PersonRequest) -> HttpResponse:
    """`/desk/first-steps/play/`: `do=stop` ends it; anything else makes this browser the made-up customer."""
    if request.POST.get("do") == "stop":
        playing.stop(request)
        return redirect("desk:first_steps")
    sample = sample_customer()
    if sample is None:
        return redirect("desk:first_steps")
    playing.start(request, sample)
    return redirect("portal:home")


@require_POST
@staff_page("manage_setup")
def close(request: PersonRequest) -> HttpResponse:
    """`/desk/first-steps/close/`."""
    close_first_steps(actor=request.actor)
    return redirect("desk:queue")
