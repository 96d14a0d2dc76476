"""How often one may try: before hashing, per tenant, without locking anybody out."""

from __future__ import annotations

from unittest import mock

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.cache import cache
from redis.exceptions import ConnectionError as RedisGone

from portal_core.accounts import signin_limits
from portal_core.accounts.models import User
from tenants.limits import Bucket, TooMany, consume
from tests.accounts.conftest import code_for, mails_to, nothing_happens

PASSWORD = "the-same-in-both-twins"


def ask(client, email="carol@example.com", source="203.0.113.5"):
    return client.post("/signin/", {"email": email}, REMOTE_ADDR=source)


def try_password(client, password="wrong", email="carol@example.com", source="203.0.113.5"):
    return client.post("/signin/password/", {"email": email, "password": password}, REMOTE_ADDR=source)


def test_too_many_codes_for_one_address_from_one_source_are_refused_and_not_sent(people, client_for):
    client = client_for()
    for _ in range(signin_limits.STRANGER_PER_ADDRESS_AND_SOURCE):
        assert ask(client).status_code == 302
    with nothing_happens():
        answer = ask(client)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 15 * 60 + 1
    assert b"works again at" in answer.content


def test_one_source_is_limited_over_all_addresses(people, client_for):
    client = client_for()
    for number in range(signin_limits.ANYBODY_PER_SOURCE):
        ask(client, f"n{number}@example.net")
    with nothing_happens():
        assert ask(client, "another@example.net").status_code == 429
    assert ask(client, "another@example.net", source="203.0.113.6").status_code == 302


@pytest.mark.parametrize("attempt", [ask, try_password])
def test_one_source_alone_never_uses_up_what_the_address_has(people, client_for, attempt):
    stranger, victim = client_for(), client_for()
    for _ in range(50):
        attempt(stranger, source="198.51.100.66")
    assert attempt(stranger, source="198.51.100.66").status_code == 429
    assert attempt(victim, source="192.0.2.77").status_code in (302, 400)
    assert ask(victim, source="192.0.2.77").status_code == 302


def test_one_patient_source_has_no_more_than_half_of_what_the_address_has(people, client_for):
    client = client_for()
    taken = []
    for quarter in range(4):
        with mock.patch("tenants.limits.time.time", return_value=1_800_000_000 + quarter * 15 * 60):
            taken += [ask(client).status_code for _ in range(10)]
    assert taken.count(302) == signin_limits.STRANGER_PER_ADDRESS // 2


def test_refused_tries_count_in_no_later_bucket(people, client_for):
    first, second = Bucket("first", "a", 1, 3600), Bucket("second", "b", 2, 3600)
    consume((first, second))
    for _ in range(5):
        with pytest.raises(TooMany):
            consume((first, second))
    consume((second,))
    with pytest.raises(TooMany):
        consume((second,))


def test_a_flood_does_not_lock_the_victim_out_of_a_browser_they_used_before(people, client_for):
    own, attacker = client_for(), client_for()
    ask(own, source="192.0.2.1")
    own.post("/signin/code/", {"code": code_for("carol@example.com")})
    own.post("/signout/")
    for number in range(signin_limits.STRANGER_PER_ADDRESS + 5):
        ask(attacker, source=f"203.0.113.{number}")
    assert ask(attacker, source="198.51.100.1").status_code == 200  # no code: see test_signin_flooded
    assert ask(own, source="192.0.2.1").status_code == 302
    assert own.post("/signin/code/", {"code": code_for("carol@example.com")}).status_code == 302


def test_a_known_browser_is_known_only_for_those_who_signed_in_there(people, client_for):
    own = client_for()
    ask(own)
    own.post("/signin/code/", {"code": code_for("carol@example.com")})
    own.post("/signout/")
    for _ in range(signin_limits.STRANGER_PER_ADDRESS_AND_SOURCE):
        ask(own, "dave@example.com")
    assert ask(own, "dave@example.com").status_code == 429


def test_passwords_are_limited_before_any_hashing(people, client_for):
    client = client_for()
    for _ in range(signin_limits.STRANGER_PER_ADDRESS_AND_SOURCE):
        assert try_password(client).status_code == 400
    with mock.patch.object(User, "check_password") as hashing, nothing_happens():
        assert try_password(client, PASSWORD).status_code == 429
    hashing.assert_not_called()


def test_a_wrong_password_costs_one_hash_whoever_the_address_belongs_to(people, client_for, settings):
    """With a password, without one, deactivated, or nobody's: the time of the answer is the hash's."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    for name in ("carol", "bob"):
        people[name].set_password(PASSWORD)
        people[name].save(update_fields=["password"])
    User.objects.filter(pk=people["bob"].pk).update(is_active=False)
    User.objects.filter(pk=people["dave"].pk).update(password="!unusable")
    for email in ("carol@example.com", "dave@example.com", "bob@example.com", "nobody@example.net"):
        with mock.patch.object(PBKDF2PasswordHasher, "encode", autospec=True, return_value="x") as hashed:
            assert try_password(client_for(), email=email).status_code == 400
        # What an account nobody has is given costs the same as comparing.
        assert hashed.call_count == 1, email


def test_limits_hold_while_redis_is_away(people, client_for):
    client = client_for()
    gone = mock.Mock(side_effect=RedisGone("gone"))
    with mock.patch.object(cache, "add", gone), mock.patch.object(cache, "incr", gone):
        for _ in range(signin_limits.STRANGER_PER_ADDRESS_AND_SOURCE):
            assert ask(client).status_code == 302
        with nothing_happens():
            assert ask(client).status_code == 429


def test_limits_hold_when_redis_is_flushed_between_two_calls(people, client_for):
    with mock.patch.object(cache, "incr", side_effect=ValueError("no such key")):
        assert ask(client_for()).status_code == 302


def test_a_forwarded_address_is_believed_only_behind_known_proxies(people, client_for, settings):
    settings.TRUSTED_PROXY_COUNT = 0
    client = client_for()
    for number in range(signin_limits.STRANGER_PER_ADDRESS_AND_SOURCE):
        client.post("/signin/", {"email": "carol@example.com"}, headers={"x-forwarded-for": f"198.51.100.{number}"})
    answer = client.post("/signin/", {"email": "carol@example.com"}, headers={"x-forwarded-for": "198.51.100.99"})
    assert answer.status_code == 429


def test_what_fills_a_bucket_in_one_tenant_leaves_the_other_alone(twins):
    ours, theirs = twins.alpha.client(), twins.beta.client()
    for _ in range(signin_limits.STRANGER_PER_ADDRESS_AND_SOURCE):
        ask(ours)
    assert ask(ours).status_code == 429
    assert ask(theirs).status_code == 302
    with twins.beta.entered():
        assert len(mails_to("carol@example.com")) == 1
