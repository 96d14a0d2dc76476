"""A colleague is given a role, or joins with it, at the very moment at which publishing takes it away."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest

from portal_core.accounts import actions, roles
from portal_core.accounts.actor import SYSTEM, actor_for
from portal_core.accounts.errors import RoleGone
from portal_core.accounts.models import SigninLink, User
from portal_core.accounts.roles import resolve_role
from portal_core.config import held_roles
from portal_core.config.actions import publish
from portal_core.config.errors import PublishRefused
from portal_core.config.live import live_portal
from portal_core.config.models import PortalVersion
from portal_core.config.pinned import one_version
from tenants.context import tenant_context
from tests.accounts.conftest import mails_to
from tests.config.documents import sound
from tests.databases import people_of

# Longer than giving a role takes, so that what need not wait is through.
PAUSE_SECONDS = 0.8
CLERK = {"key": "clerk", "name": "Clerk", "based_on": "agent"}


def with_clerk() -> dict[str, Any]:
    document = sound()
    document["roles"].append(CLERK)
    return document


@pytest.fixture
def team(race_tenant: Any) -> dict[str, User]:
    with tenant_context(race_tenant):
        publish(actor=SYSTEM, document=with_clerk())
        return people_of(race_tenant)


def change(team: dict[str, User]) -> Callable[[], Any]:
    return lambda: actions.change_role(
        actor=actor_for(team["alice"]), user_id=team["bob"].pk, role="clerk", team_key="desk"
    )


def invite(team: dict[str, User]) -> Callable[[], Any]:
    return lambda: actions.invite_staff(actor=actor_for(team["alice"]), email="new@example.com", role="clerk")


def come_back(team: dict[str, User]) -> Callable[[], Any]:
    User.objects.filter(pk=team["bob"].pk).update(role="clerk", last_sign_in_at="2026-01-01T00:00Z")
    actions.deactivate(actor=actor_for(team["alice"]), user_id=team["bob"].pk)
    return lambda: actions.reactivate(actor=actor_for(team["alice"]), user_id=team["bob"].pk)


WAYS = {"change": change, "invite": invite, "come back": come_back}


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when publishing has counted who has a role that goes; it pauses there."""
    event, count = threading.Event(), held_roles.holders

    def pausing(keys: Any) -> Any:
        found = count(keys)
        event.set()
        threading.Event().wait(PAUSE_SECONDS)
        return found

    monkeypatch.setattr(held_roles, "holders", pausing)
    return event


def both(race_tenant: Any, in_threads: Any, counted: threading.Event, act: Callable[[], Any]) -> Any:
    """Publishes without the role, and acts while publishing pauses; what each came to."""

    def publishing() -> Any:
        with tenant_context(race_tenant):
            return publish(actor=SYSTEM, document=sound())

    def acting() -> Any:
        with tenant_context(race_tenant), one_version():
            assert live_portal().role("clerk") is not None  # the page knows the version before, as a web request does
            assert counted.wait(timeout=30)
            return act()

    return in_threads(lambda job: job(), [publishing, acting], threads=2)


def clerks() -> int:
    return User.objects.filter(role="clerk", deactivated_at=None).count()


@pytest.mark.parametrize("way", WAYS)
def test_without_the_lock_somebody_is_left_with_a_role_that_nobody_knows(
    way, race_tenant, team, in_threads, counted, monkeypatch
):
    """The race itself."""
    monkeypatch.setattr(roles, "_hold_custom", [lambda: None])
    with tenant_context(race_tenant):
        act = WAYS[way](team)
    published, acted = both(race_tenant, in_threads, counted, act)
    assert isinstance(published, PortalVersion)
    assert isinstance(acted, User)
    with tenant_context(race_tenant):
        assert clerks() == 1
        assert resolve_role("clerk").permissions == frozenset()


@pytest.mark.parametrize("way", WAYS)
def test_with_it_whoever_gives_the_role_waits_and_is_told_that_it_is_gone(way, race_tenant, team, in_threads, counted):
    with tenant_context(race_tenant):
        act = WAYS[way](team)
        links = SigninLink.objects.count()
    published, acted = both(race_tenant, in_threads, counted, act)
    assert isinstance(published, PortalVersion)
    assert isinstance(acted, RoleGone)
    with tenant_context(race_tenant):
        assert clerks() == 0
        assert SigninLink.objects.count() == links
        assert not User.objects.filter(email="new@example.com").exists()


def test_publishing_waits_for_a_role_that_is_being_given_and_counts_it(race_tenant, team, in_threads, monkeypatch):
    held, lock = threading.Event(), actions.lock_owners_and

    def slowly(user_id: Any) -> Any:
        held.set()
        threading.Event().wait(PAUSE_SECONDS)
        return lock(user_id)

    monkeypatch.setattr(actions, "lock_owners_and", slowly)

    def publishing() -> Any:
        with tenant_context(race_tenant):
            assert held.wait(timeout=30)
            return publish(actor=SYSTEM, document=sound())

    def giving() -> Any:
        with tenant_context(race_tenant):
            return change(team)()

    published, given = in_threads(lambda job: job(), [publishing, giving], threads=2)
    assert isinstance(published, PublishRefused)
    assert [problem.path for problem in published.problems] == ["roles.clerk"]
    assert given.role == "clerk"
    with tenant_context(race_tenant):
        assert live_portal().role("clerk") is not None


def test_who_is_invited_counts_until_the_invitation_is_taken_back(tenant: Any, people: dict[str, User]) -> None:
    publish(actor=SYSTEM, document=with_clerk())
    alice = actor_for(people["alice"])
    invited = actions.invite_staff(actor=alice, email="new@example.com", role="clerk")
    with pytest.raises(PublishRefused) as refused:
        publish(actor=SYSTEM, document=sound())
    assert [problem.path for problem in refused.value.problems] == ["roles.clerk"]
    actions.deactivate(actor=alice, user_id=invited.pk)
    publish(actor=SYSTEM, document=sound())
    assert live_portal().role("clerk") is None


def test_nobody_joins_with_a_role_that_is_gone(tenant, people, client_for):
    publish(actor=SYSTEM, document=with_clerk())
    actions.invite_staff(actor=actor_for(people["alice"]), email="new@example.com", role="clerk")
    User.objects.filter(email="new@example.com").update(role="gone")
    path = re.search(r"(/join/[\w-]+/)", mails_to("new@example.com")[-1].text)[1]
    assert client_for().post(path, {"name": "Nina New"}).status_code == 410
    assert not User.objects.get(email="new@example.com").is_active


def test_who_left_with_a_role_that_is_gone_is_invited_again_with_another(tenant: Any, people: dict[str, User]) -> None:
    alice = actor_for(people["alice"])
    publish(actor=SYSTEM, document=sound())
    User.objects.create_user("old@example.com", name="", role="gone", is_active=False)
    assert actions.invite_staff(actor=alice, email="old@example.com", role="agent").role == "agent"
