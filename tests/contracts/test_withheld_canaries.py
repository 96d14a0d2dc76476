"""What a business keeps hidden although it shows the field from now on: no channel tells of it, until it is changed."""

from __future__ import annotations

import copy
from typing import Any

from portal_core.accounts.actor import actor_for
from portal_core.config.actions import Decided, publish
from portal_core.config.document import load
from portal_core.messaging.actions import Message, reply
from portal_core.service_requests.actions import change_fields
from tenants.identifiers import uuid7
from tests.contracts import canaries
from tests.contracts.planted import leaks_in
from tests.contracts.walked import WALKED_TOGETHER, Walk, everything_reached, walks, words_of

# On one worker what is planted is planted once.
pytestmark = WALKED_TOGETHER
OFFICE_KEYS = [canaries.key("office", kind) for kind in canaries.KINDS]
KEPT = canaries.every_sign("office")


def shown_to_customers() -> dict[str, Any]:
    """The portal with the office's fields shown to customers: read, not changed."""
    document = copy.deepcopy(canaries.document())
    for field in document["types"][0]["fields"]:
        if field["key"] in OFFICE_KEYS:
            field["show"] = {**field.get("show", {}), "customer": "see"}
    return document


def show(scene: Any, withhold: list[str]) -> None:
    decided = Decided(withhold=frozenset(f"job.{key}" for key in withhold))
    publish(actor=actor_for(scene.people["alice"]), document=load(shown_to_customers()), decided=decided)


def test_without_keeping_it_the_customer_reads_it(scene, client_for):
    """The control: the field is really shown, in the page that is read below."""
    show(scene, [])
    page = words_of(client_for(scene.people["carol"]).get(f"/requests/{scene.a.number}/"))
    wanted = canaries.every_value("office", ("a",))
    assert canaries.found_in(page, wanted) == wanted


@walks
def test_what_is_kept_leaves_by_no_channel(whole, scene, client_for):
    carol = client_for(scene.people["carol"])
    show(scene, OFFICE_KEYS)
    reply(actor=scene.actor("bob"), request_id=scene.a.pk, message=Message("News {field:office-text}", uuid7()))
    scene._move(scene.a, "fixed")
    assert canaries.found_in(scene.mails()["carol@example.com"], KEPT) == []
    assert canaries.found_in(words_of(carol.post("/account/download/")), KEPT) == []
    assert leaks_in(everything_reached(carol, scene, scene.people["carol"], walk=Walk(whole, step=2)), KEPT) == {}
    # Staff go on seeing it, marked as what customers do not see.
    desk = words_of(client_for(scene.people["alice"]).get(f"/desk/requests/{scene.a.number}/"))
    wanted = canaries.every_value("office", ("a",))
    assert canaries.found_in(desk, wanted) == wanted


def test_what_is_changed_later_is_shown_and_what_stood_there_before_is_not(scene, client_for):
    carol, key = client_for(scene.people["carol"]), canaries.key("office", "text")
    show(scene, OFFICE_KEYS)
    scene.a.refresh_from_db()
    seen = {key: scene.a.data[key]}
    change_fields(actor=scene.actor("alice"), request_id=scene.a.pk, answers={key: "For your eyes"}, seen=seen)
    address = f"/requests/{scene.a.number}/"
    page = words_of(carol.get(address))
    assert "For your eyes" in page
    assert canaries.found_in(page, KEPT) == []
    change_fields(
        actor=scene.actor("alice"), request_id=scene.a.pk, answers={key: "Once more"}, seen={key: "For your eyes"}
    )
    page = words_of(carol.get(address))
    assert "Once more" in page
    assert "For your eyes" in page  # history tells of the change between the two
    assert canaries.found_in(page, KEPT) == []
