"""Joins the layers at start: lower packages offer registries, this module fills them."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from deploy import celery
from portal_core import setup
from portal_core.accounts import finding, flooded, guests, operators, piggyback, portal_facts, roles
from portal_core.accounts.actor import Actor
from portal_core.accounts.cleaning import clear_expired
from portal_core.accounts.models import User
from portal_core.accounts.team_record import TeamChange, set_keeper
from portal_core.config import impact, live, publish_due
from portal_core.config.kinds.registry import register
from portal_core.documents import access as file_access
from portal_core.documents import expiring, keeping, scanning, sweep, vault
from portal_core.documents.file_kind import FileKind
from portal_core.history.audit import note_deed
from portal_core.history.models import Deed
from portal_core.notifications import documents as document_notices
from portal_core.notifications import handlers as notification_handlers
from portal_core.notifications import infected as infected_notices
from portal_core.notifications import publishing as publishing_notices
from portal_core.notifications import time_handlers as notification_time_handlers
from portal_core.notifications.letterhead import logo_content, portal_letterhead
from portal_core.notifications.notices import clear_old_notices
from portal_core.notifications.undelivered import on_outcome as mark_outcome
from portal_core.portal.own_data import telling as own_data
from portal_core.reporting import removed
from portal_core.saved_records import queries as saved_records
from portal_core.saved_records.kind import RecordFieldKind
from portal_core.service_requests import attaching, resuming, search_rebuild
from portal_core.service_requests import impact as request_impact
from portal_core.service_requests import subscriptions as request_subscriptions
from portal_core.service_requests.actions.assign import hand_over, open_count_by_person
from portal_core.service_requests.guest_links import replace_links_of_customer, stop_links_of_customer
from portal_core.service_requests.replanning import replan_tonight
from portal_core.service_requests.usual import measure_usual_hours
from portal_core.service_requests.withholding import withhold
from portal_core.service_requests.withholding_papers import withhold_papers
from tenants import catalog, registry
from tenants.console import gate
from tenants.context import current, current_schema
from tenants.finding import looking
from tenants.outbox import letterhead, outcomes, pictures
from tenants.outbox.models import Event
from tenants.outbox.subscribers import subscribe


def connect() -> None:
    """Registers portal set-up, roles, sign-in facts, workload and publishing impact; once, when Django is ready."""
    # Shared tasks and wake-ups belong to this process's Celery application.
    celery.app.set_default()
    letterhead.set_source(portal_letterhead)
    pictures.set_source(logo_content)
    notification_handlers.connect()
    search_rebuild.connect()
    notification_time_handlers.connect()
    request_subscriptions.connect()
    outcomes.on_outcome(mark_outcome)
    _connect_setup()
    registry.on_cleaning(clear_expired)
    registry.on_cleaning(_clear_notices)
    registry.on_cleaning(measure_usual_hours)
    registry.on_cleaning(replan_tonight)
    registry.on_cleaning(search_rebuild.renew_words_tonight)
    registry.on_resume(resuming.begin_anew)
    registry.set_finder(finding.schemas_that_know)
    subscribe("portals.wanted")(looking.on_wanted)
    roles.set_custom_resolver(live.custom_role, live.custom_role_keys, live.hold_custom_roles)
    piggyback.set_piggyback(column=live.LIVE_COLUMN, keep=live.keep_live)
    portal_facts.set_portal_facts(setup.facts)
    portal_facts.set_workload(open_counts=_open_counts, hand_over=_hand_over)
    set_keeper(_keep_team_change)
    guests.on_account_kept(stop_links_of_customer)
    guests.on_address_moved(replace_links_of_customer)
    gate.set_gate(operators.OPERATOR_GATE)
    subscribe("portal.published")(_mirror_name)
    subscribe("portal.publish_due")(publish_due.on_due)
    publishing_notices.connect()
    subscribe("signin.link_wanted")(flooded.mail_link)
    subscribe("account.downloaded")(own_data.on_downloaded)
    removed.connect()
    register(RecordFieldKind())
    impact.register_kept_records(saved_records.kinds_kept)
    _connect_files()
    impact.register(count=request_impact.standing, apply=request_impact.apply_moves)
    impact.register_one_by_one(find=request_impact.find_open, withhold=withhold)
    impact.register_papers(withhold=withhold_papers)


def _connect_setup() -> None:
    registry.on_provision(setup.set_up)
    registry.set_starters(setup.starter_choices)
    registry.set_hand_over(setup.hand_over)
    registry.set_business(reach=setup.reach, owners=setup.owners)


def _connect_files() -> None:
    register(FileKind())
    file_access.register(attaching.may_fetch)
    file_access.set_knows_customer(attaching.knows_customer)
    file_access.set_reach(attaching.documents_within_reach)
    sweep.register_holder(attaching.held_by_drafts)
    registry.on_cleaning(sweep.sweep)
    registry.on_cleaning(keeping.let_go)
    registry.on_cleaning(expiring.tell_expiring)
    impact.register_kept_documents(vault.kinds_kept)
    subscribe("file.waiting")(scanning.on_waiting)
    document_notices.connect()
    infected_notices.connect()


def _mirror_name(_event: Event) -> None:
    """The portal's name stands in its document; the catalogue holds a copy for lists and errors."""
    name, schema = live.live_portal().name, current_schema()
    transaction.on_commit(lambda: catalog.rename(schema, name))


def _clear_notices() -> None:
    """Notices are in tenants alone; the cleaning also visits public."""
    if current() is not None:
        clear_old_notices()


def _open_counts() -> Mapping[UUID, int]:
    return open_count_by_person()


def _hand_over(actor: Actor, from_user_id: UUID, to_user_id: UUID | None) -> int:
    return hand_over(actor=actor, from_user_id=from_user_id, to_user_id=to_user_id)


def _keep_team_change(actor: Actor, user: User, change: TeamChange, data: Mapping[str, str]) -> None:
    note_deed(actor=actor, deed=Deed(change.value), person_id=user.pk, data=data)
