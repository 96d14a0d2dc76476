"""What differs between two documents, in the owner's words.

`compare` finds every difference (`walk.py`) and says each as a sentence by one rule (`rules*.py`, found by `rule.py`);
each can be taken back by itself (`taking_back.py`).
"""

from portal_core.config.changes.change import Change, Phrase
from portal_core.config.changes.compare import compare, compare_json

__all__ = ["Change", "Phrase", "compare", "compare_json"]
