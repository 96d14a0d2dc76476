"""Whether a file is a workbook that may be opened, and the words for one that is not."""

from typing import IO, Final

from portal_core.documents.checking.office import check_office
from portal_core.documents.checking.refused import Refused
from portal_core.importing.errors import ImportRefused

# How files of Excel before 2007 begin, and those of today that have a password.
_OLD_SIGN: Final = b"\xd0\xcf\x11\xe0"
_ZIP_SIGN: Final = b"PK\x03\x04"
_PASSWORD_SIGN: Final = "EncryptedPackage".encode("utf-16-le")
_SAVE: Final = "Save it as “Excel workbook (.xlsx)” or as CSV, and bring that."
_WORDS: Final = {
    "macros": "The workbook carries macros or embedded things (icons, too), or fetches parts from elsewhere."
    " Save the one sheet as CSV, and bring that.",
    "locked": f"The workbook is protected with a password. Take it off. {_SAVE}",
    "old": f"This is a file of an old Excel (.xls). {_SAVE}",
    "bomb": "The workbook unpacks to far more than a table needs. Save the one sheet as CSV, and bring that.",
    "spoilt_office": f"The workbook is damaged, or of a kind that is not read here. {_SAVE}",
    "not_what_it_says": f"This is no Excel workbook (.xlsx). {_SAVE}",
}


def is_workbook(head: bytes) -> bool:
    """Whether a file that begins so is one of a spreadsheet program, whatever its name says: a workbook is no text."""
    return head.startswith((_OLD_SIGN, _ZIP_SIGN))


def refused(code: str) -> ImportRefused:
    """Why a workbook is not read, with what to do."""
    return ImportRefused(_WORDS[code])


def refuse_unsafe(content: IO[bytes]) -> None:
    """Raises `ImportRefused` for what is no workbook, has a password or macros, or unpacks without end.

    What is read of it is bounded when it is opened (`workbook_bounds`).
    """
    content.seek(0)
    if content.read(len(_OLD_SIGN)) == _OLD_SIGN:
        raise refused("locked" if _PASSWORD_SIGN in content.read() else "old")
    try:
        check_office(content, "xlsx")
    except Refused as error:
        raise refused(error.code) from None
    content.seek(0)
