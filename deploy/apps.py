"""The composition root as an app: its start wires the packages together."""

from django.apps import AppConfig
from django.core.checks import register


class DeployConfig(AppConfig):
    name = "deploy"

    def ready(self) -> None:
        """Registers what the lower layers call without knowing who answers."""
        from deploy import system_checks, wiring

        wiring.connect()
        register(system_checks.translations_are_compiled, deploy=True)
