"""`/brand/HASH.css` and the icon: for everybody alike, kept for ever, never another tenant's."""

import pytest

from portal_core.config.brand import stylesheet
from portal_core.config.live import live_portal
from portal_core.config.models import PortalVersion
from tests.factories import Twins, make_client

pytestmark = pytest.mark.django_db


def live_hash() -> str:
    return live_portal().brand_hash


def test_the_live_colour_is_served_for_good(tenant: object) -> None:
    response = make_client().get(f"/brand/{live_hash()}.css")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/css; charset=utf-8"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
    assert response.content.decode().count("{") == 1


def test_it_asks_neither_for_the_session_nor_for_the_person(tenant: object, people: dict, server_statements) -> None:
    client = make_client(people["carol"])
    address = f"/brand/{live_hash()}.css"
    client.get(address)
    with server_statements() as sent:
        client.get(address)
    text = " ".join(str(each) for each in sent)
    assert "accounts_session" not in text
    assert "accounts_user" not in text


def test_an_unknown_hash_is_not_found(tenant: object) -> None:
    assert make_client().get("/brand/000000000000.css").status_code == 404
    for digest in ("NOTAHASH", "0000", "0" * 13, "A" * 12, "draft"):
        assert make_client().get(f"/brand/{digest}.css").status_code == 404


def test_asking_for_unknown_hashes_reads_the_documents_once(tenant: object, server_statements) -> None:
    client = make_client()
    client.get("/brand/000000000000.css")
    with server_statements() as sent:
        for number in range(1, 4):
            assert client.get(f"/brand/{number:012x}.css").status_code == 404
    assert "DISTINCT" not in " ".join(str(each) for each in sent).upper()


def test_an_earlier_colour_stays_where_it_was(tenant: object) -> None:
    old = live_portal()
    version = PortalVersion.objects.get(number=old.number)
    document = dict(version.document)
    portal = dict(document["portal"]) | {"brand": {"colour": "#4c9a2a"}}
    PortalVersion.objects.create(number=old.number + 1, document=document | {"portal": portal})
    digest, css = stylesheet("#4c9a2a")
    assert make_client().get(f"/brand/{digest}.css").content.decode() == css


def test_another_tenants_colour_is_not_found(twins: Twins) -> None:
    digest, _ = stylesheet("#123456")
    with twins.beta.entered():
        number = live_portal().number + 1
        version = PortalVersion.objects.order_by("-number")[0]
        portal = dict(version.document["portal"]) | {"brand": {"colour": "#123456"}}
        PortalVersion.objects.create(number=number, document=dict(version.document) | {"portal": portal})
    assert twins.beta.client().get(f"/brand/{digest}.css").status_code == 200
    assert twins.alpha.client().get(f"/brand/{digest}.css").status_code == 404


def test_the_icon_is_a_letter_on_the_colour(tenant: object) -> None:
    response = make_client().get("/favicon.ico")
    assert response["Content-Type"] == "image/svg+xml"
    assert not response.cookies
    page = response.content.decode()
    assert page.startswith("<svg")
    assert "style" not in page
