"""The texts marked for translation, read from code and templates without gettext, and merged into the catalogues."""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from deploy.local.paths import PROJECT_DIR

# Where words for people stand. Tests and measurements speak English, so does what answers machines.
_FOLDERS: Final = ("deploy", "portal_core", "tenants", "templates")
_TEMPLATE_ENDINGS: Final = (".html", ".txt")
_PLAIN, _PLURAL, _CONTEXT, _CONTEXT_PLURAL = None, (1, 2), ((1, "c"), 2), ((1, "c"), 2, 3)
_FUNCTIONS: Final = {
    "_": _PLAIN,
    "gettext": _PLAIN,
    "gettext_lazy": _PLAIN,
    "gettext_noop": _PLAIN,
    "ngettext": _PLURAL,
    "ngettext_lazy": _PLURAL,
    "pgettext": _CONTEXT,
    "pgettext_lazy": _CONTEXT,
    "npgettext": _CONTEXT_PLURAL,
    "npgettext_lazy": _CONTEXT_PLURAL,
}
# No dates, no places, no program versions: the file changes only when a text does.
_HEADER: Final = """msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"

"""


class MarkedText(NamedTuple):
    """One text to translate: the English source (with its plural, if it counts), its context, and where it stands."""

    source: str | tuple[str, ...]
    context: str | None
    file: Path


def marked_texts() -> Iterator[MarkedText]:
    """Every marked text of the project, file by file, as often as it occurs."""
    for folder in _FOLDERS:
        for file in sorted((PROJECT_DIR / folder).rglob("*")):
            if file.suffix == ".py":
                yield from _found(file.read_text(), file)
            elif folder == "templates" and file.suffix in _TEMPLATE_ENDINGS:
                # Django's reader turns tags into calls and all else into X; an indent would mean something to Python.
                calls = templatize(file.read_text(), origin=str(file))
                yield from _found("\n".join(line.lstrip() for line in calls.split("\n")), file)


def _found(code: str, file: Path) -> Iterator[MarkedText]:
    for _line, source, _comments, context in extract("python", io.BytesIO(code.encode()), _FUNCTIONS):
        yield MarkedText(source, context, file)


def read_catalogue(file: Path) -> Catalog:
    """A .po file; the folder names its language."""
    return read_po(io.BytesIO(file.read_bytes()), locale=file.parent.parent.name)


def merge_marked_texts(file: Path) -> list[str]:
    """Brings one .po file up to the marked texts, new ones empty and unused ones gone; gives what lacks a translation.

    Nothing is guessed from similar texts: a translation is right or it is missing.
    """
    known = read_catalogue(file)
    wanted = Catalog(locale=known.locale, fuzzy=False)
    for text in marked_texts():
        translated = known.get(text.source, context=text.context)
        wanted.add(text.source, translated.string if translated else None, context=text.context)
    written = io.BytesIO()
    write_po(written, wanted, width=0, omit_header=True, sort_output=True)
    header = _HEADER.format(language=wanted.locale_identifier, plural_forms=wanted.plural_forms)
    file.write_text(header + written.getvalue().decode())
    return [str(message.id) for message in wanted if message.id and not is_complete(message.string)]


def is_complete(translation: str | Sequence[str] | None) -> bool:
    """Whether a translation has words, in each of its plural forms."""
    forms = (translation,) if isinstance(translation, str) else translation or ()
    return bool(forms) and all(form.strip() for form in forms)
