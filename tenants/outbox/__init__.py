"""The outbox: what must happen after a commit, written in the same commit and done afterwards by workers.

Its public names live in modules that need Django's models, so they are fetched when first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tenants.outbox.events import emit
    from tenants.outbox.mails import OutgoingMail, queue_mail
    from tenants.outbox.subscribers import subscribe

__all__ = ["OutgoingMail", "emit", "queue_mail", "subscribe"]

_HOMES = {"emit": "events", "subscribe": "subscribers", "queue_mail": "mails", "OutgoingMail": "mails"}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(name)
        return getattr(import_module(f"tenants.outbox.{_HOMES[name]}"), name)
