"""`/desk/setup/texts/`: the texts that are missing in a language, by where they stand, written in place."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from pydantic import JsonValue

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.document.base import MAX_LABEL, MAX_LONG_TEXT, MAX_TEXT
from portal_core.config.draft.parts import KEYED
from portal_core.config.draft.paths import Path
from portal_core.config.draft.reading import Draft, current
from portal_core.config.draft.wording import Wording, every, incomplete
from portal_core.config.localise import language_name, text_in
from portal_core.desk.setup.controls import Single, Where
from portal_core.desk.setup.frame import languages_of, setup_page, words
from portal_core.desk.setup.saving import answer_sheet
from portal_core.desk.setup.sheet import Block, Sheet
from tenants.shell import NavItem

ON_PAGE: Final = 25
_LONG: Final = frozenset({"body", "before", "after", "consent"})
_TEXTS: Final = frozenset(
    {"meaning", "next_step", "help", "text", "description", "title", "welcome", "emergency", "imprint", "pattern_error"}
)
# What an owner calls the lists and the places in them.
_LISTS: Final = {
    "portal": "Portal", "roles": "Role", "teams": "Team", "record_kinds": "Saved records",
    "document_kinds": "Documents", "flows": "Statuses", "types": "Request type", "messages": "Mail",
    "ready_answers": "Ready answer",
}  # fmt: skip
_WHAT: Final = {
    "name": "name", "customer_name": "what customers read", "meaning": "what it means", "next_step": "what comes next",
    "label": "label", "noun": "what one is called", "pattern_error": "what is said when it does not fit",
    "help": "help", "placeholder": "example in the box", "unit": "unit", "text": "text", "description": "description",
    "group": "group", "title": "title", "before": "text before", "after": "text after", "subject": "subject",
    "body": "text", "button": "button", "consent": "what is agreed to", "welcome": "words of welcome",
    "emergency": "what to do in an emergency", "imprint": "lines under every mail",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class InLanguage(Single):
    """One text in one language; the others stay as they are."""

    language: str

    def field(self) -> forms.Field:
        """A line, or a box for what may be long."""
        key = self.path[-1]
        longest = MAX_LONG_TEXT if key in _LONG else MAX_TEXT if key in _TEXTS else MAX_LABEL
        widget = forms.TextInput() if longest == MAX_LABEL else forms.Textarea(attrs={"rows": 3})
        widget.attrs |= {"lang": self.language}
        return forms.CharField(max_length=longest, widget=widget)

    def initial(self, value: JsonValue, where: Where) -> dict[str, Any]:
        """What is there in this language."""
        return {self.name: value.get(self.language, "") if isinstance(value, dict) else ""}

    def value(self, cleaned: Mapping[str, Any], before: JsonValue, where: Where) -> JsonValue:
        """The text with these words; an empty box leaves it alone."""
        typed = cleaned[self.name]
        if not typed or not isinstance(before, dict | str):
            return before
        texts = before if isinstance(before, dict) else {where.own: before}
        return dict(sorted({**texts, self.language: typed}.items()))


@dataclass(frozen=True)
class Line:
    """One missing text: where it stands, its words in another language, the box for it."""

    where: str
    what: str
    said: str
    block: Block


def where_of(draft: Draft, path: Path) -> str:
    """Where a text stands, in the owner's words: the names of the things around it."""
    names = [_LISTS.get(path[0], "")]
    for length in range(2, len(path)):
        item = draft.read(path[:length])
        if isinstance(item, dict):
            said = (words(item.get(key), draft) for key in ("name", "label", "subject", "text"))
            names.append(next((text[:80] for text in said if text), ""))
    return " · ".join(name for name in names if name)


def _name(path: Path) -> str:
    """The box's name: of the text, not of its place in the list, which moves as others write."""
    return f"text-{hashlib.sha256('.'.join(path).encode()).hexdigest()[:16]}"


def _control(wording: Wording, language: str) -> InLanguage:
    what = _WHAT.get(wording.path[-1], "text")
    label = f"{what[0].upper()}{what[1:]}, {language_name(language)}"
    return InLanguage(name=_name(wording.path), path=wording.path, label=label, language=language)


def _sheet(draft: Draft, wordings: Sequence[Wording], language: str, data: QueryDict | None = None) -> Sheet:
    controls = [_control(wording, language) for wording in wordings]
    return Sheet(controls, draft, (), f"Texts in {language_name(language)}", data)


@dataclass(frozen=True)
class Shown:
    """What one page shows: a language, and how many texts each lacks; `page` is Django's of a list."""

    counts: Mapping[str, int]
    language: str
    wordings: Sequence[Wording]
    page: Any = None

    @property
    def own(self) -> str:
        """The portal's own language."""
        return next(iter(self.counts))

    @property
    def here(self) -> str:
        """Its address."""
        return _href(self.language)

    @property
    def tabs(self) -> list[NavItem]:
        """The languages."""
        return [
            NavItem(language_name(one), _href(one), current=one == self.language, count=count)
            for one, count in self.counts.items()
        ]


def _href(language: str) -> str:
    return f"{reverse('desk:setup_texts')}?{urlencode({'language': language})}"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("manage_setup")
def index(request: PersonRequest) -> HttpResponse:
    """The page; `language` and `page` in the address."""
    draft = current()
    languages = languages_of(draft)
    missing = list(incomplete(draft, languages))
    counts = {language: sum(language in one.missing for one in missing) for language in languages}
    language = request.GET.get("language") or next((one for one in languages if counts[one]), languages[-1])
    if language not in languages:
        raise Http404
    if request.method == "POST":
        # What others have written meanwhile is not missing any more, and still what was typed is about it.
        sent = [one for one in every(draft) if _name(one.path) in request.POST][:ON_PAGE]
        shown = Shown(counts, language, sent)
        sheet = _sheet(draft, sent, language, request.POST)
        return answer_sheet(request, sheet, shown.here, lambda again, status: _page(request, again, shown, status))
    page = Paginator([one for one in missing if language in one.missing], ON_PAGE).get_page(request.GET.get("page"))
    shown = Shown(counts, language, list(page.object_list), page)
    return _page(request, _sheet(draft, shown.wordings, language), shown, 200)


def _page(request: PersonRequest, sheet: Sheet, shown: Shown, status: int) -> HttpResponse:
    draft = sheet.draft
    lines = [
        Line(
            where_of(draft, wording.path),
            _WHAT.get(wording.path[-1], "text"),
            text_in(wording.value, shown.own, shown.own),
            block,
        )
        for wording, block in zip(shown.wordings, sheet.blocks(), strict=True)
    ]
    context = {
        "sheet": sheet,
        "form": sheet,
        "lines": lines,
        "page": shown.page,
        "action": shown.here,
        "tabs": shown.tabs,
    }
    parts = {".".join(one.path[:2]) if one.path[0] in KEYED else one.path[0] for one in shown.wordings}
    return setup_page(request, "setup/texts.html", draft, context, parts=tuple(sorted(parts)), status=status)
