"""What an importance is told as: a ranking with intervals, tiers and advice."""

from __future__ import annotations

__all__ = ["Importance", "frame_of", "ranked_text", "tier_of"]

import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_CRITICAL, _IMPORTANT = 0.1, 0.02


@dataclass(frozen=True)
class Importance:
    """A ranking of parameters, the most important first.

    Attributes:
        method: how it was computed.
        metric: of what.
        names: of the parameters, ranked.
        values: how much each matters.
        low, high: ends of a 90 % bootstrap interval of each value; NaN where none was asked for.
        shares: of all importance; tiers go by them.
        tiers: ``"critical"`` for a tenth or more, ``"important"`` for a fiftieth or more, else ``"fine"``. As in the
            practitioner's order: the critical ones are tuned first, the fine ones last or never.
        advice: what to tune next and which ranges to narrow, as sentences.
        notes: what the figures are based on, as sentences.
    """

    method: str
    metric: str
    names: tuple[str, ...]
    values: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    shares: tuple[float, ...]
    advice: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    extras: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    @property
    def tiers(self) -> tuple[str, ...]:
        """Of each parameter, see the class."""
        return tuple(map(tier_of, self.shares))

    def __getitem__(self, name: str) -> float:
        """The value of a parameter.

        Raises:
            KeyError: there is no such parameter.
        """
        if name not in self.names:
            raise KeyError(f"no parameter {name!r}; there are {', '.join(self.names)}")
        return self.values[self.names.index(name)]

    def columns(self) -> dict[str, list[Any]]:
        """One list per column: parameter, importance, its interval, tier, and what else the method tells."""
        return {
            "parameter": list(self.names),
            "importance": list(self.values),
            "low": list(self.low),
            "high": list(self.high),
            "tier": list(self.tiers),
            **{name: list(values) for name, values in self.extras.items()},
        }

    def to_frame(self) -> Any:
        """A ``pandas.DataFrame`` of :meth:`columns` where pandas is installed, else the dict of columns itself."""
        return frame_of(self.columns())

    def __str__(self) -> str:
        return ranked_text(f"Importance for {self.metric} ({self.method})", self.columns(), self.advice, self.notes)


def tier_of(share: float) -> str:
    """See :class:`Importance`."""
    return "critical" if share >= _CRITICAL else "important" if share >= _IMPORTANT else "fine"


def frame_of(columns: dict[str, list[Any]]) -> Any:
    """A ``pandas.DataFrame`` where pandas is installed, else the columns themselves."""
    if importlib.util.find_spec("pandas") is None:
        return columns
    import pandas as pd

    return pd.DataFrame(columns)


def ranked_text(title: str, columns: Mapping[str, Sequence[Any]], advice: Sequence[str], notes: Sequence[str]) -> str:
    """A title, a table of columns, advice and notes."""
    head = ["", *columns]
    rows = [[f"{k}.", *map(_shown, row)] for k, row in enumerate(zip(*columns.values(), strict=True), 1)]
    widths = [max(len(line[i]) for line in [head, *rows]) for i in range(len(head))]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip() for line in [head, *rows]]
    return "\n".join([title, *lines, *advice, *(f"({note})" for note in notes)])


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return "-" if value != value else f"{value:.3g}" if abs(value) >= 1000 else f"{value:.3f}"
    return str(value)
