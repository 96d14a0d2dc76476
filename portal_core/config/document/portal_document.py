"""The document as a whole: the portal, people's roles and teams, flows, types, messages, rules."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, JsonValue, StrictBool, StringConstraints

from portal_core.config.document.base import (
    Colour,
    Key,
    Label,
    Language,
    LongText,
    Part,
    Reference,
    Text,
    Words,
)
from portal_core.config.document.conditions import Condition
from portal_core.config.document.fields import AnyField, DocumentKind, RecordKind
from portal_core.config.document.flows import Flow

SCHEMA = 1
DEFAULT_COLOUR = "#0b6153"
_DAY_SPAN = r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$"

Span: TypeAlias = Annotated[str, StringConstraints(strict=True, pattern=_DAY_SPAN)]
IsoDay: TypeAlias = Annotated[str, StringConstraints(strict=True, pattern=r"^\d{4}-\d{2}-\d{2}$")]
WebAddress: TypeAlias = Annotated[str, StringConstraints(strict=True, pattern=r"^https?://[^\s]+$", max_length=1_000)]
AssetHash: TypeAlias = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9a-f]{12,64}$")]
# Plain words that may be read in a mail header: no line breaks.
HeaderWords: TypeAlias = Annotated[str, StringConstraints(strict=True, pattern=r"^[^\r\n]{1,80}$")]


class Brand(Part):
    """The dials of the portal's look."""

    colour: Colour = DEFAULT_COLOUR
    # Pictures are named by the hash of their content; `logo_dark` takes the place of `logo` on dark grounds.
    logo: AssetHash | None = None
    logo_dark: AssetHash | None = None
    logo_alt: Label | None = None
    # The logo says the name, which then is not written beside it.
    logo_alone: StrictBool = False
    title_voice: Literal["plain", "classic"] = "plain"
    corners: Literal["soft", "crisp"] = "soft"


class Link(Part):
    """A link at the foot of the portal."""

    label: Label
    url: WebAddress


class Portal(Part):
    """The portal itself: name, languages, time zone, who may come in."""

    name: HeaderWords
    language: Language
    languages: tuple[Language, ...] = ()
    time_zone: Words
    currency: Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Z]{3}$")] | None = None
    reference_prefix: Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Z][A-Z0-9]{0,5}$")] | None = None
    sender_name: HeaderWords | None = None
    brand: Brand = Brand()
    registration: Literal["open", "closed"] = "open"
    guests: StrictBool = False
    welcome: Text | None = None
    emergency: Text | None = None
    # Under every mail: who the business is and where it can be reached.
    imprint: Text | None = None
    links: tuple[Link, ...] = ()


class Hours(Part):
    """Working hours by weekday, in the portal's time zone, and days on which nobody works."""

    mon: tuple[Span, ...] = ()
    tue: tuple[Span, ...] = ()
    wed: tuple[Span, ...] = ()
    thu: tuple[Span, ...] = ()
    fri: tuple[Span, ...] = ()
    sat: tuple[Span, ...] = ()
    sun: tuple[Span, ...] = ()
    holidays: tuple[IsoDay, ...] = ()

    @property
    def by_weekday(self) -> tuple[tuple[str, ...], ...]:
        """The spans of Monday to Sunday."""
        return (self.mon, self.tue, self.wed, self.thu, self.fri, self.sat, self.sun)


class CustomRole(Part):
    """A role of the business's own, based on another one."""

    key: Key
    name: Label
    based_on: Key
    types: tuple[Key, ...] | None = None
    scope: Literal["all", "team", "own"] | None = None
    permissions: tuple[Words, ...] | None = None
    retired: StrictBool = False


class Team(Part):
    """A group of staff that handles requests."""

    key: Key
    name: Label
    retired: StrictBool = False


class Audience(Part):
    """Who may use a request type."""

    who: Literal["everybody", "signed_in", "organisation", "membership", "partners"] = "everybody"
    keys: tuple[Key, ...] = ()


class AssignRule(Part):
    """Where a new request goes; the first rule that holds applies."""

    when: Condition | None = None
    team: Key | None = None
    person: Annotated[str, Field(max_length=254)] | None = None
    priority: Literal["low", "normal", "high", "urgent"] = "normal"


class RequestType(Part):
    """A kind of request that customers can make."""

    key: Key
    name: Label
    description: Text | None = None
    group: Label | None = None
    icon: Key | None = None
    flow: Key
    start: Key
    title: Text | None = None
    for_: Audience = Field(default=Audience(), alias="for")
    before: LongText | None = None
    after: LongText | None = None
    assign: tuple[AssignRule, ...] = ()
    again: StrictBool = False
    removes: Key | None = None
    fields: tuple[AnyField, ...] = ()
    retired: StrictBool = False


class Notification(Part):
    """Who is told of what happens outside a change of status."""

    event: Literal["created", "replied", "noted", "assigned", "changed", "planned", "late"]
    who: Literal["customer", "handler", "team", "manager", "nobody"]
    when: Literal["now", "daily", "never"] = "now"
    message: Key | None = None
    if_: Condition | None = Field(default=None, alias="if")


class Message(Part):
    """The words of a mail; the body is Markdown."""

    key: Key
    subject: Label
    body: LongText
    button: Label | None = None


class ReadyAnswer(Part):
    """An answer that staff can start from."""

    key: Key
    name: Label
    body: LongText


class Assertion(Part):
    """A promise about visibility that every later version must keep."""

    field: Reference
    never: Key


class PortalDocument(Part):
    """Everything that a business can shape about its portal."""

    schema_: Literal[1] = Field(alias="schema")
    portal: Portal
    hours: Hours | None = None
    roles: tuple[CustomRole, ...] = ()
    teams: tuple[Team, ...] = ()
    record_kinds: tuple[RecordKind, ...] = ()
    document_kinds: tuple[DocumentKind, ...] = ()
    flows: tuple[Flow, ...] = ()
    types: tuple[RequestType, ...] = ()
    notifications: tuple[Notification, ...] = ()
    messages: tuple[Message, ...] = ()
    ready_answers: tuple[ReadyAnswer, ...] = ()
    assertions: tuple[Assertion, ...] = ()
    rules: tuple[JsonValue, ...] = ()
    webhooks: tuple[JsonValue, ...] = ()
    schedules: tuple[JsonValue, ...] = ()
