"""Phase two: mails to the mail server, one at a time, each locked while the server is spoken to."""

import logging
from types import TracebackType
from typing import Self

from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from tenants.outbox import lease, outcomes
from tenants.outbox.message import MessageImpossible, build
from tenants.outbox.models import Mail
from tenants.outbox.queries import due_mails
from tenants.outbox.refusals import Refusal, classify
from tenants.outbox.retry import MAIL_CEILING_SECONDS, SERVER_CEILING_SECONDS, next_try
from tenants.outbox.smtp import mail_server
from tenants.outbox.steps import Step

logger = logging.getLogger(__name__)

ERROR_LIMIT = 2000
WIPED = "(sent and removed)"


class MailSession:
    """One drain's conversation with the mail server; connects at the first mail, not before."""

    def __init__(self, schema: str) -> None:
        self._schema = schema
        self._server: BaseEmailBackend | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def send_next(self) -> Step:
        """Sends the oldest due mail of the current schema and records what became of it.

        The row stays locked meanwhile, so that no second worker can send it. A process that dies between the
        server's acceptance and our commit repeats the mail with the same Message-ID; nothing else does.
        """
        with transaction.atomic():
            if not lease.take("mails", self._schema):
                return Step.REFUSED
            mail = due_mails().select_for_update(skip_locked=True, of=("self",)).first()
            if mail is None:
                return Step.NOTHING
            return self._send(mail)

    def _send(self, mail: Mail) -> Step:
        if mail.expires_at is not None and mail.expires_at <= timezone.now():
            _give_up(mail, "Expired before it could be sent.")
            return Step.DONE
        try:
            message = build(mail)
        except MessageImpossible as error:
            _give_up(mail, str(error))
            outcomes.tell(mail)
            return Step.DONE
        try:
            self._connected().send_messages([message])
        except Exception as error:  # noqa: BLE001 - mail backends raise what they like; classify() decides what it means.
            self._hang_up()
            return _record_failure(mail, error)
        _record_sent(mail)
        return Step.DONE

    def _connected(self) -> BaseEmailBackend:
        if self._server is None:
            server = mail_server()
            server.open()
            self._server = server
        return self._server

    def _hang_up(self) -> None:
        server, self._server = self._server, None
        if server is None:
            return
        try:
            server.close()
        except Exception as error:  # noqa: BLE001 - the mails are recorded; how the server says goodbye changes nothing.
            logger.info("outbox: mail server hung up: %s", type(error).__name__)


def _record_sent(mail: Mail) -> None:
    mail.sent_at = timezone.now()
    mail.last_error = ""
    fields = ["sent_at", "last_error"]
    if mail.is_secret:
        fields += _wipe(mail)
    mail.save(update_fields=fields)
    outcomes.tell(mail)


def _wipe(mail: Mail) -> list[str]:
    """Removes what signs somebody in, the subject too: it may carry the code. Gives back the changed fields."""
    mail.subject, mail.text, mail.html = WIPED, WIPED, ""
    return ["subject", "text", "html"]


def _record_failure(mail: Mail, error: Exception) -> Step:
    refusal = classify(error)
    mail.attempts += 1
    mail.last_error = refusal.explanation[:ERROR_LIMIT]
    if refusal.kind is Refusal.Kind.PERMANENT:
        _give_up(mail, mail.last_error)
        outcomes.tell(mail)
        return Step.DONE
    is_server = refusal.kind is Refusal.Kind.SERVER
    ceiling = SERVER_CEILING_SECONDS if is_server else MAIL_CEILING_SECONDS
    mail.due_at = next_try(mail.attempts, ceiling_seconds=ceiling)
    mail.save(update_fields=["attempts", "last_error", "due_at"])
    logger.warning("outbox: mail %s put off (attempt %d): %s", mail.id, mail.attempts, type(error).__name__)
    if is_server:
        # Everybody behind it would wait for the same time-out.
        due_mails().update(due_at=mail.due_at)
        return Step.STOP
    return Step.DONE


def _give_up(mail: Mail, reason: str) -> None:
    mail.failed_at = timezone.now()
    mail.last_error = reason.replace("\x00", "")[:ERROR_LIMIT]
    fields = ["failed_at", "last_error", "attempts"]
    if mail.is_secret:
        fields += _wipe(mail)
    mail.save(update_fields=fields)
    logger.error("outbox: mail %s given up", mail.id)
