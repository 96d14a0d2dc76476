"""What stands in the sample portal: people and requests, made through the same actions as everybody's.

Nothing is written past the actions, so the samples cannot show anything that the product does not do.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from portal_core.accounts.actor import actor_for
from portal_core.accounts.models import User
from portal_core.config.actions import publish
from portal_core.config.starters import starter
from portal_core.history.record import JsonValue
from portal_core.messaging.actions import Message, note, reply
from portal_core.service_requests.actions import Move, Submission, assign, move, submit
from portal_core.service_requests.models import ServiceRequest
from tenants.identifiers import uuid7

_STAFF = (
    ("jonas.beck@example.com", "Jonas Beck", "manager", "parts"),
    ("tom.ainslie@example.com", "Tom Ainslie", "engineer", "engineers"),
    ("alastair.moir@example.com", "Alastair Moir", "agent", "service-desk"),
)
_CUSTOMERS = (
    ("maren.holt@example.com", "Maren Holt"),
    ("owen.reid@example.com", "Owen Reid"),
    ("lena.farrow@example.com", "Lena Farrow"),
    ("hamish.boyd@example.com", "Hamish Boyd"),
    ("yusuf.demir@example.com", "Yusuf Demir"),
    ("grace.adeyemi@example.com", "Grace Adeyemi"),
)


@dataclass(frozen=True)
class Step:
    """One thing that happens to a sample request: a move, a message, a note, or giving it to somebody."""

    kind: str
    who: str
    text: str = ""
    answers: dict[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True)
class Story:
    """One sample request from its form to where it stands."""

    customer: str
    type_key: str
    answers: dict[str, JsonValue]
    steps: tuple[Step, ...] = ()


def _in_days(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def _fault(wrong: str, more: str, phone: str, **answers: JsonValue) -> dict[str, JsonValue]:
    return {
        "appliance": "boiler",
        "what-is-wrong": wrong,
        "more": more,
        "address": "14 Elm Court\nEdinburgh EH9 1QT",
        "phone": phone,
        **answers,
    }


def _stories() -> tuple[Story, ...]:
    maren, owen, lena = "maren.holt@example.com", "owen.reid@example.com", "lena.farrow@example.com"
    hamish, yusuf, grace = "hamish.boyd@example.com", "yusuf.demir@example.com", "grace.adeyemi@example.com"
    jonas, tom, alastair = "jonas.beck@example.com", "tom.ainslie@example.com", "alastair.moir@example.com"
    vessel = "The expansion vessel has lost its charge, so the pressure has nowhere to go. Everything else is sound."
    return (
        Story(
            maren,
            "report-fault",
            _fault("noise", "A knocking when it starts in the morning.", "07700 900 218"),
            (
                Step("looked-at", tom, answers={"diagnosis": "The pump was loose on its bracket."}),
                Step("fixed", tom),
            ),
        ),
        Story(
            maren,
            "report-fault",
            _fault(
                "pressure",
                "Pressure drops to 0.4 bar every two days and I top it up. No puddle anywhere I can see.",
                "07700 900 218",
                gauge="0.4",
                **{"how-we-get-in": "Key with neighbour at no. 12"},
            ),
            (
                Step("note", alastair, "Same boiler as no. 16, vessel went there too. Take one along?"),
                Step("looked-at", tom, answers={"diagnosis": vessel}),
                Step(
                    "reply",
                    tom,
                    f"{vessel} A new one fixes it; fitting takes about an hour and your care plan covers it.",
                ),
                Step("part-on-order", jonas),
                Step("give", jonas),
                Step("note", jonas, "Supplier order 88120. Van stock was empty, reorder level raised to 2."),
                Step(
                    "reply",
                    jonas,
                    "The supplier has sent the vessel and it should be with us on Thursday. "
                    "I’ll ring you the same day to agree a time.",
                ),
            ),
        ),
        Story(
            maren,
            "ask-price",
            {
                "what": "Heat pump for 14 Elm Court",
                "details": "Semi-detached, 1931, gas boiler from 2009.",
                "address": "14 Elm Court\nEdinburgh EH9 1QT",
            },
            (
                Step("being-priced", alastair),
                Step(
                    "quote-sent",
                    jonas,
                    answers={
                        "price": "9840",
                        "price-covers": "The unit, a new cylinder, all pipework and two days’ work, after the grant.",
                    },
                ),
            ),
        ),
        Story(
            maren,
            "moving-home",
            {
                "what-happens": "take-along",
                "moving-day": _in_days(40),
                "new-address": "3 Canal Yard\nEdinburgh EH3 9AB",
                "phone": "07700 900 218",
            },
        ),
        Story(
            owen,
            "report-fault",
            _fault("no-hot-water", "Since Sunday. The heating itself is fine.", "07700 900 731"),
            (
                Step("give", tom),
                Step("looked-at", tom, answers={"diagnosis": "The diverter valve sticks."}),
                Step("customer", owen, "Still nothing, second child with a cold now. When do you come?"),
            ),
        ),
        Story(
            lena,
            "ask-price",
            {
                "what": "Move the hallway radiator",
                "details": "To the other wall, about two metres.",
                "address": "8 Forth Street\nEdinburgh EH1 3LD",
            },
            (Step("being-priced", alastair), Step("give", alastair)),
        ),
        Story(
            hamish,
            "report-fault",
            _fault("other", "It shows F28, restarts and stops after ten minutes.", "07700 900 112"),
        ),
        Story(
            yusuf,
            "something-else",
            {
                "subject": "New thermostat, app pairing",
                "question": "The app does not find the thermostat. What do I need?",
                "phone": "07700 900 640",
            },
            (
                Step(
                    "reply",
                    alastair,
                    "Which model is it? The number stands under the cover: four letters, three digits.",
                ),
                Step("details-asked", alastair),
            ),
        ),
        Story(
            grace,
            "moving-home",
            {
                "what-happens": "end",
                "moving-day": _in_days(12),
                "phone": "07700 900 877",
            },
            (Step("in-hand", alastair), Step("settled", alastair)),
        ),
        Story(
            hamish,
            "report-fault",
            _fault("water", "A few drops under the boiler, only at night.", "07700 900 112"),
            (
                Step("looked-at", tom, answers={"diagnosis": "A joint was weeping; the sealing ring is worn."}),
                Step("visit-to-agree", jonas),
            ),
        ),
        Story(
            lena,
            "report-fault",
            _fault("no-heat", "All radiators cold since this morning.", "07700 900 455"),
            (
                Step("looked-at", tom, answers={"diagnosis": "The ignition electrode is worn."}),
                Step("visit-booked", jonas, answers={"visit-day": _in_days(3)}),
                Step("give", tom),
            ),
        ),
        Story(
            grace,
            "ask-price",
            {
                "what": "Price for a second stove",
                "address": "27 Links Place\nEdinburgh EH6 7EZ",
            },
            (Step("declined", grace, "We decided to wait a year."),),
        ),
    )


def fill(owner_email: str) -> None:
    """Turns the fresh tenant at hand into Nordwarm: its configuration, its people, its requests."""
    owner = User.objects.get(email=owner_email)
    owner.name = "Priya Nair"
    owner.save(update_fields=["name"])
    publish(actor=actor_for(owner), document=starter("nordwarm"), note="Nordwarm’s own words")
    for email, name, role, team in _STAFF:
        User.objects.create_user(email, name=name, role=role, team_key=team)
    for email, name in _CUSTOMERS:
        User.objects.create_user(email, name=name, role="customer")
    people = {user.email: user for user in User.objects.all()}
    for story in _stories():
        _tell(story, people, owner)


def _tell(story: Story, people: dict[str, User], owner: User) -> None:
    customer = people[story.customer]
    submission = Submission(story.type_key, story.answers, uuid7(), customer.pk)
    request = submit(actor=actor_for(customer), submission=submission)
    for step in story.steps:
        _take(step, request, people, owner)


def _take(step: Step, request: ServiceRequest, people: dict[str, User], owner: User) -> None:
    who = people[step.who]
    actor = actor_for(who)
    if step.kind in ("reply", "customer"):
        reply(actor=actor, request_id=request.pk, message=Message(step.text, uuid7()))
    elif step.kind == "note":
        note(actor=actor, request_id=request.pk, message=Message(step.text, uuid7()))
    elif step.kind == "give":
        assign(actor=actor_for(owner), request_id=request.pk, assignee_id=who.pk)
    else:
        request.refresh_from_db()
        wanted = Move(to=step.kind, seen_status=request.status_key, reason=step.text, answers=step.answers)
        move(actor=actor, request_id=request.pk, move=wanted)
