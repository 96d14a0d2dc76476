"""The cells of a table to fill in: any number of several answers stays any number."""

from __future__ import annotations

from django.forms.widgets import CheckboxSelectMultiple, RadioSelect, Select

from tenants.ui.rows import cell_widget

CHOICES = [("a", "A"), ("b", "B")]


def test_one_of_several_is_a_list_and_any_number_of_several_stays_boxes():
    assert type(cell_widget(RadioSelect(choices=CHOICES))) is Select
    assert type(cell_widget(CheckboxSelectMultiple(choices=CHOICES))) is CheckboxSelectMultiple
