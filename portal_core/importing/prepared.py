"""A row as it will be written: checked, without any object of the database, so that it can wait on disk."""

import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from portal_core.history.models import Audience, Kind, Side
from portal_core.history.record import JsonValue


@dataclass(frozen=True)
class Person:
    """A customer by address."""

    email: str
    name: str = ""
    phone: str = ""


@dataclass(frozen=True)
class PreparedLine:
    """One line of history."""

    kind: Kind
    audience: Audience
    side: Side
    at: datetime
    body: str = ""
    data: dict[str, JsonValue] = field(default_factory=dict)
    actor_id: uuid.UUID | None = None


@dataclass(frozen=True)
class PreparedRow:
    """One request with its history. `lines` are in order of time and begin with its filing."""

    line: int
    key: uuid.UUID
    external_id: str
    type_key: str
    status_key: str
    answers: dict[str, JsonValue]
    title: str
    customer: Person
    created_at: datetime
    status_since: datetime
    assignee_id: uuid.UUID | None
    team_key: str
    priority: int
    unanswered_since: datetime | None
    lines: tuple[PreparedLine, ...]

    def dumped(self) -> str:
        """As text for the disk."""
        return json.dumps(self, default=_plain, ensure_ascii=False)

    @classmethod
    def loaded(cls, text: str) -> Self:
        """Back from the disk."""
        raw: dict[str, Any] = json.loads(text)  # what `dumped` wrote
        lines = tuple(_line(each) for each in raw.pop("lines"))
        return cls(
            **{
                **raw,
                "key": uuid.UUID(raw["key"]),
                "customer": Person(**raw["customer"]),
                "created_at": datetime.fromisoformat(raw["created_at"]),
                "status_since": datetime.fromisoformat(raw["status_since"]),
                "assignee_id": _key(raw["assignee_id"]),
                "unanswered_since": _moment(raw["unanswered_since"]),
                "lines": lines,
            }
        )


def _plain(value: object) -> object:
    """Dataclasses by their fields, without the copies that `asdict` makes; keys and moments as text."""
    return vars(value) if isinstance(value, PreparedRow | PreparedLine | Person) else str(value)


def _line(raw: dict[str, Any]) -> PreparedLine:
    return PreparedLine(
        kind=Kind(raw["kind"]),
        audience=Audience(raw["audience"]),
        side=Side(raw["side"]),
        at=datetime.fromisoformat(raw["at"]),
        body=raw["body"],
        data=raw["data"],
        actor_id=_key(raw["actor_id"]),
    )


def _key(text: str | None) -> uuid.UUID | None:
    return uuid.UUID(text) if text else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
