"""The form of a request type beside its fields, as customers meet it: `/desk/setup/types/KEY/form/`.

The frame holds the portal's own page, made by the preview for a made-up customer. It is loaded by itself when it comes
into sight, and again after each edit; an edit answers without it. Without script a link leads to the preview.
"""

from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.accounts.roles import CUSTOMER, builtin_role
from portal_core.config.draft.reading import current
from portal_core.config.drafted import Drafted, drafted_portal
from portal_core.config.visibility import Visibility
from portal_core.desk.setup.field_lists import FieldList, shown_to
from portal_core.desk.setup.preview.inner import DRAFT, LIVE
from portal_core.desk.setup.preview.seen import EXAMPLE


def live_form_of(type_key: str) -> dict[str, str]:
    """What the template of the form beside needs; nothing for what is no request type."""
    if not type_key:
        return {}
    query = urlencode({"as": EXAMPLE, "page": _path(type_key), "screen": "phone"})
    return {
        "live_href": reverse("desk:setup_type_form", args=[type_key]),
        "preview_href": f"{reverse('desk:setup_preview')}?{query}",
    }


@require_safe
@staff_page("manage_setup")
def index(request: PersonRequest, type_key: str) -> HttpResponse:
    """Below the frame: where the form is now, what customers do not see of it, or that it cannot be shown yet."""
    draft = current()
    fields = FieldList.of(draft, type_key)
    drafted = drafted_portal(draft)
    is_offered = not fields.item.get("retired")
    context = {
        "src": _frame_src(drafted, type_key) if is_offered and drafted.portal is not None else "",
        "is_offered": is_offered,
        "hidden": _hidden(fields),
    }
    return render(request, "setup/_live_note.html", context)


def _path(type_key: str) -> str:
    return f"new/{type_key}/"


def _frame_src(drafted: Drafted, type_key: str) -> str:
    version = DRAFT if drafted.is_changed else LIVE
    return reverse("desk:setup_preview_page", args=[version, EXAMPLE, _path(type_key)])


def _hidden(fields: FieldList) -> list[str]:
    """The questions that customers never see."""
    customer = builtin_role(CUSTOMER)
    if customer is None:
        raise Http404
    asked = (field for field in fields.fields() if not field.get("retired"))
    return [fields.label(field) for field in asked if shown_to(field, customer) is Visibility.HIDDEN]
