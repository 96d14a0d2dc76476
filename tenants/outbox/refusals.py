"""What an error of the mail server means: for this mail for good, for this mail for now, or for all mails."""

import smtplib
from dataclasses import dataclass
from enum import Enum, auto
from typing import ClassVar


@dataclass(frozen=True)
class Refusal:
    """A mail that did not get through, and why."""

    class Kind(Enum):
        """PERMANENT: never try again; MAIL: try this one later; SERVER: try all of them later."""

        PERMANENT = auto()
        MAIL = auto()
        SERVER = auto()

    kind: Kind
    explanation: str
    PERMANENT_FROM: ClassVar[int] = 500
    # "Too many", "shutting down": said of a recipient, meant of the connection.
    CLOSING: ClassVar[frozenset[int]] = frozenset({421})


def classify(error: Exception) -> Refusal:
    """Only what the server says about the recipient or the content can be permanent.

    A sender that is refused, a failed sign-in or a missing connection is our own set-up or the server's trouble:
    nobody's mail is given up for that.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = _of_recipient(error)
        return _by_code(code, text)
    if isinstance(error, smtplib.SMTPDataError):
        return _by_code(error.smtp_code, _text(error.smtp_error))
    return Refusal(Refusal.Kind.SERVER, f"{type(error).__name__}: {error}")


def _of_recipient(error: smtplib.SMTPRecipientsRefused) -> tuple[int, str]:
    code, text = next(iter(error.recipients.values()), (0, b""))
    return code, _text(text)


def _by_code(code: int, text: str) -> Refusal:
    explanation = f"{code} {text}"
    if code >= Refusal.PERMANENT_FROM:
        return Refusal(Refusal.Kind.PERMANENT, explanation)
    kind = Refusal.Kind.SERVER if code in Refusal.CLOSING else Refusal.Kind.MAIL
    return Refusal(kind, explanation)


def _text(value: bytes | str) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
