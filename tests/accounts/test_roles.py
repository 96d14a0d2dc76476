"""One table says who may what."""

from __future__ import annotations

import pytest
from django.http import Http404, HttpResponse

from portal_core.accounts import roles
from portal_core.accounts.actor import NOBODY, SYSTEM, actor_for
from portal_core.accounts.models import User, WrongHome
from portal_core.accounts.pages import customer_page, open_page, signed_in_page, staff_page
from portal_core.accounts.roles import PERMISSIONS, Role, may_grant, resolve_role
from tenants.context import public_context

EXPECTED = {
    "see": {"owner", "manager", "agent"},
    "reply": {"owner", "manager", "agent"},
    "note": {"owner", "manager", "agent"},
    "move": {"owner", "manager", "agent"},
    "assign": {"owner", "manager", "agent"},
    "edit_fields": {"owner", "manager", "agent"},
    "create_for_customer": {"owner", "manager", "agent"},
    "manage_customers": {"owner", "manager"},
    "manage_setup": {"owner", "manager"},
    "publish": {"owner", "manager"},
    "manage_team": {"owner"},
    "submit": {"customer"},
    "message": {"customer", "guest"},
    "operate": {"operator"},
}
ROLES = ("owner", "manager", "agent", "customer", "guest", "operator")


@pytest.fixture
def custom(monkeypatch):
    """`custom(role)`: the document's only own role."""

    def define(role: Role) -> None:
        monkeypatch.setattr(roles, "_custom_resolver", [lambda key: role if key == role.key else None])
        monkeypatch.setattr(roles, "_custom_keys", [lambda: (role.key,)])

    return define


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("permission", EXPECTED)
def test_every_role_has_exactly_its_permissions(role, permission):
    assert resolve_role(role).may(permission) is (role in EXPECTED[permission])


def test_the_table_knows_no_permission_that_is_not_tested():
    assert set().union(*PERMISSIONS.values()) == set(EXPECTED)


def test_a_custom_role_takes_effect(custom):
    engineer = Role("engineer", "Engineer", "agent", frozenset({"see", "move"}), "team", None, ("engineer", "agent"))
    custom(engineer)
    assert resolve_role("engineer") == engineer
    assert [role.key for role in roles.staff_roles()] == ["owner", "manager", "agent", "engineer"]


def test_a_custom_role_never_has_more_than_its_base(custom):
    custom(Role("boss", "Boss", "agent", frozenset({"see", "manage_team", "publish", "operate"})))
    assert resolve_role("boss").permissions == {"see"}


def test_a_document_cannot_redefine_a_built_in_role(custom):
    custom(Role("agent", "Agent", "owner", PERMISSIONS["owner"]))
    assert not resolve_role("agent").may("manage_team")


@pytest.mark.parametrize("base", ["operator", "root", ""])
def test_a_custom_role_on_a_strange_base_may_nothing(custom, base):
    custom(Role("odd", "Odd", base, frozenset({"see", "operate"})))
    assert resolve_role("odd").permissions == frozenset()
    assert not resolve_role("odd").is_staff


@pytest.mark.parametrize("key", ["", "gone", "Owner", "owner ", "\x00", "system"])
def test_an_unknown_key_may_nothing(tenant, key):
    assert resolve_role(key).permissions == frozenset()


@pytest.mark.parametrize("giver", ROLES)
@pytest.mark.parametrize("given", ROLES)
def test_only_owners_give_roles_and_only_those_of_staff(giver, given):
    assert may_grant(resolve_role(giver), resolve_role(given)) is (
        giver == "owner" and given in ("owner", "manager", "agent")
    )


def test_nobody_may_nothing_and_the_system_is_not_staff():
    assert NOBODY.role.permissions == frozenset()
    assert not SYSTEM.is_staff
    assert SYSTEM.may("move")


def test_a_deactivated_person_acts_as_nobody(people):
    people["alice"].is_active = False
    assert actor_for(people["alice"]) is NOBODY


def test_an_operator_cannot_be_written_into_a_tenant_nor_a_customer_into_public(tenant):
    with pytest.raises(WrongHome):
        User.objects.create_user("o@example.com", role="operator")
    with public_context(), pytest.raises(WrongHome):
        User.objects.create_user("c@example.com", role="customer")


class Visit:
    """One page behind each decorator."""

    @staticmethod
    def pages():
        def view(request):
            return HttpResponse("in")

        return {
            "open": open_page(view),
            "customer": customer_page(view),
            "signed_in": signed_in_page(view),
            "staff": staff_page()(view),
            "team": staff_page("manage_team")(view),
            "nobody may": staff_page("fly")(view),
        }


ANSWERS = {
    # who: open, customer, signed_in, staff, team, nobody may
    None: (200, 302, 302, 302, 302, 302),
    "carol": (200, 200, 200, 404, 404, 404),
    "bob": (200, 302, 200, 200, 403, 403),
    "alice": (200, 302, 200, 200, 200, 403),
}


@pytest.mark.parametrize("who", ANSWERS)
def test_each_audience_gets_exactly_its_pages(people, rf, who):
    from django.contrib.auth.models import AnonymousUser

    for (name, page), expected in zip(Visit.pages().items(), ANSWERS[who], strict=True):
        request = rf.get("/somewhere/")
        request.user = people[who] if who else AnonymousUser()
        request.session = {}
        try:
            status = page(request).status_code
        except Http404:
            status = 404
        assert status == expected, (who, name)


def test_every_decorated_page_names_its_audience():
    assert {name: page.audience for name, page in Visit.pages().items()} == {
        "open": "open", "customer": "customer", "signed_in": "signed_in",
        "staff": "staff", "team": "staff", "nobody may": "staff",
    }  # fmt: skip


def test_the_signed_out_come_back_to_the_page_they_wanted(people, client_for):
    answer = client_for().get("/account/?x=1")
    assert answer.headers["Location"] == "/signin/?next=%2Faccount%2F%3Fx%3D1"
