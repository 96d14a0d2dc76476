"""Two hundred people send forms while ten versions go live, each with other questions, visibility and statuses.

Every form is filed once, under the version that took it, and nothing that was typed vanishes without a word.
"""

from __future__ import annotations

import copy
import html
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from portal_core.accounts.actor import SYSTEM, actor_for
from portal_core.config.actions import publish
from portal_core.config.live import live_portal
from portal_core.config.models import PortalVersion
from portal_core.config.pinned import one_version
from portal_core.history.models import HistoryEntry, Kind
from portal_core.service_requests.actions import Submission, submit
from portal_core.service_requests.errors import FormOutdated
from portal_core.service_requests.models import ServiceRequest
from tenants.context import tenant_context
from tenants.outbox.models import Event
from tests.contracts.rows import Rows
from tests.factories import make_client, make_user
from tests.service_requests import small_portal

FORMS, VERSIONS, THREADS = 200, 10, 6
PAGE = "/new/repair/"
_INPUT = re.compile(r'name="(f-more-\d+|f-what)"')


def _version(number: int) -> dict[str, Any]:
    """Each asks one question of its own, needed in every second, hidden in every third from customers, and has every
    second time a status of its own in which requests begin."""
    document = copy.deepcopy(small_portal.document())
    document["portal"]["name"] = f"Version {number}"
    repair = document["types"][0]
    shown = {"customer": "hidden"} if number % 3 == 2 else {}
    more = {"key": f"more-{number}", "kind": "text", "label": f"More {number}?", "required": number % 2 == 0}
    repair["fields"] += [{**more, **({"show": shown} if shown else {})}]
    repair["fields"][4]["show"] = {"customer": ("edit", "see", "hidden")[number % 3]}
    repair["fields"][4].pop("at", None)
    if number % 2:
        flow = document["flows"][0]
        flow["statuses"].insert(
            0, {**copy.deepcopy(flow["statuses"][0]), "key": f"in-{number}", "name": f"In {number}"}
        )
        flow["transitions"].append({"from": [f"in-{number}"], "to": "new", "by": ["agent"]})
        for kind in document["types"]:
            kind["start"] = f"in-{number}"
    return document


def _mapping(number: int) -> dict[str, Any]:
    """Whatever stands in a status of an earlier version goes to where all requests once began."""
    return {"status": {f"way.in-{earlier}": "new" for earlier in range(number)}}


def _read(page: str) -> dict[str, str]:
    """The form in a page, filled in: what stands there stays, what is asked anew is answered."""
    form = {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("key", "opened")}
    for name in _INPUT.findall(page):
        there = re.search(rf'<(?:input|textarea)[^>]*name="{name}"[^>]*value="([^"]*)"', page)
        form[name] = html.unescape(there[1]) if there and there[1] else f"An answer to {name}"
    return form


def _send(client: Any) -> dict[str, Any]:
    """Sends a form until it is taken: what was sent last, what was said to be lost on the way, where it led."""
    form, lost = _read(client.get(PAGE).content.decode()), set()
    for _ in range(VERSIONS + 2):
        answer = client.post(PAGE, {**form, "do": "send"})
        if answer.status_code == 302:
            return {"sent": form, "lost": lost, "at": answer["Location"]}
        assert answer.status_code in (400, 409), answer.status_code
        page = answer.content.decode()
        lost |= set(re.findall(r"“<bdi>More (\d+)\?</bdi>” is no longer asked", html.unescape(page)))
        again = _read(page)
        gone = {name for name in form if name.startswith("f-more-") and name not in again}
        assert {name.removeprefix("f-more-") for name in gone} <= lost, page
        form = again
    raise AssertionError("never taken")


def test_every_form_is_accounted_for(race_tenant: Any, in_threads: Callable[..., list[Any]]) -> None:
    with tenant_context(race_tenant):
        publish(actor=SYSTEM, document=small_portal.document())
        first = live_portal().number
        people = [make_user(f"person{number}@example.com") for number in range(FORMS)]
    work: list[Any] = list(people)
    for number in range(VERSIONS):
        work.insert((number + 1) * (FORMS // VERSIONS), number)

    def one(task: Any) -> Any:
        if isinstance(task, int):
            with tenant_context(race_tenant), one_version():
                return publish(actor=SYSTEM, document=_version(task), mapping=_mapping(task)).number
        return _send(make_client(task, tenant=race_tenant))

    results = in_threads(one, work, threads=THREADS)
    assert [result for result in results if isinstance(result, Exception)] == []
    filed = {result["at"]: result for result in results if isinstance(result, dict)}
    assert len(filed) == FORMS
    with tenant_context(race_tenant):
        _check(filed, first)


def _check(filed: dict[str, dict[str, Any]], first: int) -> None:
    rows = list(ServiceRequest.objects.filter(type_key="repair"))
    assert {f"/requests/{row.number}/?sent=1" for row in rows} == set(filed)
    versions = dict(PortalVersion.objects.values_list("number", "document"))
    assert len([number for number in versions if number > first]) == VERSIONS
    for row in rows:
        sent = filed[f"/requests/{row.number}/?sent=1"]["sent"]
        asked = {field["key"]: field for field in versions[row.version_number]["types"][0]["fields"]}
        mine = {key for key, field in asked.items() if key.startswith("more-") and not field.get("retired")}
        mine = {key for key in mine if asked[key].get("show", {}).get("customer") != "hidden"}
        # Under the version that took it: what it asks is answered, and what was sent is all there.
        assert {key for key in mine if asked[key].get("required")} <= set(row.data)
        assert {f"f-{key}": value for key, value in row.data.items()} == {
            name: value for name, value in sent.items() if name.startswith("f-")
        }
        assert int(sent["opened"]) <= row.version_number
    began = {entry.request_id: entry.data["status"] for entry in HistoryEntry.objects.filter(kind=Kind.SUBMITTED)}
    assert all(began[row.pk] == versions[row.version_number]["types"][0]["start"] for row in rows)
    live = live_portal().type("repair").flow
    assert all(not live.status(row.status_key).retired for row in rows)
    lines = HistoryEntry.objects.filter(kind=Kind.SUBMITTED, request__in=rows)
    assert Counter(lines.values_list("request_id", flat=True)) == Counter(row.pk for row in rows)
    told = Event.objects.filter(kind="request.submitted").values_list("payload__request_id", flat=True)
    assert Counter(told) == Counter(str(row.pk) for row in rows)


@pytest.fixture
def shop(people: dict[str, Any], tenant: Any) -> Any:
    return small_portal.Shop(people)


def test_what_one_version_took_is_not_filed_under_another(shop: Any) -> None:
    carol = shop.people["carol"]
    old = live_portal().number - 1
    submission = Submission("repair", {"what": "x"}, make_user("x@example.com").pk, carol.pk, checked_under=old)
    before = Rows().now()
    with pytest.raises(FormOutdated):
        submit(actor=actor_for(carol), submission=submission)
    assert Rows().now() == before


def test_a_version_that_goes_live_between_look_and_filing_is_looked_at_too(
    shop: Any, client_for: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The question goes away in that very moment: the form comes back and says so, instead of losing the answer."""
    publish(actor=SYSTEM, document=_version(0))
    client = client_for(shop.people["carol"])
    form = _read(client.get(PAGE).content.decode())
    really = submit

    def quicker(**options: Any) -> Any:
        monkeypatch.setattr("portal_core.portal.new.submit", really)
        publish(actor=SYSTEM, document=small_portal.document())
        return really(**options)

    monkeypatch.setattr("portal_core.portal.new.submit", quicker)
    answer = client.post(PAGE, {**form, "do": "send"})
    assert answer.status_code == 409
    assert "“<bdi>More 0?</bdi>” is no longer asked. You had written: An answer to f-more-0" in html.unescape(
        answer.content.decode()
    )
    assert not ServiceRequest.objects.exists()


def test_a_type_that_goes_away_between_look_and_filing_shows_what_was_typed(
    shop: Any, client_for: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_for(shop.people["carol"])
    form = _read(client.get(PAGE).content.decode())
    really = submit

    def quicker(**options: Any) -> Any:
        document = small_portal.document()
        document["types"][0]["retired"] = True
        publish(actor=SYSTEM, document=document)
        return really(**options)

    monkeypatch.setattr("portal_core.portal.new.submit", quicker)
    answer = client.post(PAGE, {**form, "do": "send"})
    assert answer.status_code == 409
    assert "An answer to f-what" in answer.content.decode()
    assert not ServiceRequest.objects.exists()
