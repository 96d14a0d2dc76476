"""Components: each renders with its documented variables, escapes what people wrote, and needs nothing else."""

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.forms import CharField, Form
from django.template.loader import render_to_string

from tests.design import samples

FOLDER = Path(settings.BASE_DIR) / "templates" / "components"


class Reader(HTMLParser):
    """Collects what a browser would act on, and whether elements close in order."""

    VOID = frozenset({"input", "br", "img", "hr", "meta", "link", "path", "rect", "circle", "use", "text"})

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        if tag in self.VOID:
            return
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> out of order"


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


CASES = samples.cases()


@pytest.mark.parametrize(("name", "variables"), CASES, ids=[f"{i}-{name}" for i, (name, _) in enumerate(CASES)])
def test_a_component_is_whole_and_runs_nothing_that_people_wrote(name: str, variables: dict[str, Any]) -> None:
    html = render_to_string(f"components/{name}", variables)
    reader = read(html)
    assert not reader.open, f"left open: {reader.open}"
    assert not {"script", "img", "style"} & set(reader.tags)
    assert not [key for key, _ in reader.attributes if key == "style" or key.startswith("on")]
    assert "{{" not in html.replace("{{ 7|add:7 }}", "")
    assert "14" not in html.replace("14", "", 0) or "add:7" not in html or "{{ 7|add:7 }}" in html
    assert len(reader.ids) == len(set(reader.ids)), f"ids twice: {reader.ids}"


def test_every_component_is_among_the_samples() -> None:
    shown = {name for name, _ in CASES}
    files = {path.name for path in FOLDER.glob("*.html") if not path.name.startswith("_")}
    assert files - shown == set()


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.html")), ids=lambda path: path.name)
def test_a_component_begins_with_a_comment_that_names_its_variables(path: Path) -> None:
    head = path.read_text(encoding="utf-8")[:200]
    assert "{% comment %}" in head


def test_wrong_answers_stay_in_their_fields() -> None:
    form = samples.SampleForm({"amount": "low", "words": "x" * 60})
    amount = render_to_string("components/field.html", {"field": form["amount"]})
    assert 'value="low"' in amount
    assert 'type="text"' in amount
    assert 'inputmode="decimal"' in amount
    assert 'aria-invalid="true"' in amount
    assert "maxlength" not in render_to_string("components/field.html", {"field": form["words"]})


def test_an_error_is_linked_from_the_summary_and_described_at_the_field() -> None:
    form = samples.SampleForm({"amount": "low"})
    summary = read(render_to_string("components/errors.html", {"form": form}))
    targets = {value[1:] for name, value in summary.attributes if name == "href" and value}
    ids = {each for bound in form for each in read(render_to_string("components/field.html", {"field": bound})).ids}
    assert targets <= ids
    field = read(render_to_string("components/field.html", {"field": form["amount"]}))
    described = next(value for name, value in field.attributes if name == "aria-describedby")
    assert described and set(described.split()) <= set(field.ids)


def test_the_summary_names_each_question() -> None:
    """Two that lack the same thing read apart; a question keeps its mark."""

    class Two(Form):
        first = CharField(label="Address", error_messages={"required": "Write an answer here."})
        second = CharField(label="Which one?", error_messages={"required": "Write an answer here."})

    summary = render_to_string("components/errors.html", {"form": Two({})})
    assert "Address: Write an answer here." in summary
    assert "Which one? Write an answer here." in summary


def test_the_summary_counts_answers_not_complaints() -> None:
    class Typed(Form):
        first, second = CharField(required=False), CharField(required=False)

        def clean(self) -> None:
            for words in ("Too short.", "Too common."):
                self.add_error("first", words)

    assert "One answer needs another look" in render_to_string("components/errors.html", {"form": Typed({})})


def test_a_group_of_answers_has_one_name_and_marks_the_chosen_one() -> None:
    form = samples.SampleForm(initial={"choice": "b"})
    html = render_to_string("components/field.html", {"field": form["choice"]})
    assert html.count('name="choice"') == 2
    assert html.count(" checked") == 1
    assert "<legend" in html


def test_notes_look_and_read_unlike_messages() -> None:
    note = render_to_string("components/entry.html", {"entry": samples.entry("noted")})
    message = render_to_string("components/entry.html", {"entry": samples.entry()})
    assert "msg-note" in note
    assert "Note, staff only" in note
    assert "msg-note" not in message
