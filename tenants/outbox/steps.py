"""What one step of a drain came to."""

from enum import Enum, auto


class Step(Enum):
    """DONE: one row was worked on; NOTHING: none is due; REFUSED: another worker is at it; STOP: no use going on."""

    DONE = auto()
    NOTHING = auto()
    REFUSED = auto()
    STOP = auto()
