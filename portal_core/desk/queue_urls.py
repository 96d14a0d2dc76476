"""What can be done from the queue: searching, and many requests at once."""

from django.urls import path

from portal_core.desk import bulk_assign, bulk_move, search

queue_urls = [
    path("search/", search.index, name="search"),
    path("bulk/assign/", bulk_assign.give, name="bulk_assign"),
    path("bulk/move/", bulk_move.move_many, name="bulk_move"),
]
