"""Flows: steps, statuses with their contract, and the transitions between them."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, StrictBool, StrictInt, model_validator
from pydantic_core import PydanticCustomError

from portal_core.config.document.base import Key, Label, Part, Text
from portal_core.config.document.conditions import Condition

Turn: TypeAlias = Literal["us", "customer", "nobody"]


class Expected(Part):
    """How long a status usually lasts: hours or days, working or calendar; or no limit."""

    hours: StrictInt | None = Field(default=None, ge=1, le=10_000)
    days: StrictInt | None = Field(default=None, ge=1, le=3_650)
    working: StrictBool = False
    no_limit: StrictBool = False

    @model_validator(mode="after")
    def _one_way(self) -> "Expected":
        if [self.hours is not None, self.days is not None, self.no_limit].count(True) != 1:
            raise PydanticCustomError(
                "expected", "this says neither hours, nor days, nor no_limit, or more than one of them"
            )
        return self


class HandlerRule(Part):
    """Which team has a request in this status; the first rule that holds applies."""

    when: Condition | None = None
    team: Key | None = None
    person: Annotated[str, Field(max_length=254)] | None = None


class LateRule(Part):
    """Who is told when a status lasts longer than expected."""

    when: Condition | None = None
    after_days: StrictInt = Field(default=0, ge=0, le=3_650)
    tell: Literal["handler", "team", "manager", "owner"]


class NotifyRule(Part):
    """Who is told when a request arrives in a status, when, and in which words."""

    who: Literal["customer", "handler", "team", "manager", "nobody"]
    when: Literal["now", "daily", "never"] = "now"
    message: Key | None = None
    if_: Condition | None = Field(default=None, alias="if")


class Reminder(Part):
    """A reminder while it is the customer's turn."""

    after_days: StrictInt = Field(ge=1, le=3_650)
    message: Key | None = None
    when: Condition | None = None


class Close(Part):
    """Where a request goes when the customer does not answer."""

    after_days: StrictInt = Field(ge=1, le=3_650)
    to: Key


class AskBase(Part):
    """What every ask carries."""

    key: Key
    do: str
    label: Label | None = None
    help: Text | None = None
    required: StrictBool = True
    when: Condition | None = None


class FillAsk(AskBase):
    """The customer fills in fields."""

    do: Literal["fill"]
    fields: tuple[Key, ...] = ()


class UploadAsk(AskBase):
    """The customer uploads a document."""

    do: Literal["upload"]
    document_kind: Key


class ApproveAsk(AskBase):
    """The customer approves or declines what is named.

    `approved` and `declined` are where each answer leads; without `declined` there is nothing to decline with. It can
    be answered up to the end of the day that lies `expires_days` after the status was entered.
    """

    do: Literal["approve"]
    fields: tuple[Key, ...] = ()
    documents: tuple[Key, ...] = ()
    consent: Text | None = None
    approved: Key | None = None
    declined: Key | None = None
    expires_days: StrictInt | None = Field(default=None, ge=1, le=3_650)
    # Whether declining needs a reason; without it a reason is welcome and not needed.
    ask_reason: StrictBool = False


class ReadAsk(AskBase):
    """The customer reads and confirms."""

    do: Literal["read"]
    text: Text | None = None
    documents: tuple[Key, ...] = ()


class PayAsk(AskBase):
    """The customer pays. Not available yet."""

    do: Literal["pay"]
    amount: Key | None = None


class ChooseAsk(AskBase):
    """The customer chooses a slot. Not available yet."""

    do: Literal["choose"]
    slots: Key | None = None


Ask: TypeAlias = Annotated[FillAsk | UploadAsk | ApproveAsk | ReadAsk | PayAsk | ChooseAsk, Field(discriminator="do")]


class Step(Part):
    """One bar of the course that customers see."""

    key: Key
    name: Label


class Status(Part):
    """Where a request stands, with the contract that customers are promised."""

    key: Key
    step: Key | None = None
    name: Label
    customer_name: Label | None = None
    meaning: Text | None = None
    turn: Turn | None = None
    handler: tuple[HandlerRule, ...] = ()
    next_step: Text | None = None
    expected: Expected | None = None
    if_late: tuple[LateRule, ...] = ()
    notify: tuple[NotifyRule, ...] = ()
    customer_may: tuple[Literal["message", "upload"], ...] = ()
    asks: tuple[Ask, ...] = ()
    when_done: Key | None = None
    remind: tuple[Reminder, ...] = ()
    close: Close | None = None
    outcome: Literal["done", "stopped"] | None = None
    retired: StrictBool = False


class Transition(Part):
    """A move: from which statuses, to which, by whom, and what must be filled in for it."""

    from_: tuple[Key, ...] = Field(alias="from", min_length=1)
    to: Key
    label: Label | None = None
    by: tuple[Key, ...] = Field(min_length=1)
    must_fill: tuple[Key, ...] = ()
    ask_reason: StrictBool = False


class Flow(Part):
    """The way of a request through its statuses; types may share one."""

    key: Key
    name: Label
    steps: tuple[Step, ...] = ()
    statuses: tuple[Status, ...] = ()
    transitions: tuple[Transition, ...] = ()
    retired: StrictBool = False
