"""The operators' console: two factors, in public alone."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from redis.exceptions import RedisError

from portal_core.accounts.models import User
from portal_core.accounts.signin_links import SIGN_IN, create_link
from tenants import lifecycle, registry
from tenants.console import needs as needs_of
from tenants.console.needs import look_again
from tenants.context import public_context, tenant_context
from tenants.migrating import tenant_fingerprint
from tenants.models import SignUp, Tenant, TenantChange
from tenants.outbox.models import Event
from tenants.outbox.troubles import Troubles
from tests.accounts.conftest import code_for, mails_to, nothing_happens
from tests.contracts import hostile
from tests.factories import make_client

OPS = "ops@example.com"


def app_code(seed, shift=0):
    return format_hotp_value(hotp_value(seed, int(time.time()) // 30 + shift))


def seed_on(page):
    return re.search(r'class="mono">([A-Z2-7]{32})<', page.content.decode())[1]


@pytest.fixture
def operator(db):
    with public_context():
        return User.objects.create_user(OPS, name="Olive Operator", role="operator")


def link_of(operator):
    with public_context():
        return create_link(operator, SIGN_IN, 60)


def enrolled(operator):
    """A client that came by the link and enrolled; its seed and recovery codes."""
    client = make_client()
    client.post(link_of(operator))
    seed = seed_on(client.get("/console/enrol/"))
    answer = client.post("/console/enrol/", {"code": app_code(seed)})
    codes = re.findall(r"<li>(\d{10})</li>", answer.content.decode())
    return client, seed, codes


def test_the_first_sign_in_by_the_shells_address_forces_a_second_factor(operator):
    client = make_client()
    path = link_of(operator)
    assert client.get(path).status_code == 200
    assert client.get("/console/").headers["Location"] == "/console/signin/"
    assert client.post(path).headers["Location"] == "/console/second/"
    assert client.get("/console/").status_code == 302
    assert client.get("/console/second/").headers["Location"] == "/console/enrol/"
    seed = seed_on(client.get("/console/enrol/"))
    assert (
        client.post("/console/enrol/", {"code": "000000" if app_code(seed) != "000000" else "111111"}).status_code
        == 400
    )
    assert client.get("/console/").status_code == 302
    answer = client.post("/console/enrol/", {"code": app_code(seed)})
    assert len(re.findall(r"<li>\d{10}</li>", answer.content.decode())) == 10
    page = client.get("/console/")
    assert page.status_code == 200
    assert b"alpha" in page.content


def test_the_seed_lies_encrypted_in_the_database(operator):
    _client, seed, codes = enrolled(operator)
    with public_context():
        stored = repr(list(Authenticator.objects.values_list("data")))
    assert seed not in stored
    assert not any(code in stored for code in codes)


def test_afterwards_a_mailed_code_and_the_app_are_both_needed(operator):
    _first, seed, _codes = enrolled(operator)
    client = make_client()
    client.post("/console/signin/", {"email": "OPS@example.com"})
    with public_context():
        code = code_for(OPS)
    assert client.post("/console/code/", {"code": code}).headers["Location"] == "/console/second/"
    assert client.get("/console/").status_code == 302
    assert client.post("/console/second/", {"code": app_code(seed, 1)}).headers["Location"] == "/console/"
    assert client.get("/console/").status_code == 200


def test_a_code_of_the_app_and_a_recovery_code_work_once(operator):
    _first, seed, codes = enrolled(operator)

    def enter(code):
        client = make_client()
        client.post(link_of(operator))
        return client.post("/console/second/", {"code": code}).status_code

    shown = app_code(seed)
    assert [enter(shown), enter(shown)] == [302, 400]
    cache.clear()  # the limit of five, which is another test's matter
    assert [enter(codes[0]), enter(codes[0]), enter(codes[1])] == [302, 400, 302]


def test_a_mailbox_alone_never_makes_a_second_factor(operator):
    client = make_client()
    client.post("/console/signin/", {"email": OPS})
    with public_context():
        client.post("/console/code/", {"code": code_for(OPS)})
        with nothing_happens():
            assert client.get("/console/enrol/").status_code == 403
            assert client.post("/console/enrol/", {"code": "123456"}).status_code == 403
        assert not Authenticator.objects.exists()


def test_an_enrolled_factor_cannot_be_replaced_by_another_link(operator):
    enrolled(operator)
    client = make_client()
    client.post(link_of(operator))
    assert client.get("/console/enrol/").headers["Location"] == "/console/signin/"


def test_guessing_the_second_factor_ends_after_five(operator):
    _first, seed, _codes = enrolled(operator)
    client = make_client()
    client.post(link_of(operator))
    statuses = [client.post("/console/second/", {"code": "000000"}).status_code for _ in range(6)]
    assert statuses[-1] == 429
    assert client.post("/console/second/", {"code": app_code(seed, 1)}).status_code == 429


def test_guessing_the_mailed_code_ends_after_five(operator):
    client = make_client()
    client.post("/console/signin/", {"email": OPS})
    with public_context():
        code = code_for(OPS)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for _ in range(5):
        assert client.post("/console/code/", {"code": wrong}).status_code == 400
    assert client.post("/console/code/", {"code": code}).status_code == 429


def test_strangers_get_a_refusal_by_mail_and_the_same_page(operator):
    client = make_client()
    answer = client.post("/console/signin/", {"email": "who@example.net"})
    known = make_client().post("/console/signin/", {"email": OPS})
    assert (answer.status_code, answer.headers["Location"]) == (known.status_code, known.headers["Location"])
    with public_context():
        assert "cannot sign in" in mails_to("who@example.net")[-1].text


def test_the_console_does_not_exist_on_a_tenants_host(operator, people, client_for):
    with public_context():
        link = create_link(operator, SIGN_IN, 60)
    for path in ("/console/", "/console/signin/", link):
        assert client_for(people["alice"]).get(path).status_code == 404


def test_a_tenants_session_is_worth_nothing_on_the_console(operator, people, client_for):
    inside = client_for(people["alice"])
    platform = Client(headers={"host": "localhost"})
    platform.cookies = inside.cookies
    assert platform.get("/console/").headers["Location"] == "/console/signin/"


def test_an_operators_session_is_worth_nothing_in_a_tenant(operator, alpha):
    client, _seed, _codes = enrolled(operator)
    inside = make_client(tenant=alpha)
    inside.cookies = client.cookies
    assert inside.get("/account/").status_code == 302
    assert inside.get("/desk/").status_code == 302


def test_a_deactivated_operator_is_out_at_once(operator):
    client, _seed, _codes = enrolled(operator)
    with public_context():
        User.objects.filter(pk=operator.pk).update(is_active=False)
    assert client.get("/console/").status_code == 302


def test_an_operator_link_works_once_and_only_by_post(operator):
    path = link_of(operator)
    assert [make_client().get(path).status_code for _ in range(2)] == [200, 200]
    assert make_client().post(path).status_code == 302
    assert make_client().post(path).status_code == 410


def test_the_list_is_searched_and_paged(operator, settings):
    client, _seed, _codes = enrolled(operator)
    page = client.get("/console/?q=alp").content.decode()
    assert "alpha" in page
    assert "beta" not in page
    for odd in (
        "?q=%00",
        "?q=" + "x" * 5000,
        "?page=99999999",
        "?page=-1",
        "?page=abc",
        "?q=<script>alert(1)</script>",
    ):
        answer = client.get(f"/console/{odd}")
        assert answer.status_code == 200
        assert b"<script>alert(1)" not in answer.content


def test_the_list_costs_the_same_for_any_number_of_tenants(operator, server_statements):
    from tenants.models import Domain, Tenant

    client, _seed, _codes = enrolled(operator)
    client.get("/console/")
    with server_statements() as few:
        client.get("/console/")
    with public_context():
        for number in range(30):
            tenant = Tenant.objects.create(name=f"N{number}", slug=f"number-{number}")
            Domain.objects.create(tenant=tenant, host=f"number-{number}.localhost")
    with server_statements() as many:
        client.get("/console/")
    assert len(many.without_transactions) == len(few.without_transactions) <= 8


def test_one_source_does_not_keep_an_operator_from_a_code(operator):
    def ask(source):
        return make_client().post("/console/signin/", {"email": operator.email}, REMOTE_ADDR=source).status_code

    with public_context():
        assert [ask("198.51.100.66") for _ in range(31)][-1] == 429
        assert ask("192.0.2.77") == 302
        several = [ask(f"203.0.113.{number}") for number in range(20)]
    assert several[0] == 302
    assert several[-1] == 429


def test_a_flood_from_many_sources_leaves_an_operator_the_browser_used_before(operator):
    client, _seed, _codes = enrolled(operator)
    client.post("/console/signout/")
    for number in range(20):
        make_client().post("/console/signin/", {"email": OPS}, REMOTE_ADDR=f"203.0.113.{number}")
    assert make_client().post("/console/signin/", {"email": OPS}, REMOTE_ADDR="192.0.2.77").status_code == 429
    assert client.post("/console/signin/", {"email": OPS}).headers["Location"] == "/console/code/"
    with public_context():
        code = code_for(OPS)
    assert client.post("/console/code/", {"code": code}).headers["Location"] == "/console/second/"
    # What is known of the browser is known of this address alone.
    answers = [client.post("/console/signin/", {"email": "who@example.net"}).status_code for _ in range(6)]
    assert answers == [302] * 5 + [429]


def console_page(client, path="", data=None):
    answer = (
        client.post(f"/console/tenants/alpha/{path}", data)
        if data is not None
        else client.get(f"/console/tenants/alpha/{path}")
    )
    return answer, answer.content.decode()


def test_an_operator_closes_a_portal_by_its_typed_address_with_a_reason_and_opens_it_again(operator, alpha):
    client, _seed, _codes = enrolled(operator)
    portal = make_client(tenant=alpha)
    for wrong in ({"reason": "Unpaid", "typed": "beta"}, {"reason": " ", "typed": "alpha"}, {}):
        answer, text = console_page(client, "suspend/", wrong)
        assert answer.status_code == 400
        assert "Suspend " in text
        assert portal.get("/signin/").status_code == 200
    assert console_page(client, "suspend/", {"reason": "Unpaid", "typed": "alpha"})[0].status_code == 302
    # Sent twice: still one line of history.
    assert console_page(client, "suspend/", {"reason": "Unpaid", "typed": "alpha"})[0].status_code == 302
    assert portal.get("/signin/").status_code == 503
    _answer, text = console_page(client)
    assert "Unpaid" in text and OPS in text and "again</button>" in text
    with public_context():
        assert TenantChange.objects.count() == 1
    assert "alpha" in client.get("/console/?state=suspended").content.decode()
    assert "beta" not in client.get("/console/?state=suspended").content.decode()
    assert "alpha" not in client.get("/console/?state=active&q=alpha").content.decode().split("<tbody>")[1]
    assert console_page(client, "resume/", {"reason": "<b>Paid</b>"})[0].status_code == 302
    assert portal.get("/signin/").status_code == 200
    assert "&lt;b&gt;Paid&lt;/b&gt;" in console_page(client)[1]
    # What later code does is not told as something else.
    with public_context():
        for what in ("moved", "resume"):
            TenantChange.objects.create(tenant_id=alpha.id, what=what, reason="To the moon", by=OPS)
    text = console_page(client)[1]
    assert text.count("Something that this version does not know") == 2 and "To the moon" not in text
    assert text.count("Resumed</b>") == 1
    page = client.get("/console/?state=suspended&region=eu").content.decode()
    assert "do not know here: <bdi>region</bdi>" in page


def send(client, path, **fields):
    """Sends a form as a careless client would: signs that UTF-8 cannot say go as bytes."""
    body = urlencode(fields, errors="surrogatepass")
    return client.post(f"/console/tenants/alpha/{path}", body, content_type="application/x-www-form-urlencoded")


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.heavy)], ids=["in turn", "whole"])
def test_any_reason_is_kept_as_typed_or_refused(operator, alpha, whole):
    """One operator for all of them: coming in with both factors takes longer than everything that is tried.

    Each string is a reason for closing or for opening again, as the portal stands, and typed as the address where that
    is open; `--heavy` tries it as all three.
    """
    client, _seed, _codes = enrolled(operator)
    is_closed = False
    for name, text in hostile.STRINGS.items():
        cache.clear()
        for _ in range(1 + whole):
            answer = send(client, "resume/" if is_closed else "suspend/", reason=text, typed="alpha")
            assert answer.status_code in {302, 400}, name
            is_closed ^= answer.status_code == 302
            answer, page = console_page(client)
            assert answer.status_code == 200, name
            assert "<script>alert" not in page and "onerror=alert(1)>" not in page.replace("&gt;", ""), name
        if is_closed:
            continue
        with public_context():
            before = TenantChange.objects.count()
        answer = send(client, "suspend/", reason="Unpaid", typed=text)
        with public_context():
            assert (answer.status_code, TenantChange.objects.count()) == (400, before), name
    with public_context():
        assert TenantChange.objects.count() > (1 + whole) * len(hostile.STRINGS) // 2, "most of them are kept"


def test_whoever_opens_what_was_closed_anew_meanwhile_is_told_so(operator, alpha, monkeypatch):
    client, _seed, _codes = enrolled(operator)
    console_page(client, "suspend/", {"reason": "Unpaid", "typed": "alpha"})

    def meddle(_closed_since):
        monkeypatch.setattr(registry, "_resume_hooks", [])
        lifecycle.resume("alpha", by="b@example.com")
        lifecycle.suspend("alpha", reason="Abuse", by="c@example.com")

    monkeypatch.setattr(registry, "_resume_hooks", [meddle])
    assert console_page(client, "resume/", {"reason": "Paid"})[0].status_code == 302
    text = console_page(client)[1]
    assert "Somebody else has suspended it anew meanwhile" in text and "Abuse" in text and "Paid" not in text


def test_what_is_stuck_is_tried_again_on_demand(operator, alpha):
    client, _seed, _codes = enrolled(operator)
    later = timezone.now() + timedelta(hours=6)
    with tenant_context(alpha):
        for _ in range(3):
            Event.objects.create(kind="test.x", attempts=5, due_at=later, last_error="KeyError: 'x'")
    assert console_page(client, "again/", {})[0].status_code == 302
    with tenant_context(alpha):
        assert not Event.objects.filter(kind="test.x", due_at__gt=timezone.now()).exists()
    # It stands among what operators did, with who did it; what was not there to be tried again does not.
    text = console_page(client)[1]
    assert "Had 3 stuck events tried again" in text and OPS in text
    with tenant_context(alpha):
        Event.objects.filter(kind="test.x").delete()
    console_page(client, "again/", {})
    with public_context():
        assert [change.what for change in TenantChange.objects.all()] == ["retried"]


def test_what_was_tried_again_says_nothing_of_since_when_a_portal_is_closed(operator, alpha):
    lifecycle.suspend("alpha", reason="Abuse", by=OPS)
    with public_context():
        closed = TenantChange.objects.get()
        TenantChange.objects.create(tenant_id=alpha.id, what=TenantChange.What.RETRIED, reason="2", by=OPS)
    assert lifecycle._last_change("alpha") == closed


NIGHT = {
    "t_one": Troubles(late_mails=2, stuck_events=1),
    "t_two": Troubles(stuck_events=4),
    "public": Troubles(late_mails=1),
    "t_three": Troubles(put_off_events=3, failed_mails=9),
    "t_four": Troubles(failed_mails=5),
}


def test_one_line_says_that_nothing_needs_anybody(operator, monkeypatch):
    client, _seed, _codes = enrolled(operator)
    monkeypatch.setattr(needs_of, "troubles_of", lambda _schemas: {"t_four": Troubles(failed_mails=5)})
    look_again()
    with public_context():
        Tenant.objects.update(fingerprint=tenant_fingerprint())
    text = console_text(client)
    assert "Nothing needs you." in text and "This needs you" not in text


def test_what_needs_a_hand_stands_first_with_where_and_what_to_do(operator, monkeypatch):
    client, _seed, _codes = enrolled(operator)
    asked = []
    monkeypatch.setattr(needs_of, "troubles_of", lambda schemas: asked.append(schemas) or NIGHT)
    look_again()
    with public_context():
        Tenant.objects.update(fingerprint=tenant_fingerprint())
        for number, name in enumerate(("one", "two", "three", "four")):
            current = tenant_fingerprint() if number else "old"
            Tenant.objects.create(schema_name=f"t_{name}", slug=name, name=name.title(), fingerprint=current)
        SignUp.objects.create(
            name="N", email="n@example.com", slug="n", starter="support-tickets", colour="#c8401a", code_hash="x",
            verified_at=timezone.now() - timedelta(minutes=9), expires_at=timezone.now() + timedelta(minutes=9),
        )  # fmt: skip
    text = console_text(client)
    assert "Nothing needs you" not in text
    for said in (
        "1 portal is not served: its schema is behind the code. Run manage.py migrate_fleet. One",
        "3 mails could not be sent for half an hour or longer.",
        "See whether the mail server takes mail and a worker runs. One , Portico",
        "5 events are stuck: what they should bring about has failed again and again.",
        "then have them tried again on the portal’s page. Two , One",
        "3 files wait for the virus scanner, which does not answer.",
        "1 sign-up has no portal although its code was right.",
    ):
        assert said in text, text
    assert "Four" not in text.partition("Behind the code’s schema")[0], "refused mail is its portal's own matter"
    # Looked at once a minute, and again after something was done about it.
    client.get("/console/")
    assert len(asked) == 1
    look_again()
    client.get("/console/")
    assert len(asked) == 2


def test_without_redis_the_page_says_so_and_is_there(operator, monkeypatch):
    client, _seed, _codes = enrolled(operator)

    def away(*_args):
        raise RedisError("refused")

    monkeypatch.setattr(needs_of.cache, "get", away)
    assert "Redis does not answer." in console_text(client)


def console_text(client):
    return " ".join(re.sub(r"<[^>]+>", " ", client.get("/console/").content.decode().partition("<main")[2]).split())


@pytest.mark.parametrize("path", ["", "suspend/", "resume/", "again/"])
def test_there_is_no_page_of_a_tenant_that_does_not_exist(operator, path):
    client, _seed, _codes = enrolled(operator)
    data = {"reason": "x", "typed": "nobody"}
    answer = client.post(f"/console/tenants/nobody/{path}", data) if path else client.get("/console/tenants/nobody/")
    assert answer.status_code == 404
