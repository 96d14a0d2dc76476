"""A customer keeps a boiler, picks it in a form, sees its history and asks again: both widths, and without a script."""

from __future__ import annotations

import pytest

from tests.e2e.walking import ways

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]

WAYS = {"wide": (1280, True), "narrow": (390, True), "no-script": (1280, False)}


@pytest.mark.parametrize("way", ways(WAYS, heavy={"wide"}))
def test_what_is_kept_once_is_never_typed_again(walk, way):
    width, scripted = WAYS[way]
    ria = walk("walks", width=width, scripted=scripted)
    ria.sign_in(f"ria.{way}@example.com")
    boiler = _keep_a_boiler(ria)
    number = _report_a_fault_about_it(ria)
    ria.open(boiler)
    ria.sees("What was done", "Strange noise", "Changes to these details")
    _cancel(ria, number)
    _ask_again(ria, number)
    assert ria.sideways() <= 0


def _keep_a_boiler(ria) -> str:
    ria.open("/saved/")
    ria.sees("Nothing is kept yet.", "Boiler or stove")
    ria.click("a[href='/saved/new/boiler/']")
    ria.check("[name=f-appliance][value=boiler]")
    ria.fill("[name=f-maker]", "Ventra")
    ria.fill("[name=f-model]", "Eco 24")
    ria.click("button[value=send]")
    ria.page.wait_for_selector("h1:has-text('Ventra Eco 24')")
    return ria.path


def _report_a_fault_about_it(ria) -> int:
    ria.click("a.choice[href^='/new/report-fault/']")
    assert ria.page.is_checked("[name=f-appliance] >> nth=0"), "it is filled in"
    ria.check("[name=f-what-is-wrong][value=noise]")
    ria.fill("[name=f-address_new-street]", "14 Alder Court")
    ria.fill("[name=f-address_new-town]", "Edinburgh EH6 5AB")
    ria.fill("[name=f-address_new-how-we-get-in]", "Ring at 12")
    ria.fill("[name=f-phone]", "0131 496 0142")
    ria.click("button[value=send]")
    ria.page.wait_for_url("**/requests/*/?sent=1**")
    ria.sees("Ventra Eco 24", "14 Alder Court")
    return int(ria.path.split("/")[2])


def _cancel(ria, number):
    ria.open(f"/requests/{number}/")
    ria.click("summary:has-text('Cancel this repair')")
    ria.fill("#why-cancelled", "It stopped by itself.")
    ria.click("form:has([value=cancelled]) button")
    ria.page.wait_for_selector("a:has-text('Request again')")


def _ask_again(ria, number):
    ria.click("a:has-text('Request again')")
    ria.sees(f"Filled in from NW-{number}.", "from your saved details", "from 14 Alder Court")
    assert ria.page.is_checked("[name=f-what-is-wrong][value=noise]")
    ria.click("button[value=send]")
    ria.page.wait_for_url("**/requests/*/?sent=1**")
    ria.sees(f"made from NW-{number}", "Ventra Eco 24", "0131 496 0142")
    ria.open(f"/requests/{number}/")
    ria.sees("Requested again as NW-")
