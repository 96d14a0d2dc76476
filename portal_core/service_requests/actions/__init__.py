"""What can be done with a service request: one verb a module, each one transaction with its history and its event."""

from portal_core.service_requests.actions.answer_ask import AskAnswer, answer_ask
from portal_core.service_requests.actions.assign import assign, hand_over
from portal_core.service_requests.actions.change_fields import change_fields
from portal_core.service_requests.actions.draft import discard_draft, save_draft
from portal_core.service_requests.actions.export_queue import Wanted, export_queue
from portal_core.service_requests.actions.merge import merge, unmerge
from portal_core.service_requests.actions.move import Move, move
from portal_core.service_requests.actions.plan import plan_for
from portal_core.service_requests.actions.prioritise import prioritise
from portal_core.service_requests.actions.reopen import reopen
from portal_core.service_requests.actions.submit import Submission, submit

__all__ = [
    "AskAnswer",
    "Move",
    "Submission",
    "Wanted",
    "answer_ask",
    "assign",
    "change_fields",
    "discard_draft",
    "export_queue",
    "hand_over",
    "merge",
    "move",
    "plan_for",
    "prioritise",
    "reopen",
    "save_draft",
    "submit",
    "unmerge",
]
