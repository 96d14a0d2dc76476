"""Which of the portal's pages can be looked at, and which of its forms can be tried."""

from typing import Final

from portal_core.accounts.roles import Role

_LOOKED_AT: Final = frozenset(
    {
        "home", "updates", "choose", "new", "confirm", "guest", "guest_code", "documents", "document_add", "requests",
        "request", "saved", "record_add", "record", "record_change",
    }
)  # fmt: skip
_PEOPLE: Final = frozenset({"account", "signin", "signin_code"})
_TRIED: Final = frozenset(
    {
        "new", "draft", "guest_reply", "guest_ask", "document_add", "reply", "move", "ask", "reopen", "change",
        "record_add", "record_change", "record_archive", "record_restore", "updates_read", "update",
    }
)  # fmt: skip
_TRIED_PEOPLE: Final = frozenset({"account_about", "account_told", "account_details"})
# Pages that show requests and nothing else: what a role that is kept to some of them may look at.
_REQUESTS_ALONE: Final = frozenset({"home", "choose", "requests", "request", "guest"})


def _names(portal: frozenset[str], people: frozenset[str] = frozenset()) -> frozenset[str]:
    return frozenset(f"portal:{name}" for name in portal) | people


LOOKED_AT: Final = _names(_LOOKED_AT, _PEOPLE)
TRIED: Final = _names(_TRIED, _TRIED_PEOPLE)
REQUESTS_ALONE: Final = _names(_REQUESTS_ALONE)


def may_look(name: str, looker: Role | None) -> bool:
    """Whether a page can be looked at; `looker` is the role of who looks at a real customer.

    SECURITY: a role that sees only some requests is not shown what lies beside them (documents, saved records, the
    account, forms that are filled in from all that): there the customer's own pages tell of what it may not see.
    """
    if looker is None or looker.reaches_all:
        return name in LOOKED_AT
    return name in REQUESTS_ALONE


def may_try(name: str, looker: Role | None) -> bool:
    """Whether a form can be tried; what cannot sends codes, signs in or out, or takes files."""
    return name in TRIED and (looker is None or looker.reaches_all)
