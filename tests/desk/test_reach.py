"""Who sees a part of the requests is told which where a list is empty, and nothing of what there is besides."""

from __future__ import annotations

import html

import pytest

EMPTY = (
    "/desk/?view=mine",
    "/desk/?view=all&type=sale",
    "/desk/search/?q=nothingness",
    "/desk/customers/?q=nothingness",
)


def said(client, path):
    page = html.unescape(client.get(path).content.decode())
    return [line.partition("<")[0] for line in page.split("You see ")[1:]]


@pytest.mark.parametrize(
    ("role", "team", "words"),
    [
        ({"scope": "team"}, "desk", "the requests of your team and your own. Your role says so."),
        ({"scope": "team"}, "", "your own requests, as you are in no team. Your role says so."),
        ({"scope": "own"}, "", "the requests that you have or nobody has yet. Your role says so."),
        ({"types": ["sale"]}, "", "requests, of this kind alone: Sale. Your role says so."),
    ],
)
def test_an_empty_list_says_which_requests_a_role_sees(role, team, words, shop, people, client_for):
    shop.publish(**role)
    people["erin"].team_key = team
    people["erin"].save(update_fields=["team_key"])
    erin, bob = client_for(people["erin"]), client_for(people["bob"])
    for path in EMPTY:
        theirs = f"the customers of {words}" if "customers" in path else words
        assert said(erin, path) == [theirs], path
        assert said(bob, path) == [], path
