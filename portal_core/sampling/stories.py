"""How a sample is written down: requests, saved details and papers, each with what happened to it.

Values of answers: `{"in_days": 3}` is a date, with `"at": "10:30"` a moment; `{"pdf": "Title", "lines": […]}` and
`{"photo": "Caption"}` are files, several in `{"files": […]}`; `{"record": "KEY"}` is a saved detail of the customer's.
`days_ago` says when something happened, where the teller has a clock to turn back.
"""

from typing import NotRequired, TypedDict

from portal_core.history.record import JsonValue


class Step(TypedDict, total=False):
    """One thing that happens: `do` is one of the verbs below, or the status the request is moved to.

    `reply` and `note` write, `give` assigns, `fill` writes `answers`; with a move go only those that it needs. `done`
    and `no` answer an ask, `send` answers one with `papers`, `use` answers one with what is on file. `approve` and
    `send_back` are done to the request's newest document of a `kind`.
    """

    do: str
    who: str
    text: str
    ask: str
    kind: str
    answers: dict[str, JsonValue]
    papers: dict[str, JsonValue]
    days_ago: float


class Story(TypedDict, total=False):
    """One request from its form to where it stands."""

    customer: str
    type: str
    answers: dict[str, JsonValue]
    days_ago: float
    steps: list[Step]


class KeptRecord(TypedDict):
    """One of a customer's saved details; `key` names it among the stories alone, `by` is who added it."""

    key: str
    customer: str
    kind: str
    answers: dict[str, JsonValue]
    by: NotRequired[str]


class VaultPaper(TypedDict, total=False):
    """One document in a customer's vault; `then` is approved or sent_back, by `by`. Without `paper` it is asked for."""

    customer: str
    who: str
    kind: str
    title: str
    paper: dict[str, JsonValue]
    valid_in_days: int
    due_in_days: int
    then: str
    by: str
    text: str
    days_ago: float
