"""A double submit of the right code: one portal, and both are led into it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from tenants import catalog
from tenants.models import SignUp, Tenant
from tenants.outbox.models import Event, Mail
from tenants.signup import steps
from tests import databases


def test_the_right_code_sent_twice_makes_one_portal(committed: None, in_threads: Any) -> None:
    wish = steps.Wish("Twice", "twice@example.com", "twice", databases.STARTER, "#111111")
    sign_up = steps.begin(wish)
    SignUp.objects.filter(pk=sign_up.pk).update(verified_at=timezone.now())
    try:
        answers = in_threads(lambda _number: steps.open_portal(sign_up), range(6), threads=6)
        assert all(isinstance(answer, str) and answer.startswith("http://twice.localhost") for answer in answers), (
            answers
        )
        assert Tenant.objects.filter(slug="twice").count() == 1
    finally:
        catalog.forget()
        made = catalog.by_slug("twice")
        if made is not None:
            databases.erase(made)
        SignUp.objects.all().delete()
        Mail.objects.all().delete()
        Event.objects.all().delete()
