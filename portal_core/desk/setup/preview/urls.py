"""Addresses of "See as customer"; part of the setup's."""

from django.urls import path

from portal_core.desk.setup.preview import inner, views

preview_urls = [
    path("setup/preview/", views.index, name="see_as_customer"),
    path("setup/preview/<slug:version>/<slug:who>/", inner.page, name="seen_home"),
    path("setup/preview/<slug:version>/<slug:who>/<path:inner>", inner.page, name="seen_page"),
]
