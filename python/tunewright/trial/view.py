"""A read-only look at one trial of the record."""

from __future__ import annotations

from typing import Any

from tunewright.errors import StudyError
from tunewright.trial.history import History
from tunewright.trial.state import TrialState

__all__ = ["TrialView"]


class TrialView:
    """Trial ``number`` as the record has it now. All values are plain Python objects."""

    __slots__ = ("_history", "number")

    def __init__(self, history: History, number: int) -> None:
        self._history = history
        self.number = number

    @property
    def state(self) -> TrialState:
        """Where the trial stands."""
        return TrialState(int(self._history.states[self.number]))

    @property
    def config(self) -> dict[str, Any]:
        """Its active parameters by name; empty while the suggestion is not recorded."""
        row = self._history.natives[self.number : self.number + 1]
        return self._history.space.configs(row)[0]

    @property
    def values(self) -> dict[str, float] | None:
        """Its objectives by name, as told, and what the constraints read; ``None`` if there is nothing."""
        row = self._history.measured[self.number].tolist()
        if self.state is not TrialState.COMPLETE and all(value != value for value in row):
            return None
        return dict(zip(self._history.goals.outputs, row, strict=True))

    @property
    def sems(self) -> dict[str, float]:
        """Standard errors of its values by name, where they were told."""
        return self._history.result(self.number)[1]

    @property
    def slacks(self) -> dict[str, float]:
        """Of each comparison of the constraints, how far it is from its limit: not positive where it is kept."""
        goals = self._history.goals
        slacks = goals.slacks(self._history.measured[self.number : self.number + 1])[0].tolist()
        return {text: slack for (text, _), slack in zip(goals.comparisons, slacks, strict=True) if slack == slack}

    @property
    def violation(self) -> float | None:
        """Sum of what it breaks the constraints by, 0.0 if it keeps all; ``None`` where one is not known."""
        slacks = self.slacks
        if len(slacks) < len(self._history.goals.comparisons):
            return None
        return float(sum(max(slack, 0.0) for slack in slacks.values()))

    @property
    def value(self) -> float | None:
        """Its only objective; ``StudyError`` if the study has several."""
        if len(self._history.metrics) != 1:
            raise StudyError(f"the study has {len(self._history.metrics)} objectives: use .values, a dict by name")
        values = self.values
        return None if values is None else next(iter(values.values()))

    @property
    def started(self) -> float | None:
        """When it began, Unix seconds; ``None`` while it waits."""
        return float(self._history.started[self.number]) or None

    @property
    def finished(self) -> float | None:
        """When it ended, Unix seconds; ``None`` before that."""
        return float(self._history.finished[self.number]) or None

    @property
    def duration(self) -> float | None:
        """Seconds from its beginning to its end; ``None`` before that."""
        if self.started is None or self.finished is None:
            return None
        return self.finished - self.started

    @property
    def error(self) -> str | None:
        """Why it failed, in words; ``None`` if it did not."""
        return self._history.errors.get(self.number)

    @property
    def parent(self) -> int | None:
        """The trial whose saved state it began with (population-based training)."""
        parent: int | None = self._history.metadata.get(self.number, {}).get("parent")
        return parent

    @property
    def metadata(self) -> dict[str, Any]:
        """What was written with ``annotate``, and the study's own notes."""
        return dict(self._history.metadata.get(self.number, {}))

    @property
    def reports(self) -> dict[int, dict[str, float]]:
        """What it reported: ``{step: {metric: value}}``."""
        return self._history.reports.curve(self.number)

    def __repr__(self) -> str:
        return (
            f"TrialView(number={self.number}, state={self.state.label!r}, values={self.values}, config={self.config})"
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TrialView):
            return NotImplemented
        return self.number == other.number and self._history is other._history

    def __hash__(self) -> int:
        return hash((id(self._history), self.number))
