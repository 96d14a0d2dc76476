"""Signed values that hold in one schema alone: the schema is part of every salt (hazard 6)."""

from datetime import timedelta
from typing import Any

from django.core import signing

from tenants.context import current_schema

BadSignature = signing.BadSignature
SignatureExpired = signing.SignatureExpired


def dumps(value: Any, *, salt: str) -> str:
    """`value` (anything JSON can hold, hence Any) as a signed, URL-safe text of the schema in force."""
    return signing.dumps(value, salt=_salt(salt))


def loads(text: str, *, salt: str, max_age: timedelta | int | None = None) -> Any:
    """The value of a text that this schema signed (JSON, hence Any).

    Raises:
        BadSignature: it was changed, or signed in another schema or for another purpose.
        SignatureExpired: it is older than `max_age` (seconds when a number).
    """
    return signing.loads(text, salt=_salt(salt), max_age=max_age)


def sign(text: str, *, salt: str) -> str:
    """`text` (without dots) with a signature of the schema in force, short enough for an address."""
    return signing.Signer(salt=_salt(salt), sep=".").sign(text)


def unsign(text: str, *, salt: str) -> str:
    """The text that this schema signed. Raises BadSignature."""
    return signing.Signer(salt=_salt(salt), sep=".").unsign(text)


def _salt(salt: str) -> str:
    return f"portico:{current_schema()}:{salt}"
