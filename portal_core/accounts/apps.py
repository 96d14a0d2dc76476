"""The accounts app: in every tenant schema, and in public for the operators."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "portal_core.accounts"
    label = "accounts"
