"""The edges of every request: what is refused before a page is asked, and what a page let through."""

from __future__ import annotations

import re
import tempfile
import uuid
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from portal_core.accounts.errors import NotAllowed, NotThere
from portal_core.accounts.models import Session
from portal_core.service_requests.errors import Forbidden, NotSeen, TypeNotOpen
from tenants import edge
from tests.factories import make_client

pytestmark = pytest.mark.django_db

LETTER = "A long letter about a boiler, <b>with</b> a sketch."


def at(host: str) -> Client:
    return Client(headers={"host": host})


def refusing(request: HttpRequest, number: int) -> HttpResponse:
    raise ERRORS[number][0]


ERRORS = [
    (Forbidden(), 403), (NotAllowed(), 403), (NotSeen(), 404), (TypeNotOpen(), 404), (NotThere(), 404),
]  # fmt: skip
urlpatterns = [path("refusing/<int:number>/", refusing)]
handler403 = "deploy.errors.permission_denied"
handler404 = "deploy.errors.not_found"


@pytest.mark.parametrize("number", range(len(ERRORS)))
def test_a_refusal_that_a_view_let_through_is_a_page(number: int, tenant: Any, people: Any) -> None:
    with override_settings(ROOT_URLCONF=__name__):
        answer = make_client(people["bob"]).get(f"/refusing/{number}/")
    assert answer.status_code == ERRORS[number][1]
    assert b"<h1" in answer.content


@pytest.mark.parametrize("charset", ["raw_unicode_escape", "utf-16", "utf-7", "latin-1", "no-such", "utf-8-sig"])
@pytest.mark.parametrize("host", ["alpha.localhost", "localhost", "who.knows"])
def test_only_utf8_is_read(charset: str, host: str, tenant: Any) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"):
        for method in ("get", "post"):
            answer = getattr(at(host), method)("/signin/?next=%5Cud800", CONTENT_TYPE=f"{kind}; charset={charset}")
            assert answer.status_code == 400
            assert answer["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"', "utf8", "U8"])
def test_utf8_under_any_of_its_names_is_read(charset: str, tenant: Any) -> None:
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    answer = make_client().generic("POST", "/signin/", b"email=c%C3%A4rol", content_type=kind)
    assert answer.status_code == 400
    assert "cärol" in answer.content.decode()


@pytest.mark.parametrize(
    "charset", ["charset=hex", "charset*=utf-8''%00", "charset=rot13", "charset=raw_unicode_escape"]
)
def test_an_encoding_that_django_fails_on_is_refused(charset: str, tenant: Any) -> None:
    from deploy.wsgi import application

    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": "/signin/", "QUERY_STRING": "next=/x%5Cud800", "SERVER_PORT": "80",
        "HTTP_HOST": "alpha.localhost", "SERVER_NAME": "localhost", "CONTENT_TYPE": f"text/plain; {charset}",
        "wsgi.input": BytesIO(), "wsgi.url_scheme": "http",
    }  # fmt: skip
    request = application.request_class(environ)
    assert request.GET["next"] == "/x\\ud800"
    assert application.get_response(request).status_code == 400


@pytest.mark.parametrize("where", ["/signin/", "/requests/", "/nowhere/"])
def test_a_body_is_refused_by_its_length_alone(where: str, tenant: Any, people: Any) -> None:
    class Unread(BytesIO):
        def read(self, *_args: object) -> bytes:
            pytest.fail("read")

    client = make_client(people["carol"], raise_request_exception=False)
    length = {"CONTENT_LENGTH": str(edge.MOST_BYTES + 1), "wsgi.input": Unread()}
    kind = "multipart/form-data; boundary=b"
    answer = client.generic("POST", where, b"x", content_type=kind, **length)
    assert answer.status_code == (404 if where == "/nowhere/" else 413)
    assert 'data-brand="portal"' in answer.content.decode()


@pytest.mark.parametrize("size", [1, 3_000_000])
@pytest.mark.parametrize("host", ["alpha.localhost", "localhost"])
def test_a_file_is_refused_and_not_written(size: int, host: str, tenant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        pytest.fail("a file was written")

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", refuse)
    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    where = "/signin/" if host.startswith("alpha") else "/signup/"
    client = at(host)
    answer = client.post(where, {"email": "carol@example.com", "photo": SimpleUploadedFile("a.png", b"x" * size)})
    assert answer.status_code == 413
    assert b"too much at once" in answer.content


def test_a_form_in_parts_without_a_file_is_read(tenant: Any) -> None:
    answer = make_client().post("/signin/", {"email": "carol@example.com"})  # the test client sends parts
    assert answer.status_code == 302


@pytest.mark.parametrize("host", ["evil.example", "nobody.localhost", "alpha.localhost:666", "a b"])
def test_a_strange_host_is_never_redirected_to(host: str, tenant: Any) -> None:
    with override_settings(SECURE_SSL_REDIRECT=True):
        answer = at(host).get("/signin/")
        assert answer.status_code == 404
        assert "Location" not in answer


@pytest.mark.parametrize("host", ["alpha.localhost", "localhost"])
def test_our_hosts_are_redirected_to_https(host: str, tenant: Any) -> None:
    with override_settings(SECURE_SSL_REDIRECT=True):
        answer = at(host).get("/signin/")
    assert (answer.status_code, answer["Location"]) == (301, f"https://{host}/signin/")


def test_health_is_answered_whatever_the_host(tenant: Any) -> None:
    with override_settings(SECURE_SSL_REDIRECT=True, SECURE_REDIRECT_EXEMPT=[r"^healthz$"]):
        assert at("10.0.0.7").get("/healthz").status_code == 200


def ended(person: Any) -> Any:
    """A browser whose session has ended since its page was made."""
    client = make_client(person)
    Session.objects.all().delete()
    return client


def test_what_was_typed_survives_the_end_of_a_session(tenant: Any, people: Any) -> None:
    fields = {"body": LETTER, "f-postcode": "SW1A 1AA", "key": str(uuid.uuid4()), "password": "hunter2"}
    where = f"http://{tenant.primary_domain}/requests/1001/?page=2"
    answer = ended(people["carol"]).post("/requests/1001/reply/", fields, headers={"referer": where})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "A long letter about a boiler, &lt;b&gt;with&lt;/b&gt; a sketch." in page
    assert "SW1A 1AA" in page
    assert "hunter2" not in page
    assert fields["key"] not in page
    assert 'href="/signin/?next=%2Frequests%2F1001%2F%3Fpage%3D2"' in page
    assert "no-" in answer["Cache-Control"]


@pytest.mark.parametrize("referer", ["http://evil.example/requests/1001/", "//evil.example", "javascript:alert(1)", ""])
def test_after_signing_in_nobody_lands_elsewhere(referer: str, tenant: Any, people: Any) -> None:
    answer = ended(people["bob"]).post("/desk/requests/1001/write/", {"body": LETTER}, headers={"referer": referer})
    assert answer.status_code == 403
    assert re.search(r'href="(/signin/[^"]*)"', answer.content.decode())[1] == "/signin/"


def test_a_form_in_which_nothing_was_typed_leads_to_sign_in(tenant: Any, people: Any) -> None:
    answer = ended(people["carol"]).post("/account/sessions/end-others/", {"key": "x"})
    assert answer.status_code in (302, 404)
    assert ended(people["carol"]).post("/requests/1001/reply/", {"key": "x"})["Location"] == "/signin/"


def test_the_list_of_handlers_is_ours_alone(settings: Any) -> None:
    assert settings.FILE_UPLOAD_HANDLERS == ["tenants.uploads.RefuseFiles"]
    assert settings.MIDDLEWARE[0] == "tenants.edge.EdgeMiddleware"
