"""Who listens to which kind of event. Filled once at start; handlers belong to the packages above."""

from collections.abc import Callable

from tenants.outbox.models import Event

Handler = Callable[[Event], None]

_handlers: dict[str, list[Handler]] = {}


def subscribe(kind: str) -> Callable[[Handler], Handler]:
    """Registers the decorated function for events of `kind`.

    It runs in the tenant's context, in the transaction that also marks the event as done: what it writes happens
    once. It must not talk to the network; mails go through `queue_mail`. Registering twice has no effect.
    """

    def register(handler: Handler) -> Handler:
        listening = _handlers.setdefault(kind, [])
        if handler not in listening:
            listening.append(handler)
        return handler

    return register


def handlers_of(kind: str) -> tuple[Handler, ...]:
    """The handlers of `kind` in the order of registration."""
    return tuple(_handlers.get(kind, ()))


def known_kinds() -> frozenset[str]:
    """Every kind that somebody listens to."""
    return frozenset(_handlers)
