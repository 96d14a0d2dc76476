"""Sign-up: from the form to the owner inside a live portal."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from portal_core.config.canonical import canonical_json
from portal_core.config.live import live_portal
from tenants import catalog, registry
from tenants.context import tenant_context
from tenants.models import FreedSlug, SignUp, Tenant
from tenants.names import NAME_LENGTH, clean_name
from tenants.outbox.drain import drain
from tenants.provisioning import provision
from tenants.signup import steps

pytestmark = pytest.mark.django_db

TYPED = {"name": "Nordheat", "email": "Priya@Nordheat.Example", "slug": "nordheat", "colour": "#0b6153"}


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "localhost:8000"})


def typed(**changes: str) -> dict[str, str]:
    starters = registry.starters()
    return {**TYPED, "starter": starters[0].key if starters else "", **changes}


def mailed_code() -> str:
    drain("public")
    match = re.search(r"\b(\d{6})\b", mail.outbox[-1].subject)
    assert match
    return match[1]


def begin(client: Client, **changes: str) -> str:
    response = client.post("/signup/", typed(**changes))
    assert response.status_code == 302, response.content
    assert response["Location"] == "/signup/code/"
    return mailed_code()


def test_who_reads_german_is_told_beforehand_that_the_desk_does_not(client):
    german = client.get("/signup/", headers={"accept-language": "de"}).content.decode()
    assert "Arbeitsbereich, der bisher Englisch spricht" in german
    assert "speaks English so far" not in client.get("/signup/").content.decode()


def test_the_pages_are_there(client: Client) -> None:
    for path in ("/", "/signup/", "/readyz"):
        assert client.get(path).status_code == 200, path
    assert client.get("/signup/code/")["Location"] == "/signup/"


def test_sign_up_is_not_on_tenants_hosts() -> None:
    assert Client(headers={"host": "alpha.localhost:8000"}).get("/signup/").status_code == 404


def test_from_the_form_to_a_live_portal(client: Client) -> None:
    code = begin(client)
    assert mail.outbox[-1].to == ["priya@nordheat.example"]
    page = client.get("/signup/code/").content.decode()
    assert "priya@nordheat.example" in page
    response = client.post("/signup/code/", {"code": f"{code[:3]} {code[3:]}"})
    assert response.status_code == 302
    assert response["Location"].startswith("http://nordheat.localhost:8000/")
    snapshot = catalog.by_slug("nordheat")
    assert snapshot is not None
    assert snapshot.name == "Nordheat"
    owner = Client(headers={"host": "nordheat.localhost:8000"})
    path = response["Location"].removeprefix("http://nordheat.localhost:8000")
    assert owner.get(path).status_code in {200, 302}


@pytest.mark.parametrize(
    ("reads", "browser_says", "language", "zone", "currency"),
    [
        ("de-DE,de;q=0.9", "", "de", "Europe/Berlin", "EUR"),
        ("de-CH,de;q=0.9", "Europe/Zurich", "de", "Europe/Zurich", "CHF"),
        ("en-US,en;q=0.9", "America/New_York", "en", "America/New_York", "USD"),
        ("en-IN,en;q=0.9", "Asia/Calcutta", "en", "Asia/Calcutta", "INR"),
        ("en", "Antarctica/Troll", "en", "Antarctica/Troll", None),
        ("en", "UTC", "en", "Europe/London", None),
        ("fr", "Etc/GMT-3", "en", "Europe/London", None),
        ("en", "../../etc/passwd", "en", "Europe/London", None),
    ],
)
def test_a_portal_speaks_its_owners_language_and_goes_by_their_clock(
    client: Client, reads: str, browser_says: str, language: str, zone: str, currency: str | None
) -> None:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = reads
    code = begin(client)
    assert 'name="time_zone" data-time-zone' in client.get("/signup/code/").content.decode()
    assert client.post("/signup/code/", {"code": code, "time_zone": browser_says}).status_code == 302
    snapshot = catalog.by_slug("nordheat")
    assert snapshot is not None
    with tenant_context(snapshot):
        portal = live_portal()
    assert (portal.language, portal.time_zone.key, portal.settings.currency) == (language, zone, currency)
    # That language alone: another one is the owner's to add.
    assert portal.languages == (language,)
    other = {"en": r"\b(und|oder|Sie)\b", "de": r"\b(and|your|you)\b"}[language]
    assert re.search(other, canonical_json(portal.document)) is None


def test_the_form_keeps_what_was_typed_on_every_error(client: Client) -> None:
    for changes in ({"slug": "admin"}, {"email": "nonsense"}, {"name": ""}, {"slug": "alpha"}):
        response = client.post("/signup/", typed(**changes))
        assert response.status_code == 400
        form = response.context["form"]
        page = response.content.decode()
        for name, value in typed(**changes).items():
            assert form[name].value() == value, (name, changes)
            if name in {"name", "email", "slug"} and value:
                assert f'value="{value}"' in page
    assert not SignUp.objects.exists()


def test_a_taken_address_comes_with_a_suggestion(client: Client) -> None:
    response = client.post("/signup/", typed(slug="alpha"))
    assert response.context["suggestion"] == "alpha-2"
    assert "alpha-2" in response.content.decode()


def test_without_an_address_one_is_made_of_the_name(client: Client) -> None:
    begin(client, slug="", name="Müller & Söhne")
    assert SignUp.objects.get().slug == "mueller-and-soehne"


@pytest.mark.parametrize(
    ("query", "state"),
    [({"slug": "brand-new"}, "free"), ({"slug": "alpha"}, "refused"), ({"slug": "p0rtico"}, "refused"),
     ({"slug": "", "name": "New Shop"}, "suggested"), ({"slug": "\x00"}, "refused"), ({}, "refused")],
)  # fmt: skip
def test_an_address_is_looked_up_while_it_is_typed(client: Client, query: dict[str, str], state: str) -> None:
    response = client.get("/signup/address/", query)
    assert response.status_code == 200
    shown = response.context["state"]
    assert shown == state or (not query and shown == "suggested")


def test_a_wrong_code_five_times_and_the_right_one_no_longer_works(client: Client) -> None:
    code = begin(client)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for _ in range(steps.MAX_ATTEMPTS):
        assert client.post("/signup/code/", {"code": wrong}).status_code == 400
    assert client.post("/signup/code/", {"code": code}).status_code == 400
    assert not Tenant.objects.filter(slug="nordheat").exists()
    assert client.post("/signup/code/", {"again": "1"}).status_code == 302
    assert client.post("/signup/code/", {"code": mailed_code()}).status_code == 302


def test_an_old_code_does_not_work(client: Client) -> None:
    code = begin(client)
    SignUp.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.post("/signup/code/", {"code": code}).status_code == 400
    assert not Tenant.objects.filter(slug="nordheat").exists()


def test_a_new_code_makes_the_old_one_worthless(client: Client) -> None:
    code = begin(client)
    client.post("/signup/code/", {"again": "1"})
    if mailed_code() != code:
        assert client.post("/signup/code/", {"code": code}).status_code == 400


def test_another_browser_cannot_enter_the_code(client: Client) -> None:
    code = begin(client)
    response = Client(headers={"host": "localhost:8000"}).post("/signup/code/", {"code": code})
    assert response["Location"] == "/signup/"
    assert not Tenant.objects.filter(slug="nordheat").exists()


def test_an_address_lost_meanwhile_needs_no_second_code(client: Client) -> None:
    code = begin(client)
    provision(name="Faster", slug="nordheat")
    response = client.post("/signup/code/", {"code": code})
    assert response.status_code == 409
    assert response.context["form"]["email"].value() == "priya@nordheat.example"
    assert response.context["suggestion"] == "nordheat-2"
    response = client.post("/signup/", typed(slug="nordheat-2", email="priya@nordheat.example"))
    assert response["Location"].startswith("http://nordheat-2.localhost:8000/")


def test_another_address_needs_a_code_of_its_own(client: Client) -> None:
    code = begin(client)
    FreedSlug.objects.create(slug="nordheat")
    assert client.post("/signup/code/", {"code": code}).status_code == 409
    response = client.post("/signup/", typed(slug="nordheat-2", email="else@example.com"))
    assert response["Location"] == "/signup/code/"
    assert not Tenant.objects.filter(slug="nordheat-2").exists()


def test_a_failure_says_so_and_the_next_try_goes_on(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    code = begin(client)
    from tenants import provisioning
    from tenants.errors import ProvisioningFailed

    def broken(*_args: Any, **_kwargs: Any) -> None:
        raise ProvisioningFailed

    with monkeypatch.context() as off:
        off.setattr(steps, "provision", broken)
        response = client.post("/signup/code/", {"code": code})
        assert response.status_code == 503
    assert provisioning.provision
    response = client.post("/signup/", typed(email="priya@nordheat.example"))
    assert response["Location"].startswith("http://nordheat.localhost:8000/")


def test_too_many_sign_ups_of_one_address_are_refused(client: Client) -> None:
    cache.clear()
    answers = [client.post("/signup/", typed(slug=f"flood-{number}")).status_code for number in range(7)]
    assert answers == [302] * 5 + [429] * 2
    assert client.post("/signup/", typed(slug="flood-x", email="other@example.com")).status_code == 302


def test_one_source_does_not_keep_an_address_from_signing_up(client: Client) -> None:
    def status(number: int, source: str) -> int:
        return client.post("/signup/", typed(slug=f"many-{number}"), REMOTE_ADDR=source).status_code

    cache.clear()
    assert [status(number, "198.51.100.66") for number in range(30)][-1] == 429
    assert status(40, "192.0.2.77") == 302
    several = [status(50 + number, f"203.0.113.{number}") for number in range(20)]
    assert several[0] == 302
    assert several[-1] == 429


@pytest.mark.parametrize("name", ["N" * 81, "\x01\x02", "\u200b\u200b", " \u00a0 ", "\ud800", "\u2028"])
def test_a_name_that_no_portal_can_have_is_refused_in_the_form(client: Client, name: str) -> None:
    body = urlencode(typed(name=name), errors="surrogatepass")
    response = client.post("/signup/", body, content_type="application/x-www-form-urlencoded")
    if name == "\ud800":  # arrives as signs for "unreadable", which can be read
        assert response.status_code in {302, 400}
        return
    assert response.status_code == 400
    assert response.context["form"].has_error("name")
    assert "Ensure" not in str(response.context["form"].errors), "in our words, not the framework's"
    assert not SignUp.objects.exists()


@pytest.mark.parametrize("name", ["N" * NAME_LENGTH, "ÄÖÜ" * 26, "Nord\x01heat", "a" * 40 + "\u0958" * 20])
def test_a_name_that_the_form_takes_makes_a_portal(client: Client, name: str) -> None:
    code = begin(client, name=name)
    assert client.post("/signup/code/", {"code": code}).status_code == 302
    assert Tenant.objects.get(slug="nordheat").name == clean_name(name)


def test_what_cannot_be_made_into_a_portal_is_said_and_leaves_nothing(client: Client) -> None:
    code = begin(client)
    SignUp.objects.update(name="N" * 100)  # as it stood before there was a limit
    response = client.post("/signup/code/", {"code": code})
    assert response.status_code == 400
    assert "cannot make a portal" in response.content.decode()
    assert not Tenant.objects.filter(slug="nordheat").exists()
    assert client.post("/signup/", typed()).status_code == 302


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [("--name", "N" * 81, "at most 80"), ("--name", "\x01", "name of your business"), ("--colour", "none", "portal")],
)
def test_the_command_says_why_it_makes_no_portal(option: str, value: str, words: str) -> None:
    options = {"--name": "Shop", "--slug": "wordy", "--owner-email": "o@example.com", option: value}
    with pytest.raises(CommandError, match=words):
        call_command("create_tenant", *(part for pair in options.items() for part in pair))
    assert not Tenant.objects.filter(slug="wordy").exists()


def test_hostile_input_is_kept_or_refused_never_an_error(client: Client) -> None:
    for value in (
        "\x00",
        "x" * 100_000,
        "<script>alert(1)</script>",
        "a\r\nBcc: x@example.com",
        "\ud800",
        "٣",
        "{0}",
        "%s",
    ):
        for name in ("name", "email", "slug", "starter", "colour"):
            cache.clear()
            body = urlencode({**typed(slug=""), name: value}, errors="surrogatepass")
            response = client.post("/signup/", body, content_type="application/x-www-form-urlencoded")
            assert response.status_code in {302, 400}, (name, value[:20])
            assert "<script>alert(1)" not in response.content.decode()
