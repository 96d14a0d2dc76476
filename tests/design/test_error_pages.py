"""Error pages: they say what is safe, and need less than the page that failed."""

import pytest
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.test import RequestFactory

from deploy import errors


@pytest.mark.parametrize("name", ["500", "503", "no_portal"])
def test_the_plainest_pages_need_no_context(name: str) -> None:
    html = render_to_string(f"errors/{name}.html")
    assert html.startswith("<!doctype html>")
    assert "<script" not in html
    assert 'lang="en"' in html


@pytest.mark.parametrize("kind", ["updating", "paused", "unreachable"])
def test_a_closed_portal_says_what_is_kept(kind: str) -> None:
    html = render_to_string("errors/503.html", {"kind": kind, "name": "<b>Nordwarm"})
    assert "kept" in html
    assert "<b>" not in html
    assert ("refresh" in html) == (kind != "paused")


def test_our_mistake_gives_a_sign_and_no_detail(rf: RequestFactory) -> None:
    response = errors.server_error(rf.get("/requests/7/?a=<b>"))
    page = response.content.decode()
    assert response.status_code == 500
    assert response["Cache-Control"] == "no-store"
    assert "<b>" not in page
    assert "Give the sign" in page or "give the sign" in page


def test_our_mistake_is_answered_even_when_templates_fail(rf: RequestFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> str:
        raise TemplateDoesNotExist("500")

    monkeypatch.setattr(errors, "render_to_string", broken)
    response = errors.server_error(rf.post("/x/"))
    assert response.status_code == 500
    assert b"went wrong on our side" in response.content


@pytest.mark.parametrize(
    ("exception", "status"),
    [(RequestDataTooBig(), 413), (TooManyFieldsSent(), 413), (SuspiciousOperation(), 400)],
)
def test_too_much_is_told_apart(rf: RequestFactory, plain_render: None, exception: Exception, status: int) -> None:
    assert errors.bad_request(rf.post("/"), exception).status_code == status


@pytest.fixture
def plain_render(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without context processors, which know portals and people."""
    from django.http import HttpResponse
    from django.template import engines

    def render(
        request: object, template: str, context: dict[str, object] | None = None, status: int = 200
    ) -> HttpResponse:
        return HttpResponse(engines["django"].get_template(template).render(context or {}), status=status)

    monkeypatch.setattr(errors, "render", render)


def own(rf: RequestFactory, data: dict[str, object], **headers: str) -> object:
    defaults = {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}
    return rf.post("/new/fault/", data, headers=defaults | headers)


def test_a_stale_form_of_ours_keeps_what_was_typed_but_no_secret(rf: RequestFactory, plain_render: None) -> None:
    response = errors.csrf_failure(own(rf, {"words": "<b>typed", "password": "hunter2", "code": "123456"}))
    page = response.content.decode()
    assert response.status_code == 403
    assert 'value="&lt;b&gt;typed"' in page
    assert "hunter2" not in page
    assert "123456" not in page


def test_an_answer_is_no_secret_because_of_its_name(rf: RequestFactory, plain_render: None) -> None:
    typed = {"f-postcode": "SW1A 1AA", "f-code": "K-17", "f-password": "none yet", "present": "hunter2"}
    page = errors.csrf_failure(own(rf, typed)).content.decode()
    assert [value in page for value in typed.values()] == [True, True, True, False]


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ],
)
def test_a_foreign_form_is_never_offered_for_a_second_try(
    rf: RequestFactory, plain_render: None, headers: dict[str, str]
) -> None:
    page = errors.csrf_failure(own(rf, {"words": "typed"}, **headers)).content.decode()
    assert "typed" not in page
    assert "<form" not in page


def test_a_very_large_form_is_not_echoed(rf: RequestFactory, plain_render: None) -> None:
    page = errors.csrf_failure(own(rf, {"words": "x" * 300_000})).content.decode()
    assert len(page) < 10_000
