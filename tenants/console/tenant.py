"""One tenant in the console: what it has waiting, what was done to it, closing and opening it."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from tenants import lifecycle
from tenants.console import queries
from tenants.console.forms import ResumeForm, SuspendForm
from tenants.console.needs import look_again
from tenants.console.pages import operator_page
from tenants.console.shell import console_shell
from tenants.errors import AlreadySo, ChangedMeanwhile, TenantGone
from tenants.outbox.inspection import outbox_of, try_stuck_again


@require_safe
@operator_page
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """`/console/tenants/SLUG/`."""
    return _page(request, slug)


@require_POST
@operator_page
def suspend(request: HttpRequest, slug: str) -> HttpResponse:
    """Closes it, for a reason and after its address was typed."""
    form = SuspendForm(request.POST, slug=slug)
    if not form.is_valid():
        return _page(request, slug, form)
    return _done(request, slug, lambda: lifecycle.suspend(slug, reason=form.cleaned_data["reason"], by=_me(request)))


@require_POST
@operator_page
def resume(request: HttpRequest, slug: str) -> HttpResponse:
    """Opens it again."""
    form = ResumeForm(request.POST)
    if not form.is_valid():
        return _page(request, slug, form)
    return _done(request, slug, lambda: lifecycle.resume(slug, reason=form.cleaned_data["reason"], by=_me(request)))


@require_POST
@operator_page
def again(request: HttpRequest, slug: str) -> HttpResponse:
    """Has stuck events tried at once."""
    count = try_stuck_again(_found(slug).schema_name, by=_me(request))
    look_again()
    text = ngettext("%(n)d event is tried again now.", "%(n)d events are tried again now.", count)
    messages.success(request, text % {"n": count})
    return redirect("console:tenant", slug)


def _done(request: HttpRequest, slug: str, change: Callable[[], None]) -> HttpResponse:
    try:
        change()
        look_again()
    except TenantGone as error:
        raise Http404 from error
    except AlreadySo:
        # Sent twice, or somebody was faster: the page says how it is.
        pass
    except ChangedMeanwhile:
        messages.error(request, _("Somebody else has suspended it anew meanwhile: read why, and decide again."))
    return redirect("console:tenant", slug)


def _page(request: HttpRequest, slug: str, form: SuspendForm | ResumeForm | None = None) -> HttpResponse:
    tenant = _found(slug)
    # Somebody may have closed or opened it meanwhile: then the page offers what can be done now.
    is_fitting = form is not None and isinstance(form, SuspendForm) == tenant.is_active
    context = {
        "tenant": tenant,
        "outbox": outbox_of(tenant.schema_name),
        "form": form if is_fitting else (SuspendForm(slug=slug) if tenant.is_active else ResumeForm()),
        "console_shell": console_shell(request, queries.figures().all),
    }
    return render(request, "console/tenant.html", context, status=200 if form is None else 400)


def _found(slug: str) -> queries.TenantDetail:
    tenant = queries.tenant_detail(slug)
    if tenant is None:
        raise Http404
    return tenant


def _me(request: HttpRequest) -> str:
    return str(getattr(request.user, "email", ""))
