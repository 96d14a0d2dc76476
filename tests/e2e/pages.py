"""Every page of the product, with the person who meets it: for the contact sheets and test_quality."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.e2e.walking import Walk


@dataclass(frozen=True)
class Page:
    """One page: whose it is, where it is, and what has to be pressed to get there.

    `{repair}` and the like in `path` are numbers of seeded requests. `who` is empty for somebody signed out.
    """

    name: str
    path: str
    who: str = ""
    slug: str = "nordwarm"
    mock: str = ""
    status: int = 200
    then: Callable[[Walk], None] | None = None


def open_page(page: Page, walk: Walk) -> None:
    """Goes there, in the context that the walk was made with."""
    numbers = walk.product.seeded.get(page.slug, {}).get("numbers", {})
    path = page.path.format(**numbers, **{f"link_{k}": v for k, v in _links(walk, page.slug).items()})
    answer = walk.open(path)
    assert answer.status == page.status, f"{page.name} answers {answer.status}"
    if page.then is not None:
        page.then(walk)
        walk.page.wait_for_load_state()


def _links(walk: Walk, slug: str) -> dict[str, str]:
    links = walk.product.seeded.get(slug, {}).get("links", {})
    return {name: "/" + link.split("/", 3)[3] for name, link in links.items()}


def _ask_for_a_code(walk: Walk) -> None:
    walk.fill("[name=email]", "maren.holt@example.com")
    walk.click("main form button.btn-primary")
    walk.page.wait_for_url("**/code/")


def _look_for_portals(walk: Walk) -> None:
    walk.fill("[name=email]", "maren.holt@example.com")
    walk.click("main form button.btn-primary")
    walk.page.wait_for_url("**/find/sent/")


def _sign_up(walk: Walk) -> None:
    walk.fill("[name=name]", "Brass and Bloom")
    walk.fill("[name=email]", "looker@example.com")
    walk.click("#signup button.btn-primary")
    walk.page.wait_for_url("**/signup/code/")


def _send_wrongly(walk: Walk) -> None:
    walk.check("[value=pressure]")
    walk.page.wait_for_selector("[name=f-gauge]")
    walk.fill("[name=f-gauge]", "one and a half")
    walk.click("button[value=send]")
    walk.page.wait_for_selector(".errors")


def _refuse_sign_up(walk: Walk) -> None:
    walk.fill("[name=slug]", "admin")
    walk.click("#signup button.btn-primary")
    walk.page.wait_for_selector(".errors")


def _send_another(walk: Walk) -> None:
    walk.click("a.btn:has-text('Send another')")
    walk.page.wait_for_url("**/documents/add/**")


def _send_no_file(walk: Walk) -> None:
    walk.click("#ask-fuse-box button.btn-primary")
    walk.page.wait_for_selector("[role=alert], .errors")


def _send_as_guest(walk: Walk) -> None:
    walk.fill("[name=f-subject]", "Opening hours")
    walk.fill("[name=f-question]", "Are you open on Saturday?")
    walk.fill("[name=name]", "Gina Guest")
    walk.fill("[name=email]", "gina.looks@example.net")
    walk.click("button[value=send]")
    walk.page.wait_for_url("**/confirm/")


def _ask_for_the_guests_code(walk: Walk) -> None:
    walk.click("form[action$='/code/send/'] button")
    walk.page.wait_for_url("**/code/")


def _follow_unsubscribing(walk: Walk) -> None:
    start = walk.product.url("nordwarm", "/u/")
    mail = walk.product.mail("maren.holt@example.com", start)
    walk.page.goto(re.findall(rf"{start}\S+", mail.text)[0])


def _tick_two(walk: Walk) -> None:
    for row in range(2):
        walk.check(f"input[name=row] >> nth={row}")


def _move_two(walk: Walk) -> None:
    _tick_two(walk)
    walk.click("#bulk button:has-text('Move to')")
    walk.page.wait_for_url("**/desk/bulk/move/")


def _take_two(walk: Walk) -> None:
    _tick_two(walk)
    walk.click("#bulk button[value=me]")
    walk.page.wait_for_url("**/desk/bulk/assign/")


def _review_something(walk: Walk) -> None:
    """A draft with something of everything: a text, a status that goes away, one that lacks a part."""
    fetched = walk.page.evaluate("async () => (await fetch('/desk/setup/versions/file/')).text()")
    document = json.loads(fetched)
    document["portal"]["welcome"] = "Report a fault, follow a repair, find your papers: all in one place."
    flow = document["flows"][0]
    flow["statuses"] = [status for status in flow["statuses"] if status["key"] != "looked-at"]
    next(status for status in flow["statuses"] if status["key"] == "visit-to-agree").pop("next_step", None)
    file = {"name": "portal.json", "mimeType": "application/json", "buffer": json.dumps(document).encode()}
    walk.page.set_input_files("[name=file]", file)
    walk.click("button:has-text('Read it into the draft')")
    walk.page.wait_for_url("**/desk/setup/publish/")


def _add_rule(walk: Walk) -> None:
    """A rule that holds at times, which the next page shows."""
    walk.page.select_option("[name=if-0]", '["what-is-wrong", "is", "no-heat"]')
    walk.click("button:has-text('Add the rule')")
    walk.page.wait_for_url("**/desk/setup/notifications/?**")


def _discard(walk: Walk) -> None:
    # At the second width nothing is left to discard.
    if not walk.page.locator("button:has-text('Discard all changes')").count():
        return
    walk.click("button:has-text('Discard all changes')")
    walk.page.wait_for_url("**/desk/setup/history/")


def _compare_and_go_back(walk: Walk) -> None:
    walk.click("a:has-text('Go back') >> visible=true >> nth=0")
    walk.page.wait_for_url("**back=**")


def _follow_invitation(walk: Walk) -> None:
    start = walk.product.url("nordwarm", "/join/")
    mail = walk.product.mail("tom.new@example.com", start)
    walk.page.goto(re.findall(rf"{start}\S+", mail.text)[0])


def _save_wrongly(walk: Walk) -> None:
    walk.page.eval_on_selector("#id_name", "box => { box.form.noValidate = true; box.value = ''; }")
    walk.click("button.btn:has-text('Save in the draft')")
    walk.page.wait_for_selector(".errors")


PORTAL = (
    Page("portal-login", "/signin/", mock="portal-login.html"),
    Page("portal-login-code", "/signin/", then=_ask_for_a_code),
    Page("portal-login-password", "/signin/password/"),
    Page("portal-signin-link", "{link_petra}"),
    Page("portal-home", "/", "maren", mock="portal-home.html"),
    Page("portal-empty", "/", "owen", mock="portal-empty.html"),
    Page("portal-choose", "/new/", "maren"),
    Page("portal-new", "/new/report-fault/", "maren", mock="portal-new.html"),
    Page("portal-new-wrong", "/new/report-fault/", "owen", then=_send_wrongly),
    Page("portal-requests", "/requests/", "maren", mock="portal-requests.html"),
    Page("portal-requests-found", "/requests/?q=pressure", "maren"),
    Page("portal-requests-nothing", "/requests/?q=xyzzy&type=report-fault", "maren"),
    Page("portal-requests-done", "/requests/?show=closed", "maren"),
    Page("portal-request", "/requests/{repair}/", "maren", mock="portal-request.html"),
    Page("portal-request-yours", "/requests/{price}/", "maren", mock="portal-request-yours.html"),
    Page("portal-request-edit", "/requests/{repair}/?edit=phone", "maren"),
    Page("portal-home-asked-for-a-file", "/", "iris"),
    Page("portal-request-asks-for-a-file", "/requests/{photo_back}/", "iris"),
    Page("portal-request-without-the-file", "/requests/{photo_back}/", "iris", then=_send_no_file),
    Page("portal-documents-asked-by-request", "/documents/", "iris"),
    Page("portal-updates", "/updates/", "maren"),
    Page("portal-updates-empty", "/updates/", "owen"),
    Page("portal-documents", "/documents/", "maren", mock="portal-documents.html"),
    Page("portal-documents-empty", "/documents/", "owen"),
    Page("portal-document-choose", "/documents/add/", "maren"),
    Page("portal-document-add", "/documents/add/?kind=care-plan", "maren"),
    Page("portal-document-again", "/documents/", "maren", then=_send_another),
    Page("portal-guest-choose", "/new/"),
    Page("portal-guest-new", "/new/something-else/"),
    Page("portal-guest-confirm", "/new/something-else/", then=_send_as_guest),
    Page("portal-guest", "{guest}", mock="portal-guest.html"),
    Page("portal-guest-code", "{guest}", then=_ask_for_the_guests_code),
    Page("portal-guest-gone", "{gone}", status=410),
    Page("portal-unsubscribe", "/signin/", then=_follow_unsubscribing),
    Page("portal-saved", "/saved/", "maren", mock="portal-saved.html"),
    Page("portal-saved-empty", "/saved/", "owen"),
    Page("portal-saved-record", "/saved/{boiler}/", "maren"),
    Page("portal-saved-add", "/saved/new/boiler/", "owen"),
    Page("portal-saved-change", "/saved/{boiler}/change/", "maren"),
    Page("portal-account", "/account/", "maren", mock="portal-account.html"),
)
DESK = (
    Page("desk-documents", "/desk/documents/", "jonas"),
    Page("desk-queue", "/desk/", "jonas", mock="desk-queue.html"),
    Page("desk-queue-all", "/desk/?view=all", "owner"),
    Page("desk-queue-filtered", "/desk/?view=all&who=nobody&due=overdue", "jonas"),
    Page("desk-queue-columns", "/desk/?view=all&cols=customer,asked,due,team,sent,report-fault.what-is-wrong", "jonas"),
    Page("desk-columns", "/desk/columns/?back=/desk/%3Fview%3Dall", "jonas"),
    Page("desk-export", "/desk/export/?view=all&type=report-fault", "jonas"),
    Page("desk-export-nothing", "/desk/export/?view=all&who=nobody&due=over", "jonas"),
    Page("desk-narrow", "/desk/narrow/?back=/desk/%3Fview%3Dall", "jonas"),
    Page("desk-narrow-one-of", "/desk/narrow/?field=report-fault.what-is-wrong", "jonas"),
    Page("desk-narrow-written", "/desk/narrow/?field=report-fault.cost&how=more_than&value=much", "jonas", status=400),
    Page(
        "desk-queue-narrowed",
        "/desk/?view=all&type=report-fault&answers=what-is-wrong:filled:%0Acost:more_than:1",
        "jonas",
    ),
    Page("desk-colleagues", "/desk/colleagues/?q=a", "jonas"),
    Page("desk-search", "/desk/search/?q=pressure", "jonas"),
    Page("desk-search-nothing", "/desk/search/?q=xyzzy&type=report-fault", "jonas"),
    Page("desk-merge", "/desk/requests/{repair}/merge/", "jonas"),
    Page("desk-print", "/desk/requests/{repair}/print/", "jonas"),
    Page("desk-views", "/desk/views/", "jonas"),
    Page("desk-request", "/desk/requests/{repair}/", "jonas", mock="desk-request.html"),
    Page("desk-request-price", "/desk/requests/{price}/", "jonas"),
    Page("desk-request-guest", "/desk/requests/{towel}/", "jonas"),
    Page("desk-request-asks-for-a-file", "/desk/requests/{photo_back}/", "jonas"),
    Page("desk-request-file-to-check", "/desk/requests/{photo_sent}/", "jonas"),
    Page("desk-bulk-move", "/desk/?view=all", "jonas", then=_move_two),
    Page("desk-bulk-outcome", "/desk/?view=all", "jonas", slug="walks", then=_take_two),
    Page("desk-undelivered", "/desk/mails/", "owner"),
    Page("desk-request-edit", "/desk/requests/{repair}/?edit=phone", "jonas"),
    Page("desk-request-as-customer", "/desk/requests/{repair}/?as=customer", "jonas"),
    Page("desk-updates", "/desk/updates/", "jonas"),
    Page("desk-record", "/desk/records/{boiler}/", "jonas"),
    Page("desk-record-change", "/desk/records/{boiler}/change/", "jonas"),
    Page("desk-record-add", "/desk/records/new/boiler/?customer={maren_id}", "jonas"),
    Page("desk-choose", "/desk/new/", "jonas"),
    Page("desk-new", "/desk/new/report-fault/", "jonas"),
    Page("desk-customers", "/desk/customers/", "jonas", mock="desk-customers.html"),
    Page("desk-customers-narrowed", "/desk/customers/?waiting=us&documents=wanted&sort=name", "jonas"),
    Page("desk-customers-nobody", "/desk/customers/?q=xyzzy", "jonas"),
    Page("desk-customer", "/desk/customers/{maren_id}/", "owner", mock="desk-customer.html"),
    Page("desk-customer-documents", "/desk/customers/{maren_id}/documents/", "jonas"),
    Page("desk-customer-change", "/desk/customers/{maren_id}/?edit=1", "owner"),
    Page("desk-customer-new", "/desk/customers/new/", "jonas"),
    Page("desk-customer-invite", "/desk/customers/invite/", "jonas"),
    Page("desk-customer-card", "/desk/customers/card/", "jonas"),
    Page("desk-first-steps", "/desk/first-steps/", "owner", mock="desk-first-steps.html"),
    Page("desk-remove-samples", "/desk/first-steps/samples/remove/", "owner"),
    Page("desk-team", "/desk/team/", "owner", mock="desk-team.html"),
    Page("desk-team-history", "/desk/team/history/", "owner"),
    Page("setup-versions", "/desk/setup/versions/", "owner", mock="setup-versions.html", then=_compare_and_go_back),
    Page("setup-publish-nothing", "/desk/setup/publish/", "owner"),
    Page("desk-join", "/signin/", then=_follow_invitation),
    Page("setup-types", "/desk/setup/", "owner"),
    Page("setup-type", "/desk/setup/types/report-fault/", "owner", mock="setup-type.html"),
    Page("setup-words", "/desk/setup/types/report-fault/words/", "owner"),
    Page("setup-field-add", "/desk/setup/types/report-fault/fields/_add/", "owner"),
    Page("setup-field", "/desk/setup/types/report-fault/fields/what-is-wrong/", "owner"),
    Page("setup-answer", "/desk/setup/types/report-fault/fields/what-is-wrong/parts/pressure/", "owner"),
    Page("setup-kinds", "/desk/setup/document-kinds/", "owner"),
    Page("setup-kind", "/desk/setup/document-kinds/gas-certificate/", "owner"),
    Page("setup-record-kinds", "/desk/setup/record-kinds/", "owner"),
    Page("setup-record-kind", "/desk/setup/record-kinds/boiler/", "owner"),
    Page("setup-record-field-add", "/desk/setup/record-kinds/boiler/fields/_add/", "owner"),
    Page("setup-record-field", "/desk/setup/record-kinds/boiler/fields/appliance/", "owner"),
    Page("setup-record-answer", "/desk/setup/record-kinds/boiler/fields/appliance/parts/stove/", "owner"),
    Page("setup-mails", "/desk/setup/mails/", "owner"),
    Page("setup-mail", "/desk/setup/mails/part-on-order/", "owner"),
    Page("setup-ready-answers", "/desk/setup/ready-answers/", "owner"),
    Page("setup-ready-answer", "/desk/setup/ready-answers/part-has-arrived/", "owner"),
    Page("setup-teams", "/desk/setup/teams/", "owner"),
    Page("setup-team", "/desk/setup/teams/parts/", "owner"),
    Page("setup-roles", "/desk/setup/roles/", "owner"),
    Page("setup-role", "/desk/setup/roles/engineer/", "owner"),
    Page("setup-record-fields", "/desk/setup/record-kinds/boiler/fields/", "owner"),
    Page("setup-rule", "/desk/setup/flows/repairs/statuses/received/rules/handler/0/", "owner"),
    Page("setup-handling", "/desk/setup/types/report-fault/handling/", "owner"),
    Page("setup-handling-rule", "/desk/setup/types/report-fault/handling/0/", "owner"),
    Page("setup-handling-rule-add", "/desk/setup/types/report-fault/handling/add/", "owner"),
    Page("setup-starters", "/desk/setup/starters/?starter=invoices", "owner"),
    Page("setup-flows", "/desk/setup/flows/", "owner"),
    Page("setup-statuses", "/desk/setup/flows/repairs/", "owner", mock="setup-statuses.html"),
    Page("setup-status", "/desk/setup/flows/repairs/statuses/visit-to-agree/", "owner"),
    Page("setup-status-wrong", "/desk/setup/flows/repairs/statuses/received/", "owner", then=_save_wrongly),
    Page("setup-way", "/desk/setup/flows/repairs/ways/0/", "owner"),
    Page("setup-ask", "/desk/setup/flows/repairs/statuses/visit-to-agree/asks/day/", "owner"),
    Page("setup-steps", "/desk/setup/flows/repairs/steps/", "owner"),
    Page(
        "setup-preview",
        "/desk/setup/preview/?as={maren_id}&page=requests/{repair}/",
        "owner",
        mock="setup-preview.html",
    ),
    Page("setup-preview-form", "/desk/setup/preview/?as=example&page=new/report-fault/&screen=phone", "owner"),
    Page("setup-visibility", "/desk/setup/visibility/?of=notes", "owner"),
    Page("setup-hours", "/desk/setup/hours/", "owner"),
    Page("desk-reports", "/desk/reports/", "owner", mock="report-work-removed.html"),
    Page("desk-report-evidence", "/desk/reports/status_views/", "owner"),
    Page("setup-texts", "/desk/setup/texts/", "owner"),
    Page("setup-portal", "/desk/setup/portal/", "owner", mock="setup-brand.html"),
    Page(
        "setup-notifications",
        "/desk/setup/notifications/?flow=repairs&at=part-on-order&who=customer",
        "owner",
        mock="setup-notifications.html",
    ),
    Page("setup-preview-mail", "/desk/setup/preview/?as=example&page=mail/report-fault/part-on-order/", "owner"),
    Page("setup-publish", "/desk/setup/versions/", "owner", mock="setup-publish.html", then=_review_something),
    Page("setup-publish-requests", "/desk/setup/publish/requests/?source=repairs.looked-at", "owner"),
    Page("setup-published", "/desk/setup/publish/1/", "owner"),
    Page("setup-told-rule-new", "/desk/setup/notifications/rules/late/manager/add/", "owner"),
    Page("setup-told-rule-add", "/desk/setup/notifications/rules/late/manager/add/", "owner", then=_add_rule),
    Page("setup-told-rule", "/desk/setup/notifications/rules/6/", "owner"),
    # Last, and taken back: the pages before show what is live.
    Page("setup-discarded", "/desk/setup/history/", "owner", then=_discard),
)
PLATFORM = (
    Page("platform-home", "/", slug="", mock="platform-home.html"),
    Page("find", "/find/", slug="", mock="find-portal.html"),
    Page("find-sent", "/find/", slug="", then=_look_for_portals),
    Page("signup", "/signup/", slug="", mock="signup.html"),
    Page("signup-refused", "/signup/", slug="", then=_refuse_sign_up),
    Page("signup-code", "/signup/", slug="", then=_sign_up),
    Page("console-signin", "/console/signin/", slug=""),
    Page("console-tenants", "/console/", "operator", slug="", mock="operator-tenants.html"),
    Page("console-tenant", "/console/tenants/nordwarm/", "operator", slug="", mock="console-tenant.html"),
    Page("dev-mail", "/dev/mail/", slug=""),
)
ERRORS = (
    Page("error-404-portal", "/nowhere/", "maren", status=404, mock="errors.html"),
    Page("error-404-desk", "/desk/nowhere/", "jonas", status=404),
    Page("error-404-signed-out", "/nowhere/", status=404),
    Page("error-403-desk", "/desk/team/", "jonas", status=403),
    Page("error-404-no-portal", "/", slug="nobody-here", status=404),
    Page("error-404-platform", "/nowhere/", slug="", status=404),
)
PAGES = PORTAL + DESK + PLATFORM + ERRORS
