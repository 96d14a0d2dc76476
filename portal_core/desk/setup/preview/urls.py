"""Addresses of "See as customer"; part of the setup's."""

from django.urls import path

from portal_core.desk.setup.preview import inner, sending, views

preview_urls = [
    path("setup/notifications/send/", sending.send, name="setup_notifications_send"),
    path("setup/preview/", views.index, name="setup_preview"),
    path("setup/preview/<slug:version>/<slug:who>/", inner.page, name="setup_preview_home"),
    path("setup/preview/<slug:version>/<slug:who>/<path:inner>", inner.page, name="setup_preview_page"),
]
