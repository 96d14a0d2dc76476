"""`/new/TYPE/confirm/`: the code from the mail proves a guest's address, and sends the form that waits."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal_core.accounts import address_proof
from portal_core.accounts.address_proof import Proof, Waiting
from portal_core.accounts.forms import CodeForm
from portal_core.accounts.models import normalise_email
from portal_core.accounts.pages import PortalRequest, guest_page
from portal_core.portal.guest_new import file_waiting
from portal_core.portal.guest_proof import ask_for_proof
from portal_core.portal.guest_waiting import PURPOSE, show_waiting, waiting_form
from tenants.limits import TooMany


@require_http_methods(["GET", "HEAD", "POST"])
@guest_page(turned_away=show_waiting)
def confirm(request: PortalRequest, type_key: str) -> HttpResponse:
    """`/new/TYPE/confirm/`: the code from the mail; with it the request is sent."""
    waiting = address_proof.waiting(request, PURPOSE)
    pending = waiting_form(request, type_key)
    if request.actor.is_signed_in or waiting is None or not pending:
        return redirect("portal:new", type_key=type_key)
    form = CodeForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _confirm_page(request, form, waiting)
    proof = address_proof.enter(request, PURPOSE, form.cleaned_data["code"])
    if proof is Proof.WRONG:
        form.add_error("code", _("This is not the code we sent last. Look for our newest e-mail."))
        return _confirm_page(request, form, waiting)
    if proof is not Proof.RIGHT:
        return render(request, "portal/guest_code_over.html", {"type_key": type_key}, status=400)
    # SECURITY: what is proved is the address to which the code went, whatever the form that waits says by now.
    if normalise_email(pending["email"]) != waiting.email:
        return redirect("portal:new", type_key=type_key)
    return file_waiting(request, pending)


def _confirm_page(
    request: PortalRequest, form: CodeForm, waiting: Waiting, full: TooMany | None = None
) -> HttpResponse:
    type_key = request.resolver_match.kwargs["type_key"] if request.resolver_match else ""
    context = {"form": form, "waiting": waiting, "type_key": type_key, "full_until": full.again_at if full else None}
    status = 429 if full else 400 if form.is_bound else 200
    answer = render(request, "portal/guest_confirm.html", context, status=status)
    if full is not None:
        answer["Retry-After"] = str(full.wait_seconds)
    return answer


@require_POST
@guest_page
def confirm_again(request: PortalRequest, type_key: str) -> HttpResponse:
    """`/new/TYPE/confirm/again/`: a new code for the same address."""
    waiting = address_proof.waiting(request, PURPOSE)
    if waiting is None:
        return redirect("portal:new", type_key=type_key)
    try:
        return ask_for_proof(request, waiting.email, type_key, again=True)
    except TooMany as full:
        # The code that was sent last can still be typed.
        return _confirm_page(request, CodeForm(), waiting, full)
