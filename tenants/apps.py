"""Tenancy as an app; its tables lie in public alone."""

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "tenants"
