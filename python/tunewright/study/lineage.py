"""Schedules: the configurations that the weights of a trial were trained with, from their beginning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from tunewright.trial import History, TrialView

__all__ = ["Schedule", "Segment", "ancestors", "schedule_of"]


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
