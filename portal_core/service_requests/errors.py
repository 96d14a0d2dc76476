"""What can go wrong with a request, by code and typed fields; pages decide the words around it and the HTTP status."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _


class RequestError(Exception):
    """Base of the domain errors of service requests. `code` is stable; `message` is for the person who acted."""

    code = "request"
    message = ""

    def __str__(self) -> str:
        return self.message or self.code


class NotSeen(RequestError):
    """The request does not exist for this person. Answered 404, so that nobody learns of what they may not see."""

    code = "not_seen"


class Forbidden(RequestError):
    """The person sees the request and may not do this to it. Answered 403."""

    code = "forbidden"


class TypeNotOpen(RequestError):
    """The request type is unknown, retired or not for this person."""

    code = "type_not_open"


class FormOutdated(RequestError):
    """Another version went live between the look at a filled form and its filing: it has to be looked at once more."""

    code = "form_outdated"


@dataclass
class MoveRefused(RequestError):
    """The move is not one that this role can make from the status in which the request stands."""

    message: str
    code = "move_refused"


@dataclass
class NoSuchMove(MoveRefused):
    """No way leads there from the status in which the request stands, for this role."""

    code = "no_such_move"


@dataclass
class MissingFields(RequestError):
    """Fields that must be filled before this move. `labels` are in the words of the form."""

    labels: tuple[str, ...]
    code = "missing_fields"

    def __str__(self) -> str:
        return _("Fill in first: %(fields)s") % {"fields": ", ".join(self.labels)}


class AskGone(RequestError):
    """What the page asked for is not asked (any more): it was done already, or the request has gone on."""

    code = "ask_gone"


@dataclass
class AskLapsed(RequestError):
    """The last day on which this could be approved is over."""

    last_day: date
    code = "ask_lapsed"


class ApprovalChanged(RequestError):
    """What was to be approved is not what the page had shown: nothing was approved."""

    code = "approval_changed"


class ReasonMissing(RequestError):
    """Declining here needs a reason."""

    code = "reason_missing"


class NotReopened(RequestError):
    """The request cannot be taken up again by this person: it is open, or its time is over."""

    code = "not_reopened"


@dataclass
class Stale(RequestError):
    """The page was older than the data; nothing was written.

    `what` names the thing ("Status", or a field's label), `yours` is what was sent, `theirs` what stands there now.
    """

    differences: tuple["Difference", ...]
    code = "stale"


@dataclass(frozen=True)
class Difference:
    """One value that changed under the reader's hands."""

    field_key: str
    what: str
    yours: str
    theirs: str


@dataclass
class TooManyRows(RequestError):
    """A table would have `count` requests, and its kind of file holds `at_most`."""

    count: int
    at_most: int
    code = "too_many_rows"
