"""Which templates are rendered while a block runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.test.signals import template_rendered


@contextmanager
def rendered() -> Iterator[set[str]]:
    """The names of the templates that are rendered in the block, included ones too."""
    names: set[str] = set()

    def remember(template: Any, **_given: Any) -> None:
        if template.name:
            names.add(template.name)

    template_rendered.connect(remember)
    try:
        yield names
    finally:
        template_rendered.disconnect(remember)
