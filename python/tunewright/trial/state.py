"""The states a trial can be in. The numbers are those of the field's common record format."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["FINAL", "TrialState"]


class TrialState(IntEnum):
    """Where a trial stands."""

    RUNNING = 0
    COMPLETE = 1
    PRUNED = 2
    FAILED = 3
    WAITING = 4
    PAUSED = 5

    @property
    def label(self) -> str:
        """The word used in files, tables and messages."""
        return self.name.lower()

    @property
    def is_final(self) -> bool:
        """Whether the record of such a trial can no longer change."""
        return self in FINAL

    @classmethod
    def parse(cls, state: TrialState | str) -> TrialState:
        """The state of that name; ``ValueError`` lists the names there are."""
        if isinstance(state, TrialState):
            return state
        try:
            return cls[state.upper()]
        except (KeyError, AttributeError):
            names = ", ".join(repr(s.label) for s in cls)
            raise ValueError(f"state must be one of {names}; got {state!r}") from None


FINAL = frozenset({TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAILED})
