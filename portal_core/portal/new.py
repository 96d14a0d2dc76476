"""Starting a request: choosing what, filling in the form, sending it once."""

from dataclasses import replace
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal_core.accounts.actor import Actor
from portal_core.accounts.own_account import keep_name
from portal_core.accounts.pages import PersonRequest, customer_page
from portal_core.config.compiled import CompiledPortal
from portal_core.config.kinds.base import Asked
from portal_core.config.live import live_portal
from portal_core.documents.field import with_files
from portal_core.portal.earlier_forms import count_earlier
from portal_core.portal.form_shown import Outcome, render_form
from portal_core.portal.home import choices
from portal_core.portal.limits import writes_full_until
from portal_core.portal.opened_form import (
    NAME,
    FormPage,
    as_typed,
    form_key,
    form_of,
    looked_at_again,
    storable,
    typed_answers,
)
from portal_core.portal.starting import start_of, start_sent
from portal_core.service_requests.actions import Submission, discard_draft, save_draft, submit
from portal_core.service_requests.actions.submit import filed_with, open_type
from portal_core.service_requests.errors import FormOutdated, TypeNotOpen
from portal_core.service_requests.forms import AnswersForm, new_request_form
from portal_core.service_requests.queries import draft_of, drafts_of
from portal_core.service_requests.repeats import repeat_of
from portal_core.service_requests.since_opened import OPENED, changed_since, typed_into
from portal_core.service_requests.viewer import Viewer
from tenants.identifiers import uuid7
from tenants.limits import TooMany
from tenants.ui import dates
from tenants.ui.rows import pressed_alone
from tenants.uploads import UploadLimits, takes_files

# A browser fills in more than a business ever asks; what is longer is not a form of ours.
_KEPT_CHARACTERS = 200_000


@require_safe
@customer_page
def choose(request: PersonRequest) -> HttpResponse:
    """`/new/`: what can be started."""
    portal = live_portal()
    viewer = Viewer.of(request.actor, portal)
    context = {
        "portal": portal,
        "choices": choices(portal, viewer, drafts_of(request.actor)),
        "emergency": portal.text(portal.settings.emergency, viewer.language),
    }
    return render(request, "portal/new_choose.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
@takes_files(UploadLimits())
def fill_in(request: PersonRequest, type_key: str) -> HttpResponse:
    """`/new/TYPE/`: the form. `do` says which button was pressed: send, save, later, update or discard."""
    try:
        page = _open(request, type_key)
    except TypeNotOpen:
        return _closed(request, type_key)
    if request.method != "POST":
        return render_form(request, page, Outcome())
    do = "update" if pressed_alone(request.POST) else request.POST.get("do", "send")
    if do == "discard":
        discard_draft(actor=request.actor, type_key=type_key)
        return redirect("portal:new", type_key=type_key)
    if do == "send":
        return _send_while_publishing(request, page)
    return _keep(request, page, do)


@require_POST
@customer_page
def keep(request: PersonRequest, type_key: str) -> HttpResponse:
    """`/new/TYPE/draft/`: keeps what was typed so far, and says when, in a sentence."""
    try:
        page = _open(request, type_key)
    except TypeNotOpen:
        raise Http404 from None
    saved_at = _save(request.actor, page)
    if saved_at is None:
        return HttpResponse(status=413)
    words = _("Saved on our side at %(time)s. You can close this page and carry on from any device.")
    return HttpResponse(words % {"time": dates.clock(saved_at)}, content_type="text/plain; charset=utf-8")


def _open(request: PersonRequest, type_key: str) -> FormPage:
    portal = live_portal()
    request_type = open_type(portal, type_key)
    viewer = Viewer.of(request.actor, portal)
    asked = Asked(
        portal, request.actor.role, viewer.language, customer_id=request.actor.user_id, person_id=request.actor.user_id
    )
    if request.method == "POST":
        start = start_sent(request.POST, request.actor, request_type, asked)
        typed = with_files(request, lambda: new_request_form(request_type, asked, start=start.values))
        page = FormPage(portal, request_type, asked, typed, form_key(request.POST))
        return replace(page, customer=request.user, start=start)
    draft = draft_of(request.actor, type_key)
    start = start_of(request.GET, request.actor, request_type, asked)
    if draft is None or start.is_wanted:
        page = FormPage(portal, request_type, asked, None, uuid7(), customer=request.user, start=start)
        return replace(page, draft_waits=draft is not None)
    # A draft that was saved while its form was being sent must not carry the key of what is filed.
    is_filed = filed_with(request.actor, draft.submission_key) is not None
    key = uuid7() if is_filed else draft.submission_key
    typed = as_typed(draft.typed)
    start = start_sent(typed, request.actor, request_type, asked)
    page = FormPage(portal, request_type, asked, typed, key, draft.updated_at)
    return replace(page, customer=request.user, start=start)


def _send_while_publishing(request: PersonRequest, page: FormPage) -> HttpResponse:
    """Sends it, and looks at it anew each time another version goes live in between."""
    while True:
        try:
            return _send(request, page)
        except FormOutdated:
            try:
                page = looked_at_again(page)
            except TypeNotOpen:
                return _closed(request, page.type.key)


def _send(request: PersonRequest, page: FormPage) -> HttpResponse:
    form = form_of(page)
    is_valid = form.is_valid()
    repeat = repeat_of(request.actor, page.submission_key, form.cleaned_data)
    if repeat is not None and repeat.is_same and is_valid:
        return redirect("portal:request", number=repeat.number)
    if repeat is not None:
        # Another tab has sent this form with other answers: ask, under a key of its own.
        fresh = replace(page, submission_key=uuid7())
        return render_form(request, fresh, Outcome(sent=True, form=form, sent_before=repeat.number, status=409))
    try:
        count_earlier(request, request.POST, page.portal)
    except TooMany as full:
        return _full(request, page, form, full.again_at)
    changed = changed_since(request.POST, request.FILES, page.type, page.asked, form.cleaned_data)
    if changed.lost or not is_valid:
        _save(request.actor, page)
        status = 400 if not is_valid else 409
        return render_form(request, page, Outcome(sent=True, form=form, changed=changed, status=status))
    full_until = writes_full_until(request.actor)
    if full_until is not None:
        return _full(request, page, form, full_until)
    keep_name(request.user, storable(request.POST.get(NAME, "")))
    filed = submit(actor=request.actor, submission=_submission(request.actor, page, form))
    return redirect(f"/requests/{filed.number}/?sent=1")


def _full(request: PersonRequest, page: FormPage, form: AnswersForm, until: datetime) -> HttpResponse:
    _save(request.actor, page)
    return render_form(request, page, Outcome(sent=True, form=form, full_until=until, status=429))


def _submission(actor: Actor, page: FormPage, form: AnswersForm) -> Submission:
    assert actor.user_id is not None
    return Submission(
        type_key=page.type.key,
        answers=form.cleaned_data,
        submission_key=page.submission_key,
        customer_id=actor.user_id,
        remembering=form.remembering(),
        again_of=page.start.again_of,
        checked_under=page.portal.number,
    )


def _keep(request: PersonRequest, page: FormPage, do: str) -> HttpResponse:
    saved = _save(request.actor, page)
    if do == "later" and saved is not None:
        messages.success(request, _("Kept. It waits for you under “Start something”."))
        return redirect("portal:home")
    return render_form(request, page, Outcome(saved_at=saved))


def _save(actor: Actor, page: FormPage) -> datetime | None:
    """Keeps what was typed and says when; None when it is too much to keep (what was kept before stays)."""
    assert page.typed is not None
    typed = typed_answers(page.typed, page.type)
    if sum(len(name) + sum(map(len, values)) for name, values in typed.items()) > _KEPT_CHARACTERS:
        return None
    draft = save_draft(actor=actor, type_key=page.type.key, typed=typed, submission_key=page.submission_key)
    return draft.updated_at if draft else timezone.now()


def _closed(request: PersonRequest, type_key: str) -> HttpResponse:
    """A type that is not offered (any more): says so, and shows what was typed, so that nothing is lost."""
    portal = live_portal()
    viewer = Viewer.of(request.actor, portal)
    person = request.actor.user_id
    asked = Asked(portal, request.actor.role, viewer.language, customer_id=person, person_id=person)
    written = typed_into(_readable(request, portal), request.FILES, type_key, asked)
    context = {"written": written, "choices": choices(portal, viewer, ())}
    return render(request, "portal/new_closed.html", context, status=404 if not written else 409)


def _readable(request: PersonRequest, live: CompiledPortal) -> QueryDict:
    """What was sent; for who has had too many earlier versions read, as if it were a form of the live one."""
    try:
        count_earlier(request, request.POST, live)
    except TooMany:
        sent = request.POST.copy()
        sent.pop(OPENED, None)
        return sent
    return request.POST
