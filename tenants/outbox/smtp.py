"""The SMTP conversation: impatient until the server has the whole mail, patient for its last answer.

A client that gives up between the final dot and the server's "250" does not know whether the mail went; trying again
would send it twice. RFC 5321 (4.5.3.2.6) asks for ten minutes there; ours stays under the limit of the row lock.
"""

import smtplib
from typing import Any

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

FINAL_ANSWER_SECONDS = 100.0
_STOCK = "django.core.mail.backends.smtp.EmailBackend"


class _Patient:
    """Mixed into smtplib's clients."""

    # `Any`: smtplib's own signature, which the mixin must not narrow.
    def data(self, msg: Any) -> Any:
        socket = self.sock  # type: ignore[attr-defined]  # from smtplib.SMTP
        before = socket.gettimeout()
        socket.settimeout(FINAL_ANSWER_SECONDS)
        try:
            return super().data(msg)  # type: ignore[misc]  # from smtplib.SMTP
        finally:
            if self.sock is not None:  # type: ignore[attr-defined]  # closed when the server hung up
                socket.settimeout(before)


class _Plain(_Patient, smtplib.SMTP):
    pass


class _Encrypted(_Patient, smtplib.SMTP_SSL):
    pass


class PatientEmailBackend(EmailBackend):
    """Django's backend with a patient client."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """Which client speaks to the server."""
        return _Encrypted if self.use_ssl else _Plain


def mail_server() -> BaseEmailBackend:
    """A connection to the configured mail server, not opened yet."""
    is_stock = settings.EMAIL_BACKEND == _STOCK
    backend = f"{PatientEmailBackend.__module__}.{PatientEmailBackend.__qualname__}" if is_stock else None
    server: BaseEmailBackend = get_connection(backend, fail_silently=False)
    return server
