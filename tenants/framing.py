"""Pages that stand in a frame of our own, and pages that hold one.

django-csp offers the same as decorators alone; here it depends on what is answered. This module alone knows by which
attributes its middleware is told.
"""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from csp.constants import SELF
from django.http.response import HttpResponseBase

Answer = TypeVar("Answer", bound=HttpResponseBase)


def with_frame(answer: Answer) -> Answer:
    """A page that may hold frames of its own host."""
    answer._csp_update = {"frame-src": [SELF]}  # type: ignore[attr-defined]  # as csp.decorators does it
    return answer


def for_frame(answer: Answer, policy: Mapping[str, Sequence[str]]) -> Answer:
    """A page that pages of its own host may hold in a frame; `policy` is what else is different for it."""
    answer._csp_replace = {**policy, "frame-ancestors": [SELF]}  # type: ignore[attr-defined]  # as csp.decorators does
    return answer
