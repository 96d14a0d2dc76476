"""Everything that is emitted is listened to, and everything that is listened to is emitted."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tenants.outbox import subscribers

EMITTERS = {"emit", "emit_many"}
SOURCES = ("tenants", "portal_core", "billing", "api", "deploy")
# Kept for what comes later, on purpose without a listener: kind -> why.
SILENT: dict[str, str] = {}


def _emitted() -> Iterator[tuple[str, str]]:
    for package in SOURCES:
        for path in sorted((Path(settings.BASE_DIR) / package).rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            # Every worker comes by here before the first test: what cannot emit is not taken apart.
            if "emit" not in source:
                continue
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in EMITTERS:
                    where = f"{path.relative_to(settings.BASE_DIR)}:{node.lineno}"
                    for kind in _kinds(node.args[0], where):
                        yield kind, where


def _kinds(argument: ast.expr, where: str) -> Iterator[str]:
    if isinstance(argument, ast.IfExp):
        yield from _kinds(argument.body, where)
        yield from _kinds(argument.orelse, where)
        return
    assert isinstance(argument, ast.Constant) and isinstance(argument.value, str), (
        f"{where}: the kind is not a plain word"
    )
    yield argument.value


EMITTED = dict(_emitted())


def test_there_are_events():
    assert {"request.submitted", "request.moved", "request.replied", "request.noted"} <= set(EMITTED)


@pytest.mark.parametrize("kind", sorted(EMITTED))
def test_every_event_has_a_subscriber_or_is_silent_on_purpose(kind):
    assert subscribers.handlers_of(kind) or SILENT.get(kind), f"{kind}, emitted in {EMITTED[kind]}, reaches nobody"


def test_nobody_listens_to_what_is_never_said():
    assert subscribers.known_kinds() - set(EMITTED) == set()


def test_what_is_silent_is_emitted():
    assert set(SILENT) <= set(EMITTED)
