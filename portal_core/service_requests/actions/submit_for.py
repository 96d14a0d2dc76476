"""Filing a request for a customer who is named by an e-mail address, and may be new."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from portal_core.accounts.actions import customer_by_email
from portal_core.accounts.actor import Actor
from portal_core.config.answers_form import Remembering
from portal_core.history.record import JsonValue
from portal_core.service_requests.actions.spared import NOTHING_REMEMBERED
from portal_core.service_requests.actions.submit import Submission, file_once
from portal_core.service_requests.models import ServiceRequest


@dataclass(frozen=True)
class Whose:
    """The customer as staff name them."""

    email: str
    name: str


@dataclass(frozen=True)
class Filled:
    """A filled form, as `Submission` holds it but for the customer."""

    type_key: str
    answers: Mapping[str, JsonValue]
    submission_key: uuid.UUID
    remembering: Remembering = NOTHING_REMEMBERED
    checked_under: int | None = None


def submit_for(*, actor: Actor, whose: Whose, filled: Filled) -> ServiceRequest:
    """Files a request for the customer with this address; somebody new becomes a customer with it, or not at all.

    Raises what `submit` raises, and NotAllowed, EmailTaken, AccountError("staff", "inactive", "bad_email").
    """
    with transaction.atomic():
        customer = customer_by_email(actor=actor, email=whose.email, name=whose.name)
        submission = Submission(
            filled.type_key,
            filled.answers,
            filled.submission_key,
            customer.pk,
            filled.remembering,
            checked_under=filled.checked_under,
        )
        return file_once(actor, submission)
