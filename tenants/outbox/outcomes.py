"""What became of a mail, for whoever keeps people's addresses: called in the transaction that records it."""

from collections.abc import Callable

from tenants.outbox.models import Mail

Listener = Callable[[Mail], None]

_listeners: list[Listener] = []


def on_outcome(listener: Listener) -> None:
    """Registers who hears that a mail was accepted (`sent_at`) or refused for good (`failed_at`). It must be quick."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell(mail: Mail) -> None:
    """Tells the listeners."""
    for listener in _listeners:
        listener(mail)
