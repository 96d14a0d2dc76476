"""The customer's documents: what is asked for, what is on file and until when, what came from the business."""

import uuid
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal_core.accounts.pages import PersonRequest, customer_page
from portal_core.config.compiled import CompiledPortal
from portal_core.config.document.fields import DocumentKind
from portal_core.config.live import live_portal
from portal_core.config.viewer import Viewer
from portal_core.documents.errors import AlreadyOnFile, NotAllowed, NotTheirs
from portal_core.documents.field import FilesField, Sender, with_files
from portal_core.documents.kinds import kind_of, kinds_shown, kinds_to_add, may_add, rules_of
from portal_core.documents.models import Document
from portal_core.documents.scanned import as_scanned
from portal_core.documents.vault import Stretch, documents_of, given_in, on_file_by_year, stretch
from portal_core.documents.visible import (
    VisibleDocument,
    kinds_seen,
    most_pressing_first,
    seen_by,
    visible_document,
    visible_documents,
)
from portal_core.documents.words import reason_for
from portal_core.portal.limits import writes_full_until
from portal_core.portal.uploads_asked import asking_for, uploads_asked
from portal_core.service_requests.actions.vault import Paper, add_document
from portal_core.service_requests.attaching import file_ids
from tenants.identifiers import parse_uuid, uuid7
from tenants.ui.addresses import understands
from tenants.uploads import UploadLimits, takes_files

_SHOWN: Final = 20
_MOST: Final = 500


@dataclass(frozen=True)
class Vault:
    """The customer's documents as the page shows them."""

    wanted: list[VisibleDocument]
    dated: list[VisibleDocument]
    from_business: list[VisibleDocument]
    from_you: list[VisibleDocument]
    hidden_count: int


class AddForm(forms.Form):
    """A document of one kind: its files, and what to call it."""

    title = forms.CharField(max_length=160, required=False)

    def __init__(self, data: QueryDict | None, kind: DocumentKind, sender: Sender) -> None:
        super().__init__(data)
        self.kind_key = kind.key
        self.fields["title"].label = _("What do you call it?")
        self.fields["title"].help_text = _("Only if there is more than one, such as “Policy of the house”.")
        self.fields["files"] = FilesField(rules=rules_of(kind), sender=sender, kind_key=kind.key, label=_("Files"))
        self.order_fields(["files", "title"])


@require_safe
@customer_page
@understands("year", "before", "after", "all")
def index(request: PersonRequest) -> HttpResponse:
    """`/documents/`: the vault; `?all=1` shows everything of the longer lists, `?before=ID` what is older, `?after=ID`
    leads back from there; `?year=2026` shows what came from the business in that year."""
    portal = live_portal()
    viewer = Viewer.of(request.actor, portal)
    assert request.actor.user_id is not None
    found = documents_of(request.actor.user_id).select_related("request")
    on_file = on_file_by_year(request.actor.user_id, kinds_seen(viewer, portal), zone=viewer.time_zone)
    year = next((year for year in on_file.years if str(year) == request.GET.get("year")), None)
    if year is not None:
        found = given_in(found, year, zone=viewer.time_zone)
    before = parse_uuid(request.GET.get("before", ""))
    after = parse_uuid(request.GET.get("after", ""))
    today = timezone.now().astimezone(portal.time_zone).date()
    part = stretch(found, before=before, after=after, size=_MOST, today=today if year is None else None)
    is_page = before is not None or after is not None
    wants_all = request.GET.get("all") == "1"
    vault = _vault(as_scanned(visible_documents(part.rows, viewer, portal)), everything=is_page or wants_all)
    listed = {document.id for document in vault.wanted}
    asks = [] if is_page else uploads_asked(request.actor, viewer, portal, listed=listed)
    context = {
        "portal": portal,
        "vault": vault,
        "asks": asks,
        "asked_for": len(asks) + len(vault.wanted),
        "on_file": on_file.all,
        "years": on_file.years if len(on_file.years) > 1 else (),
        "year": year,
        "all_href": _href(year, all="1"),
        "few_href": _href(year),
        "pager": _pager(part, year, is_page=is_page),
        "shows_all": wants_all and not is_page,
        "may_add": bool(kinds_to_add(portal, viewer.role)),
        "seen_by": sorted({seen_by(kind.key, portal, viewer) for kind in kinds_shown(portal, viewer.role)}),
    }
    return render(request, "portal/documents.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page
@takes_files(UploadLimits())
def add(request: PersonRequest) -> HttpResponse:
    """`/documents/add/`: a document of one's own; `?for=ID` one that was asked for, `?kind=KEY` one of a kind."""
    portal = live_portal()
    viewer = Viewer.of(request.actor, portal)
    asked = _asked_for(request, viewer, portal)
    if asked is not None and not asked.is_wanted:
        messages.info(request, _over(asked))
        return redirect("portal:documents")
    if asked is not None and asked.is_asked_there:
        return redirect(asked.answer_path)
    kind = kind_of(portal, asked.kind_key if asked else _kind_key(request))
    if kind is None or not may_add(kind, request.actor.role):
        if asked is not None or _kind_key(request):
            raise Http404
        return _choose(request, portal, viewer)
    assert request.actor.user_id is not None
    sender = Sender(request.actor.user_id, request.actor.user_id)
    key = parse_uuid(request.POST.get("key", "")) or uuid7()
    data = None if request.method != "POST" else with_files(request, lambda: AddForm(None, kind, sender))
    form = AddForm(data, kind, sender)
    context = {
        "portal": portal,
        "form": form,
        "asked": asked,
        "key": key,
        "kind_key": kind.key,
        "kind_name": portal.text(kind.name, viewer.language),
        "seen_by": seen_by(kind.key, portal, viewer),
        "kind_months": kind.valid_months,
        "show_errors": form.is_bound,
    }
    if data is None or not form.is_valid():
        return render(request, "portal/document_add.html", context, status=200 if data is None else 400)
    full_until = writes_full_until(request.actor)
    if full_until is not None:
        return render(request, "portal/document_add.html", {**context, "full_until": full_until}, status=429)
    try:
        return _keep(request, form, key, asked)
    except AlreadyOnFile as error:
        form.add_error("files", reason_for(error.name, "on_file"))
        return render(request, "portal/document_add.html", {**context, "show_errors": True}, status=400)


def _keep(request: PersonRequest, form: AddForm, key: uuid.UUID, asked: VisibleDocument | None) -> HttpResponse:
    paper = Paper(
        kind_key=form.kind_key,
        file_ids=file_ids(form.cleaned_data["files"]),
        title=form.cleaned_data["title"],
        answers=asked.id if asked else None,
        key=key,
    )
    assert request.actor.user_id is not None
    try:
        add_document(
            actor=request.actor,
            customer_id=request.actor.user_id,
            paper=paper,
            request_id=asked.request_id if asked else None,
        )
    except (NotTheirs, NotAllowed):
        raise Http404 from None
    messages.success(request, _kept(request, form.kind_key))
    return redirect("portal:documents")


def _kept(request: PersonRequest, kind_key: str) -> str:
    """What becomes of a document now: a request that asks for one goes on only when it is answered there."""
    portal = live_portal()
    kind = kind_of(portal, kind_key)
    is_reusable = kind is not None and kind.reusable
    asking = asking_for(request.actor, Viewer.of(request.actor, portal), portal, kind_key)
    if asking:
        words = (
            _("Kept. “%(request)s” still asks for it: open it, and use this one.")
            if is_reusable
            else _("Kept. “%(request)s” still asks for one: send it there, too.")
        )
        return words % {"request": asking}
    if is_reusable:
        return _("Kept. We have it now, and will not ask for it again while it is valid.")
    return _("Kept. We have it now.")


def _href(year: int | None, **more: str) -> str:
    """The page's address, still of that year."""
    return "/documents/" + (f"?{query}" if (query := urlencode({**({"year": year} if year else {}), **more})) else "")


def _pager(part: Stretch, year: int | None, *, is_page: bool) -> dict[str, str]:
    first = _href(year) if is_page else ""
    return {
        "newer_href": _href(year, after=str(part.newer)) if part.newer else "" if part.rows else first,
        "older_href": _href(year, before=str(part.older)) if part.older else "",
        "newer_label": _("Newer documents"),
        "older_label": _("Older documents"),
    }


def _vault(documents: tuple[VisibleDocument, ...], *, everything: bool) -> Vault:
    shown = [document for document in documents if document.standing != "gone"]
    dated = [document for document in shown if document.valid_until is not None and not document.is_wanted]
    undated = [document for document in shown if document.valid_until is None and document.is_current]
    ours = [document for document in undated if document.from_staff]
    yours = [document for document in undated if not document.from_staff]
    most = _MOST if everything else _SHOWN
    return Vault(
        wanted=[document for document in shown if document.is_wanted],
        dated=most_pressing_first(dated),
        from_business=ours[:most],
        from_you=yours[:most],
        hidden_count=max(0, len(ours) - most) + max(0, len(yours) - most),
    )


def _choose(request: PersonRequest, portal: CompiledPortal, viewer: Viewer) -> HttpResponse:
    kinds = [(kind.key, portal.text(kind.name, viewer.language)) for kind in kinds_to_add(portal, viewer.role)]
    if not kinds:
        raise Http404
    if len(kinds) == 1:
        return redirect(f"/documents/add/?kind={kinds[0][0]}")
    return render(request, "portal/document_choose.html", {"portal": portal, "kinds": kinds})


def _kind_key(request: PersonRequest) -> str:
    return request.GET.get("kind", "")


def _asked_for(request: PersonRequest, viewer: Viewer, portal: CompiledPortal) -> VisibleDocument | None:
    """The document that the address says was asked for, perhaps not any more; 404 for what is not this customer's."""
    key = parse_uuid(request.GET.get("for", ""))
    if key is None:
        return None
    assert request.actor.user_id is not None
    row = _own(request.actor.user_id, key)
    found = visible_document(row, viewer, portal) if row is not None else None
    if found is None:
        raise Http404
    return found


def _over(document: VisibleDocument) -> str:
    """Why a document is not asked for any more: for whoever comes by an old mail."""
    if document.standing == "replaced":
        return _("You have sent “%(document)s” already.") % {"document": document.name}
    return _("“%(document)s” is not asked for any more. There is nothing for you to do.") % {"document": document.name}


def _own(customer_id: uuid.UUID, key: uuid.UUID) -> Document | None:
    return documents_of(customer_id).select_related("request").filter(pk=key).first()
