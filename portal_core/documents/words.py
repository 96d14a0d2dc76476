"""What people are told: why a file is not taken and what to send instead; how large it is; what is taken."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from babel.dates import format_date
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from portal_core.config.file_formats import FORMATS, USUAL
from tenants.ui.dates import locale_for
from tenants.ui.directions import isolated
from tenants.uploads import MEGABYTE

__all__ = ["limits_words", "reason_for", "size_words"]

_REASONS: Final = {
    "empty": gettext_lazy("“%(name)s” is empty. Choose the file once more."),
    "no_extension": gettext_lazy(
        "“%(name)s” has no ending such as .pdf or .jpg, so we cannot tell what it is. Save it as a PDF."
    ),
    "program": gettext_lazy("“%(name)s” is a program. Send a PDF or a photo instead."),
    "macros": gettext_lazy(
        "“%(name)s” contains macros or fetches parts from elsewhere. Save it as a PDF and send that."
    ),
    "old_office": gettext_lazy("“%(name)s” is of an old office format. Save it as .docx, .xlsx or PDF and send that."),
    "page": gettext_lazy(
        "“%(name)s” is a web page or a drawing that can run scripts. Print it to a PDF and send that."
    ),
    "archive": gettext_lazy("“%(name)s” is an archive. Send the files in it one by one."),
    "picture_kind": gettext_lazy("“%(name)s” is a kind of picture that we cannot check. Save it as JPG, PNG or PDF."),
    "unknown_kind": gettext_lazy(
        "“%(name)s” is of a kind that we do not know. Send a PDF, a photo or an office document."
    ),
    "not_accepted": gettext_lazy("“%(name)s” is of a kind that is not taken here."),
    "not_what_it_says": gettext_lazy(
        "“%(name)s” is not what its name says. Save it anew as a PDF or take a photo of it."
    ),
    "locked": gettext_lazy("“%(name)s” is protected with a password. Save it without one and send it again."),
    "spoilt_office": gettext_lazy("“%(name)s” is damaged. Open it, save it anew and send that."),
    "spoilt_pdf": gettext_lazy("“%(name)s” is damaged or not a PDF. Open it, print it to a PDF and send that."),
    "active_pdf": gettext_lazy(
        "“%(name)s” runs a program when it is opened. Print it to a PDF (a plain copy) and send that."
    ),
    "spoilt_picture": gettext_lazy(
        "“%(name)s” is damaged or not a picture. Take the photo again, or send a screenshot of it."
    ),
    "too_many_pixels": gettext_lazy("“%(name)s” has too many pixels. Send it in a smaller size."),
    "bomb": gettext_lazy("“%(name)s” unpacks to far more than it seems. Save it as a PDF and send that."),
    "not_text": gettext_lazy("“%(name)s” is not plain text. Save it as UTF-8 text or as a PDF."),
    "too_large": gettext_lazy("“%(name)s” is too large."),
    "too_many": gettext_lazy("“%(name)s” is one too many."),
    "too_much_waiting": gettext_lazy(
        "“%(name)s” was not taken: much of what you chose is not sent yet. Send that first."
    ),
    "too_often": gettext_lazy("“%(name)s” was not taken: those were many files in a short time. Try again in an hour."),
    "on_file": gettext_lazy("“%(name)s” is part of another document already. Choose the file once more."),
    "infected": gettext_lazy(
        "“%(name)s” contains harmful software and was not kept. Check your device and send another copy."
    ),
}


def reason_for(name: str, code: str, *, limit: str = "") -> str:
    """One sentence about one file: “scan.exe” is a program. Send a PDF or a photo instead."""
    sentence = str(_REASONS.get(code, _REASONS["unknown_kind"])) % {"name": isolated(name)}
    return f"{sentence} {limit}".strip()


def size_words(size_bytes: int) -> str:
    """A size for people: "1.8 MB", "640 kB"."""
    if size_bytes >= MEGABYTE:
        figure = f"{size_bytes / MEGABYTE:.1f}".removesuffix(".0")
        return f"{_comma(figure)} MB"
    return f"{max(1, round(size_bytes / 1024))} kB"


def _comma(figure: str) -> str:
    return figure.replace(".", ",") if (get_language() or "").startswith("de") else figure


def day_words(day: date, language: str) -> str:
    """A day in few words, always with its year: "14 Nov 2027"."""
    locale = locale_for(language)
    return str(format_date(day, "d. MMM yyyy" if locale.language == "de" else "d MMM yyyy", locale=locale))


def limits_words(accept: Iterable[str], max_files: int, max_size_mb: int) -> str:
    """What is taken, said before anything is chosen: "PDF or photo, up to 3 files of at most 10 MB each."."""
    kinds = _joined([word for taken in (tuple(accept) or USUAL) for word in _words(taken)])
    if max_files == 1:
        return _("%(kinds)s, one file of at most %(size)s MB.") % {"kinds": kinds, "size": max_size_mb}
    values = {"kinds": kinds, "count": max_files, "size": max_size_mb}
    return _("%(kinds)s, up to %(count)s files of at most %(size)s MB each.") % values


def _words(taken: str) -> tuple[str, ...]:
    words = {
        "pdf": ("PDF",),
        "image": (pgettext("kind of file", "photo"),),
        "document": (pgettext("kind of file", "Word"),),
        "spreadsheet": (pgettext("kind of file", "Excel"), "CSV"),
        "text": (pgettext("kind of file", "plain text"),),
        "video": (pgettext("kind of file", "film (MP4, MOV)"),),
    }
    return words.get(taken) or (taken.upper() if taken in FORMATS else taken,)


def _joined(words: list[str]) -> str:
    if len(words) < 2:
        first = "".join(words)
    else:
        first = _("%(first)s or %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}
    return first[:1].upper() + first[1:]
