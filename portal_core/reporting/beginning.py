"""The first steps of a new owner, and the question that is asked on the first day."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from portal_core.accounts.actor import Actor
from portal_core.accounts.models import User
from portal_core.accounts.roles import AGENT, CUSTOMER, MANAGER, OWNER
from portal_core.history.models import HistoryEntry, Kind, Side
from portal_core.reporting.models import Beginning
from portal_core.service_requests.errors import Forbidden
from portal_core.service_requests.models import ServiceRequest, Source
from portal_core.service_requests.queue import bounded_counts
from tenants.outbox.models import Mail

_ANSWERS = ("request.replied", "request.moved")


@dataclass(frozen=True)
class FirstSteps:
    """How far a new owner has come; each is read off the data, not ticked by hand."""

    has_request: bool
    is_answered: bool
    sample_was_told: bool
    has_baseline: bool
    has_customer: bool
    has_colleague: bool
    # The made-up customer is still there; without one, nothing is to be tried with one.
    has_sample: bool = True

    @property
    def states(self) -> tuple[bool, ...]:
        """Each step in order; the portal being open is the first."""
        tried = (self.has_request, self.is_answered, self.sample_was_told)
        return (
            True,
            *(tried if self.has_sample else ()),
            self.has_baseline,
            self.has_customer,
            self.has_colleague,
        )

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(self.states)

    @property
    def all(self) -> int:
        """How many steps there are."""
        return len(self.states)


def beginning() -> Beginning:
    """The tenant's row, or an empty one that is not saved yet."""
    return Beginning.objects.filter(pk=1).first() or Beginning()


def put_away() -> QuerySet[Beginning]:
    """A row when the first steps are put away, none otherwise; to be counted along with other things."""
    return Beginning.objects.filter(pk=1, first_steps_closed_at__isnull=False)


def first_steps() -> FirstSteps:
    """How far the owner has come, in one query. What was put in as samples counts for nothing."""
    answered = HistoryEntry.objects.filter(side=Side.STAFF, kind__in=[Kind.REPLIED, Kind.MOVED])
    samples = User.objects.filter(is_sample=True)
    told = Mail.objects.filter(recipient_user_id__in=samples.values("pk"), event__kind__in=_ANSWERS)
    counted = (
        _sent(),
        answered.exclude(request__source=Source.SAMPLE),
        told,
        Beginning.objects.filter(pk=1).exclude(asked_per_day=""),
        User.objects.filter(role=CUSTOMER, is_sample=False),
        User.objects.filter(role__in=[OWNER, MANAGER, AGENT]),
        samples,
    )
    requests, answers, mails, baselines, customers, colleagues, sample_people = bounded_counts(counted, limit=2)
    is_answered = requests > 0 and answers > 0
    return FirstSteps(
        has_request=requests > 0,
        is_answered=is_answered,
        sample_was_told=is_answered and mails > 0,
        has_baseline=baselines > 0,
        has_customer=customers > 0,
        has_colleague=colleagues > 1,
        has_sample=sample_people > 0,
    )


def first_number() -> int | None:
    """The number of the first request that somebody sent, samples aside."""
    return _sent().order_by("number").values_list("number", flat=True).first()


def _sent() -> QuerySet[ServiceRequest]:
    return ServiceRequest.objects.exclude(source=Source.SAMPLE)


def keep_baseline(*, actor: Actor, asked_per_day: str, minutes_each: int | None) -> None:
    """Keeps the owner's estimate of how it is without the portal.

    Raises:
        Forbidden: the actor does not set up this portal.
    """
    _keep(actor, {"asked_per_day": asked_per_day, "minutes_each": minutes_each, "answered_at": timezone.now()})


def close_first_steps(*, actor: Actor) -> None:
    """Puts the first steps away.

    Raises:
        Forbidden: the actor does not set up this portal.
    """
    _keep(actor, {"first_steps_closed_at": timezone.now()})


def _keep(actor: Actor, values: dict[str, object]) -> None:
    if not actor.may("manage_setup"):
        raise Forbidden
    Beginning.objects.update_or_create(pk=1, defaults={**values, "updated_at": timezone.now()})
