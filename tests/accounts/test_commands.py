"""The commands that let somebody in: who they find or make, what they refuse, and that what they print works once."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from portal_core.accounts.models import OPERATOR, SigninLink, User
from tenants.context import public_context, tenant_context
from tests.accounts.conftest import nothing_happens
from tests.factories import make_client

pytestmark = pytest.mark.django_db


def said(*words):
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue().strip()


def test_an_operator_is_made_once_and_the_address_works_once():
    first = said("create_operator", "--email", " Olga@Example.com ", "--name", "Olga")
    second = said("create_operator", "--email", "olga@example.com")
    assert first != second
    assert first.startswith("http://localhost:8000/console/link/")
    path = first.removeprefix("http://localhost:8000")
    assert [make_client().post(path).status_code for _ in range(2)] == [302, 410]
    with public_context():
        (olga,) = User.objects.all()
        assert (olga.email, olga.name, olga.role) == ("olga@example.com", "Olga", OPERATOR)


def test_no_operator_is_made_of_what_is_no_address_nor_brought_back_by_a_command():
    with pytest.raises(CommandError, match="no e-mail address") as refused:
        said("create_operator", "--email", "nonsense")
    assert refused.value.returncode == 2
    said("create_operator", "--email", "olga@example.com")
    with public_context():
        assert User.objects.count() == 1
        User.objects.update(is_active=False)
        SigninLink.objects.all().delete()
    with pytest.raises(CommandError, match="deactivated"):
        said("create_operator", "--email", "olga@example.com")
    with public_context():
        assert not SigninLink.objects.exists()


def test_a_link_signs_in_whom_it_names_once_and_lands_where_it_says(alpha):
    link = said("signin_link", "--tenant", "alpha", "--email", "Carol@example.com", "--next", "/requests/")
    path = link.removeprefix("http://alpha.localhost:8000")
    client = make_client(tenant=alpha)
    assert client.post(path)["Location"] == "/requests/"
    assert client.get("/account/").status_code == 200
    assert make_client(tenant=alpha).post(path).status_code == 410


@pytest.mark.parametrize("role", ["customer", "agent", "manager", "owner"])
def test_somebody_new_is_made_only_where_that_is_asked_for(alpha, role):
    with tenant_context(alpha), nothing_happens(), pytest.raises(CommandError, match="--create") as refused:
        said("signin_link", "--tenant", "alpha", "--email", "new@example.com")
    assert refused.value.returncode == 2
    said("signin_link", "--tenant", "alpha", "--email", "new@example.com", "--create", role)
    with tenant_context(alpha):
        assert User.objects.get(email="new@example.com").role == role


def test_wrong_tenants_addresses_and_people_who_left_are_refused(alpha):
    with tenant_context(alpha):
        User.objects.filter(email="bob@example.com").update(is_active=False)
        for words, code in (
            (("--tenant", "nobody", "--email", "carol@example.com"), 2),
            (("--tenant", "alpha", "--email", "nonsense", "--create", "agent"), 2),
            (("--tenant", "alpha", "--email", "bob@example.com"), 1),
        ):
            with nothing_happens(), pytest.raises(CommandError) as refused:
                said("signin_link", *words)
            assert refused.value.returncode == code
