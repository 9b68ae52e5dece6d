"""Who needs which saved state: nothing goes while a trial may want it, nothing stays that none does."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import urllib.parse
import uuid
from os import PathLike
from pathlib import Path

import numpy as np

from tunewright.checkpoints import Checkpoints
from tunewright.errors import StudyError, TrialFinishedError, UnknownTrialError
from tunewright.numerics.pareto import is_nondominated
from tunewright.storage import Sqlite, Storage
from tunewright.study.ledger import Ledger
from tunewright.trial import TrialState
from tunewright.trial.saved import NOTE

__all__ = ["Keeper", "checkpoints_of"]

_FINAL = [int(state) for state in TrialState if state.is_final]
_GRACE = 60.0  # seconds: a file younger than that may be one that is being written


class Keeper:
    """The states of one study. Not thread-safe by itself: the study locks.

    The record says who keeps what: an unfinished trial the last state it saved, a finished one as
    ``Checkpoints.keep`` has it. A state is deleted while nobody can write to the record, and whoever saved one looks
    once more whether it is there after the record has it: so no two processes ever disagree.

    Args:
        ledger: the study's record.
        depot: where the states lie.
    """

    def __init__(self, ledger: Ledger, depot: Checkpoints) -> None:
        self.depot = depot
        self._ledger = ledger

    def keep(self, number: int, step: int, key: str) -> None:
        """Trial ``number`` keeps the state ``key`` from now on, instead of the one before.

        Raises:
            UnknownTrialError, TrialFinishedError: there is no open record of that number; the state is let go.
        """
        try:
            self._ledger.need_unfinished(number)
        except (UnknownTrialError, TrialFinishedError):
            self.drop(key)
            raise
        before = self._ledger.history.saved.of(number)
        self._ledger.annotate(number, {NOTE: {"key": key, "step": step}})
        if before is not None and before[0] != key:
            self._clear({before[0]})

    def drop(self, key: str) -> None:
        """A state was saved that no trial keeps."""
        self._clear({key})

    def ended(self, number: int) -> None:
        """Trial ``number`` has ended: let go of what finished trials need not keep."""
        if self._ledger.history.saved.of(number) is None or self.depot.keep == "all":
            return
        kept = self._finished()
        idle = np.setdiff1d(kept, self._best(kept) if self.depot.keep == "best" else [])
        saved = self._ledger.history.saved
        keys = {held[0] for held in map(saved.of, idle.tolist()) if held is not None}
        for other in idle.tolist():
            self._ledger.annotate(other, {NOTE: None})
        self._clear(keys)

    def sweep(self) -> None:
        """Delete what a killed process left behind."""
        if self.depot.root.is_dir():
            self._ledger.alone(lambda: self.depot.sweep(self._ledger.history.saved.keys, older=_GRACE))

    def _clear(self, keys: set[str]) -> None:
        def clear() -> None:
            for key in keys:
                if not self._ledger.history.saved.wants(key):
                    self.depot.discard(key)

        self._ledger.alone(clear)

    def _finished(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        numbers = np.array(sorted(self._ledger.history.saved.numbers), dtype=np.int64)
        return numbers[np.isin(self._ledger.history.states[numbers], _FINAL)]

    def _best(self, numbers: np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[int]:
        """Of finished trials those that no other is better than; of one objective's equals the first."""
        history = self._ledger.history
        losses = history.losses
        good = numbers[history.feasible[numbers] & np.isfinite(losses[numbers]).all(axis=1)]
        front: list[int] = good[is_nondominated(losses[good])].tolist()
        return front[:1] if losses.shape[1] == 1 else front


def checkpoints_of(given: Checkpoints | str | PathLike[str] | None, storage: Storage | None, name: str) -> Checkpoints:
    """What ``Study(checkpoints=...)`` means: a directory beside the study's file unless it says otherwise.

    Each study has a directory of its own in it. A study that is not in a file has one among the system's temporary
    ones, which goes with the process.
    """
    if given is None:
        given = f"{storage.path}.checkpoints" if isinstance(storage, Sqlite) else _temporary()
    if isinstance(given, (str, PathLike)):
        given = Checkpoints(given)
    if not isinstance(given, Checkpoints):
        raise StudyError(f"checkpoints must be a directory or a Checkpoints object; got {type(given).__name__}")
    own = urllib.parse.quote(name, safe="").replace(".", "%2E")  # a name may be anything, ".." as well
    return Checkpoints(given.root / own, keep=given.keep, durable=given.durable)


def _temporary() -> Path:
    root = Path(tempfile.gettempdir()) / f"tunewright-{uuid.uuid4().hex}"
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    return root
