"""Addresses that only take forms: opened like a page they say so, with a way on, and change nothing."""

from __future__ import annotations

import re

import pytest

from deploy.form_addresses import page_above
from tests.contracts.rows import Rows


def test_a_guests_addresses_lead_back_to_the_request(house, client_for):
    _row, path = house.filed()
    before = Rows().now()
    for address in ("reply/", "asks/visit/", "code/send/", "keep/", "stop/", "new/"):
        answer = client_for().get(f"{path}{address}")
        page = answer.content.decode()
        assert answer.status_code == 405 and answer["Allow"] == "POST" and answer["Cache-Control"] == "no-store"
        assert "There is nothing to see here" in page and "Alpha" in page, address
        assert re.findall(r'btn-primary" href="([^"]*)"', page) in ([path], [f"{path}code/"]), address
    assert Rows().now() == before
    # Machines that only ask for the head, or send what is not taken, are answered as shortly as before.
    assert client_for().head(f"{path}reply/").content == b"" == client_for().put(path).content


@pytest.mark.parametrize(
    ("path", "above"),
    [
        ("/requests/1001/asks/day/", "/requests/1001/"),
        ("/new/job/draft/", "/new/job/"),
        ("/desk/requests/1001/write/", "/desk/requests/1001/"),
        ("/files/", "/"),
        ("/nowhere/at/all/", "/"),
        ("/", "/"),
        ("", "/"),
        ("//evil.example/x/", "/"),
    ],
)
def test_the_page_above_is_one_of_ours(path: str, above: str):
    assert page_above(path) == above
