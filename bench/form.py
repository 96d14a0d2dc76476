"""A form of 200 fields of all kinds, beside a plain Django form of the same fields in the same page.

Ours is compiled from the configuration: labels by language, conditions, visibility, our own components. The yardstick
is a `forms.Form` with Django's own field and widget for each (a select, a choice of buttons, a split date and time; an
address as six fields, a table as a formset of the same rows), rendered by Django field by field (`as_field_group`).
Both pages have the portal's frame, and both are measured as a GET (made and rendered) and as a POST (checked).
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle, islice
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.template import engines
from django.test import RequestFactory
from django.utils import translation

from bench._figures import show, summary
from portal_core.accounts.roles import resolve_role
from portal_core.config import postal
from portal_core.config.compile import compile_portal
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.document import load
from portal_core.config.kinds.base import Asked
from portal_core.service_requests.forms import new_request_form
from tests.config.every_kind import FIELDS, every_kind
from tests.service_requests.filing import inputs_for

ROUNDS = 40
NUMBER = 200
LIMIT = 1.5
_PLAIN = """{% load i18n %}<div id="questions">{% for field in form %}{{ field.as_field_group }}{% endfor %}\
{% for set in formsets %}<fieldset>{{ set.management_form }}{% for row in set %}{% for field in row %}\
{{ field.as_field_group }}{% endfor %}{% endfor %}</fieldset>{% endfor %}</div>"""


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Prints and returns the figures."""
    rounds = arguments.rounds or ROUNDS
    # Django renders every country of a list of 250 by a template; without them the yardstick is at its best.
    return {
        "all kinds": _both(_portal(()), rounds),
        "all but addresses": _both(_portal(("address",)), rounds),
    }


def _both(portal: CompiledPortal, rounds: int) -> dict[str, Any]:
    fields = [field for field in portal.types[0].fields if field.is_input]
    request = RequestFactory().get("/new/repair/")
    plain_class, row_classes = _plain_form(fields, portal)
    sent, plain_sent = _sent(fields), _plain_sent(fields)
    pairs: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "GET, made and rendered": (
            lambda: _our_page(portal, None),
            lambda: _plain_page(plain_class, row_classes, request),
        ),
        "POST, checked": (lambda: _our_check(portal, sent), lambda: _plain_check(plain_class, row_classes, plain_sent)),
    }
    print(f"\n{len(fields)} fields: {', '.join(sorted({field.kind.key for field in fields}))}")
    figures: dict[str, Any] = {"fields": len(fields)}
    with translation.override("en"):
        for name, (ours, plain) in pairs.items():
            figures[name] = _compare(name, ours, plain, rounds)
    return figures


def timed(function: Callable[[], object]) -> float:
    """Milliseconds of this process's own work: nothing here waits for anybody, and the machine may be busy."""
    start = time.process_time()
    function()
    return (time.process_time() - start) * 1000


def _compare(name: str, ours: Callable[[], object], plain: Callable[[], object], rounds: int) -> dict[str, Any]:
    for _ in range(3):
        ours(), plain()
    mine, yours = [], []
    for _ in range(rounds):  # in turn, so that a busy machine is busy for both
        mine.append(timed(ours))
        yours.append(timed(plain))
    ratio = statistics.median(mine) / statistics.median(yours)
    show(f"ours: {name}", summary(mine))
    show(f"plain Django: {name}", summary(yours))
    print(f"{ratio:.2f} times plain Django (limit {LIMIT}){'' if ratio <= LIMIT else ': TOO SLOW'}")
    return {"ours": summary(mine), "plain": summary(yours), "ratio": round(ratio, 2)}


def _portal(without: tuple[str, ...]) -> CompiledPortal:
    document = every_kind()
    left_out = ("heading", "info", *without)
    usual = [field for field in FIELDS if field["kind"] not in left_out and "when" not in field]
    fields = [{**field, "key": f"{field['key']}-{number}", "required": True} for number, field in _numbered(usual)]
    document["types"][0] |= {"fields": fields, "title": None, "assign": [{"team": "desk"}]}
    document["types"][0].pop("title")
    document["flows"][0]["transitions"][0].pop("must_fill")
    document.pop("assertions")
    return compile_portal(load(document), 1)


def _numbered(fields: list[dict[str, Any]]) -> Iterator[tuple[int, dict[str, Any]]]:
    return enumerate(islice(cycle(fields), NUMBER))


def _our_page(portal: CompiledPortal, data: QueryDict | None) -> str:
    form = new_request_form(portal.types[0], _asked(portal), data)
    context = {"questions": form.shown(), "form": form, "portal": portal, "request": _Plainly()}
    return engines["django"].from_string("{% include 'portal/_questions.html' %}").render(context)


class _Plainly:
    """What the part of the page asks of a request."""

    htmx = False


def _our_check(portal: CompiledPortal, sent: QueryDict) -> None:
    form = new_request_form(portal.types[0], _asked(portal), sent)
    if not form.is_valid():
        raise SystemExit(f"our form was refused: {form.errors.as_json()[:500]}")


def _asked(portal: CompiledPortal) -> Asked:
    return Asked(portal, resolve_role("customer"), "en")


def _sent(fields: list[CompiledField]) -> QueryDict:
    data = QueryDict(mutable=True)
    for field in fields:
        data.update(_typed(field, f"f-{field.key}"))
    return data


def _typed(field: CompiledField, name: str) -> dict[str, str]:
    if getattr(field.config, "pattern", None):
        return {name: "AB-1234"}
    return {name: "2026-01-31"} if field.kind.key == "date" else inputs_for(field, name)


# ---- the yardstick


def _plain_form(
    fields: list[CompiledField], portal: CompiledPortal
) -> tuple[type[forms.Form], list[tuple[str, Any]]]:  # `Any`: classes made here
    made: dict[str, forms.Field] = {}
    formsets: list[tuple[str, Any]] = []
    for field in fields:
        if field.kind.key == "rows":
            columns = {column.key: _plain_field(column, portal) for column in field.columns}
            row = type("Row", (forms.Form,), columns)
            formsets.append((field.key, forms.formset_factory(row, extra=1, max_num=6)))
        elif field.kind.key == "address":
            made |= {f"{field.key}-{line}": _plain_line(line) for line in postal.LINES}
        else:
            made[field.key] = _plain_field(field, portal)
    return type("Plain", (forms.Form,), made), formsets


def _plain_line(line: str) -> forms.Field:
    if line == "country":
        return forms.ChoiceField(choices=postal.countries("en"), label="Country")
    return forms.CharField(label=line, max_length=200, required=line in ("line1", "city", "postcode"))


def _plain_field(field: CompiledField, portal: CompiledPortal) -> forms.Field:
    config: Any = field.config
    # `Any`: keyword arguments of Django's form fields.
    words: dict[str, Any] = {"label": portal.text(field.label), "help_text": portal.text(field.help)}
    kind = field.kind.key
    if kind in ("choice", "choices"):
        words["choices"] = [(choice.key, portal.text(choice.label)) for choice in config.choices if not choice.retired]
    elif kind == "yes_no":
        words["choices"] = [("yes", "Yes"), ("no", "No")]
    elif kind == "rating":
        words["choices"] = [(str(number), f"{number} stars") for number in range(1, 6)]
    makers: dict[str, Callable[..., forms.Field]] = {
        "choice": partial(forms.ChoiceField, widget=forms.RadioSelect),
        "choices": partial(forms.MultipleChoiceField, widget=forms.CheckboxSelectMultiple),
        "yes_no": partial(forms.ChoiceField, widget=forms.RadioSelect),
        "rating": partial(forms.ChoiceField, widget=forms.RadioSelect),
        "long_text": partial(forms.CharField, widget=forms.Textarea, max_length=500),
        "number": forms.DecimalField,
        "money": forms.DecimalField,
        "date": forms.DateField,
        "datetime": forms.SplitDateTimeField,
        "email": forms.EmailField,
        "url": partial(forms.URLField, assume_scheme="https"),
    }
    return makers.get(kind, partial(forms.CharField, max_length=200))(**words)


def _plain_page(plain: type[forms.Form], formsets: list[tuple[str, Any]], request: HttpRequest) -> str:
    context = {"form": plain(), "formsets": [made(prefix=key) for key, made in formsets]}
    return engines["django"].from_string(_PLAIN).render(context, request)


def _plain_check(plain: type[forms.Form], formsets: list[tuple[str, Any]], sent: QueryDict) -> None:
    form = plain(sent)
    if not form.is_valid():
        raise SystemExit(f"the plain form was refused: {form.errors.as_json()[:500]}")
    for key, made in formsets:
        if not made(sent, prefix=key).is_valid():
            raise SystemExit("the plain rows were refused")


def _plain_sent(fields: list[CompiledField]) -> QueryDict:
    data = QueryDict(mutable=True)
    for field in fields:
        ours = _typed(field, field.key)
        if field.kind.key == "rows":
            rows = {name.replace("_r1_", "-0-"): words for name, words in ours.items() if "_r1_" in name}
            data.update({**rows, f"{field.key}-TOTAL_FORMS": "1", f"{field.key}-INITIAL_FORMS": "0"})
        elif field.kind.key == "address":
            data.update({name.replace("_", "-"): words for name, words in ours.items()})
        elif field.kind.key == "datetime":
            data.update({name.replace("_day", "_0").replace("_time", "_1"): words for name, words in ours.items()})
        else:
            data.update(ours)
    return data
