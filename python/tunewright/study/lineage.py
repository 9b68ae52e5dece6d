"""Who begat whom, and schedules: the configurations that the weights of a trial were trained with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from tunewright.trial import History, TrialView

__all__ = ["Lineage", "Schedule", "Segment", "ancestors", "schedule_of"]


@dataclass(frozen=True)
class Segment:
    """Epochs ``start, start + 1, … stop - 1`` trained with one configuration.

    Attributes:
        start: epochs done before.
        stop: epochs done after.
        config: ``{name: value}``.
        trial: whose it is.
    """

    start: int
    stop: int
    config: dict[str, Any]
    trial: int


@dataclass(frozen=True)
class Schedule:
    """Segments without gaps, from epoch 0 on. To train with it again, ask it before every epoch::

    schedule = study.best_schedule
    for epoch in range(schedule.stop):
        train_one_epoch(model, **schedule.config_at(epoch))
    """

    segments: tuple[Segment, ...]

    @property
    def stop(self) -> int:
        """Epochs in all."""
        return self.segments[-1].stop if self.segments else 0

    def config_at(self, epoch: int) -> dict[str, Any]:
        """The configuration of ``epoch``, counted from 0 as by ``trial.epochs``; behind the end the last one.

        Raises:
            ValueError: ``epoch`` is negative, or nothing was trained.
        """
        if isinstance(epoch, bool) or not isinstance(epoch, int) or epoch < 0 or not self.segments:
            raise ValueError(f"config_at(epoch) takes a whole number from 0 upwards, of a trained trial; got {epoch!r}")
        segment = next((segment for segment in self.segments if epoch < segment.stop), self.segments[-1])
        return dict(segment.config)

    def __iter__(self) -> Iterator[Segment]:
        return iter(self.segments)

    def __len__(self) -> int:
        return len(self.segments)

    def to_json(self) -> list[dict[str, Any]]:
        """The segments as JSON objects (configurations as Python has them)."""
        return [asdict(segment) for segment in self.segments]


class Lineage:
    """The family tree of a study: whose saved state each trial began with. ``print`` it.

    Args:
        history: the record; the tree is that of the moment.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._parents: dict[int, int | None] = dict.fromkeys(range(history.n))
        self._children: dict[int | None, list[int]] = {None: []}
        for number in self._parents:
            parent = history.metadata.get(number, {}).get("parent")
            self._parents[number] = None if parent is None else int(parent)
            self._children.setdefault(self._parents[number], []).append(number)

    @property
    def roots(self) -> list[int]:
        """The trials that began with nothing, ascending."""
        return list(self._children[None])

    def parent(self, number: int) -> int | None:
        """The trial whose state trial ``number`` began with, ``None`` for a root."""
        return self._parents[number]

    def children(self, number: int) -> list[int]:
        """The trials that began with a state of trial ``number``, ascending."""
        return list(self._children.get(number, ()))

    def ancestors(self, number: int) -> list[int]:
        """The trials whose states led to trial ``number``, from the root on, itself at the end."""
        return ancestors(self._history, number)

    def descendants(self, number: int) -> list[int]:
        """All trials that trial ``number`` led to, ascending, without itself."""
        found, ahead = [], self.children(number)
        while ahead:
            found.append(ahead.pop())
            ahead += self.children(found[-1])
        return sorted(found)

    def __len__(self) -> int:
        return len(self._parents)

    def __str__(self) -> str:
        """One line a trial, children below their parent: its number, the steps it trained, how it stands."""
        lines, ahead = [], [(root, 0) for root in reversed(self._children[None])]
        while ahead:
            number, depth = ahead.pop()
            notes = self._history.metadata.get(number, {})
            start = int(notes.get("parent_step", 0))
            stop = max(self._history.reports.last_step(number), start)
            view = TrialView(self._history, number)
            values = "".join(f" {name}={value:.6g}" for name, value in (view.values or {}).items())
            lines.append(f"{'  ' * depth}{number}: steps {start}-{stop}, {view.state.label}{values}")
            ahead += [(child, depth + 1) for child in reversed(self._children.get(number, []))]
        return "\n".join(lines)


def ancestors(history: History, number: int) -> list[int]:
    """The trials whose states led to trial ``number``, from the first on, itself at the end."""
    line = [number]
    while (parent := history.metadata.get(line[-1], {}).get("parent")) is not None:
        line.append(int(parent))
    return line[::-1]


def schedule_of(history: History, number: int) -> Schedule:
    """What trial ``number`` was trained with: each ancestor up to the state that its child began with."""
    line = ancestors(history, number)
    starts = [int(history.metadata.get(trial, {}).get("parent_step", 0)) for trial in line]
    stops = [*starts[1:], max(history.reports.last_step(number), starts[-1])]
    return Schedule(
        tuple(
            Segment(start, stop, TrialView(history, trial).config, trial)
            for trial, start, stop in zip(line, starts, stops, strict=True)
            if stop > start
        )
    )
