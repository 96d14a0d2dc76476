"""Who looks: what decides which part of a request leaves the server, and in which words."""

import uuid
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from django.conf import settings

from portal_core.accounts.actor import Actor
from portal_core.accounts.roles import Role
from portal_core.config.compiled import CompiledPortal
from portal_core.config.compiled_field import CompiledField
from portal_core.config.looking import looker_role
from portal_core.config.visibility import Visibility


@dataclass(frozen=True)
class Viewer:
    """A reader of requests: role (what may be seen), language and time zone (how it is said).

    `language` is in which the business's own words are read, and what was answered with all that it is written with
    (a "Yes", a day, an amount); `speech` in which the product speaks around them: the desk speaks English so far, and a
    page with a word here and there in another language is hard to read and to hear.
    """

    role: Role
    user_id: uuid.UUID | None
    language: str
    time_zone: ZoneInfo
    # On whose screen it appears when that is somebody else (the desk shows the customer's page and mail): then only
    # what both may see passes, since a colleague's role can be kept from what the customer knows.
    shown_to: Role | None = None
    team_key: str = ""
    # In which language the product speaks, where that is not the one of the business's words.
    spoken: str = ""

    @property
    def speech(self) -> str:
        """The language in which the product speaks to this reader."""
        return self.spoken or self.language

    @property
    def is_staff(self) -> bool:
        """Whether the reader stands on the business's side of the door."""
        return self.role.base in ("owner", "manager", "agent")

    def visibility(self, field: CompiledField, status_key: str | None) -> Visibility:
        """What this reader may do with a field in a status."""
        level = field.visibility(self.role, status_key)
        return level if self.shown_to is None else min(level, field.visibility(self.shown_to, status_key))

    @classmethod
    def of(cls, actor: Actor, portal: CompiledPortal) -> "Viewer":
        """The viewer for a signed-in person; what the person has not chosen comes from the portal."""
        language = actor.language if actor.language in portal.languages else portal.language
        zone = ZoneInfo(actor.time_zone) if actor.time_zone else portal.time_zone
        return cls(
            role=actor.role,
            user_id=actor.user_id,
            language=language,
            time_zone=zone,
            shown_to=looker_role(actor.role),
            team_key=actor.team_key,
            spoken=settings.LANGUAGE_CODE if actor.is_staff else "",
        )

    def by_mail(self) -> "Viewer":
        """The same reader of mails and files, which speak the reader's language in all they say."""
        return replace(self, spoken="")
