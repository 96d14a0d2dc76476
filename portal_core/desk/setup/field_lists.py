"""A list of fields in the draft: of a request type or of a kind of saved record. The same pages edit both."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from django.http import Http404
from django.urls import reverse
from pydantic import JsonValue, TypeAdapter

from portal_core.accounts.roles import AGENT, CUSTOMER, Role, builtin_role
from portal_core.config.compile import compile_roles
from portal_core.config.document.fields import AnyField
from portal_core.config.document.portal_document import CustomRole
from portal_core.config.draft.paths import Path
from portal_core.config.draft.reading import Draft
from portal_core.config.draft.values import in_use, items_of
from portal_core.config.queries import ever_published
from portal_core.config.visibility import Visibility, visibility
from portal_core.desk.setup.frame import language_of, name_of, words
from portal_core.desk.setup.outline import tests_of, unfold
from portal_core.desk.setup.sentences import Asked, askable, in_short, status_asked
from portal_core.notifications.markdown import to_text

_FIELD: TypeAdapter[AnyField] = TypeAdapter(AnyField)
_ROLES: TypeAdapter[tuple[CustomRole, ...]] = TypeAdapter(tuple[CustomRole, ...])


@dataclass(frozen=True)
class FieldList:
    """Whose fields: `collection` is "types" or "record_kinds"."""

    draft: Draft
    collection: str
    key: str

    @classmethod
    def of(cls, draft: Draft, type_key: str = "", kind_key: str = "") -> "FieldList":
        """That which an address names. Raises `Http404`."""
        found = cls(draft, "types", type_key) if type_key else cls(draft, "record_kinds", kind_key)
        if draft.item(found.collection, found.key) is None:
            raise Http404
        return found

    @property
    def part(self) -> str:
        """The name of the part of the draft that holds them."""
        return f"{self.collection}.{self.key}"

    @property
    def base(self) -> Path:
        """The path of the list."""
        return (self.collection, self.key, "fields")

    @property
    def item(self) -> dict[str, JsonValue]:
        """The type or the kind."""
        return self.draft.item(self.collection, self.key) or {}

    @property
    def name(self) -> str:
        """What it is called."""
        return name_of(self.item, self.draft)

    def fields(self) -> list[dict[str, JsonValue]]:
        """All fields, the retired too, in order."""
        return items_of(self.item.get("fields"))

    def field(self, field_key: str) -> dict[str, JsonValue]:
        """One of them. Raises `Http404`."""
        found = next((field for field in self.fields() if field["key"] == field_key), None)
        if found is None:
            raise Http404
        return found

    def earlier(self, field_key: str) -> list[dict[str, JsonValue]]:
        """The fields in use before one, which its condition may ask for."""
        found = []
        for field in self.fields():
            if field["key"] == field_key:
                break
            if not field.get("retired"):
                found.append(field)
        return found

    def asked_before(self, field_key: str) -> list[Asked]:
        """What the condition of a field may be about: the questions before it, and the status of the request."""
        found = askable(self.earlier(field_key), lambda text: words(text, self.draft))
        flow = self.draft.item("flows", str(self.item.get("flow"))) if found else None
        statuses = in_use(flow.get("statuses")) if flow else []
        return [*found, *status_asked((str(status["key"]), name_of(status, self.draft)) for status in statuses)]

    def asked_later(self, field_key: str) -> list[Asked]:
        """What a condition may name still, although it is asked only behind the field: one was moved past the other."""
        before = {field["key"] for field in self.earlier(field_key)}
        behind = [
            field
            for field in self.fields()
            if field["key"] not in before and field["key"] != field_key and not field.get("retired")
        ]
        found = askable(behind, lambda text: words(text, self.draft))
        return [replace(asked, label=f"{asked.label} (asked only later)") for asked in found]

    def condition_words(self, field: Mapping[str, JsonValue]) -> str:
        """When a field is asked, read aloud; "" for always."""
        key = str(field["key"])
        return in_short(field["when"], [*self.asked_before(key), *self.asked_later(key)]) if field.get("when") else ""

    def unanswered(self, field: Mapping[str, JsonValue]) -> list[str]:
        """The questions that the condition of a field asks for, and customers do not answer on their form."""
        customer = builtin_role(CUSTOMER)
        if customer is None or shown_to(dict(field), customer) is not Visibility.EDIT:
            return []
        named = {test.get("field") for test in tests_of(unfold(field.get("when")))}
        asked = [other for other in self.earlier(str(field["key"])) if other["key"] in named]
        return [self.label(other) for other in asked if shown_to(other, customer) is not Visibility.EDIT]

    def href(self, name: str, *more: str) -> str:
        """The address of a page about these fields."""
        prefix = "desk:setup_" if self.collection == "types" else "desk:setup_record_"
        return reverse(f"{prefix}{name}", args=[self.key, *more])

    def label(self, field: Mapping[str, JsonValue]) -> str:
        """What a field is called."""
        said = (words(field.get(name), self.draft) for name in ("label", "noun"))
        text = next((text for text in said if text), "") or to_text(words(field.get("text"), self.draft))
        return " ".join(text.split())[:80] or str(field["key"])

    def taken_keys(self) -> set[str]:
        """Keys that no new field may have."""
        return {*(str(field["key"]) for field in self.fields()), *ever_published(*self.base)}


def role_columns(draft: Draft) -> list[Role]:
    """Who has a column of his own: customers, the desk, and each role of the business's own."""
    columns = [role for key in (CUSTOMER, AGENT) if (role := builtin_role(key)) is not None]
    return [*columns, *own_roles(draft)]


def own_roles(draft: Draft) -> Iterator[Role]:
    """The roles of the business's own, in order."""
    sources = _ROLES.validate_python(list(draft.items("roles")))
    yield from compile_roles(sources, language_of(draft)).values()


def shown_to(field: dict[str, JsonValue], role: Role, status_key: str | None = None) -> Visibility:
    """What a role may do with a field, by the rule that the portal itself follows; without a status, on the form."""
    return visibility(_FIELD.validate_python(field), role, status_key)


def column_name(role: Role) -> str:
    """The head of a role's column."""
    return {CUSTOMER: "Customer", AGENT: "Desk"}.get(role.key, role.name)
