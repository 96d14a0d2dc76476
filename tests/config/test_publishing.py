"""Publishing, the draft, and what open requests say to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from portal_core.accounts.actor import SYSTEM, Actor
from portal_core.accounts.roles import PERMISSIONS, builtin_role, resolve_role
from portal_core.config import impact, live
from portal_core.config.actions import publish
from portal_core.config.canonical import canonical
from portal_core.config.document import DocumentRefused, load
from portal_core.config.errors import ImmutableVersion, PublishRefused, UnknownKey
from portal_core.config.impact import Move, Standing
from portal_core.config.live import live_portal, portal_version
from portal_core.config.models import PortalDraft, PortalState, PortalVersion
from portal_core.config.queries import versions
from portal_core.config.visibility import Visibility
from tenants.context import public_context, tenant_context
from tests.config.documents import FIELDS, FLOW, NEW, TYPE, changed, sound

pytestmark = pytest.mark.usefixtures("tenant")


class Requests:
    """Stands for the package that owns requests."""

    def __init__(self) -> None:
        self.standing: list[Standing] = []
        self.moved: list[Move] = []
        self.fails = False

    def count(self) -> list[Standing]:
        return self.standing

    def apply(self, actor: Actor, moves: Any, version_number: int) -> None:
        if self.fails:
            raise RuntimeError("the requests could not be moved")
        self.moved += moves


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> Iterator[Requests]:
    stand_in = Requests()
    monkeypatch.setattr(impact, "_count", stand_in.count)
    monkeypatch.setattr(impact, "_apply", stand_in.apply)
    yield stand_in


@pytest.fixture
def first(requests: Requests) -> PortalVersion:
    return publish(actor=SYSTEM, document=sound(), note="  First ")


def actor(role: str) -> Actor:
    found = builtin_role(role)
    assert found is not None
    return Actor(None, role.title(), f"{role}@example.com", found)


def numbers() -> list[int]:
    return list(versions().values_list("number", flat=True))


def test_publishing_makes_the_next_version_and_switches_to_it(first: PortalVersion) -> None:
    second = publish(actor=SYSTEM, document=changed("portal", "welcome", to="Hello"))
    assert second.number == first.number + 1
    assert live_portal().number == second.number
    assert live_portal().text(live_portal().settings.welcome) == "Hello"
    assert first.note == "First"


def test_an_earlier_version_can_still_be_read(first: PortalVersion) -> None:
    publish(actor=SYSTEM, document=changed("portal", "name", to="Beta"))
    assert portal_version(first.number).name == "Acme"
    with pytest.raises(UnknownKey):
        portal_version(first.number + 99)


def test_going_back_is_publishing_an_earlier_document(first: PortalVersion) -> None:
    publish(actor=SYSTEM, document=changed("portal", "name", to="Beta"))
    publish(actor=SYSTEM, document=first.document)
    assert live_portal().name == "Acme"


def test_a_document_equal_to_the_live_one_makes_no_version(first: PortalVersion) -> None:
    before = numbers()
    assert publish(actor=SYSTEM, document=canonical(load(sound()))).pk == first.pk
    assert numbers() == before


def test_what_does_not_pass_changes_nothing(first: PortalVersion) -> None:
    before = numbers()
    with pytest.raises(PublishRefused) as refused:
        publish(actor=SYSTEM, document=changed(*NEW, "meaning"))
    assert [problem.path for problem in refused.value.problems] == ["flows.way.statuses.new.meaning"]
    with pytest.raises(DocumentRefused):
        publish(actor=SYSTEM, document=changed("portal", "name"))
    assert numbers() == before
    assert live_portal().number == first.number


@pytest.mark.parametrize("role", [role for role, words in PERMISSIONS.items() if "publish" not in words])
def test_who_may_not_publish_changes_nothing(first: PortalVersion, role: str) -> None:
    before = numbers()
    with pytest.raises(PermissionDenied):
        publish(actor=actor(role), document=changed("portal", "name", to="Beta"))
    assert numbers() == before


def test_the_owner_may_publish(first: PortalVersion) -> None:
    publish(actor=actor("owner"), document=changed("portal", "name", to="Beta"))
    assert live_portal().name == "Beta"


def test_a_version_never_changes(first: PortalVersion) -> None:
    with pytest.raises(ImmutableVersion):
        first.save()
    with pytest.raises(ImmutableVersion):
        first.delete()


@pytest.mark.parametrize("statement", ["update", "delete"])
def test_the_database_too_refuses_to_change_a_version(first: PortalVersion, statement: str) -> None:
    rows = PortalVersion.objects.filter(pk=first.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(note="x") if statement == "update" else rows._raw_delete(rows.db)


def test_there_is_one_draft_and_one_state(first: PortalVersion) -> None:
    for model in (PortalDraft, PortalState):
        field = "document" if model is PortalDraft else "live"
        values: dict[str, Any] = {"document": {}, "based_on": 1} if field == "document" else {"live": first}
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.create(pk="018f0000-0000-7000-8000-000000000001", **values)


# Open requests.


def without_asked() -> dict[str, Any]:
    document = changed(*FLOW, "transitions", 0)
    changed(*FLOW, "transitions", 0, "from", to=["new"], document=document)
    changed(*FLOW, "statuses", 1, document=document)
    return document


def test_publishing_refuses_while_open_requests_stand_in_what_disappears(
    first: PortalVersion, requests: Requests
) -> None:
    requests.standing = [Standing("repair", "asked", 14), Standing("repair", "new", 3)]
    with pytest.raises(PublishRefused) as refused:
        publish(actor=SYSTEM, document=without_asked())
    (problem,) = refused.value.problems
    assert problem.path == "flows.way.statuses.asked"
    assert problem.problem.startswith("14 open requests stand")
    assert '"way.asked"' in problem.mend
    assert live_portal().number == first.number
    assert requests.moved == []


def test_the_mapping_says_where_they_go(first: PortalVersion, requests: Requests) -> None:
    requests.standing = [Standing("repair", "asked", 14), Standing("repair", "new", 3)]
    publish(actor=SYSTEM, document=without_asked(), mapping={"status": {"way.asked": "new"}})
    assert requests.moved == [Move("repair", "asked", "repair", "new")]
    assert live_portal().number == first.number + 1


def test_a_retired_status_disappears_too(first: PortalVersion, requests: Requests) -> None:
    requests.standing = [Standing("repair", "asked", 1)]
    document = changed(*FLOW, "transitions", 0)
    changed(*FLOW, "transitions", 0, "from", to=["new"], document=document)
    changed(*FLOW, "statuses", 1, "retired", to=True, document=document)
    with pytest.raises(PublishRefused) as refused:
        publish(actor=SYSTEM, document=document)
    assert refused.value.problems[0].problem.startswith("1 open request stands")
    publish(actor=SYSTEM, document=document, mapping={"status": {"way.asked": "over"}})
    assert requests.moved == [Move("repair", "asked", "repair", "over")]


def test_a_failing_move_undoes_the_whole(first: PortalVersion, requests: Requests) -> None:
    requests.standing = [Standing("repair", "asked", 1)]
    requests.fails = True
    before = numbers()
    with pytest.raises(RuntimeError):
        publish(actor=SYSTEM, document=without_asked(), mapping={"status": {"way.asked": "new"}})
    assert numbers() == before
    assert live_portal().number == first.number


def other_type() -> dict[str, Any]:
    document = sound()
    document["types"][0]["key"] = "mend"
    document["assertions"] = []
    return document


def test_a_type_with_open_requests_goes_only_by_the_mapping(first: PortalVersion, requests: Requests) -> None:
    requests.standing = [Standing("repair", "new", 2)]
    with pytest.raises(PublishRefused) as refused:
        publish(actor=SYSTEM, document=other_type())
    assert [problem.path for problem in refused.value.problems] == ["types.repair"]
    publish(actor=SYSTEM, document=other_type(), mapping={"type": {"repair": "mend"}})
    assert requests.moved == [Move("repair", "new", "mend", "new")]


def two_ways() -> dict[str, Any]:
    """The sound document, with a second type that goes a second way."""
    document = sound()
    document["flows"].append({**sound()["flows"][0], "key": "road"})
    for move in document["flows"][1]["transitions"]:
        move.pop("must_fill", None)
    document["types"].append({**sound()["types"][0], "key": "mend", "flow": "road"})
    return document


@pytest.mark.parametrize("counts", [(3, 0), (0, 3)], ids=["open", "closed"])
def test_the_flow_of_a_type_stays_while_there_are_requests_of_it(
    first: PortalVersion, requests: Requests, counts: tuple[int, int]
) -> None:
    requests.standing = [Standing("repair", "over", *counts)]
    document = changed(*TYPE, "flow", to="road", document=two_ways())
    with pytest.raises(PublishRefused) as refused:
        publish(actor=SYSTEM, document=document)
    (problem,) = [each for each in refused.value.problems if each.path == "types.repair.flow"]
    assert "there are 3, open or closed" in problem.problem
    assert "add a new type" in problem.mend
    assert live_portal().number == first.number


def test_the_flow_of_a_type_may_change_while_there_is_no_request_of_it(
    first: PortalVersion, requests: Requests
) -> None:
    requests.standing = [Standing("repair", "new", 0, 0)]
    publish(actor=SYSTEM, document=changed(*TYPE, "flow", to="road", document=two_ways()))
    assert live_portal().type("repair").flow.key == "road"


@pytest.mark.parametrize("counts", [(1, 0), (0, 1)], ids=["open", "closed"])
def test_requests_are_not_mapped_to_a_type_that_goes_another_way(
    first: PortalVersion, requests: Requests, counts: tuple[int, int]
) -> None:
    requests.standing = [Standing("repair", "new", *counts)]
    mapping = {"type": {"repair": "mend"}}
    with pytest.raises(PublishRefused) as refused:
        publish(actor=SYSTEM, document=two_ways(), mapping=mapping)
    (problem,) = refused.value.problems
    assert problem.path == "mapping.type.repair"
    assert "there is 1, open or closed" in problem.problem
    assert "“way”" in problem.mend
    assert requests.moved == []
    requests.standing = []
    publish(actor=SYSTEM, document=two_ways(), mapping=mapping)


def test_a_type_that_was_mapped_within_its_flow_keeps_the_statuses_of_its_history(
    first: PortalVersion, requests: Requests
) -> None:
    requests.standing = [Standing("repair", "asked", 2)]
    document = without_asked()
    document["types"][0]["key"] = "mend"
    document["assertions"] = []
    publish(actor=SYSTEM, document=document, mapping={"type": {"repair": "mend"}, "status": {"way.asked": "new"}})
    requests.standing = [Standing("mend", "new", 2)]
    publish(actor=SYSTEM, document=changed("portal", "name", to="Later", document=document))
    assert live_portal().type("mend").flow.status("asked").retired


@pytest.mark.parametrize(
    ("mapping", "path"),
    [
        ({"status": {"way.asked": "nowhere"}}, "mapping.status.way.asked"),
        ({"status": {"asked": "new"}}, "mapping.status.asked"),
        ({"type": {"repair": "nothing"}}, "mapping.type.repair"),
        ({"status": ["way.asked"]}, "mapping.status"),
        ({"field": {}}, "mapping.field"),
    ],
)
def test_a_mapping_that_leads_nowhere_is_refused(
    first: PortalVersion, requests: Requests, mapping: dict[str, object], path: str
) -> None:
    requests.standing = [Standing("repair", "asked", 1)]
    with pytest.raises(PublishRefused) as refused:
        publish(actor=SYSTEM, document=without_asked(), mapping=mapping)
    assert path in [problem.path for problem in refused.value.problems]


def test_what_closed_requests_refer_to_is_kept_as_retired(first: PortalVersion, requests: Requests) -> None:
    requests.standing = [Standing("repair", "over", 0, 5)]
    document = without_asked()
    changed(*FIELDS, 3, document=document)
    changed(*TYPE, "fields", 1, "choices", 1, document=document)
    publish(actor=SYSTEM, document=document)
    kind = live_portal().type("repair")
    assert kind.flow.status("asked").retired
    assert kind.field("since").retired
    assert [choice.key for choice in kind.field("kind").config.choices if choice.retired] == ["noise"]
    assert "since" not in [field.key for field in kind.applicable_fields({})]


def test_a_type_that_closed_requests_refer_to_is_kept_with_its_flow(first: PortalVersion, requests: Requests) -> None:
    requests.standing = [Standing("repair", "over", 0, 5)]
    document = other_type()
    document["flows"][0]["key"] = "path"
    document["types"][0]["flow"] = "path"
    publish(actor=SYSTEM, document=document)
    portal = live_portal()
    assert portal.type("repair").retired
    assert portal.type("repair").flow.status("over").outcome == "done"
    assert [kind.key for kind in portal.types] == ["mend"]


def test_without_requests_what_is_left_out_is_gone(first: PortalVersion, requests: Requests) -> None:
    publish(actor=SYSTEM, document=without_asked())
    assert not live_portal().type("repair").flow.has_status("asked")


def test_a_published_kind_never_changes(first: PortalVersion) -> None:
    with pytest.raises(PublishRefused) as refused:
        publish(actor=SYSTEM, document=changed(*FIELDS, 0, "kind", to="long_text"))
    assert refused.value.problems[0].path == "types.repair.fields.what.kind"


# The live portal.


def test_a_warm_read_is_one_query(first: PortalVersion, django_assert_num_queries: Any) -> None:
    live_portal()
    with django_assert_num_queries(1):
        live_portal()
    live.cache.clear()
    with django_assert_num_queries(2):
        live_portal()


def test_a_number_that_was_rolled_back_leaves_nothing_behind(first: PortalVersion) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        publish(actor=SYSTEM, document=changed("portal", "name", to="Undone"))
        assert live_portal().name == "Undone"
        raise RuntimeError
    again = publish(actor=SYSTEM, document=changed("portal", "name", to="Kept"))
    assert again.number == first.number + 1
    assert live_portal().name == "Kept"
    assert portal_version(again.number).name == "Kept"


def test_the_same_number_in_two_tenants_is_two_portals(requests: Requests, twins: Any) -> None:
    seen = {}
    for name in ("alpha", "beta"):
        with getattr(twins, name).entered():
            publish(actor=SYSTEM, document=changed("portal", "name", to=name.title()))
            seen[name] = live_portal()
    assert {portal.name for portal in seen.values()} == {"Alpha", "Beta"}
    assert seen["alpha"].number == seen["beta"].number


def test_custom_roles_of_the_live_document_are_known(first: PortalVersion) -> None:
    role = live.custom_role("engineer")
    assert role is not None
    assert role.lineage == ("engineer", "agent")
    assert live.custom_role("ghost") is None
    assert live.custom_role_keys() == ("engineer",)
    assert resolve_role("engineer").base == "agent"
    with public_context():
        assert live.custom_role("engineer") is None
        assert live.custom_role_keys() == ()


def test_a_key_that_the_document_no_longer_has_may_do_nothing_and_sees_nothing(first: PortalVersion) -> None:
    role = resolve_role("ghost")
    field = live_portal().type("repair").field("what")
    assert role.permissions == frozenset()
    assert field.visibility(role, None) is field.visibility(role, "new") is Visibility.HIDDEN


def test_an_export_holds_no_schema_name(first: PortalVersion, tenant: Any) -> None:
    assert not re.search(r"\bt_[a-z0-9]{16}\b", str(first.document))


def test_reading_leaves_the_tenant(first: PortalVersion, tenant: Any, other_tenant: Any) -> None:
    with tenant_context(other_tenant):
        number_elsewhere = live_portal().number
    assert live_portal().number == first.number != number_elsewhere
