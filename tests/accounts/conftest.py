"""What the tests about people share: codes out of mails, and a check that nothing was written or sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from portal_core.accounts import portal_facts as facts_module
from portal_core.accounts.models import Session, SigninLink, User
from portal_core.accounts.portal_facts import PortalFacts
from tenants import limits
from tenants.outbox.models import Event, Mail

CODE = re.compile(r"\b(\d{6})\b")


@pytest.fixture(autouse=True)
def _empty_buckets() -> Iterator[None]:
    limits.in_process.clear()
    yield
    limits.in_process.clear()


@pytest.fixture
def registration(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """`registration("open")`: who may register themselves, for this test."""

    def choose(kind: str) -> None:
        facts = PortalFacts(name="Alpha", registration=kind, languages=("en", "de"), teams={"desk": "Service desk"})
        monkeypatch.setattr(facts_module, "_facts", [lambda: facts])

    return choose


def mails_to(address: str) -> list[Mail]:
    """Mails queued to an address in the schema in force, oldest first."""
    return list(Mail.objects.filter(to_address=address).order_by("created_at", "id"))


def code_for(address: str) -> str:
    """The newest code mailed to an address."""
    found = [match[1] for mail in mails_to(address) if (match := CODE.search(mail.text))]
    assert found, f"no code was sent to {address}"
    return found[-1]


def snapshot_of_everything() -> dict[str, Any]:
    """All rows about people, mail and events in the schema in force; sessions aside."""
    return {
        model._meta.label: sorted(map(repr, model.objects.values_list())) for model in (User, SigninLink, Mail, Event)
    }


@contextmanager
def nothing_happens() -> Iterator[None]:
    """Fails when the block writes a person, a link, a mail, an event or a signed-in session."""
    before, sessions = snapshot_of_everything(), Session.objects.exclude(user=None).count()
    yield
    assert snapshot_of_everything() == before
    assert Session.objects.exclude(user=None).count() == sessions
