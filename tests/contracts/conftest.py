"""The portal full of canaries (`planted.py`)."""

from __future__ import annotations

import contextlib
import copy
import io
from collections.abc import Iterator

import pytest

from tests.contracts import canaries
from tests.contracts.planted import CAROL, EVERYTHING, Log, Planted, Scene, plant


@pytest.fixture(scope="module")
def planted(kept) -> Planted:
    """Made once for a module, since it takes as long as its tests; nothing of it is printed or logged."""
    log, printed = Log(), io.StringIO()
    with log.heard(), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        made = kept(plant)
    assert canaries.found_in("\n".join([*log.lines, printed.getvalue()]), EVERYTHING) == []
    return made


@pytest.fixture
def scene(planted, tenant, capfd) -> Iterator[Scene]:
    """The planted requests; whatever a test does with them, nothing of them may be printed or stand in the log."""
    made = copy.deepcopy(planted.scene)
    CAROL[:] = [str(made.people["carol"].pk), str(made.thing.pk)]
    log = Log()
    with log.heard():
        yield made
    printed = capfd.readouterr()
    assert canaries.found_in("\n".join([*log.lines, printed.out, printed.err]), EVERYTHING) == []
