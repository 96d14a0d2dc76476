"""The addresses of flows; part of the editor's."""

from django.urls import path

from portal_core.desk.setup.flows import asks, conditions, index, moves, page, status_actions, steps

_FLOW = "setup/flows/<slug:flow_key>/"
_STATUS = f"{_FLOW}statuses/<slug:status_key>/"

flow_urls = [
    path("setup/flows/", index.index, name="setup_flows"),
    path("setup/new-flow/", index.add, name="setup_flow_add"),
    path(_FLOW, page.index, name="setup_flow"),
    path(f"{_FLOW}rename/", index.rename, name="setup_flow_rename"),
    path(f"{_FLOW}retire/", index.retire, name="setup_flow_retire"),
    path(f"{_FLOW}drawing/", page.drawing, name="setup_flow_drawing"),
    path(f"{_FLOW}steps/", steps.index, name="setup_steps"),
    path(f"{_FLOW}steps/change/", steps.change, name="setup_steps_change"),
    path(f"{_FLOW}add/", status_actions.add, name="setup_status_add"),
    path(f"{_FLOW}order/", status_actions.order, name="setup_statuses_order"),
    path(f"{_FLOW}ways/<int:position>/", moves.index, name="setup_way"),
    path(f"{_FLOW}ways/<int:position>/remove/", moves.remove, name="setup_way_remove"),
    path(_STATUS, page.status, name="setup_status"),
    path(f"{_STATUS}retire/", status_actions.retire, name="setup_status_retire"),
    path(f"{_STATUS}begin/", status_actions.begin, name="setup_status_begin"),
    path(f"{_STATUS}rules/<slug:part_key>/<int:position>/", conditions.index, name="setup_rule"),
    path(f"{_STATUS}ways/", moves.add, name="setup_way_add"),
    path(f"{_STATUS}asks/", asks.change, name="setup_asks"),
    path(f"{_STATUS}asks/<slug:ask_key>/", asks.index, name="setup_ask"),
]
