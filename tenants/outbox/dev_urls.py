"""Addresses of /dev/mail/: every mail of the local start. SECURITY: refuses to be imported anywhere else."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import path

from tenants.outbox import dev_mail

if not getattr(settings, "DEV_MAIL", False):
    raise ImproperlyConfigured("/dev/mail/ shows everybody's mail: it exists with DEV_MAIL only, never in production")

app_name = "dev_mail"
urlpatterns = [
    path("", dev_mail.mail_list, name="list"),
    path("<slug:name>/", dev_mail.mail_detail, name="detail"),
    path("<slug:name>/html/", dev_mail.mail_html, name="html"),
]
