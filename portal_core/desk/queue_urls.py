"""What can be done from the queue: searching, and many requests at once."""

from django.urls import path

from portal_core.desk import (
    bulk_assign,
    bulk_move,
    column_choice,
    export,
    merging,
    narrow,
    people_choice,
    presence,
    printing,
    request_actions,
    search,
    views,
)
from portal_core.desk.filters import NAMES, unknown_values
from tenants.ui.addresses import understands

queue_urls = [
    path("search/", search.index, name="search"),
    path("narrow/", narrow.index, name="narrow"),
    path("columns/", column_choice.choose, name="columns"),
    path("export/", understands("back", *NAMES, but=unknown_values)(export.index), name="export"),
    path("views/", views.index, name="views"),
    path("views/keep/", views.keep, name="view_keep"),
    path("views/<uuid:key>/", views.change, name="view"),
    path("requests/<int:number>/priority/", request_actions.press, name="priority"),
    path("requests/<int:number>/merge/", merging.merge_into, name="merge"),
    path("requests/<int:number>/unmerge/", merging.take_apart, name="unmerge"),
    path("requests/<int:number>/here/", presence.here, name="here"),
    path("requests/<int:number>/print/", printing.for_customer, name="print"),
    path("bulk/assign/", bulk_assign.give, name="bulk_assign"),
    path("bulk/give/", people_choice.give, name="bulk_give"),
    path("colleagues/", people_choice.narrow, name="colleagues"),
    path("bulk/move/", bulk_move.move_many, name="bulk_move"),
]
