"""A progress bar in a terminal or a notebook."""

from __future__ import annotations

import shutil
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tunewright.study.study import Study

__all__ = ["Progress"]

_EVERY = 0.1  # seconds between two drawings


class Progress:
    """Counts ended trials and shows the best value so far, or how many trials are on the front.

    Args:
        shown: true or false; ``None`` shows it when standard error is a terminal or the code runs in a notebook.
        total: trials expected, ``None`` if not known.
        done: trials that had ended before.
    """

    def __init__(self, *, shown: bool | None, total: int | None, done: int) -> None:
        self._bar: Any = None
        self._next = 0.0
        self._done = done
        if _visible() if shown is None else shown:
            from tqdm.auto import tqdm

            self._bar = tqdm(total=total, initial=done, unit=" trials", **_size())

    @property
    def shown(self) -> bool:
        """Whether there is a bar at all."""
        return self._bar is not None

    def show(self, study: Study) -> None:
        """Redraw, at most ten times a second."""
        if self._bar is not None and time.monotonic() >= self._next:
            self._draw(study)

    def close(self, study: Study) -> None:
        """Draw a last time and leave the line."""
        if self._bar is not None:
            self._draw(study)
            self._bar.close()

    def _draw(self, study: Study) -> None:
        self._next = time.monotonic() + _EVERY
        self._bar.update(study.history.ended - self._done)
        self._done = study.history.ended
        self._bar.set_postfix_str(_found(study))


def _found(study: Study) -> str:
    """What the study has found so far, in a few words; nothing before there is anything."""
    if len(study.directions) > 1:
        size = len(study.pareto_front)
        return f"{size} on the front" if size else ""
    number = study.ledger.best
    if number is not None:
        value = float(study.history.values[number, 0])
        return f"best {study.history.metrics[0]} {value:.6g} (trial {number})"
    return "none keeps the constraints yet" if study.goals.constraints and study.history.complete.any() else ""


def _size() -> dict[str, int]:
    """Of the bar; 80 × 24 where a terminal does not say how large it is, for tqdm would then draw nothing."""
    if "ipykernel" in sys.modules:
        return {}
    columns, lines = shutil.get_terminal_size()
    return {"ncols": columns, "nrows": lines}


def _visible() -> bool:
    """Whether somebody is likely to look at a bar on standard error."""
    if "ipykernel" in sys.modules:
        return True
    return sys.stderr is not None and sys.stderr.isatty()
