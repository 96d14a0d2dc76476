"""The way out: a mail's header and foot, a page that asks, one press, and back again. Bound to tenant, person, kind."""

import re
import uuid
from email import message_from_bytes, policy

import pytest
from django.test import Client

from portal_core.notifications import unsubscribe
from portal_core.notifications.choices import DIGEST, is_off
from tenants import signing
from tenants.context import tenant_context
from tests.contracts.rows import Rows

pytestmark = pytest.mark.django_db


def path(user, kind="status"):
    return re.sub(r"^https?://[^/]+", "", unsubscribe.address_for(user.pk, kind))


def header(mail):
    return message_from_bytes(mail.message().as_bytes(), policy=policy.default)


def stranger(tenant, **options):
    return Client(headers={"host": tenant.primary_domain}, **options)


def test_every_mail_that_need_not_come_carries_the_way_out(desk, people, tenant):
    request = desk.submit()
    desk.reply(request, "bob")
    desk.assign(request, "sam", by="bob")
    mails = desk.sent()
    assert len(mails) == 4
    for mail in mails:
        message = header(mail)
        url = str(message["List-Unsubscribe"]).strip(" <>")
        assert url.startswith(tenant.url("/u/"))
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert url in mail.body and url in mail.alternatives[0][0]
        assert tenant.url("/account/") in mail.body


def test_a_scanner_that_follows_the_link_changes_nothing(people, tenant):
    rows = Rows()
    before = rows.now()
    for method in ("get", "head"):
        answer = getattr(stranger(tenant), method)(path(people["carol"]))
        assert answer.status_code == 200
        assert "sessionid" not in answer.cookies
    assert rows.now() == before


def test_one_press_by_a_mail_program_without_session_or_cookie(people, tenant):
    program = stranger(tenant, enforce_csrf_checks=True)
    answer = program.post(path(people["carol"]), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    people["carol"].refresh_from_db()
    assert is_off(people["carol"], "status") and not is_off(people["carol"], "replies")
    assert "sessionid" not in answer.cookies and "csrftoken" not in answer.cookies
    assert program.get("/account/").status_code == 302


def test_it_can_be_undone_there(people, tenant):
    someone = stranger(tenant)
    page = someone.post(path(people["carol"])).content.decode()
    assert "Switch it on again" in page
    assert "Switched off" in someone.get(path(people["carol"])).content.decode()
    someone.post(path(people["carol"]), {"undo": "1"})
    people["carol"].refresh_from_db()
    assert people["carol"].notice_choices == {}


def test_the_page_shows_a_masked_address_and_nothing_else_of_the_person(people, tenant):
    page = stranger(tenant).get(path(people["carol"])).content.decode()
    assert "c•••@example.com" in page
    assert "carol@example.com" not in page and people["carol"].name not in page


def test_the_page_speaks_the_readers_language(people, tenant):
    people["carol"].language = "de"
    people["carol"].save()
    answer = stranger(tenant).get(path(people["carol"]))
    assert answer.status_code == 200


def test_the_daily_mail_can_be_switched_off(people, tenant):
    stranger(tenant).post(path(people["carol"], DIGEST))
    people["carol"].refresh_from_db()
    assert is_off(people["carol"], DIGEST)


def test_what_always_comes_has_no_way_out(people, tenant):
    assert unsubscribe.address_for(people["carol"].pk, "turn") == ""
    forged = unsubscribe.signing.sign(f"{people['carol'].pk.hex}-turn", salt=unsubscribe._SALT)
    assert unsubscribe.read(forged) is None


@pytest.mark.parametrize("kind", ["noted", "late", "session", "", "../x", "-", "status-x"])
def test_a_kind_that_is_not_the_persons_opens_nothing(people, kind):
    text = f"{people['carol'].pk.hex}-{kind}"
    assert unsubscribe.read(unsubscribe.signing.sign(text, salt=unsubscribe._SALT)) is None


@pytest.mark.parametrize(
    "value", ["x", "", "-", "x-status", f"{uuid.UUID(int=0)}-status", "-status", f"{uuid.UUID(int=7).hex}-status"]
)
def test_a_signed_text_of_another_shape_opens_nothing(tenant, value):
    assert unsubscribe.read(unsubscribe.signing.sign(value, salt=unsubscribe._SALT)) is None


def test_spoilt_tokens_answer_alike(people, tenant):
    good = path(people["carol"])
    for spoilt in (good[:-3] + "x/", "/u/x/", "/u/" + "y" * 3000 + "/", good.replace("/u/", "/u/a")):
        for method in ("get", "post"):
            answer = getattr(stranger(tenant), method)(spoilt)
            assert answer.status_code == 410
    people["carol"].refresh_from_db()
    assert people["carol"].notice_choices == {}


def test_the_deactivated_have_no_page(people, tenant):
    people["carol"].is_active = False
    people["carol"].save()
    assert stranger(tenant).get(path(people["carol"])).status_code == 410


def test_without_the_schema_in_its_salt_a_token_would_switch_off_the_twins_mails(twins, monkeypatch):
    """The guard switched off: the leak is real."""
    monkeypatch.setattr(signing, "current_schema", lambda: "same")
    with twins.alpha.entered():
        address = path(twins.alpha.carol)
    assert stranger(twins.beta.tenant).post(address).status_code == 200
    with tenant_context(twins.beta.tenant):
        twins.beta.carol.refresh_from_db()
        assert is_off(twins.beta.carol, "status")


def test_a_token_of_one_portal_opens_nothing_in_its_twin(twins):
    """The same person, id and address on both sides: only the schema in the salt tells them apart (hazard 6)."""
    with twins.alpha.entered():
        address = path(twins.alpha.carol)
    assert stranger(twins.beta.tenant).post(address).status_code == 410
    for portal in (twins.alpha, twins.beta):
        with tenant_context(portal.tenant):
            portal.carol.refresh_from_db()
            assert portal.carol.notice_choices == {}
    assert stranger(twins.alpha.tenant).post(address).status_code == 200
    with tenant_context(twins.beta.tenant):
        twins.beta.carol.refresh_from_db()
        assert twins.beta.carol.notice_choices == {}
