"""The languages of the portal: which there are, how many texts each lacks, adding, taking out, which comes first."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from babel import Locale
from babel.localedata import locale_identifiers
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST
from pydantic import JsonValue

from portal_core.accounts.pages import PersonRequest, staff_page
from portal_core.config.draft.editing import edit
from portal_core.config.draft.operations import Operation, Set
from portal_core.config.draft.reading import Draft, current
from portal_core.config.draft.spoken import coming, going
from portal_core.config.draft.wording import how_many, said_for
from portal_core.config.localise import language_name
from portal_core.config.starters.words import languages_of_starters
from portal_core.desk.setup.controls import Choices
from portal_core.desk.setup.frame import language_of, languages_of
from portal_core.desk.setup.saving import do_edit

MAX_LANGUAGES: Final = 12


@dataclass(frozen=True)
class LanguageLine:
    """One language of the portal."""

    code: str
    name: str
    is_first: bool
    missing: int
    texts: int
    is_spoken: bool  # whether buttons and sentences of ours are in it


def language_lines(draft: Draft) -> list[LanguageLine]:
    """The portal's languages, its own first."""
    codes = languages_of(draft)
    texts, missing = how_many(draft, codes)
    spoken = {code for code, _ in settings.LANGUAGES}
    return [
        LanguageLine(
            code, language_name(code), code == codes[0], missing[code], texts, code.partition("-")[0] in spoken
        )
        for code in codes
    ]


@dataclass(frozen=True)
class ReadyLanguage:
    """A language that comes with words: those of the portal's starter."""

    code: str
    name: str
    texts: int
    missing: int


def ready_languages(draft: Draft) -> list[ReadyLanguage]:
    """The languages in which the portal's starter is written and that the portal could speak besides its own."""
    codes = languages_of(draft)
    if len(codes) >= MAX_LANGUAGES:
        return []
    new = [(code, coming(draft, codes[0], code)) for code in languages_of_starters() if code not in codes]
    return [
        ReadyLanguage(code, language_name(code), len(brought.operations), brought.missing)
        for code, brought in new
        if brought.operations
    ]


def offered(draft: Draft) -> Choices:
    """The languages that can be added; none where there are as many as there may be."""
    taken = languages_of(draft)
    if len(taken) >= MAX_LANGUAGES:
        return []
    return [(code, name) for code, name in _every_language() if code not in taken]


@lru_cache(maxsize=1)
def _every_language() -> Choices:
    codes = {code for code in locale_identifiers() if "_" not in code and len(code) <= 3}
    names = [(code, Locale("en").languages.get(code, "")) for code in codes]
    return sorted(((code, name) for code, name in names if name), key=lambda one: one[1])


@require_POST
@staff_page("manage_setup")
def change(request: PersonRequest) -> HttpResponse:
    """`do`: add, remove or first, for one `language`."""
    draft = current()
    code, back = request.POST.get("language", ""), f"{reverse('desk:setup_portal')}#languages"
    operations = _operations(draft, request.POST.get("do", ""), code)
    if not operations:
        if request.POST.get("do") == "add" and len(languages_of(draft)) >= MAX_LANGUAGES:
            messages.error(request, f"A portal can have {MAX_LANGUAGES} languages. Take one out to add another.")
        return HttpResponseRedirect(back)
    title = f"Languages: {language_name(code)} {_TOLD[request.POST['do']]}"
    return do_edit(
        request,
        back,
        lambda: edit(actor=request.actor, operations=operations, title=title, expected_revision=draft.revision),
        f"{title}.{_with_it(operations, request.POST['do'])}",
    )


def _with_it(operations: Sequence[Operation], do: str) -> str:
    """What came or went with a language, in words; "" where nothing did."""
    texts = sum(isinstance(operation, Set) for operation in operations) - 1
    if texts < 1:
        return ""
    verb = "come" if do == "add" else "go"
    return f" The words of your starter {verb} with it, for {texts} {'text' if texts == 1 else 'texts'}."


_TOLD: Final = {"add": "is spoken too", "remove": "is not spoken any more", "first": "comes first"}


def _operations(draft: Draft, do: str, code: str) -> list[Operation]:
    codes, own = languages_of(draft), language_of(draft)
    match do:
        case "add" if code in dict(offered(draft)):
            return [_listed([*codes, code]), *coming(draft, own, code).operations]
        case "remove" if code in codes and code != own:
            return [_listed([kept for kept in codes if kept != code]), *going(draft, own, code)]
        case "first" if code in codes and code != own:
            return said_for(draft, code)
    return []


def _listed(codes: list[str]) -> Operation:
    return Set(("portal", "languages"), list[JsonValue](codes) if len(codes) > 1 else None)
