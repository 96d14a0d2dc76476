"""One flow of the draft as its pages need it: its statuses, the types that use it, and what everything is called."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from django.http import Http404
from pydantic import JsonValue

from portal_core.config.changes.names import ROLES
from portal_core.config.draft.paths import Path
from portal_core.config.draft.reading import Draft
from portal_core.config.draft.values import items_of
from portal_core.config.kinds import kind_for
from portal_core.desk.setup.frame import name_of, offered_of, words
from portal_core.desk.setup.placing import without_braces

Item = Mapping[str, JsonValue]

# In the words of the review, but for guests, who never move anything.
BUILT_IN: Final = tuple((key, ROLES[key]) for key in ("agent", "manager", "owner", "customer"))


@dataclass(frozen=True)
class FlowView:
    """A flow. `item` is as in the draft."""

    draft: Draft
    key: str
    item: Item

    @classmethod
    def of(cls, draft: Draft, flow_key: str) -> "FlowView":
        """The flow that an address names. Raises `Http404`."""
        item = draft.item("flows", flow_key)
        if item is None:
            raise Http404
        return cls(draft, flow_key, item)

    @property
    def path(self) -> Path:
        """Where it stands."""
        return ("flows", self.key)

    @property
    def part(self) -> str:
        """The name of its part of the draft."""
        return f"flows.{self.key}"

    @property
    def name(self) -> str:
        """What it is called."""
        return name_of(self.item, self.draft)

    def status_path(self, status_key: str) -> Path:
        """Where a status stands."""
        return (*self.path, "statuses", status_key)

    @cached_property
    def statuses(self) -> list[dict[str, JsonValue]]:
        """All statuses in order, retired ones too."""
        return items_of(self.item.get("statuses"))

    @cached_property
    def in_use(self) -> list[dict[str, JsonValue]]:
        """The statuses that requests may come to."""
        return [status for status in self.statuses if not status.get("retired")]

    @property
    def may_go_on(self) -> list[dict[str, JsonValue]]:
        """Those of them in which requests do not end."""
        return [status for status in self.in_use if not status.get("outcome")]

    def status(self, status_key: str) -> dict[str, JsonValue]:
        """One status. Raises `Http404`."""
        for status in self.statuses:
            if status["key"] == status_key:
                return status
        raise Http404

    @cached_property
    def steps(self) -> list[dict[str, JsonValue]]:
        """The bars of the course that customers see."""
        return items_of(self.item.get("steps"))

    @cached_property
    def transitions(self) -> list[dict[str, JsonValue]]:
        """The ways that people can choose."""
        return items_of(self.item.get("transitions"))

    @cached_property
    def types(self) -> list[dict[str, JsonValue]]:
        """The request types that go this way."""
        keys = [head["key"] for head in self.draft.heads("types") if head.get("flow") == self.key]
        self.draft.preload(*(f"types.{key}" for key in keys))
        found = (self.draft.item("types", str(key)) for key in keys)
        return [item for item in found if item is not None and not item.get("retired")]

    @cached_property
    def type_names(self) -> list[str]:
        """What they are called."""
        return [name_of(item, self.draft) for item in self.types]

    def starts(self, status_key: str) -> list[str]:
        """The types whose requests begin in a status, by name."""
        return [name_of(item, self.draft) for item in self.types if item.get("start") == status_key]

    @cached_property
    def fields(self) -> list[dict[str, JsonValue]]:
        """The questions that every type of this way asks: what asks, rules and moves may name."""
        lists = [_inputs(item) for item in self.types]
        if not lists:
            return []
        common = set.intersection(*({str(field["key"]) for field in fields} for fields in lists))
        return [field for field in lists[0] if field["key"] in common]

    def field_choices(self, also: Iterable[str] = ()) -> list[tuple[str, str]]:
        """Those questions to pick from; `also` what is picked now, though a type lacks it."""
        found = {str(field["key"]): self.field_name(field) for field in self.fields}
        for key in also:
            found.setdefault(key, f"{self.names.get(key, 'A question that is gone')} (not asked by every type)")
        return list(found.items())

    def field_name(self, field: Item) -> str:
        """What a question is called."""
        return words(field.get("label"), self.draft) or words(field.get("noun"), self.draft) or "A question"

    @cached_property
    def names(self) -> dict[str, str]:
        """Names by key of all that a finding may be about, for sentences that would else hold a key."""
        found = {**dict(self.messages), **dict(self.roles)}
        for collection in ("teams", "document_kinds"):
            found |= {str(head["key"]): name_of(head, self.draft) for head in self.draft.heads(collection)}
        for item in self.types:
            found |= {str(field["key"]): self.field_name(field) for field in items_of(item.get("fields"))}
        found |= {str(item["key"]): name_of(item, self.draft) for item in self.types}
        found[self.key] = self.name
        found |= {str(status["key"]): name_of(status, self.draft) for status in self.statuses}
        return found

    def status_name(self, key: JsonValue) -> str:
        """What a status is called."""
        for status in self.statuses:
            if status["key"] == key:
                return name_of(status, self.draft)
        return "a status that is gone"

    def status_choices(self, *, but: str = "", ended: bool | None = None) -> list[tuple[str, str]]:
        """The statuses to pick from; `ended` narrows to those with an outcome, or without."""
        return [
            (str(status["key"]), name_of(status, self.draft))
            for status in self.in_use
            if status["key"] != but and ended in (None, bool(status.get("outcome")))
        ]

    def named(self, collection: str) -> list[tuple[str, str]]:
        """The items in use of a list at the top: teams, kinds of documents."""
        return offered_of(self.draft, collection)

    @cached_property
    def messages(self) -> list[tuple[str, str]]:
        """The mails that a rule may send, by their subject."""
        return [
            (
                str(item["key"]),
                without_braces(words(item.get("subject"), self.draft), self.draft) or "A mail without a subject",
            )
            for item in self.draft.items("messages")
        ]

    @cached_property
    def roles(self) -> list[tuple[str, str]]:
        """Who may make a move."""
        return [*BUILT_IN, *self.named("roles")]

    def role_name(self, key: str) -> str:
        """What a role is called."""
        return dict(self.roles).get(key, "a role that is gone")


def _inputs(item: Item) -> list[dict[str, JsonValue]]:
    fields = items_of(item.get("fields"))
    return [field for field in fields if not field.get("retired") and kind_for(str(field["kind"])).is_input]
