"""The key of a form: whose it is, and that a draft does not come back once its form was filed."""

from __future__ import annotations

import importlib
import threading
import uuid
from typing import Any

import pytest

from portal_core.accounts.actor import Actor, actor_for
from portal_core.config.live import live_portal
from portal_core.service_requests.actions import Submission, save_draft, submit
from portal_core.service_requests.errors import Forbidden
from portal_core.service_requests.models import RequestDraft, ServiceRequest
from tenants.context import tenant_context
from tests.databases import people_of
from tests.service_requests.mended import unchanged
from tests.service_requests.small_portal import refused


def _form(actor: Actor, key: uuid.UUID) -> Submission:
    assert actor.user_id is not None
    answers = {"what": "Something"}
    return Submission(live_portal().types[0].key, answers, submission_key=key, customer_id=actor.user_id)


def test_a_key_that_somebody_else_used_files_nothing_and_shows_nothing(people):
    carol, dave, key = actor_for(people["carol"]), actor_for(people["dave"]), uuid.uuid4()
    filed = submit(actor=carol, submission=_form(carol, key))
    with refused(Forbidden):
        submit(actor=dave, submission=_form(dave, key))
    with unchanged():
        assert submit(actor=carol, submission=_form(carol, key)).pk == filed.pk


def _no_lock(_key: uuid.UUID) -> None:
    """The guard, off."""


@pytest.mark.parametrize(("is_guarded", "drafts"), [(False, 1), (True, 0)], ids=["guard off", "guard on"])
def test_a_draft_saved_while_its_form_is_filed_does_not_come_back(
    is_guarded, drafts, race_tenant, in_threads, monkeypatch
):
    """The race itself: the form is filed between the draft's check and its write."""
    draft, filing = (
        importlib.import_module(f"portal_core.service_requests.actions.{name}") for name in ("draft", "submit")
    )
    has_checked, is_filed = threading.Event(), threading.Event()
    check = draft.filed_with

    def slow_check(*given: Any) -> Any:
        found = check(*given)
        has_checked.set()
        # With the guard on, the filing cannot finish: it waits for us.
        is_filed.wait(timeout=20 if not is_guarded else 1)
        return found

    monkeypatch.setattr(draft, "filed_with", slow_check)
    if not is_guarded:
        monkeypatch.setattr(draft, "lock_submission", _no_lock)
        monkeypatch.setattr(filing, "lock_submission", _no_lock)
    key = uuid.uuid4()
    with tenant_context(race_tenant):
        carol = actor_for(people_of(race_tenant)["carol"])
        type_key = live_portal().types[0].key

    def act(what: str) -> None:
        with tenant_context(race_tenant):
            if what == "keep":
                save_draft(actor=carol, type_key=type_key, typed={"f-what": ["Some"]}, submission_key=key)
                return
            has_checked.wait(timeout=20)
            submit(actor=carol, submission=_form(carol, key))
            is_filed.set()

    assert in_threads(act, ["keep", "file"], threads=2) == [None, None]
    with tenant_context(race_tenant):
        assert ServiceRequest.objects.count() == 1
        assert RequestDraft.objects.count() == drafts
