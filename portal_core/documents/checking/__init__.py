"""Whether a file is what its name says, and harmless enough to be kept.

Knows nothing of Django or of people: a file goes in, a checked copy comes out or `Refused` with a code. What the codes
mean to a person stands in `documents/words.py`.
"""

from portal_core.documents.checking.check import Checked, check_file
from portal_core.documents.checking.refused import Refused

__all__ = ["Checked", "Refused", "check_file"]
