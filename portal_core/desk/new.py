"""A new request on behalf of a customer: what somebody says on the telephone goes into the same form, once."""

import uuid
from dataclasses import dataclass, replace

from django import forms
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from portal_core.accounts.actor import Actor
from portal_core.accounts.errors import AccountError
from portal_core.accounts.models import User, normalise_email
from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_type import CompiledType
from portal_core.config.kinds.base import Asked
from portal_core.config.live import live_portal
from portal_core.documents.field import with_files
from portal_core.portal.home import choices
from portal_core.portal.starting import record_start
from portal_core.service_requests.actions.submit import may_file, open_type
from portal_core.service_requests.actions.submit_for import Filled, Whose, submit_for
from portal_core.service_requests.errors import FormOutdated, TypeNotOpen
from portal_core.service_requests.forms import AnswersForm, new_request_form
from portal_core.service_requests.queries import customers_of
from portal_core.service_requests.repeats import repeat_of
from portal_core.service_requests.since_opened import NOTHING_CHANGED, Changed, changed_since, typed_into
from portal_core.service_requests.viewer import Viewer
from tenants.identifiers import parse_uuid, uuid7
from tenants.ui.rows import pressed_alone
from tenants.ui.tried import hush
from tenants.uploads import UploadLimits, takes_files

_SUGGESTED = 50


class CustomerForm(forms.Form):
    """Whose request it is: somebody known by e-mail address, or somebody new."""

    email = forms.EmailField(
        max_length=254,
        error_messages={
            "required": "Write the customer’s e-mail address: that is where news goes.",
            "invalid": "Write the address in full, such as maren@example.com.",
        },
    )
    name = forms.CharField(max_length=120, required=False)


@dataclass(frozen=True)
class DeskForm:
    """The form at the desk: the type's questions and whose request it is."""

    portal: CompiledPortal
    type: CompiledType
    language: str
    answers: AnswersForm
    customer: CustomerForm
    key: uuid.UUID
    # What came in, with the files that came along already taken.
    sent: QueryDict | None = None
    # What is asked otherwise since the form was opened, because another version has gone live.
    changed: Changed = NOTHING_CHANGED


@require_safe
@staff_page("create_for_customer")
def choose(request: PersonRequest) -> HttpResponse:
    """`/desk/new/`: which kind of request."""
    portal = live_portal()
    viewer = Viewer.of(request.actor, portal)
    customer = _customer_named(request)
    context = {
        "portal": portal,
        "choices": [choice for choice in choices(portal, viewer, ()) if may_file(request.actor, choice.key)],
        "customer": customer,
        "query": f"?customer={customer.pk}" if customer else "",
    }
    return render(request, "desk/new_choose.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("create_for_customer")
@takes_files(UploadLimits())
def fill_in(request: PersonRequest, type_key: str) -> HttpResponse:
    """`/desk/new/TYPE/`: the customer's form, with what staff may fill in; `do=update` asks which questions apply."""
    sent: QueryDict | None = None
    while True:
        try:
            form = _form(request, type_key, sent)
        except TypeNotOpen:
            return _closed(request, type_key)
        try:
            return _answered(request, form)
        except FormOutdated:
            # Another version went live between the look at the form and its filing: it is looked at once more, with
            # the files that came along as they were taken.
            sent = form.sent


def _closed(request: PersonRequest, type_key: str) -> HttpResponse:
    """A kind that cannot be filed (any more): shows what was typed, so that nothing is lost."""
    if not may_file(request.actor, type_key):
        raise Http404
    portal = live_portal()
    asked = Asked(
        portal, request.actor.role, Viewer.of(request.actor, portal).language, person_id=request.actor.user_id
    )
    written = typed_into(request.POST, request.FILES, type_key, asked)
    if not written:
        raise Http404
    return render(request, "desk/new_closed.html", {"written": written}, status=409)


def _answered(request: PersonRequest, form: DeskForm) -> HttpResponse:
    if request.method != "POST":
        return _render(request, form)
    if request.POST.get("do") == "update" or pressed_alone(request.POST):
        return _render(request, form)
    is_valid = form.customer.is_valid() & form.answers.is_valid()
    changed = changed_since(request.POST, request.FILES, form.type, form.answers.asked, form.answers.cleaned_data)
    if changed.lost or not is_valid:
        form = replace(form, changed=changed)
        return _render(request, form, sent=True, status=400 if not is_valid else 409)
    repeat = repeat_of(request.actor, form.key, form.answers.cleaned_data)
    if repeat is None:
        return _file(request, form)
    if repeat.is_same:
        return redirect("desk:request", number=repeat.number)
    return _render(request, replace(form, key=uuid7()), sent=True, status=409, sent_before=repeat.number)


def _form(request: PersonRequest, type_key: str, sent: QueryDict | None) -> DeskForm:
    """The form of the address; `sent` is what came in, where its files are taken already. Raises `TypeNotOpen`."""
    portal = live_portal()
    request_type = open_type(portal, type_key)
    if not may_file(request.actor, type_key):
        raise TypeNotOpen
    viewer = Viewer.of(request.actor, portal)
    data = request.POST if request.method == "POST" else None
    known = _customer_named(request) if data is None else _customer_typed(data, request.actor)
    asked = Asked(
        portal,
        request.actor.role,
        viewer.language,
        customer_id=known.pk if known else None,
        person_id=request.actor.user_id,
    )
    if data is not None and sent is None:
        sent = with_files(request, lambda: new_request_form(request_type, asked))
    initial = {"email": known.email, "name": known.name} if known else {}
    return DeskForm(
        portal=portal,
        type=request_type,
        language=viewer.language,
        answers=new_request_form(
            request_type, asked, sent, start=record_start(request.GET, request_type, asked), customer=known
        ),
        customer=CustomerForm(data, initial=initial),
        key=parse_uuid(request.POST.get("key", "")) or uuid7(),
        sent=sent,
    )


def _customer_named(request: PersonRequest) -> User | None:
    """The customer whom the address names, if there is one."""
    key = parse_uuid(request.GET.get("customer", ""))
    if key is None:
        return None
    return customers_of(request.actor).filter(pk=key).first()


def _customer_typed(data: QueryDict, actor: Actor) -> User | None:
    """The known customer whose address was typed: what is kept for them is offered from then on.

    SECURITY: only one whom this person may know; and it is this address for which the request is filed, whatever
    customer the page's own address names.
    """
    email = normalise_email(data.get("email", "").replace("\x00", ""))
    return customers_of(actor).filter(email=email).first() if email else None


def _file(request: PersonRequest, form: DeskForm) -> HttpResponse:
    try:
        filled = Filled(
            form.type.key,
            form.answers.cleaned_data,
            form.key,
            form.answers.remembering(),
            checked_under=form.portal.number,
        )
        whose = Whose(form.customer.cleaned_data["email"], form.customer.cleaned_data["name"])
        filed = submit_for(actor=request.actor, whose=whose, filled=filled)
    except AccountError as error:
        form.customer.add_error("email", _WORDS.get(error.code, _WORDS["bad_email"]))
        return _render(request, form, sent=True, status=400)
    return redirect("desk:request", number=filed.number)


_WORDS = {
    "staff": "This address belongs to somebody of your team. Requests are filed for customers.",
    "email_taken": "Somebody has just made this customer. Press once more.",
    "inactive": "This customer’s account is deactivated.",
    "bad_email": "Write the address in full, such as maren@example.com.",
}


def _render(
    request: PersonRequest, form: DeskForm, *, sent: bool = False, status: int = 200, sent_before: int | None = None
) -> HttpResponse:
    if not sent:
        hush(form.customer)
    context = {
        "portal": form.portal,
        "type_key": form.type.key,
        "type_name": form.portal.text(form.type.name, form.language),
        "questions": form.answers.shown(is_sent=sent),
        "form": form.answers,
        "customer_form": form.customer,
        "customer": _customer_named(request),
        "known": list(customers_of(request.actor).order_by("-created_at", "-id")[:_SUGGESTED]),
        "show_errors": sent,
        "sent_before": sent_before,
        "key": form.key,
        "changed": form.changed,
        "opened": form.portal.number,
    }
    template = "portal/_questions.html" if request.htmx and not sent else "desk/new.html"
    return render(request, template, context, status=status)
