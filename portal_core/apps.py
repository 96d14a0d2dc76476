"""portal_core: one app label and one migration chain for all feature packages inside."""

from django.apps import AppConfig


class PortalCoreConfig(AppConfig):
    name = "portal_core"
