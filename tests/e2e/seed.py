"""Fills the portals of the browser tests; run in the product's own environment, prints what it made as JSON.

Three portals: `nordwarm` with people and requests as in the pictures (only looked at), `walks` with the same
configuration for the tests that write, and `hostile` whose every word tries to run.
"""

from __future__ import annotations

import io
import json
from contextlib import nullcontext
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import django

django.setup()

from django.core.management import call_command
from django.utils import timezone

from portal_core.accounts.actions import create_customer, invite_staff
from portal_core.accounts.actor import SYSTEM, actor_for
from portal_core.accounts.models import User
from portal_core.accounts.signin_links import SIGN_IN, create_link
from portal_core.config.actions import publish
from portal_core.config.document import load
from portal_core.config.starters import starter
from portal_core.documents.uploads import Rules, take
from portal_core.messaging.actions import Message, note, reply
from portal_core.sampling.stories import Step
from portal_core.sampling.telling import Teller
from portal_core.saved_records.actions import add_record
from portal_core.saved_records.models import SavedRecord
from portal_core.saved_records.writing import NewRecord
from portal_core.service_requests.actions import Move, assign, move
from portal_core.service_requests.actions.vault import (
    Paper,
    add_document,
    approve_document,
    ask_for_document,
    send_back_document,
)
from portal_core.service_requests.guest_links import ensure_link, path_of, stop_links_of_request
from portal_core.service_requests.models import ServiceRequest
from tenants.context import tenant_context
from tenants.identifiers import uuid7
from tenants.provisioning import NewPortal, provision
from tenants.snapshot import TenantSnapshot
from tests.documents.samples import pdf, sent
from tests.e2e import hostile
from tests.service_requests.filing import file_request

LINK_MINUTES = 600
NORDWARM = ("nordwarm", "walks")
ASKED_WAYS = ("scripted", "plain", "narrow", "keys")


def main() -> None:
    call_command("collectstatic", interactive=False, verbosity=0)
    seeded = {slug: _nordwarm(slug) for slug in NORDWARM}
    seeded["hostile"] = _hostile()
    seeded[""] = {"links": {"operator": _said("create_operator", email="op@example.com", name="Olga Petrova")}}
    print(json.dumps(seeded))


def _said(command: str, **options: str) -> str:
    output = io.StringIO()
    call_command(command, stdout=output, **options)
    return output.getvalue().strip()


def _open(slug: str, name: str, owner: tuple[str, str], document: dict[str, Any] | None = None) -> TenantSnapshot:
    email, owner_name = owner
    portal = NewPortal(name=name, owner_email=email, owner_name=owner_name, starter="order-status", colour="#c8401a")
    tenant = provision(name=name, slug=slug, portal=portal)
    if document is not None:
        with tenant_context(tenant):
            publish(actor=SYSTEM, document=load(document), note="For the browser tests")
    return tenant


def _nordwarm(slug: str) -> dict[str, Any]:
    tenant = _open(slug, "Nordwarm", ("ruth.nord@example.com", "Ruth Nord"), starter("nordwarm"))
    with tenant_context(tenant):
        jonas = _staff("jonas.beck@example.com", "Jonas Beck", "service-desk")
        petra = _staff("petra.lind@example.com", "Petra Lindqvist", "parts")
        maren = create_customer(actor=SYSTEM, email="maren.holt@example.com", name="Maren Holt", phone="0131 496 0142")
        owen = create_customer(actor=SYSTEM, email="owen.price@example.com", name="Owen Price")
        nadia = create_customer(actor=SYSTEM, email="nadia.khan@example.com", name="Nadia Khan")
        invite_staff(actor=actor_for(_user("ruth.nord@example.com")), email="tom.new@example.com", role="agent")
        numbers = _requests(jonas, petra, maren, nadia)
        _papers(jonas, maren)
        numbers |= _guests(jonas)
        iris, more = _uploads(jonas)
        numbers |= more
        people = {"owner": _user("ruth.nord@example.com"), "jonas": jonas, "petra": petra, "maren": maren, "owen": owen}
        people["iris"] = iris
        if slug == "walks":
            for way in ASKED_WAYS:
                people[f"ina-{way}"], more = _asked(jonas, way)
                numbers |= more
        return {"links": _links(tenant, people), "numbers": numbers}


def _asked(jonas: User, way: str) -> tuple[User, dict[str, int]]:
    """A customer who is asked for a day and for two answers to a price; one for each way of walking."""
    ina = create_customer(actor=SYSTEM, email=f"ina.{way}@example.com", name="Ina Berg")
    visit = file_request(
        ina, "report-fault", **{"what-is-wrong": "noise", "more": "It hums.", "phone": "0131 496 0142"}
    )
    _move(jonas, visit, "looked-at", diagnosis="The pump is loose.")
    _move(jonas, visit, "visit-to-agree")
    numbers = {f"visit-{way}": visit.number}
    for what in ("approve", "decline"):
        price = file_request(ina, "ask-price", what=f"A radiator to {what}")
        _move(jonas, price, "being-priced")
        _move(jonas, price, "quote-sent", price="480", **{"price-covers": "Radiator, valves and fitting."})
        numbers[f"{what}-{way}"] = price.number
    return ina, numbers


def _uploads(jonas: User) -> tuple[User, dict[str, int]]:
    """A customer whom a request asks for a photo: one that she sent was sent back; another waits to be checked."""
    iris = create_customer(actor=SYSTEM, email="iris.stone@example.com", name="Iris Stone")
    teller = Teller(jonas, {"iris": iris, "jonas": jonas}, lambda days: nullcontext())
    quoted: list[Step] = [
        {"do": "quote-sent", "who": "jonas", "answers": {"price": "890", "price-covers": "Cable, fuse and fitting."}},
        {"do": "done", "who": "iris", "ask": "quote"},
        {"do": "photo-asked", "who": "jonas"},
        {"do": "send", "who": "iris", "ask": "fuse-box", "papers": {"photo": "Meter cupboard"}},
    ]
    reason = "This is the meter. We need the box with the switches, usually beside it."
    again: list[Step] = [
        {"do": "send_back", "who": "jonas", "kind": "photo", "text": reason},
        {"do": "photo-asked", "who": "jonas"},
    ]
    teller.keep({"key": "home", "customer": "iris", "kind": "address", "answers": _IRIS_HOME})
    numbers = {}
    for name, steps in (("photo_back", [*quoted, *again]), ("photo_sent", quoted)):
        story = {"customer": "iris", "type": "ask-price", "answers": _CHARGING_POINT, "steps": steps}
        numbers[name] = teller.tell(story).number
    return iris, numbers


_IRIS_HOME = {"street": "5 Canal Yard", "town": "Edinburgh EH3 9AB"}
_CHARGING_POINT = {"what": "A charging point", "address": {"record": "home"}}


def _papers(jonas: User, maren: User) -> None:
    """Maren's documents: on file and valid, shared by staff, asked for, sent back, waiting to be checked."""
    to = maren.pk
    plan = Paper("care-plan", [_sent(maren, "care-plan.pdf")], title="Care plan Plus", valid_until=_in_days(20))
    approve_document(
        actor=actor_for(jonas), document_id=add_document(actor=actor_for(maren), customer_id=to, paper=plan).pk
    )
    checked = Paper("gas-certificate", [_sent(jonas, "gas-2026.pdf")], valid_until=_in_days(300), share=True)
    add_document(actor=actor_for(jonas), customer_id=to, paper=checked)
    blurred = add_document(actor=actor_for(maren), customer_id=to, paper=Paper("plan", [_sent(maren, "kitchen.pdf")]))
    send_back_document(actor=actor_for(jonas), document_id=blurred.pk, reason="The north wall is cut off.")
    add_document(actor=actor_for(maren), customer_id=to, paper=Paper("plan", [_sent(maren, "bathroom.pdf")]))
    why = "So that we know which parts the plan covers."
    ask_for_document(actor=actor_for(jonas), customer_id=to, kind_key="care-plan", note=why, due_on=_in_days(14))


def _sent(by: User, name: str) -> UUID:
    return take(by.pk, sent(name, pdf()), Rules()).pk


def _in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def _guests(jonas: User) -> dict[str, Any]:
    """Without an account: a price that waits for approval, by its link; and a link that was stopped."""
    made = {}
    for name in ("guest", "gone"):
        gina = User.objects.create_user(f"gina.{name}@example.net", name="Gina Guest", role="customer", is_guest=True)
        price = file_request(gina, "ask-price", what="A towel rail")
        _move(jonas, price, "being-priced")
        _move(jonas, price, "quote-sent", price="95", **{"price-covers": "Towel rail and fitting."})
        price.refresh_from_db()
        link = ensure_link(price)
        assert link is not None
        made |= {name: path_of(link), "towel": price.number}
    stop_links_of_request(actor=actor_for(jonas), row=price)
    return made


def _staff(email: str, name: str, team: str) -> User:
    return User.objects.create_user(email, name=name, role="agent", team_key=team)


def _user(email: str) -> User:
    user = User.objects.by_email(email)
    assert user is not None
    return user


def _links(tenant: TenantSnapshot, people: dict[str, User]) -> dict[str, str]:
    return {name: tenant.url(create_link(user, SIGN_IN, LINK_MINUTES)) for name, user in people.items()}


def _requests(jonas: User, petra: User, maren: User, nadia: User) -> dict[str, Any]:
    """Requests in every state that a page shows differently."""
    boiler = _keep(maren, jonas, "boiler", appliance="boiler", room="Kitchen", maker="Ventra", model="Eco 24",
                   serial="24-0917-33", fitted="2019-09-12", cover="Care plan Plus",
                   **{"last-service": "2025-11-14", "engineer-note": "Valve behind the washing machine."})  # fmt: skip
    home = _keep(maren, maren, "address", street="14 Alder Court", town="Edinburgh EH6 5AB",
                 **{"how-we-get-in": "Ring at 12"})  # fmt: skip
    repair = file_request(maren, "report-fault", **{
        "what-is-wrong": "pressure", "gauge": "0.4", "still-running": "no",
        "more": "The pressure drops about twice a day since the weekend.",
        "appliance": str(boiler.pk), "address": str(home.pk), "phone": "0131 496 0142", "how-we-get-in": "Ring at 12",
    })  # fmt: skip
    _say(maren, repair, "It was at 1.2 this morning and fell within two hours.")
    assign(actor=actor_for(jonas), request_id=repair.pk, assignee_id=jonas.pk, team_key=None)
    _move(jonas, repair, "looked-at", diagnosis="The expansion vessel has lost its pressure.")
    note(actor=actor_for(jonas), request_id=repair.pk, message=_message("Third vessel of this make this year."))
    _move(jonas, repair, "part-on-order")
    reply(
        actor=actor_for(petra), request_id=repair.pk, message=_message("The vessel is ordered and comes on Thursday.")
    )
    price = file_request(maren, "ask-price", what="A new bathroom radiator", details="White, 60 cm wide.",
                         address=str(home.pk))  # fmt: skip
    _move(jonas, price, "being-priced")
    _move(jonas, price, "quote-sent", price="480", **{"price-covers": "Radiator, valves, fitting and removal."})
    asked = file_request(maren, "something-else", subject="Invoice for March", question="Could you send it again?")
    _move(jonas, asked, "in-hand")
    _move(jonas, asked, "details-asked", reason="Which March, and whose invoice?")
    done = file_request(maren, "something-else", subject="New telephone number", question="0131 496 0199 from May on.")
    _move(jonas, done, "in-hand")
    _move(jonas, done, "settled")
    file_request(nadia, "report-fault", **{"what-is-wrong": "noise", "more": "It bangs at six in the morning."})
    file_request(nadia, "moving-home", **{"what-happens": "end"})
    numbers = {"repair": repair.number, "price": price.number, "asked": asked.number, "done": done.number}
    return {**numbers, "boiler": str(boiler.pk), "maren_id": str(maren.pk)}


def _keep(customer: User, by: User, kind: str, **answers: Any) -> SavedRecord:
    return add_record(actor=actor_for(by), record=NewRecord(uuid7(), kind, customer.pk, answers))


def _message(body: str) -> Message:
    return Message(body=body, submission_key=uuid7())


def _say(customer: User, request: ServiceRequest, body: str) -> None:
    reply(actor=actor_for(customer), request_id=request.pk, message=_message(body))


def _move(by: User, request: ServiceRequest, to: str, *, reason: str = "", **answers: Any) -> None:
    request.refresh_from_db()
    wanted = Move(to=to, seen_status=request.status_key, reason=reason, answers=answers)
    move(actor=actor_for(by), request_id=request.pk, move=wanted)


def _hostile() -> dict[str, Any]:
    """People, titles, messages and notes that are all attempts; the texts of the configuration as well."""
    document = starter("order-status")
    document["portal"]["name"] = hostile.WORDS[0][:80]
    document["portal"]["welcome"] = hostile.WORDS[1]
    document["types"][0]["name"] = {"en": hostile.WORDS[2], "de": hostile.WORDS[2]}
    tenant = _open("hostile", "Hostile", ("owner@example.com", hostile.WORDS[3]), document)
    with tenant_context(tenant):
        customer = create_customer(actor=SYSTEM, email="eve@example.com", name=hostile.WORDS[4])
        agent = _staff("agent@example.com", hostile.WORDS[5], "service-desk")
        for words in hostile.WORDS:
            request = file_request(customer, "order", what=words[:120], details=words)
        _say(customer, request, "\n".join(hostile.WORDS))
        reply(actor=actor_for(agent), request_id=request.pk, message=_message("\n".join(hostile.WORDS)))
        note(actor=actor_for(agent), request_id=request.pk, message=_message("\n".join(hostile.WORDS)))
        links = _links(tenant, {"owner": _user("owner@example.com"), "agent": agent, "customer": customer})
        return {"links": links, "numbers": {"request": request.number}}


if __name__ == "__main__":
    main()
