"""An owner who reads German opens a portal; operators and the desk read English."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client

from tenants.outbox.drain import drain
from tests.locale.conftest import GERMAN

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "localhost:8000", **GERMAN})


def test_home_is_german(client, reads_german):
    text = reads_german(client.get("/"))
    assert "Womit möchten Sie zuerst aufhören?" in text
    assert "Unterlagen hinterherlaufen" in text


def test_sign_up_its_refusals_and_its_mail_are_german(client, reads_german):
    assert "Womit möchten Sie zuerst aufhören?" in reads_german(client.get("/signup/"))
    refused = client.post("/signup/", {"name": "", "email": "x", "slug": "admin"})
    assert refused.status_code == 400
    reads_german(refused)
    reads_german(client.get("/signup/address/", {"slug": "admin"}))
    typed = {"name": "Nordwärme", "email": "priya@nordwaerme.example", "slug": "nordwaerme", "colour": "#0b6153"}
    assert client.post("/signup/", typed)["Location"] == "/signup/code/"
    reads_german(client.get("/signup/code/"))
    drain("public")
    sent = mail.outbox[-1]
    reads_german(f"{sent.subject} {sent.body}")
    code = re.search(r"\b(\d{6})\b", sent.subject)[1]
    wrong = client.post("/signup/code/", {"code": f"{(int(code) + 1) % 1_000_000:06}"})
    assert wrong.status_code == 400
    reads_german(wrong)


def test_the_console_is_english(client):
    assert '<html lang="en"' in client.get("/console/signin/").content.decode()
