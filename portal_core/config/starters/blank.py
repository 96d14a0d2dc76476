"""What stands in statuses that are begun blank in the editor, in the languages of the starters."""

from typing import Final

BLANK_STATUSES: Final[dict[str, dict[str, str]]] = {
    "new": {"en": "New", "de": "Neu"},
    "new_read": {"en": "We have your request", "de": "Ihre Anfrage ist bei uns"},
    "new_means": {
        "en": "It has reached us, with everything you wrote. No need to send it again.",
        "de": "Sie ist angekommen, mit allem, was Sie geschrieben haben. Sie brauchen sie nicht noch einmal zu senden.",
    },
    "new_next": {"en": "We read it and get back to you", "de": "Wir lesen sie und melden uns bei Ihnen"},
    "done": {"en": "Done", "de": "Erledigt"},
    "done_read": {"en": "All settled", "de": "Alles geklärt"},
    "done_means": {
        "en": "You have what you asked for. This page stays here for whenever you need it.",
        "de": "Sie haben, worum Sie gebeten haben. Diese Seite bleibt bestehen, falls Sie sie noch einmal brauchen.",
    },
    "done_next": {"en": "You need to do nothing more", "de": "Sie brauchen nichts mehr zu tun"},
    "way": {"en": "Settle it", "de": "Abschließen"},
}
