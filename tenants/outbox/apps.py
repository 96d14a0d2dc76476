"""The outbox as an app: its tables are in `public` and in every tenant's schema."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "tenants.outbox"
    label = "outbox"
    default_auto_field = "django.db.models.BigAutoField"
