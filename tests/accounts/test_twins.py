"""Nothing of one tenant opens anything in another whose rows are all equal."""

from __future__ import annotations

import pytest
from django.contrib.sessions.backends.base import SessionBase

from portal_core.accounts import address_proof, devices, sessions, signin_links
from portal_core.accounts.models import Session, SigninLink, User
from portal_core.accounts.signin_links import SIGN_IN, create_link, find_link, use_link
from tenants.context import current_schema
from tests.accounts.conftest import code_for, nothing_happens
from tests.databases import PASSWORD


def test_a_session_cookie_of_one_tenant_opens_nothing_in_its_twin(twins):
    ours = twins.alpha.client("carol")
    twins.mirror()  # beta now holds the very same session row
    theirs = twins.beta.client()
    theirs.cookies = ours.cookies
    assert ours.get("/account/").status_code == 200
    assert theirs.get("/account/").status_code == 302


def test_without_the_schema_in_hash_and_salt_the_cookie_would_open_the_twin(twins, monkeypatch):
    """The guard switched off: the leak is real."""
    import hashlib

    def bare_hash(key):
        return hashlib.sha256(key.encode()).hexdigest()

    monkeypatch.setattr(sessions, "hash_session_key", bare_hash)
    monkeypatch.setattr(sessions.SessionStore, "key_salt", "same")
    monkeypatch.setattr(sessions, "current_schema", lambda: "same")
    monkeypatch.setattr("portal_core.accounts.models.User._session_hash", lambda self, *, secret: "same")
    ours = twins.alpha.client("carol")
    twins.mirror()
    theirs = twins.beta.client()
    theirs.cookies = ours.cookies
    assert theirs.get("/account/").status_code == 200


@pytest.mark.parametrize("missing", ["hash", "salt", "data", "auth hash"])
def test_each_of_the_four_bindings_holds_alone(twins, monkeypatch, missing):
    """Three of the four are switched off each time."""
    import hashlib

    real = {
        "hash": sessions.hash_session_key,
        "salt": sessions.SessionStore.key_salt,
        "data": sessions.current_schema,
        "auth hash": User._session_hash,
    }
    assert issubclass(sessions.SessionStore, SessionBase)
    monkeypatch.setattr(sessions, "hash_session_key", lambda key: hashlib.sha256(key.encode()).hexdigest())
    monkeypatch.setattr(sessions.SessionStore, "key_salt", "same")
    monkeypatch.setattr(sessions, "current_schema", lambda: "same")
    monkeypatch.setattr(User, "_session_hash", lambda self, *, secret: "same")
    if missing == "hash":
        monkeypatch.setattr(
            sessions, "hash_session_key", lambda key: hashlib.sha256(f"{current_schema()}{key}".encode()).hexdigest()
        )
    elif missing == "salt":
        monkeypatch.setattr(sessions.SessionStore, "key_salt", property(lambda self: f"salt:{current_schema()}"))
    elif missing == "data":
        monkeypatch.setattr(sessions, "current_schema", real["data"])
    else:
        monkeypatch.setattr(User, "_session_hash", real["auth hash"])
    ours = twins.alpha.client("carol")
    twins.mirror()
    theirs = twins.beta.client()
    theirs.cookies = ours.cookies
    assert theirs.get("/account/").status_code == 302


def test_a_code_of_one_tenant_is_worth_nothing_in_its_twin(twins):
    ours, theirs = twins.alpha.client(), twins.beta.client()
    ours.post("/signin/", {"email": "carol@example.com"})
    with twins.alpha.entered():
        code = code_for("carol@example.com")
    twins.mirror()
    theirs.cookies = ours.cookies
    with twins.beta.entered(), nothing_happens():
        assert theirs.post("/signin/code/", {"code": code}).headers["Location"] == "/signin/"


def _carry_code_over(twins):
    """What waits for a code in a browser of alpha, put into a session of beta: what the code is worth there."""
    ours, theirs = twins.alpha.client(), twins.beta.client()
    for portal, client in ((twins.alpha, ours), (twins.beta, theirs)):
        client.post("/signin/", {"email": "carol@example.com"})
        with portal.entered():
            sent = client.session["account_login"]
        if portal is twins.alpha:
            waiting = sent
    with twins.alpha.entered():
        code = code_for("carol@example.com")
    with twins.beta.entered():
        session = theirs.session
        session["account_login"] = waiting
        session.save()
    return theirs.post("/signin/code/", {"code": code}).status_code


def test_a_code_is_bound_to_its_tenant_by_itself(twins):
    assert _carry_code_over(twins) == 400


def test_without_the_schema_in_its_hash_a_code_would_open_the_twin(twins, monkeypatch):
    monkeypatch.setattr(address_proof, "current_schema", lambda: "same")
    assert _carry_code_over(twins) == 302


def test_a_link_of_one_tenant_is_worth_nothing_in_its_twin(twins):
    with twins.alpha.entered():
        path = create_link(twins.alpha.carol, SIGN_IN, 60)
    twins.mirror()
    token = path.split("/")[-2]
    with twins.beta.entered():
        assert SigninLink.objects.count() == 1
        assert find_link(token, SIGN_IN) is None
        assert use_link(token, SIGN_IN) is None
    theirs = twins.beta.client()
    assert theirs.post(path).status_code == 410
    assert twins.alpha.client().post(path).status_code == 302


def test_without_the_schema_in_its_hash_the_link_would_open_the_twin(twins, monkeypatch):
    monkeypatch.setattr(signin_links, "hash_token", lambda token: f"bare:{token}"[:64])
    with twins.alpha.entered():
        path = create_link(twins.alpha.carol, SIGN_IN, 60)
    twins.mirror()
    assert twins.beta.client().post(path).status_code == 302


def test_a_device_cookie_of_one_tenant_is_unknown_in_its_twin(twins, rf):
    ours = twins.alpha.client()
    ours.post("/signin/", {"email": "carol@example.com"})
    with twins.alpha.entered():
        ours.post("/signin/code/", {"code": code_for("carol@example.com")})
    request = rf.get("/")
    request.COOKIES[devices.cookie_name()] = ours.cookies[devices.cookie_name()].value
    with twins.alpha.entered():
        assert devices.read_device(request).knows("carol@example.com")
    with twins.beta.entered():
        assert devices.read_device(request) is None


def test_an_email_change_of_one_tenant_cannot_be_finished_in_its_twin(twins):
    ours, theirs = twins.alpha.client("carol"), twins.beta.client("carol")
    ours.post("/account/email/", {"email": "new@example.org", "present": PASSWORD})
    with twins.alpha.entered():
        code = code_for("new@example.org")
    assert theirs.post("/account/email/code/", {"code": code}).status_code == 400
    with twins.beta.entered():
        assert User.objects.filter(email="carol@example.com").exists()


def test_ending_sessions_in_one_tenant_leaves_those_of_the_twin(twins):
    twins.alpha.client("carol")
    theirs = twins.beta.client("carol")
    with twins.alpha.entered():
        sessions.end_sessions(twins.alpha.carol.pk)
        assert Session.objects.count() == 0
    assert theirs.get("/account/").status_code == 200
