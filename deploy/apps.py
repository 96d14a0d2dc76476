"""The composition root as an app: its start wires the packages together."""

from django.apps import AppConfig, apps
from django.core.checks import register

# Of what django-htmx brings, the pages load htmx-2.min.js; compressing the rest takes seconds at each first start.
_NOT_COLLECTED = ("django_htmx/ext/*", "django_htmx/django-htmx.js", "*/htmax-*", "*/htmx-4*", "*/htmx-2.js")


class DeployConfig(AppConfig):
    name = "deploy"

    def ready(self) -> None:
        """Registers what the lower layers call without knowing who answers; narrows what `collectstatic` takes."""
        # Not above: of two configurations in a module Django takes neither.
        from django.contrib.staticfiles.apps import StaticFilesConfig

        from deploy import system_checks, wiring

        static_files = apps.get_app_config("staticfiles")
        assert isinstance(static_files, StaticFilesConfig)
        static_files.ignore_patterns = [*static_files.ignore_patterns, *_NOT_COLLECTED]
        wiring.connect()
        register(system_checks.translations_are_compiled, deploy=True)
