"""The catalogues are complete and fit their source: checked without gettext."""

from __future__ import annotations

import re
import string
import time

import pytest
from babel.messages.pofile import read_po
from django.utils import dates as django_dates
from django.utils import translation

from deploy.local.marked_texts import is_complete, marked_texts, read_catalogue
from deploy.local.paths import PROJECT_DIR
from deploy.local.translations import LOCALE_DIR, compile_catalogues, stale_catalogues

CATALOGUES = sorted(LOCALE_DIR.glob("*/LC_MESSAGES/django.po"))
_PLACEHOLDER = re.compile(r"%(?:\((?P<name>\w+)\))?(?P<kind>[sdif%])")
_TAG = re.compile(r"</?[a-z]+>")
# Words that our texts do without, in the source and in each language.
_UNWANTED = {
    "en": r"\bplease\b|\binvalid\b|!|\bticket|\bclick here|\bsubmit\b|\battribute\b|\bentity\b",
    "de": r"\bbitte\b|ungültig|!|\bTicket|\bklicken Sie\b|\bdu\b|\bdein",
}


@pytest.fixture(scope="module")
def marked():
    """Each marked text once, with the files that have it."""
    found: dict = {}
    for text in marked_texts():
        found.setdefault((text.source, text.context), set()).add(str(text.file.relative_to(PROJECT_DIR)))
    return found


@pytest.fixture(params=CATALOGUES, ids=lambda file: file.parent.parent.name)
def catalogue(request):
    return read_catalogue(request.param)


def _entries(catalogue):
    return [message for message in catalogue if message.id]


def _translated(catalogue):
    """Without those that lack a translation: one test names them, the others need not fail with it."""
    return [message for message in _entries(catalogue) if is_complete(message.string)]


def test_there_is_german():
    assert "de" in {file.parent.parent.name for file in CATALOGUES}


def test_every_marked_text_is_in_the_catalogue_and_nothing_else(catalogue, marked):
    entries = {(tuple(m.id) if isinstance(m.id, list | tuple) else m.id, m.context) for m in _entries(catalogue)}
    assert {key: marked[key] for key in marked.keys() - entries} == {}, "run manage.py collect_translations"
    assert entries - marked.keys() == set(), "run manage.py collect_translations"


def test_every_text_is_translated_and_nothing_is_a_guess(catalogue):
    assert [m.id for m in _entries(catalogue) if not is_complete(m.string)] == []
    assert [m.id for m in _entries(catalogue) if m.fuzzy] == []
    assert not catalogue.obsolete


def test_plural_forms_are_all_there(catalogue):
    for message in _entries(catalogue):
        if message.pluralizable:
            assert len(message.string) == catalogue.num_plurals, message.id
        else:
            assert isinstance(message.string, str), message.id


def test_placeholders_and_tags_are_the_same_in_source_and_translation(catalogue):
    for message in _translated(catalogue):
        sources = (message.id,) if isinstance(message.id, str) else message.id
        wanted = set().union(*map(_placeholders, sources))
        tags = sorted(_TAG.findall(sources[0]))
        for form in (message.string,) if isinstance(message.string, str) else message.string:
            # A singular form may write its number as a word; that costs nothing when the rest stays.
            assert _placeholders(form) == wanted or (
                message.pluralizable and _placeholders(form) == _placeholders(sources[0])
            )
            assert sorted(_TAG.findall(form)) == tags, form


def _placeholders(text):
    return {(found["name"], found["kind"]) for found in _PLACEHOLDER.finditer(text) if found["kind"] != "%"}


def test_ends_and_edges_fit(catalogue):
    """A sentence stays a sentence, a fragment a fragment, a blank at the edge a blank."""
    for message in _translated(catalogue):
        source = message.id if isinstance(message.id, str) else message.id[0]
        form = message.string if isinstance(message.string, str) else message.string[0]
        assert source[:1].isspace() == form[:1].isspace(), source
        assert source[-1:].isspace() == form[-1:].isspace(), source
        assert source.endswith("…") == form.endswith("…"), source
        assert source.endswith(":") <= form.endswith(":"), source


def test_the_words_we_do_without(catalogue):
    language = str(catalogue.locale)
    for message in _entries(catalogue):
        for source in (message.id,) if isinstance(message.id, str) else message.id:
            assert not re.search(_UNWANTED["en"], source, re.IGNORECASE), source
        for form in (message.string,) if isinstance(message.string, str) else message.string:
            assert not re.search(_UNWANTED[language], form, re.IGNORECASE if language == "en" else 0), form
            assert "“" not in re.sub(r"„[^“]*“", "", form), form
            assert '"' not in re.sub(r"<[^>]*>", "", form), form


def test_no_text_of_ours_replaces_a_month_or_weekday_of_django(catalogue):
    """Our catalogue wins over Django's: a heading "May" without a context would rename a month."""
    names = {*django_dates.MONTHS.values(), *django_dates.MONTHS_3.values(), *django_dates.WEEKDAYS.values()}
    names |= {*django_dates.WEEKDAYS_ABBR.values(), *django_dates.MONTHS_ALT.values()}
    with translation.override("en"):
        plain = {m.id for m in _entries(catalogue) if isinstance(m.id, str) and not m.context}
        assert plain.isdisjoint({str(name) for name in names})


def test_the_file_says_nothing_that_changes_by_itself():
    for file in CATALOGUES:
        text = file.read_text()
        assert not re.search(r"^#:|^#~|Creation-Date|Revision-Date|Generator|/home/", text, re.MULTILINE)


def test_compiling_is_idempotent_and_follows_the_source(tmp_path):
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source = folder / "django.po"
    source.write_bytes((LOCALE_DIR / "de" / "LC_MESSAGES" / "django.po").read_bytes())
    assert stale_catalogues(tmp_path) == [source]
    assert compile_catalogues(tmp_path) == [source.with_suffix(".mo")]
    first = source.with_suffix(".mo").read_bytes()
    began = time.perf_counter()
    assert compile_catalogues(tmp_path) == []
    assert time.perf_counter() - began < 0.05
    source.write_text(source.read_text().replace("Startseite", "Anfang"))
    assert compile_catalogues(tmp_path) == [source.with_suffix(".mo")]
    assert source.with_suffix(".mo").read_bytes() != first
    assert sorted(file.name for file in folder.iterdir()) == ["django.mo", "django.po"]


def test_a_catalogue_that_cannot_be_read_leaves_the_old_one(tmp_path):
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text('msgid "a"\nmsgstr "b"\n')
    compile_catalogues(tmp_path)
    before = (folder / "django.mo").read_bytes()
    (folder / "django.po").write_bytes(b'msgid "\xff"\nmsgstr "b"\n')
    with pytest.raises(UnicodeDecodeError):
        compile_catalogues(tmp_path)
    assert (folder / "django.mo").read_bytes() == before


def test_what_django_serves_is_what_the_catalogue_says():
    with (LOCALE_DIR / "de" / "LC_MESSAGES" / "django.po").open("rb") as file:
        said = read_po(file, locale="de").get("Nothing for you to do right now.").string
    with translation.override("de"):
        assert translation.gettext("Nothing for you to do right now.") == said
        assert translation.ngettext("within %(n)d day", "within %(n)d days", 2) == "innerhalb von %(n)d Tagen"
        assert string.capwords(str(django_dates.MONTHS[5])) == "Mai"
