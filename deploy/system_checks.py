"""What `check --deploy` asks of an installation beyond Django's own questions."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage
from django.core.checks import Warning as CheckWarning

from deploy.local.translations import stale_catalogues


def translations_are_compiled(app_configs: Sequence[AppConfig] | None, **_options: Any) -> list[CheckMessage]:
    """Uncompiled translations fail nowhere: the pages are English for everybody. Any: what Django passes."""
    return [
        CheckWarning(
            f"The translations of {source.parent.parent.name} are not compiled, or older than their source.",
            hint="Run `manage.py compile_translations` when the image is built.",
            id="deploy.W001",
        )
        for source in stale_catalogues()
    ]
