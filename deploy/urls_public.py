"""Addresses of the platform's own host."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from tenants.readiness import readyz
from tenants.signup import views as signup_views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", signup_views.home, name="home"),
    path("signup/", include("tenants.signup.urls")),
    path("readyz", readyz, name="readyz"),
]
if find_spec("tenants.console") is not None and find_spec("tenants.console.urls") is not None:
    urlpatterns.append(path("console/", include("tenants.console.urls")))
if getattr(settings, "DEV_MAIL", False) and find_spec("tenants.outbox.dev_urls") is not None:
    urlpatterns.append(path("dev/mail/", include("tenants.outbox.dev_urls")))
