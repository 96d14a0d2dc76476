"""The people of a file: whose requests they are, and which colleagues have them."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from portal_core.accounts.models import EMAIL_LENGTH, NAME_LENGTH, User, normalise_email
from portal_core.accounts.roles import CUSTOMER, resolve_role
from portal_core.importing.errors import ImportRefused, Unusable
from portal_core.importing.mapping import ImportMapping
from portal_core.importing.picking import picked, shown
from portal_core.importing.prepared import Person
from portal_core.importing.rows import Cell
from portal_core.importing.words import plain

# Reserved by RFC 2606: no mail can ever reach it.
NOWHERE = "import.invalid"
_PHONE_LENGTH = 40


@dataclass(frozen=True)
class Colleague:
    """Somebody of the team, as far as an import needs to know."""

    id: uuid.UUID
    is_active: bool


@dataclass
class PeopleReader:
    """Reads the people of rows. The team is small and read once; customers are looked up when they are written."""

    mapping: ImportMapping
    team: dict[str, Colleague] = field(default_factory=dict)

    @classmethod
    def of(cls, mapping: ImportMapping) -> "PeopleReader":
        """With the team as it is now. Raises `ImportRefused` when the stand-in is one of them."""
        rows = User.objects.exclude(role=CUSTOMER).only("id", "email", "role", "is_active")
        staff = {row.email: Colleague(row.pk, row.is_active and resolve_role(row.role).is_staff) for row in rows}
        reader = cls(mapping, staff)
        stand_in = reader.stand_in()
        if stand_in is not None and stand_in.email in staff:
            raise ImportRefused(f"customer.stand_in: {stand_in.email} belongs to somebody of the team.")
        return reader

    def stand_in(self) -> Person | None:
        """The one customer of rows that name none."""
        rule = self.mapping.customer.stand_in
        if rule is None:
            return None
        email = normalise_email(rule.email) if rule.email else f"{self.mapping.source}@{NOWHERE}"
        return Person(email, rule.name)

    def customer(self, cells: Mapping[str, Cell]) -> Person:
        """Whose request a row is. Raises `Unusable`."""
        rule = self.mapping.customer
        email = picked(cells, rule.email, "customer.email") if rule.email else ""
        if not email:
            stand_in = self.stand_in()
            if stand_in is None:
                raise Unusable("customer.email", "The row names no customer, and there is no “stand_in” for it.")
            return stand_in
        address = _address(email, "customer.email")
        if address in self.team:
            raise Unusable("customer.email", f"{shown(address)} belongs to somebody of the team.")
        name = picked(cells, rule.name, "customer.name") if rule.name else ""
        phone = picked(cells, rule.phone, "customer.phone") if rule.phone else ""
        return Person(address, plain(name, NAME_LENGTH, "customer.name"), plain(phone, _PHONE_LENGTH, "customer.phone"))

    def assignee(self, cells: Mapping[str, Cell]) -> uuid.UUID | None:
        """The colleague who has it. Raises `Unusable` for somebody who does not work here."""
        if self.mapping.assignee is None:
            return None
        email = picked(cells, self.mapping.assignee, "assignee")
        if not email:
            return None
        colleague = self.team.get(normalise_email(email))
        if colleague is None or not colleague.is_active:
            raise Unusable("assignee", f"{shown(email)} is the address of nobody of the team.")
        return colleague.id

    def author(self, email: str) -> uuid.UUID | None:
        """The colleague who wrote a line of history; None for anybody else."""
        colleague = self.team.get(normalise_email(email)) if email else None
        return colleague.id if colleague else None


def keep_people(people: Iterable[Person], *, stand_in: str) -> tuple[dict[str, uuid.UUID], int]:
    """Makes the customers that are not there yet, without telling them; gives all by address, and how many are new.

    Raises:
        ImportRefused: an address has meanwhile become a colleague's.
    """
    wanted = {person.email: person for person in people}
    known = dict(User.objects.filter(email__in=wanted).values_list("email", "role"))
    missing = [person for email, person in wanted.items() if email not in known]
    User.objects.bulk_create([_new_customer(person, stand_in) for person in missing], ignore_conflicts=True)
    found = {row.email: row for row in User.objects.filter(email__in=wanted).only("id", "email", "role")}
    staff = next((email for email, row in found.items() if resolve_role(row.role).base != CUSTOMER), None)
    if staff is not None:
        raise ImportRefused(f"customer.email: {staff} belongs to somebody of the team.")
    return {email: row.pk for email, row in found.items()}, len(missing)


def _new_customer(person: Person, stand_in: str) -> User:
    # A stand-in without an address is nobody: they never sign in.
    is_active = not (person.email == stand_in and person.email.endswith(f"@{NOWHERE}"))
    user = User(email=person.email, name=person.name, phone=person.phone, role=CUSTOMER, is_active=is_active)
    user.set_unusable_password()
    return user


def _address(email: str, place: str) -> str:
    address = normalise_email(email)
    try:
        validate_email(address)
    except ValidationError as error:
        raise Unusable(place, f"{shown(email)} is no e-mail address.") from error
    if len(address) > EMAIL_LENGTH:
        raise Unusable(place, f"{shown(email)} is longer than {EMAIL_LENGTH} characters.")
    return address
