"""Seats: a few at once, one each, and nobody's fault keeps one."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from redis.exceptions import RedisError

from tenants import seats
from tenants.context import tenant_context
from tenants.seats import NoSeat, Seat, Seated

pytestmark = pytest.mark.django_db


def seat(who: str, press: str = "form") -> Seat:
    return Seat("table", who, press, 2)


@pytest.fixture
def _in(tenant):
    cache.clear()
    yield
    cache.clear()


def test_each_has_one_and_a_tenant_has_a_few(tenant, _in, other_tenant) -> None:
    first, second, third = seat("ann"), seat("ben"), seat("eve")
    first.take()
    with pytest.raises(NoSeat) as refused:
        seat("ann", "another-form").take()
    assert refused.value.is_own
    second.take()
    with pytest.raises(NoSeat) as refused:
        third.take()
    assert not refused.value.is_own
    # Who was turned away has none.
    first.give_back()
    third.take()
    third.give_back()
    second.give_back()
    seat("ann", "another-form").take()
    with tenant_context(other_tenant):
        for who in ("ann", "ben"):
            seat(who).take()


def test_the_same_form_goes_on_where_it_asked_last(tenant, _in) -> None:
    first, again = seat("ann"), seat("ann")
    first.take()
    again.take()
    # It may still be refused: nothing has ended.
    assert first.keep()
    again.take_over()
    assert (first.keep(), again.keep()) == (False, True)
    # Who has gone on elsewhere gives nothing back.
    first.give_back()
    with pytest.raises(NoSeat):
        seat("ann", "another-form").take()
    seat("ben").take()
    again.give_back()
    # It does not go on where another has come to its end.
    assert not first.keep()
    seat("ann", "another-form").take()


def test_one_that_ran_out_is_free_and_whoever_had_it_goes_on(tenant, _in, monkeypatch) -> None:
    slow = seat("ann")
    slow.take()
    cache.clear()
    other = seat("ann", "another-form")
    other.take()
    assert slow.keep() and other.keep()
    slow.give_back()
    assert other.keep()
    with pytest.raises(NoSeat):
        seat("ann", "a-third").take()
    other.give_back()
    assert slow.keep()
    with pytest.raises(NoSeat):
        seat("ann", "a-third").take()


def test_a_second_that_is_refused_takes_nothing_from_the_first(tenant, _in) -> None:
    first, again = seat("ann"), seat("ann")
    first.take()
    again.take()
    again.give_back()
    assert first.keep()
    with pytest.raises(NoSeat):
        seat("ann", "another-form").take()
    seat("ben").take()
    with pytest.raises(NoSeat):
        seat("eve").take()


def test_one_that_ran_out_is_counted_again_and_a_colleagues_stays_the_colleagues(tenant, _in) -> None:
    slow = seat("ann")
    slow.take()
    cache.clear()
    ben, eve = seat("ben"), seat("eve")
    ben.take()
    # It has another place now, and there is none left.
    assert slow.keep()
    with pytest.raises(NoSeat):
        eve.take()
    slow.give_back()
    eve.take()
    with pytest.raises(NoSeat):
        seat("joe").take()
    # No place is free: it goes on, and gives back none of theirs.
    assert slow.keep()
    slow.give_back()
    with pytest.raises(NoSeat):
        seat("joe").take()
    ben.give_back()
    seat("joe").take()


def test_they_run_out_by_themselves(tenant, _in, monkeypatch) -> None:
    kept = {}
    monkeypatch.setattr(cache, "add", lambda key, value, seconds: kept.setdefault(key, seconds) and True)
    seat("ann").take()
    assert set(kept.values()) == {seats.SEAT_SECONDS} and len(kept) == 2


def test_without_a_cache_nobody_waits(tenant, monkeypatch) -> None:
    def gone(*_: object, **__: object) -> object:
        raise RedisError("away")

    for name in ("add", "get", "get_many", "set", "touch"):
        monkeypatch.setattr(cache, name, gone)
    monkeypatch.setattr(cache._cache, "get_client", gone)
    first = seat("ann")
    first.take()
    seat("ann", "another-form").take()
    again = seat("ann")
    again._is_second = True
    again.take_over()
    assert first.keep()
    first.give_back()


def test_it_is_given_back_however_it_ends(tenant, _in) -> None:
    def broken():
        yield b"a"
        raise LookupError

    def ended(sent: Seated) -> None:
        assert list(sent) == [b"a"]

    def closed(sent: Seated) -> None:
        sent.close()

    def failed(sent: Seated) -> None:
        with pytest.raises(LookupError):
            list(sent)

    for end, pieces in ((ended, iter([b"a"])), (closed, broken()), (failed, broken())):
        mine = seat("ann")
        mine.take()
        end(Seated(pieces, mine))
        free = seat("ann", "another-form")
        free.take()
        free.give_back()


def test_what_was_sent_before_the_form_asked_anew_does_not_pass_for_the_whole(tenant, _in) -> None:
    first = seat("ann")
    first.take()
    sent = Seated(iter([b"a", b"b"]), first)
    assert next(sent) == b"a"
    again = seat("ann")
    again.take()
    again.take_over()
    with pytest.raises(ConnectionResetError):
        next(sent)
