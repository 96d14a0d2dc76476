"""A form whose page is too old, through the whole stack."""

import pytest

from tests.factories import make_client

pytestmark = pytest.mark.django_db


def test_a_stale_form_keeps_the_portals_look_and_what_was_typed(tenant: object) -> None:
    client = make_client(enforce_csrf_checks=True)
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": f"http://{tenant.primary_domain}"}
    response = client.post("/signin/", {"email": "carol@example.com"}, headers=headers)
    page = response.content.decode()
    assert response.status_code == 403
    assert "Send it once more" in page
    assert 'value="carol@example.com"' in page
    assert 'data-brand="portal"' in page


def test_a_page_that_is_not_there_keeps_the_portals_look(tenant: object) -> None:
    response = make_client().get("/nowhere/")
    assert response.status_code == 404
    assert 'data-brand="portal"' in response.content.decode()
