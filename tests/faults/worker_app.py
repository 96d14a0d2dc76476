"""The product's Celery application with three places at which a worker can be made to die.

A file named after a place, put into FAULTS_FOLDER by the test, is an order for one death there. None of this is in
the product's code.
"""

import os
import signal
import smtplib
from pathlib import Path

import django

django.setup()

from celery.signals import worker_ready
from django.conf import settings

from deploy.celery import app
from tenants.outbox import delivery, handling, queue_mail, subscribe
from tenants.outbox.mails import OutgoingMail

__all__ = ["app"]

AFTER_HANDLER = "after-handler"
BEFORE_ACCEPTANCE = "before-acceptance"
AFTER_ACCEPTANCE = "after-acceptance"


def die_if_ordered(place: str) -> None:
    order = Path(settings.FAULTS_FOLDER) / place
    try:
        order.rename(order.with_name(f"{place}.done"))
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


@subscribe("test.fault")
def write_mail(event):
    queue_mail(OutgoingMail(to=event.payload["to"], subject="Fault", text="Words"), event=event)


_handle = handling._handle
_record_sent = delivery._record_sent
_data = smtplib.SMTP.data


def handle(event):
    _handle(event)
    die_if_ordered(AFTER_HANDLER)


def data(self, message):
    die_if_ordered(BEFORE_ACCEPTANCE)
    return _data(self, message)


def record_sent(mail):
    die_if_ordered(AFTER_ACCEPTANCE)
    _record_sent(mail)


@worker_ready.connect
def note_ready(sender, **_more):
    """Only then the test begins: on a busy machine a worker takes a minute to start."""
    (Path(settings.FAULTS_FOLDER) / f"{sender.hostname}.ready").touch()


handling._handle = handle
smtplib.SMTP.data = data
delivery._record_sent = record_sent
