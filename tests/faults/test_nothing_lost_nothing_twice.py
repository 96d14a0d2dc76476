"""Workers die, Redis forgets or is gone, the mail server is down or slow: every mail arrives, and arrives once.

The one window: a worker that dies between the server's acceptance and its own record repeats the mail, with the same
Message-ID.
"""

import threading
import time

import pytest
from django.db import connection

from tenants.context import tenant_context
from tenants.outbox.models import Mail
from tests import databases
from tests.faults.conftest import KILLED, wait_until

FEW, MANY = 3, 20
ONCE_PLACES = ["after-handler", "before-acceptance"]

# One after the other: each brings its own workers, and waits for seconds that others must not take.
pytestmark = pytest.mark.xdist_group("faults")

times = pytest.mark.parametrize("times", [FEW, pytest.param(MANY, marks=pytest.mark.heavy)])


def kill_rounds(fleet, post, tell, place, times, tenant, copies=1):
    """Round by round: one death at `place`, then the mail in as many copies, and on record; only then the next order,
    which whoever still writes down the last one would take for theirs.
    """
    addresses = []
    for number in range(times):
        addresses.append(f"round{number}@example.com")
        fleet.order_death(place)
        tell(addresses[-1])
        wait_until(lambda: fleet.has_died(place), 40, f"death {number} {place}")
        wait_until(lambda a=addresses[-1]: post.copies()[a] >= copies, 60, f"mail {number} after {place}")
        wait_until(lambda: unsent(tenant) == 0, 60, f"mail {number} on record")
        fleet.forget(place)
    wait_until(lambda: fleet.deaths.count(KILLED) >= times, 5, "all deaths counted")
    return addresses


@times
@pytest.mark.parametrize("place", ONCE_PLACES)
def test_worker_killed_before_the_server_has_the_mail(fleet, post, tell, place, times, race_tenant):
    addresses = kill_rounds(fleet, post, tell, place, times, race_tenant)
    settle(post)
    assert post.copies() == dict.fromkeys(addresses, 1)


@times
def test_worker_killed_between_acceptance_and_record_repeats_the_same_mail(fleet, post, tell, times, race_tenant):
    addresses = kill_rounds(fleet, post, tell, "after-acceptance", times, race_tenant, copies=2)
    settle(post)
    assert post.copies() == dict.fromkeys(addresses, 2)
    assert all(len(identities) == 1 for identities in post.identities().values())
    assert unsent(race_tenant) == 0


def test_redis_flushed_again_and_again(fleet, post, tell, redis):
    ending = threading.Event()

    def flush():
        while not ending.wait(0.05):
            redis.flush()

    flusher = threading.Thread(target=flush)
    flusher.start()
    addresses = [f"flushed{number}@example.com" for number in range(40)]
    for address in addresses:
        tell(address)
        time.sleep(0.05)
    ending.set()
    flusher.join()
    wait_until(lambda: set(addresses) <= set(post.copies()), 60, "all mails")
    settle(post)
    assert post.copies() == dict.fromkeys(addresses, 1)


@pytest.mark.parametrize("seconds", [10, pytest.param(60, marks=pytest.mark.heavy)])
def test_redis_gone_for_a_while(fleet, post, tell, redis, seconds):
    tell("before@example.com")
    wait_until(lambda: "before@example.com" in post.copies(), 40, "the first mail")
    redis.stop()
    addresses = [f"dark{number}@example.com" for number in range(20)]
    started = time.monotonic()
    tell(*addresses)
    assert time.monotonic() - started < 3
    time.sleep(seconds)
    redis.start()
    wait_until(lambda: set(addresses) <= set(post.copies()), 90, "mails after Redis came back")
    settle(post)
    assert post.copies() == dict.fromkeys([*addresses, "before@example.com"], 1)


def test_mail_server_down_for_a_while(fleet, post, tell, race_tenant):
    tell("before@example.com")
    wait_until(lambda: "before@example.com" in post.copies(), 40, "the first mail")
    post.stop()
    addresses = [f"down{number}@example.com" for number in range(20)]
    tell(*addresses)
    wait_until(lambda: attempts(race_tenant) >= 2, 30, "vain attempts")
    post.start()
    wait_until(lambda: set(addresses) <= set(post.copies()), 60, "mails after the server came back")
    settle(post)
    assert post.copies() == dict.fromkeys([*addresses, "before@example.com"], 1)


def test_mail_server_slower_than_our_patience_for_anything_else(fleet, post, tell):
    """EMAIL_TIMEOUT is 3 seconds here; the last answer takes 5."""
    post.delays["*"] = 5
    addresses = ["slow1@example.com", "slow2@example.com"]
    tell(*addresses)
    wait_until(lambda: set(addresses) <= set(post.copies()), 60, "slow mails")
    settle(post, 8)
    assert post.copies() == dict.fromkeys(addresses, 1)


def test_one_tenant_s_slow_readers_do_not_hold_up_another_tenant(fleet, post, tell):
    slow = [f"slow{number}@example.com" for number in range(12)]
    post.delays = dict.fromkeys(slow, 1.5)
    other = databases.provision(name="Other", slug="othertenant", set_up=lambda snapshot: None)
    try:
        # Eight commits, eight wake-ups: without the lease they would take every thread.
        for address in slow:
            tell(address)
        wait_until(lambda: any(a in post.copies() for a in slow), 40, "the first slow mail")
        started = time.monotonic()
        tell("quick@example.com", tenant=other)
        wait_until(lambda: "quick@example.com" in post.copies(), 20, "the other tenant's mail")
        assert time.monotonic() - started < 4
        wait_until(lambda: set(slow) <= set(post.copies()), 60, "all slow mails")
        assert set(post.copies().values()) == {1}
    finally:
        databases.erase(other)


def attempts(tenant) -> int:
    with tenant_context(tenant):
        return sum(Mail.objects.values_list("attempts", flat=True))


def unsent(tenant) -> int:
    with tenant_context(tenant):
        return Mail.objects.filter(sent_at=None).count()


def settle(post, seconds: float = 2.5) -> None:
    """Long enough for two sweeps, so that a second copy would have come."""
    time.sleep(seconds)
    connection.close()
