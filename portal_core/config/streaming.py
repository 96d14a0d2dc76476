"""Answers that are made while they are sent, long after the web request is over: in one language, by one version."""

from collections.abc import Iterator

from django.utils import timezone, translation

from portal_core.config.pinned import Live, one_version, pin
from portal_core.config.viewer import Viewer


def made_while_sent(pieces: Iterator[bytes], viewer: Viewer, live: Live) -> Iterator[bytes]:
    """The pieces, each made in the reader's language and time zone and by the version that was live at the beginning.

    The tenant is seen to by its middleware. Between two pieces nothing of this is in force: the thread is another's.
    """
    while True:
        with translation.override(viewer.language), timezone.override(viewer.time_zone), one_version():
            pin(live)
            piece = next(pieces, None)
        if piece is None:
            return
        if piece:
            yield piece
