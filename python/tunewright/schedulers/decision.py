"""What becomes of a trial after a report."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["Decision"]


class Decision(IntEnum):
    """What a scheduler may say to a trial that has just reported."""

    CONTINUE = 0
    """Go on training."""

    STOP = 1
    """End now; the trial is pruned."""

    PAUSE = 2
    """End now, but keep what is needed to go on: the trial may be promoted later, and resumes where it was."""

    FINISH = 3
    """End now: there is nothing more to gain. The trial is complete with what it returns."""
