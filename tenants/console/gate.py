"""What the console needs of people's accounts; filled by deploy.wiring, since tenancy imports nothing above itself."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse

from tenants.errors import TenancyError


@dataclass(frozen=True, slots=True)
class OperatorGate:
    """Operators by address, their one-time addresses, and the start of their session. All in public."""

    by_email: Callable[[str], AbstractBaseUser | None]
    by_key: Callable[[str], AbstractBaseUser | None]
    find_link: Callable[[str], AbstractBaseUser | None]
    use_link: Callable[[str], AbstractBaseUser | None]
    start_session: Callable[[HttpRequest, AbstractBaseUser], None]
    # The name of a browser in which this address signed in before, "" for any other; and noting that it did.
    known_browser: Callable[[HttpRequest, str], str]
    remember_browser: Callable[[HttpRequest, HttpResponse, AbstractBaseUser], None]
    is_operator: Callable[[object], bool]


class NotWired(TenancyError):
    """The console was asked for something before deploy.wiring ran."""

    code = "not_wired"


_gates: list[OperatorGate] = []


def set_gate(gate: OperatorGate) -> None:
    """Registers the accounts' side; called once at start."""
    _gates[:] = [gate]


def gate() -> OperatorGate:
    """The registered side. Raises NotWired."""
    if not _gates:
        raise NotWired
    return _gates[0]
