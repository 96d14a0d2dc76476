"""Customers from CSV or a workbook: every row is checked before anything is written, and nobody is told."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from portal_core.accounts.actor import Actor
from portal_core.accounts.models import EMAIL_LENGTH, NAME_LENGTH, User, normalise_email
from portal_core.accounts.roles import CUSTOMER
from portal_core.config.live import live_portal
from portal_core.importing.errors import ImportRefused, Unusable
from portal_core.importing.mapping import FileFormat
from portal_core.importing.reading import Rows, SourceFile, open_rows
from portal_core.importing.rows import Row, format_of, has_broken_bytes
from portal_core.importing.words import plain
from portal_core.service_requests.errors import Forbidden

PERMISSION: Final = "manage_customers"
PHONE_LENGTH: Final = 40
_BATCH: Final = 500
_HINT_ENCODING: Final = "If the file is from an older program, say which with --encoding, such as windows-1252."
# What columns are called, in lower case without spaces, dashes and dots; the first that the file has counts.
COLUMNS: Final = {
    "email": ("email", "emailaddress", "mail", "emailadresse", "mailadresse"),
    "name": ("name", "fullname", "customer", "contact", "kunde", "kontakt"),
    "first": ("firstname", "givenname", "vorname"),
    "last": ("lastname", "surname", "familyname", "nachname", "familienname"),
    "phone": ("phone", "phonenumber", "telephone", "mobile", "tel", "telefon", "telefonnummer", "handy", "mobil"),
    "language": ("language", "locale", "sprache"),
}


@dataclass(frozen=True)
class NewCustomer:
    """One customer who would come in."""

    line: int
    email: str
    name: str
    phone: str
    language: str


@dataclass(frozen=True)
class BadRow:
    """A row that cannot come in, and why."""

    line: int
    reason: str


@dataclass
class CheckedCustomers:
    """What is in a file: who would come in, who is there already, what is bad, which columns say nothing to us."""

    new: list[NewCustomer] = field(default_factory=list)
    known: int = 0
    bad: list[BadRow] = field(default_factory=list)
    ignored: tuple[str, ...] = ()
    # What is read of the file where that is not all; "" otherwise.
    source_note: str = ""


def check_customers(*, actor: Actor, source: SourceFile, encoding: str = "utf-8") -> CheckedCustomers:
    """Reads the file and checks every row; writes nothing.

    Raises:
        Forbidden: the actor may not manage customers.
        ImportRefused: the file as a whole cannot be read, or has no column of e-mail addresses.
    """
    if not actor.may(PERMISSION):
        raise Forbidden
    if format_of(source.name, None) == "json":
        raise ImportRefused("Customers come in from a CSV file or an Excel workbook, not from JSON.")
    form = FileFormat.model_validate({"encoding": encoding})
    rows = open_rows(source, form, encoding_hint=_HINT_ENCODING)
    names = rows.columns or []
    columns = _columns(names)
    if "email" not in columns:
        raise ImportRefused(f"No column holds e-mail addresses; there are: {', '.join(names)}. Name one email.", 1)
    ignored = tuple(name for name in names if name not in columns.values())
    checked = CheckedCustomers(ignored=ignored, source_note=rows.note)
    found = _read(rows, columns, checked)
    _without_known(found, checked)
    return checked


def write_customers(*, actor: Actor, checked: CheckedCustomers) -> int:
    """Writes what was checked, in one transaction; how many came in. Whoever came meanwhile stays as they are.

    Raises Forbidden.
    """
    if not actor.may(PERMISSION):
        raise Forbidden
    now = timezone.now()
    with transaction.atomic():
        before = User.objects.count()
        users = [_user(one) for one in checked.new]
        for user in users:
            user.created_at = now
        User.objects.bulk_create(users, batch_size=_BATCH, ignore_conflicts=True)
        return User.objects.count() - before


def _user(one: NewCustomer) -> User:
    user = User(email=one.email, name=one.name, phone=one.phone, language=one.language, role=CUSTOMER)
    user.set_unusable_password()
    return user


def _columns(names: list[str]) -> dict[str, str]:
    """Our columns by the file's names for them."""
    plain_names = {"".join(letter for letter in name.lower() if letter.isalnum()): name for name in reversed(names)}
    found = {}
    for ours, known in COLUMNS.items():
        theirs = next((plain_names[name] for name in known if name in plain_names), None)
        if theirs is not None:
            found[ours] = theirs
    return found


def _read(rows: Rows, columns: dict[str, str], checked: CheckedCustomers) -> list[NewCustomer]:
    languages = frozenset(live_portal().languages)
    lines: dict[str, int] = {}
    found = []
    for row in rows:
        try:
            one = _customer(row, columns, languages)
            if one.email in lines:
                raise Unusable("email", f"{one.email} stands in line {lines[one.email]} already")
        except Unusable as error:
            checked.bad.append(BadRow(row.line, str(error)))
            continue
        lines[one.email] = row.line
        found.append(one)
    return found


def _customer(row: Row, columns: dict[str, str], languages: frozenset[str]) -> NewCustomer:
    if row.problem:
        raise Unusable("", row.problem)

    def cell(name: str, limit: int) -> str:
        words = str(row.cells.get(columns.get(name, ""), "")).strip()
        if has_broken_bytes(words):
            raise Unusable(name, "it holds bytes that are not of the file’s encoding; say which with --encoding")
        return plain(words, limit, name)

    name = cell("name", NAME_LENGTH) or " ".join(filter(None, (cell("first", NAME_LENGTH), cell("last", NAME_LENGTH))))
    language = cell("language", 20).lower()
    if language and language not in languages:
        raise Unusable("language", f"the portal does not speak “{language}”; it speaks {', '.join(sorted(languages))}")
    email, phone = _address(cell("email", EMAIL_LENGTH)), cell("phone", PHONE_LENGTH)
    return NewCustomer(row.line, email, name[:NAME_LENGTH], phone, language)


def _address(words: str) -> str:
    if not words:
        raise Unusable("email", "it is empty, and a customer is known by it")
    try:
        validate_email(normalise_email(words))
    except ValidationError:
        raise Unusable("email", f"“{words[:80]}” is not an e-mail address") from None
    return normalise_email(words)


def _without_known(found: list[NewCustomer], checked: CheckedCustomers) -> None:
    """Who is a customer already stays as they are; whoever works here is no customer."""
    for batch in _batches(found):
        roles = dict(User.objects.filter(email__in=[one.email for one in batch]).values_list("email", "role"))
        for one in batch:
            role = roles.get(one.email)
            if role is None:
                checked.new.append(one)
            elif role == CUSTOMER:
                checked.known += 1
            else:
                checked.bad.append(BadRow(one.line, f"email: {one.email} belongs to somebody of the team"))
    checked.bad.sort(key=lambda bad: bad.line)


def _batches(found: list[NewCustomer]) -> Iterator[list[NewCustomer]]:
    for start in range(0, len(found), _BATCH):
        yield found[start : start + _BATCH]
