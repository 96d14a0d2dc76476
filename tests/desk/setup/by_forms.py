"""The editor as somebody without a mouse or script meets it: pages, their links, their forms; nothing else is asked.

A form takes only what the page offers: a box that is there, an entry of its list, a button that it has. So a test that
gets through shows that a person can.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from typing import Any

from django.test import Client


@dataclass
class Form:
    """One form. `boxes` are the values as they would be sent, by name; `offered` what a list or group takes."""

    action: str
    is_post: bool
    boxes: dict[str, list[str]] = field(default_factory=dict)
    offered: dict[str, dict[str, str]] = field(default_factory=dict)
    # Boxes to tick: any number of them; all others hold one value.
    ticks: set[str] = field(default_factory=set)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)

    def put(self, **values: Any) -> Form:
        """Writes, chooses, ticks; a name that is no identifier by `put(**{"mon-0-from": "08:00"})`."""
        for name, value in values.items():
            assert name in self.boxes or name in self.offered, f"{self.action} has no box {name}: {sorted(self.boxes)}"
            wanted = [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]
            if isinstance(value, bool):
                wanted = ["on"] if value else []
            if name in self.offered:
                strange = [one for one in wanted if one not in self.offered[name]]
                assert not strange, f"{self.action} does not offer {strange} as {name}: {list(self.offered[name])}"
            self.boxes[name] = wanted
        return self

    def entry(self, name: str, words: str) -> str:
        """What is sent for the entry of a list that reads so."""
        found = [value for value, text in self.offered[name].items() if text == words]
        assert len(found) == 1, f"{self.action} offers {words} {len(found)} times as {name}"
        return found[0]


class _Reader(HTMLParser):
    """Collects forms and links."""

    def __init__(self, path: str) -> None:
        super().__init__(convert_charrefs=True)
        self.path = path
        self.forms: list[Form] = []
        self.links: list[tuple[str, list[str]]] = []
        self._form: Form | None = None
        self._select = ""
        self._option: tuple[str, list[str]] | None = None
        self._area: tuple[str, list[str]] | None = None
        self._button: tuple[str, str, list[str]] | None = None
        self._open_links: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(found.get("action") or self.path, found.get("method", "get").lower() == "post")
            self.forms.append(self._form)
        elif tag == "a" and "href" in found:
            self.links.append((found["href"], words := []))
            self._open_links.append(words)
        elif self._form is not None and "disabled" not in found:
            self._box(tag, found, self._form)

    def _box(self, tag: str, found: dict[str, str], form: Form) -> None:
        name = found.get("name", "")
        match tag:
            case "input" if found.get("type") in ("checkbox", "radio"):
                value = found.get("value", "on")
                form.offered.setdefault(name, {})[value] = value
                form.boxes.setdefault(name, [])
                form.ticks |= {name} if found["type"] == "checkbox" else set()
                if "checked" in found:
                    form.boxes[name].append(value)
            case "input" if name and found.get("type") != "file":
                form.boxes[name] = [found.get("value", "")]
            case "textarea":
                self._area = (name, [])
            case "select":
                self._select = name
                form.offered[name] = {}
                form.boxes[name] = []
            case "option":
                self._option = (found.get("value", ""), [])
                if "selected" in found or not form.boxes[self._select]:
                    form.boxes[self._select] = [found.get("value", "")]
            case "button" if found.get("type") != "button":
                self._button = (name, found.get("value", ""), [])

    def handle_data(self, data: str) -> None:
        for part in (self._option, self._area, self._button):
            if part is not None:
                part[-1].append(data)
        for words in self._open_links:
            words.append(data)

    def handle_endtag(self, tag: str) -> None:
        form = self._form
        if tag == "a" and self._open_links:
            self._open_links.pop()
        if form is None:
            return
        if tag == "form":
            self._form = None
        elif tag == "option" and self._option:
            form.offered[self._select][self._option[0]] = "".join(self._option[1]).strip()
            self._option = None
        elif tag == "textarea" and self._area:
            # A line feed directly behind the tag is no part of the text.
            form.boxes[self._area[0]] = ["".join(self._area[1]).removeprefix("\n")]
            self._area = None
        elif tag == "button" and self._button:
            form.buttons.append((self._button[0], self._button[1], " ".join("".join(self._button[2]).split())))
            self._button = None


class Page:
    """One page of the editor. It is asked for when somebody looks at it: who goes on elsewhere does not."""

    def __init__(self, client: Client, path: str, html: str = "") -> None:
        self.client, self.path = client, path
        if html:
            self.html = html

    @classmethod
    def open(cls, client: Client, path: str) -> Page:
        """By its address, as by a link."""
        return cls(client, path)

    @cached_property
    def html(self) -> str:
        """What was answered; a refusal of the edit before stands there, too."""
        answer = self.client.get(self.path.split("#")[0])
        assert answer.status_code == 200, f"{self.path} answers {answer.status_code}"
        html: str = answer.content.decode()
        wrong = re.findall(r'data-tone="bad" role="alert">.*?<span>(.*?)</span>', html)
        assert not wrong, f"{self.path}: {wrong}"
        return html

    @cached_property
    def _read(self) -> _Reader:
        reader = _Reader(self.path.split("#")[0])
        reader.feed(self.html)
        return reader

    @property
    def forms(self) -> list[Form]:
        """The forms of the page, in order."""
        return self._read.forms

    @cached_property
    def links(self) -> list[tuple[str, str]]:
        """Address and words of every link."""
        return [(href, " ".join("".join(words).split())) for href, words in self._read.links]

    def form(self, *names: str, button: str = "") -> Form:
        """The form with these boxes, and a button that says this."""
        found = [
            form
            for form in self.forms
            if all(name in form.boxes for name in names)
            and (not button or any(text.startswith(button) for _, _, text in form.buttons))
        ]
        assert found, f"{self.path} has no form with {names} {button}"
        return found[0]

    def send(self, form: Form, button: str) -> Page:
        """Presses a button of the form and follows; fails where the editor refuses, with its words."""
        answer = self._sent(form, button)
        assert answer.status_code == 302, f"{form.action} answers {answer.status_code}: {_refusal(answer)}"
        return Page.open(self.client, answer["Location"])

    def press(self, form: Form, button: str) -> Page:
        """The same with script, which takes back the line alone."""
        answer = self._sent(form, button, HTTP_HX_REQUEST="true")
        assert answer.status_code == 200, f"{form.action} answers {answer.status_code}: {_refusal(answer)}"
        return Page(self.client, self.path, answer.content.decode())

    def _sent(self, form: Form, button: str, **headers: str) -> Any:
        pressed = [(name, value) for name, value, text in form.buttons if text.startswith(button)]
        assert pressed, f"{self.path} has no button {button}: {form.buttons}"
        sent = {name: values if name in form.ticks else values[:1] for name, values in form.boxes.items() if values}
        if pressed[0][0]:
            sent[pressed[0][0]] = [pressed[0][1]]
        send: Any = self.client.post if form.is_post else self.client.get
        return send(form.action, sent, **headers)

    def link(self, start: str) -> str:
        """The address of the first link whose address begins so, or whose words do."""
        found = [href for href, words in self.links if href.startswith(start) or words.startswith(start)]
        assert found, f"{self.path} has no link {start}"
        return found[0]

    def follow(self, start: str) -> Page:
        """By a link of the page."""
        return Page.open(self.client, self.link(start))


def _refusal(answer: Any) -> str:
    words = re.sub(r"<[^>]+>", " ", answer.content.decode())
    found = re.search(r"(One answer|\d+ answers) needs? another look.{0,600}", " ".join(words.split()))
    return found[0] if found else " ".join(words.split())[-400:]
