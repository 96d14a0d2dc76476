"""What kinds of problem a document can have, whatever the sentence says that tells of one."""

from enum import StrEnum


class ProblemKind(StrEnum):
    """By this a problem is told from others. What the members speak of stands in `Problem.names` and `Problem.words`.

    `OTHER` is what nobody has to tell apart: a document that cannot be read, a file, a row of an import.
    """

    OTHER = "other"
    # Something is named that is not there: the first of `names`.
    MISSING = "missing"
    RETIRED = "retired"
    INCOMPLETE = "incomplete"
    EMPTY_MAIL = "empty-mail"
    UNAVAILABLE = "unavailable"
    OVER_LIMIT = "over-limit"
    # A value that cannot be there: a code that nobody knows, a limit that contradicts another.
    INVALID = "invalid"
    NO_SUCH_DAY = "no-such-day"
    CROSSED_LIMITS = "crossed-limits"
    NO_CURRENCY = "no-currency"
    NOT_ALLOWED_HERE = "not-allowed-here"
    # Keys, and what is published already.
    DOUBLE_KEY = "double-key"
    REUSED_KEY = "reused-key"
    CHANGED_KIND = "changed-kind"
    CHANGED_RECORD_KIND = "changed-record-kind"
    CHANGED_KEY = "changed-key"
    HELD_ROLE = "held-role"
    OTHER_WAY = "other-way"
    UNMAPPED_REQUESTS = "unmapped-requests"
    # The way of a request.
    UNREACHABLE = "unreachable"
    ENDLESS = "endless"
    UNUSED = "unused"
    STARTS_ENDED = "starts-ended"
    ENDED = "ended"
    NOT_ENDED = "not-ended"
    STILL_OPEN = "still-open"
    LEADS_BACK = "leads-back"
    LEADS_NOWHERE = "leads-nowhere"
    NOTHING_REQUIRED = "nothing-required"
    NOTHING_TO_DO = "nothing-to-do"
    NOT_THEIR_TURN = "not-their-turn"
    NEVER_LATE = "never-late"
    TOO_LATE = "too-late"
    NO_HOURS = "no-hours"
    # Who is told.
    LEARNS_LATE = "learns-late"
    CONTRADICTION = "contradiction"
    NOT_FOR_CUSTOMERS = "not-for-customers"
    # Who sees and may do what. `names`: the field or document kind, then the status or role.
    NOT_EDITABLE = "not-editable"
    NOT_SEEN = "not-seen"
    NOT_ADDABLE = "not-addable"
    SEEN_AS_DOCUMENT = "seen-as-document"
    SHOWN_TOO_EARLY = "shown-too-early"
    BROKEN_PROMISE = "broken-promise"
    # Words. `words`: the placeholders, languages or names.
    UNKNOWN_PLACEHOLDER = "unknown-placeholder"
    KEPT_FOR_EVER = "kept-for-ever"
    NO_EXPECTED_TIME = "no-expected-time"
    MISSING_LANGUAGE = "missing-language"
    SAME_WORDS = "same-words"
    STAFF_WORDS = "staff-words"
    # Conditions.
    LATER_FIELD = "later-field"
    NEVER_HOLDS = "never-holds"
