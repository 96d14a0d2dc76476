"""The customers' addresses."""

from django.urls import path

from portal_core.portal import (
    asks,
    documents,
    files,
    guest_asks,
    guest_code,
    guest_new,
    guest_request,
    home,
    new,
    request_list,
    requests,
    saved,
    updates,
)

app_name = "portal"

urlpatterns = [
    path("", home.home, name="home"),
    path("updates/", updates.index, name="updates"),
    path("updates/read/", updates.read_all, name="updates_read"),
    path("updates/<uuid:key>/", updates.follow, name="update"),
    path("new/", guest_new.choose, name="choose"),
    path("new/<slug:type_key>/", guest_new.fill_in, name="new"),
    path("new/<slug:type_key>/confirm/", guest_new.confirm, name="confirm"),
    path("new/<slug:type_key>/confirm/again/", guest_new.confirm_again, name="confirm_again"),
    path("new/<slug:type_key>/draft/", new.keep, name="draft"),
    path("g/<str:token>/", guest_request.detail, name="guest"),
    path("g/<str:token>/reply/", guest_request.write, name="guest_reply"),
    path("g/<str:token>/code/", guest_code.enter, name="guest_code"),
    path("g/<str:token>/code/send/", guest_code.send, name="guest_code_send"),
    path("g/<str:token>/asks/<slug:ask_key>/", guest_asks.answer, name="guest_ask"),
    path("g/<str:token>/keep/", guest_request.keep, name="guest_keep"),
    path("g/<str:token>/stop/", guest_request.stop, name="guest_stop"),
    path("g/<str:token>/new/", guest_request.renew, name="guest_renew"),
    path("documents/", documents.index, name="documents"),
    path("documents/add/", documents.add, name="document_add"),
    path("files/", files.send, name="send_file"),
    path("files/drop/", files.drop, name="drop_file"),
    path("files/<uuid:file_id>/", files.fetch, name="file"),
    path("requests/", request_list.index, name="requests"),
    path("requests/<int:number>/", requests.detail, name="request"),
    path("requests/<int:number>/reply/", requests.write, name="reply"),
    path("requests/<int:number>/move/", requests.move_on, name="move"),
    path("requests/<int:number>/asks/<slug:ask_key>/", asks.answer, name="ask"),
    path("requests/<int:number>/reopen/", asks.open_again, name="reopen"),
    path("requests/<int:number>/change/", requests.change, name="change"),
    path("saved/", saved.index, name="saved"),
    path("saved/new/<slug:kind_key>/", saved.add, name="record_add"),
    path("saved/<uuid:record_id>/", saved.detail, name="record"),
    path("saved/<uuid:record_id>/change/", saved.change, name="record_change"),
    path("saved/<uuid:record_id>/archive/", saved.archive, name="record_archive"),
    path("saved/<uuid:record_id>/restore/", saved.restore, name="record_restore"),
]
