"""What can be done with a service request: one verb a module, each one transaction with its history and its event."""

from portal_core.service_requests.actions.assign import assign, hand_over
from portal_core.service_requests.actions.change_fields import change_fields
from portal_core.service_requests.actions.draft import discard_draft, save_draft
from portal_core.service_requests.actions.move import Move, move
from portal_core.service_requests.actions.submit import Submission, submit

__all__ = [
    "Move",
    "Submission",
    "assign",
    "change_fields",
    "discard_draft",
    "hand_over",
    "move",
    "save_draft",
    "submit",
]
