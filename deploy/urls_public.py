"""Addresses of the platform's own host."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from tenants.readiness import readyz
from tenants.signup import views as signup_views
from tenants.ui.swatch import portico_icon

handler400 = "deploy.errors.bad_request"
handler403 = "deploy.errors.permission_denied"
handler404 = "deploy.errors.not_found"
handler500 = "deploy.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", signup_views.home, name="home"),
    path("signup/", include("tenants.signup.urls")),
    path("find/", include("tenants.finding.urls")),
    path("favicon.ico", portico_icon, name="favicon"),
    path("readyz", readyz, name="readyz"),
    path("api/", include("api.urls")),
    path("console/", include("tenants.console.urls")),
]
if getattr(settings, "DEV_MAIL", False):
    urlpatterns.append(path("dev/mail/", include("tenants.outbox.dev_urls")))
