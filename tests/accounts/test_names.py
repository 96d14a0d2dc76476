"""How people are greeted."""

import pytest

from portal_core.accounts.models import User
from portal_core.accounts.names import name_to_greet


@pytest.mark.parametrize(
    ("name", "greeted"),
    [
        ("Maren Holt", "Maren"), ("Maren", "Maren"), ("  Maren   Holt ", "Maren"), ("محمد عبد الرحمن", "محمد"),
        ("Dr. Maren Holt", "Dr. Maren Holt"), ("Frau Müller", "Frau Müller"), ("MR  Smith", "MR Smith"),
        ("Prof. Dr. Ida Lang", "Prof. Dr. Ida Lang"), ("Holt, Maren", "Maren"), ("Müller, Dr. Ida", "Dr. Ida"),
        ("Holt,", "Holt"), (", Maren", "Maren"), (",", ""), ("", ""), ("Drew Sirius", "Drew"), ("李 小龙", "李"),
    ],
)  # fmt: skip
def test_people_are_greeted_as_they_would_be_by_somebody_polite(name, greeted):
    assert name_to_greet(name) == greeted


@pytest.mark.parametrize("name", ["", " ", ","])
def test_who_has_no_name_is_called_by_the_address(name):
    assert User(email="maren.holt@example.com", name=name).first_name == "maren.holt"
