"""Strings that have broken something somewhere, and how a browser (or a worse one) would send them."""

from __future__ import annotations

from urllib.parse import quote, urlencode

BOMB = "7" * 400

STRINGS = {
    # Signs that storage or encodings refuse.
    "nul": "a\x00b",
    "only nul": "\x00",
    "lone high surrogate": "a\ud800b",
    "lone low surrogate": "a\udfffb",
    "swapped surrogates": "\udc00\ud800",
    "not a character": "a\ufffe\uffffb",
    "byte order mark": "\ufeffa",
    "control characters": "".join(map(chr, range(1, 32))) + "\x7f",
    "c1 control characters": "".join(map(chr, range(0x80, 0xA0))),
    "escape sequence": "\x1b[31mred\x1b[0m \x1b]0;title\x07",
    "backspaces": "good\b\b\b\bevil",
    "line separators": "a\u2028b\u2029c\x0bd\x0ce\x85f",
    "only spaces": " \t\n\u3000\u00a0 ",
    # Signs that deceive the eye.
    "right to left override": "\u202egnp.exe\u202c",
    "isolates": "\u2066\u2067\u2068a\u2069" * 20,
    "zero width": "a\u200bb\u200cc\u200dd\u2060e",
    "only zero width": "\u200b\u200b",
    "homoglyphs": "раураl аdmin",
    "full width": "＜script＞alert(1)＜/script＞",
    "combining flood": "Z" + "\u0301\u0334\u0489" * 300,
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈👍🏽",
    "tag characters": "a\U000e0041\U000e0042b",
    "astral": "𝕳𝖊𝖑𝖑𝖔 𓀀 𠜎",
    "expands when folded": "ŉﬃİßﷺ" * 50,
    "arabic sentence": "مرحبا بالعالم",
    # Size.
    "one megabyte": "x" * 1_048_576,
    "many lines": "\n" * 5_000,
    "long word": "w" * 5_000,
    "many quotes": "'\"`" * 1_000,
    "many opening brackets": "<" * 3_000,
    # Other languages.
    "sql comment": "'; DROP TABLE portal_core_servicerequest; --",
    "sql union": "1' UNION SELECT email FROM accounts_user --",
    "sql sleep": "1);SELECT pg_sleep(10);--",
    "sql percent": "100% %s %(name)s %%",
    "like wildcards": "%_\\%",
    "script": '<script>alert("hq")</script>',
    "image": '"><img src=x onerror=alert(1)>',
    "attribute": "' autofocus onfocus='alert(1)' x='",
    "textarea": "</textarea><script>alert(1)</script>",
    "title": "</title><svg/onload=alert(1)>",
    "html comment": "--><script>alert(1)</script><!--",
    "javascript address": "javascript:alert(document.domain)",
    "data address": "data:text/html,<script>alert(1)</script>",
    "markdown link": "[click](javascript:alert(1)) ![x](http://evil.example/x.png) <b>bold</b>",
    "already escaped": "&lt;script&gt; &#60;b&#62; &amp;amp;",
    "template variable": "{{ request.user }}{{ 4242|add:424200000 }}",
    "template tag": "{% load static %}{% debug %}{% now 'Y' %}",
    "placeholders": "{reference} {customer} {field:office-text} {link}",
    "attribute walk": "{u._meta.app_config} {0.__class__.__mro__} {settings.SECRET_KEY}",
    "format strings": "%n%n%s%x %(x)s {0} {} ${7*7} #{7*7}",
    "jinja": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "header injection": "Hello\r\nBcc: victim@evil.example\r\n\r\nBody",
    "header folding": "Hello\n X-Injected: yes\rSubject: other",
    "encoded words": "=?utf-8?q?Bcc=3A_victim=40evil=2Eexample?=",
    "path": "../../../../etc/passwd",
    "path with nul": "..\\..\\windows\\win.ini\x00.png",
    "shell": "; cat /etc/passwd | $(id) `id` && sleep 5",
    "json": '{"$ne": null, "__proto__": {"admin": true}}',
    "huge number": BOMB,
    "exponent": "1e999999999",
    "exponent of an exponent": "1e1000000000000000000",
    "not a number": "NaN",
    "infinity": "-Infinity",
    "negative": "-9223372036854775809",
    "other digits": "１２３٤٥٦",
    "formula": '=HYPERLINK("http://evil.example","x")',
    "formula with full width": "＝cmd|' /C calc'!A0",
    "ldap": "*)(uid=*))(|(uid=*",
    "xml": '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
    "protocol relative": "//evil.example/%2f..",
    "address with host": "carol@example.com\r\nbcc:x@evil.example",
    "many ats": "a@b@c@example.com",
    "regular expression": "(a+)+$" + "a" * 40 + "!",
}

# Of what must never stand in a page as it was typed: HTML that would be markup there.
MARKUP = ("<script>alert", "<img src=x", "<svg/onload", "onfocus='alert", "<b>bold", "<!ENTITY", "<?xml")
# What would stand in a page if something typed had been run.
RUN = ("424204242", "SECRET_KEY'", "test-only-not-a-secret", "AppConfig", "<class ", "root:x:0")


def form(fields: dict[str, str]) -> str:
    """A form's body; what UTF-8 cannot say goes as the bytes that a careless client would send."""
    return urlencode(fields, errors="surrogatepass")


def part(text: str) -> str:
    """One part of an address or of a query."""
    return quote(text, safe="", errors="surrogatepass")
