"""The composition root as an app: its start wires the packages together."""

from django.apps import AppConfig


class DeployConfig(AppConfig):
    name = "deploy"

    def ready(self) -> None:
        """Registers what the lower layers call without knowing who answers."""
        from deploy import wiring

        wiring.connect()
