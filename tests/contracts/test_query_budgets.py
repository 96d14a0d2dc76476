"""How many statements a page costs: counted at the server, on a warm process, without transaction control.

The same number at 20 and at 400 requests: a page whose cost grows with the data fails here.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import pytest

from portal_core.accounts.actor import actor_for
from portal_core.config.live import live_portal
from portal_core.service_requests.models import ServiceRequest, Turn
from tests.contracts.many import file_many, write_many_entries
from tests.factories import make_user
from tests.service_requests.filing import filled

BUDGETS = {
    "home": 9,
    "list": 7,
    "request": 10,
    "submit": 16,
    "queue": 9,
    "desk request": 14,
}


@dataclass
class Office:
    """A portal with as many requests as were asked for, and two people at the door."""

    customer: Any
    owner: Any
    rows: list[ServiceRequest]
    people: dict[str, Any]

    def fill_in(self) -> tuple[str, dict[str, str]]:
        portal = live_portal()
        request_type = portal.types[0]
        answers = filled(request_type, actor_for(self.people["carol"]), portal)
        return f"/new/{request_type.key}/", {**answers, "key": str(uuid.uuid4()), "do": "send"}

    def busy_row(self) -> ServiceRequest:
        """One that the customer must act on, given to somebody: the page with the most on it."""
        return next(row for row in self.rows if row.turn == Turn.CUSTOMER and row.assignee_id)


def _office(people, client_for, count: int) -> Office:
    colleagues = [make_user(f"agent{n}@example.com", f"Agent {n}", "agent") for n in range(5)]
    rows = file_many(count, people["carol"], [None, people["bob"], *colleagues])
    return _opened(rows, people, client_for)


def _opened(rows, people, client_for) -> Office:
    # The owner's rail is the longest: her pages are the dearest ones of the desk.
    return Office(client_for(people["carol"]), client_for(people["alice"]), rows, people)


def _open(client: Any, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer


def _visit(office: Office, page: str) -> Any:
    number = office.busy_row().number
    if page == "submit":
        path, data = office.fill_in()
        answer = office.customer.post(path, data)
        assert answer.status_code == 302
        return answer
    where = {
        "home": (office.customer, "/"),
        "list": (office.customer, "/requests/"),
        "request": (office.customer, f"/requests/{number}/"),
        "queue": (office.owner, "/desk/"),
        "desk request": (office.owner, f"/desk/requests/{number}/"),
    }
    return _open(*where[page])


def _cost(office: Office, page: str, server_statements: Any) -> list[str]:
    for _ in range(2):
        _visit(office, page)
    # What is only prepared for the form is not the cost of sending it.
    data = office.fill_in() if page == "submit" else None
    with server_statements() as sent:
        if data is not None:
            assert office.customer.post(*data).status_code == 302
        else:
            _visit(office, page)
    return sent.without_transactions


@pytest.mark.parametrize("page", list(BUDGETS))
def test_a_page_stays_within_its_budget_whatever_the_number_of_requests(page, people, client_for, server_statements):
    few = _cost(_office(people, client_for, 20), page, server_statements)
    assert len(few) <= BUDGETS[page], _listed(few)
    many = _cost(_grown(people, client_for), page, server_statements)
    assert len(many) == len(few), _listed(few) + "\n---\n" + _listed(many)


def _grown(people, client_for) -> Office:
    """The same office with 400 requests."""
    rows = file_many(380, people["carol"], [None, people["bob"]])
    return _opened(rows, people, client_for)


@pytest.mark.parametrize("page", ["request", "desk request"])
def test_a_request_with_two_hundred_entries_costs_no_more_statements(page, people, client_for, server_statements):
    office = _office(people, client_for, 20)
    few = _cost(office, page, server_statements)
    staff = [make_user(f"writer{n}@example.com", f"Writer {n}", "agent") for n in range(8)]
    write_many_entries(office.busy_row(), 200, [people["carol"], people["bob"], *staff])
    many = _cost(office, page, server_statements)
    assert len(many) == len(few) <= BUDGETS[page], _listed(many)


def test_the_count_sees_a_statement_for_each_row(people, client_for, server_statements):
    office = _office(people, client_for, 20)
    with server_statements() as sent:
        for row in ServiceRequest.objects.all()[:10]:
            assert row.customer.email
    assert len(sent.without_transactions) == 11
    assert office.rows


def _listed(statements: list[str]) -> str:
    return f"{len(statements)} statements:\n" + "\n".join(statement[:400] for statement in statements)
