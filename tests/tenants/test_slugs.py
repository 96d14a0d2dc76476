"""Addresses: what may be one, with a reason and a suggestion when not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tenants import slugs
from tenants.errors import SlugRefused
from tenants.models import FreedSlug, Tenant

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("typed", ["nordwarm", "mueller-gmbh", "a1b", "4you", "clinic", "corner-shop", "scunthorpe",
                                   "essex-heating", "dickens-books", "analytics-firm", "model-railway"])  # fmt: skip
def test_honest_names_are_free(typed: str) -> None:
    assert slugs.check(f" {typed.upper()}. ") == typed


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "empty"), ("ab", "short"), ("x" * 41, "long"), ("a_b", "letters"), ("-abc", "letters"),
        ("abc-", "letters"), ("a.b", "letters"), ("münchen", "letters"), ("аpple", "letters"), ("a--b", "hyphens"),
        ("xn--bcher-kva", "hyphens"), ("12345", "digits"), ("admin", "reserved"), ("www", "reserved"),
        ("no-reply", "reserved"), ("portico", "platform"), ("p0rtico", "platform"), ("portlco", "platform"),
        ("portico-login", "platform"), ("por-tico", "platform"), ("adrnin", "platform"), ("5upport", "platform"),
        ("s1gnin", "platform"), ("fuckyou", "profane"), ("f-u-c-k", "profane"), ("sh1t", "profane"),
        ("my-sex-shop", "profane"), ("\x00abc", "letters"), ("../etc", "letters"),
        ("information_schema", "letters"), ("alpha", "taken"),
    ],
)  # fmt: skip
def test_refused_with_a_code_and_a_reason(typed: str, code: str) -> None:
    with pytest.raises(SlugRefused) as caught:
        slugs.check(typed)
    assert caught.value.code == code
    assert caught.value.reason.endswith(".")


@pytest.mark.parametrize(("typed", "suggestion"), [("alpha", "alpha-2"), ("a_b c", "a-b-c"), ("münchen", "muenchen"),
                                                   ("a--b", "a-b"), ("12345", "12345-portal")])  # fmt: skip
def test_a_suggestion_is_free_itself(typed: str, suggestion: str) -> None:
    with pytest.raises(SlugRefused) as caught:
        slugs.check(typed)
    assert caught.value.suggestion == suggestion
    assert slugs.check(suggestion) == suggestion


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Nordwarm", "nordwarm"), ("Müller & Söhne GmbH", "mueller-and-soehne-gmbh"), ("O'Neill's", "oneills"),
     ("Café Zoë", "cafe-zoe"), ("Al", "al-portal"), ("東京", "portal-2"), ("Alpha", "alpha-2"), ("x" * 200, "x" * 37)],
)  # fmt: skip
def test_a_name_becomes_a_free_address(name: str, slug: str) -> None:
    suggested = slugs.suggest(name)
    if slug == "portal-2":
        assert suggested
        slugs.check(suggested)
    else:
        assert suggested == slug


def test_a_freed_name_waits_in_quarantine() -> None:
    freed = FreedSlug.objects.create(slug="gone-away")
    with pytest.raises(SlugRefused, match="already"):
        slugs.check("gone-away")
    freed.freed_at = timezone.now() - slugs.QUARANTINE - timedelta(seconds=1)
    freed.save()
    assert slugs.check("gone-away") == "gone-away"


@pytest.mark.parametrize("typed", ["n0rdwarm", "nordvvarm", "norclwarm", "nordwarrn"])
def test_an_address_that_looks_like_another_portals_is_refused(typed: str) -> None:
    assert slugs.check(typed) == typed
    Tenant.objects.create(name="Nordwarm", slug="nordwarm")
    with pytest.raises(SlugRefused, match="mistaken for another portal") as caught:
        slugs.check(typed)
    assert caught.value.code == "alike"
    assert slugs.check(caught.value.suggestion)


@pytest.mark.parametrize(("one", "other"), [("shop-6", "shop-8"), ("hall-i", "hall-l"), ("hall-4", "hall-a")])
def test_addresses_that_are_told_apart_by_digits_or_single_letters_are_not_meant(one: str, other: str) -> None:
    Tenant.objects.create(name="One", slug=one)
    assert slugs.check(other) == other


def test_the_platforms_own_hosts_are_nobodys(settings: Any) -> None:
    assert slugs.check("hello-there") == "hello-there"
    settings.PLATFORM_HOSTS = ["localhost", "hello-there.localhost"]
    with pytest.raises(SlugRefused, match="own use"):
        slugs.check("hello-there")
