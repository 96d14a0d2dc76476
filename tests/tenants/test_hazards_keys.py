"""Hazards 5 and 6: nothing that one tenant cached, counted or signed holds in the other, though all keys are equal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import signing as stock_signing
from django.core.cache import cache
from django.core.cache.backends.base import default_key_func

from tenants import limits, signing
from tenants.context import public_context
from tests.factories import Twins

pytestmark = pytest.mark.django_db


@pytest.fixture
def shared_cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The guard off: Django's own cache keys."""
    real = cache._connections[cache._alias]

    class Off:
        def __enter__(self) -> None:
            real.key_func = default_key_func

        def __exit__(self, *_error: object) -> None:
            real.key_func = original

    original = real.key_func
    yield Off()
    real.key_func = original


def test_5_a_cached_value_of_one_is_unknown_in_the_other(twins: Twins, shared_cache: Any) -> None:
    with shared_cache:
        with twins.alpha.entered():
            cache.set("answer", "alpha's")
        with twins.beta.entered():
            assert cache.get("answer") == "alpha's"  # the leak
    cache.clear()
    with twins.alpha.entered():
        cache.set("answer", "alpha's")
        cache.add("count", 1)
    for place in (twins.beta.entered(), public_context()):
        with place:
            assert cache.get("answer") is None
            assert cache.add("count", 1)
            cache.delete("answer")
    with twins.alpha.entered():
        assert cache.get("answer") == "alpha's"


def test_5_one_tenants_throttle_does_not_slow_the_other(twins: Twins, shared_cache: Any) -> None:
    bucket = limits.Bucket("probe", "the same address", limit=2, window_seconds=3600)

    def flood() -> None:
        for _ in range(2):
            limits.consume([bucket])

    with shared_cache:
        with twins.alpha.entered():
            flood()
        with twins.beta.entered(), pytest.raises(limits.TooMany):
            limits.consume([bucket])  # the leak: throttled by somebody else
    cache.clear()
    with twins.alpha.entered():
        flood()
        with pytest.raises(limits.TooMany):
            limits.consume([bucket])
    with twins.beta.entered():
        limits.consume([bucket])


def test_5_also_while_redis_is_gone(twins: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    limits.in_process.clear()

    def gone(*_args: Any, **_kwargs: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(cache._connections[cache._alias], "add", gone)
    bucket = limits.Bucket("probe", "x", limit=1, window_seconds=3600)
    with twins.alpha.entered():
        limits.consume([bucket])
    with twins.beta.entered():
        limits.consume([bucket])
    limits.in_process.clear()


def test_6_a_signed_value_of_one_is_worthless_in_the_other(twins: Twins) -> None:
    with twins.alpha.entered():
        stock = stock_signing.dumps({"id": 1}, salt="link")
        ours = signing.dumps({"id": 1}, salt="link")
        assert signing.loads(ours, salt="link") == {"id": 1}
        with pytest.raises(signing.BadSignature):
            signing.loads(ours, salt="another purpose")
    for place in (twins.beta.entered(), public_context()):
        with place:
            assert stock_signing.loads(stock, salt="link") == {"id": 1}  # the leak
            with pytest.raises(signing.BadSignature):
                signing.loads(ours, salt="link")


def test_6_djangos_own_tokens_leak_between_equal_people(twins: Twins) -> None:
    """Why the product has none of them: its links are rows of the tenant, its codes lie in the session."""
    generator = PasswordResetTokenGenerator()
    ours, theirs = twins.alpha.people["carol"], twins.beta.people["carol"]
    assert generator.check_token(theirs, generator.make_token(ours))


def test_6_a_session_of_one_is_nobody_in_the_other(twins: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal_core.accounts import models, sessions

    host = {"headers": {"host": twins.beta.tenant.primary_domain}}
    page = "/account/"
    with monkeypatch.context() as off:
        off.setattr(sessions, "current_schema", lambda: "same")
        off.setattr(models, "current_schema", lambda: "same" if twins else "")
        client = twins.alpha.client("carol")
        twins.mirror()
        assert client.get(page).status_code == 200
        assert client.get(page, **host).status_code == 200  # the leak: alpha's cookie signed Carol in on beta
    client = twins.alpha.client("carol")
    twins.mirror()
    assert client.get(page).status_code == 200
    answer = client.get(page, **host)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/signin/")
