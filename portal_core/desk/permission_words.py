"""What a role may do, in words: for the table on the team's page and for the boxes of a role in the editor."""

from typing import Final

PERMISSION_WORDS: Final = {
    "see": "See requests",
    "reply": "Answer customers",
    "note": "Write internal notes",
    "move": "Move to another status",
    "assign": "Take and assign",
    "edit_fields": "Change fields",
    "create_for_customer": "Write down a customer’s request",
    "manage_customers": "Manage customers",
    "manage_team": "Manage people",
    "manage_setup": "Shape the portal",
    "publish": "Publish what was shaped",
}
