"""From a notice to its mail: the same words at once, in the daily mail, and after an outage."""

from portal_core.config.compiled import CompiledPortal
from portal_core.config.live import live_portal, portal_version
from portal_core.history.models import HistoryEntry
from portal_core.notifications.compose import (
    Arrival,
    Edited,
    arrival_mail,
    change_mail,
    edited,
    merged_mail,
    message_mail,
)
from portal_core.notifications.compose_documents import is_paper, paper_mail
from portal_core.notifications.compose_plan import plan_mail, planned_before
from portal_core.notifications.compose_staff import Told as ToldStaff
from portal_core.notifications.compose_staff import staff_mail
from portal_core.notifications.compose_time import closed_mail, reminder_mail
from portal_core.notifications.composed import ComposedMail
from portal_core.notifications.models import Notice
from portal_core.service_requests.models import ServiceRequest
from portal_core.service_requests.standing import as_it_stood

CUSTOMER_WHATS = ("merged", "reached", "answered", "changed_yours", "planned_yours", "reminded", "closed")


def mail_of(notice: Notice) -> ComposedMail | None:
    """The mail that tells of `notice` (with its user, request and entry loaded); None when there is nothing to tell."""
    if is_paper(notice.what):
        return paper_mail(notice)
    if notice.request is None:
        return None
    portal = portal_of(notice)
    then = as_it_stood(notice.request, notice.data.get("stood"))
    if notice.what not in CUSTOMER_WHATS:
        told = ToldStaff(notice.what, then, notice.request, portal, notice.entry)
        return staff_mail(told, notice.user)
    return _for_customer(notice, then, notice.request, portal)


def portal_of(notice: Notice) -> CompiledPortal:
    """The version of the portal under which it happened."""
    version = notice.data.get("version")
    return portal_version(int(version)) if version else live_portal()


def _for_customer(
    notice: Notice, then: ServiceRequest, now: ServiceRequest, portal: CompiledPortal
) -> ComposedMail | None:
    entry: HistoryEntry | None = notice.entry
    if notice.what == "closed":
        return closed_mail(Arrival(then, now, portal))
    if notice.what == "reminded":
        return reminder_mail(Arrival(then, now, portal), after_days=int(notice.data["after_days"]))
    if notice.what == "reached":
        mail = arrival_mail(Arrival(then, now, portal, reason=str(notice.data.get("reason") or "")))
        words = Edited(notice.data.get("subject"), notice.data.get("body"))
        return edited(mail, words) if mail is not None else None
    if entry is None:
        return None
    if notice.what == "merged":
        return merged_mail(then, portal=portal, into_number=int(entry.data["into"]), now=now)
    if notice.what == "answered":
        return message_mail(then, entry, portal=portal, now=now)
    if notice.what == "planned_yours":
        return plan_mail(then, day=then.planned_for, before=planned_before(entry), portal=portal, now=now)
    return change_mail(then, entry, portal=portal, now=now)
