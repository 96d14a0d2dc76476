"""The house rules of templates are found where they are broken, and nowhere else."""

import pytest

from deploy.local import template_lint


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("portal/x.html", '<p style="color:red">', "style attribute"),
        ("portal/x.html", "<style>p{}</style>", "style element"),
        ("portal/x.html", "<script>alert(1)</script>", "inline script"),
        ("portal/x.html", '<a href="#" onclick="x()">', "inline event handler"),
        ("portal/x.html", '<a href="javascript:x()">', "javascript: address"),
        ("portal/x.html", '<script src="https://cdn.example/x.js"></script>', "other host"),
        ("portal/x.html", '<img src="//cdn.example/x.png">', "other host"),
        ("portal/x.html", "{{ text|safe }}", "|safe"),
        ("components/x.html", "<p>", "comment that names its variables"),
        ("emails/x.html", "<script>alert(1)</script>", "inline script"),
        ("setup/x.html", '<p class="notice" data-tone="warn">It is <bdi>{{ name }}</bdi>.</p>', "beside a name"),
        ("setup/x.html", '<p class="notice mt2">{% icon "x" %}{{ words }}<bdi>{{ name }}</bdi></p>', "beside a name"),
    ],
)
def test_a_breach_is_found(name, text, what):
    assert any(what in problem for problem in template_lint.problems(name, text))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("portal/x.html", '{# style="x" #}<p class="x" data-style="y">'),
        ("portal/x.html", '<script src="{% static "app.js" %}" nonce="{{ request.csp_nonce }}"></script>'),
        ("portal/x.html", '<a href="https://elsewhere.example/">A link may lead away</a>'),
        ("portal/x.html", '<p class="{% if a > b %}on{% endif %}" data-on="x">one = two</p>'),
        ("components/x.html", "{% load ui %}\n{# text: what to say #}<p>{{ text }}</p>"),
        ("emails/x.html", '<p style="color:#111">'),
        ("setup/x.html", '<p class="notice">{% icon "x" %}<span>It is <bdi>{{ name }}</bdi>.</span> <b>Now</b></p>'),
        ("setup/x.html", '<p class="notice">{% icon "x" %}<bdi>{{ name }}</bdi></p><p>Else <bdi>{{ name }}</bdi></p>'),
        ("setup/x.html", '<div class="notice"><input><p>It is <bdi>{{ name }}</bdi><br></p></div>'),
    ],
)
def test_what_is_allowed_passes(name, text):
    assert list(template_lint.problems(name, text)) == []


def test_the_line_is_named():
    assert list(template_lint.problems("portal/x.html", '\n{# \n #}\n<p style="x">')) == [
        "portal/x.html:4: style attribute"
    ]
