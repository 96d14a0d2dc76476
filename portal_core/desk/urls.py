"""The staff's addresses."""

from django.urls import path

from portal_core.desk import (
    asks,
    documents,
    first_steps,
    guest_link,
    new,
    papers_to_check,
    queue,
    records,
    reports,
    request,
    request_actions,
    samples,
    undelivered,
    updates,
)
from portal_core.desk.customer_urls import customer_urls
from portal_core.desk.filters import NAMES, unknown_values
from portal_core.desk.queue_urls import queue_urls
from portal_core.desk.setup.preview.urls import preview_urls
from portal_core.desk.setup.review.urls import review_urls
from portal_core.desk.setup.urls import setup_urls
from portal_core.desk.team_urls import team_urls
from tenants.ui.addresses import understands

app_name = "desk"

urlpatterns = [
    *team_urls,
    *customer_urls,
    *queue_urls,
    *preview_urls,
    *setup_urls,
    *review_urls,
    path("", understands("at", "saved", "select", *NAMES, but=unknown_values)(queue.index), name="queue"),
    path("first-steps/", first_steps.index, name="first_steps"),
    path("first-steps/play/", first_steps.play, name="first_steps_play"),
    path("first-steps/close/", first_steps.close, name="first_steps_close"),
    path("first-steps/samples/", samples.fill, name="samples_fill"),
    path("first-steps/samples/remove/", samples.remove, name="samples_remove"),
    path("reports/", reports.index, name="reports"),
    path("reports/<slug:what>/", reports.evidence, name="report_evidence"),
    path("mails/", undelivered.index, name="undelivered"),
    path("updates/", updates.index, name="updates"),
    path("updates/read/", updates.read_all, name="updates_read"),
    path("updates/<uuid:key>/", updates.follow, name="update"),
    path("new/", new.choose, name="choose"),
    path("new/<slug:type_key>/", new.fill_in, name="new"),
    path("records/new/<slug:kind_key>/", records.add, name="record_add"),
    path("records/<uuid:record_id>/", records.detail, name="record"),
    path("records/<uuid:record_id>/change/", records.change, name="record_change"),
    path("records/<uuid:record_id>/archive/", records.archive, name="record_archive"),
    path("records/<uuid:record_id>/restore/", records.restore, name="record_restore"),
    path("documents/", papers_to_check.to_check, name="documents"),
    path("documents/<uuid:key>/", documents.judge, name="document"),
    path("customers/<uuid:key>/documents/", documents.of_customer, name="customer_documents"),
    path("customers/<uuid:key>/documents/add/", documents.add, name="customer_document_add"),
    path("customers/<uuid:key>/documents/ask/", documents.ask, name="customer_document_ask"),
    path("requests/<int:number>/", request.detail, name="request"),
    path("requests/<int:number>/preview/", request.preview, name="preview"),
    path("requests/<int:number>/write/", request_actions.write, name="write"),
    path("requests/<int:number>/assign/", request_actions.give, name="assign"),
    path("requests/<int:number>/move/", request_actions.move_on, name="move"),
    path("requests/<int:number>/change/", request_actions.change, name="change"),
    path("requests/<int:number>/asks/<slug:ask_key>/", asks.answer, name="ask"),
    path("requests/<int:number>/plan/", asks.plan, name="plan"),
    path("requests/<int:number>/reopen/", asks.open_again, name="reopen"),
    path("requests/<int:number>/guest-link/", guest_link.change, name="guest_link"),
]
