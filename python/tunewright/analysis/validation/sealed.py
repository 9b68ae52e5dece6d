"""A test set that is looked at once, after everything was chosen; and the record of that look."""

from __future__ import annotations

__all__ = ["Final", "SealedTest", "finalize"]

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tunewright.analysis.stats.outcome import number
from tunewright.errors import StudyError, TrialFinishedError
from tunewright.storage import Storage
from tunewright.strategies import Random
from tunewright.study import Study
from tunewright.trial import TrialState, TrialView

_OPENED = "sealed test"  # the note of the study
_LOOK = "look"  # the same, with the trial that was the look


class SealedTest:
    """A test set behind a seal that only ``study.finalize`` opens.

    Args:
        evaluate: called once as ``evaluate(config)`` with the chosen configuration: trains on all but the test data,
            and scores on them. A number for one objective, ``{name: number}`` for several; further names are kept.

    Calling it raises ``StudyError``: a test set that is looked at twice has been tuned on.
    """

    __slots__ = ("__evaluate",)

    def __init__(self, evaluate: Callable[[Mapping[str, Any]], Any]) -> None:
        if not callable(evaluate):
            raise TypeError(f"SealedTest takes a function of the configuration; got {evaluate!r}")
        self.__evaluate = evaluate

    def __call__(self, *_: Any, **__: Any) -> Any:
        """Refuse."""
        raise StudyError("the test set is sealed: choose first, then call study.finalize(sealed) once")

    def _open(self, config: Mapping[str, Any]) -> Any:
        return self.__evaluate(config)

    def __repr__(self) -> str:
        return "SealedTest(...)"


@dataclass(frozen=True)
class Final:
    """What the test set said; ``str()`` of it is a sentence.

    Attributes:
        trial: that was chosen.
        config: its configuration.
        searched: its values in the search.
        tested: its values on the test set.
        evaluations: trials that the search had told by then.
        opened: when, Unix seconds.
    """

    trial: int
    config: Mapping[str, Any]
    searched: Mapping[str, float]
    tested: Mapping[str, float]
    evaluations: int
    opened: float

    @property
    def verdict(self) -> str:
        """What it comes to."""
        day = time.strftime("%Y-%m-%d %H:%M", time.gmtime(self.opened))
        parts = [
            f"{name} {number(value)}"
            + (f" (the search had seen {number(self.searched[name])})" if name in self.searched else "")
            for name, value in self.tested.items()
        ]
        return (
            f"On the test set, opened once ({day} UTC) after {self.evaluations} trials, trial {self.trial} has "
            f"{', '.join(parts)}."
        )

    def __str__(self) -> str:
        return self.verdict


def finalize(study: Study, sealed: SealedTest, *, trial: int | TrialView | None = None, recover: bool = False) -> Final:
    """Open the sealed test set once, for one configuration, and record what it says.

    Args:
        study: the search, which is over.
        sealed: the test set.
        trial: that was chosen, or its number, such as ``study.confirm(...).winner``; the best by default.
        recover: a process died while it was looking; look again.

    The look is a trial of a study of its own, ``"<name>/final"``, in the same storage, so that of several processes one
    looks; its note in this study has the result. An evaluation that raises has seen nothing: the exception is recorded
    and raised, and the seal stays. What a process saw that died before it could note it is in that trial: the next
    call notes and returns it without a second look.

    Raises:
        StudyError: it was opened before (the message has the result), or several objectives and no ``trial``.
    """
    if not isinstance(sealed, SealedTest):
        raise TypeError(f"finalize takes a SealedTest(evaluate); got {type(sealed).__name__}")
    chosen = study.best_trial.number if trial is None else trial.number if isinstance(trial, TrialView) else trial
    if isinstance(chosen, bool) or not isinstance(chosen, int) or not 0 <= chosen < study.history.n:
        raise StudyError(f"trial must be one of study {study.name!r}, or its number; got {trial!r}")
    companion = _companion(study)
    if (seen := _seen(study, companion)) is not None:
        return _noted(study, companion, seen)
    _refuse(study, companion, recover=recover)
    look = companion.begin(companion.history.n + 1)
    if look is None or look.number != companion.history.n - 1:
        raise StudyError(f"another process opens the test set of study {study.name!r} just now")
    companion.ledger.place(look.number, study.history.natives[chosen])
    opened = time.time()
    try:
        tested = _values(sealed._open(TrialView(study.history, chosen).config), study)
    except BaseException as error:
        companion.tell(look, state="failed", error=f"{type(error).__name__}: {error}")
        raise
    companion.annotate(
        look, _LOOK, {"trial": chosen, "tested": tested, "evaluations": study.history.ended, "opened": opened}
    )
    return _noted(study, companion, look.number)


def _seen(study: Study, companion: Study) -> int | None:
    """The look whose result is recorded and not noted, because a process died in between."""
    looks = [number for number, notes in companion.history.metadata.items() if _LOOK in notes]
    return looks[0] if looks and _OPENED not in _notes(study) else None


def _notes(study: Study) -> Mapping[str, Any]:
    """The study's notes, as other processes left them."""
    storage: Storage | None = getattr(study.ledger, "storage", None)
    return study.notes if storage is None else storage.header(study.name).options["notes"]


def _noted(study: Study, companion: Study, number: int) -> Final:
    """Write down what was seen at a look, as far as that is not done, and return it."""
    said = companion.history.metadata[number][_LOOK]
    if not companion.history.told[number]:
        try:
            companion.tell(number, {name: said["tested"][name] for name in study.directions})
        except TrialFinishedError:  # another process wrote the same down meanwhile
            pass
    study.note(_OPENED, said)
    view = TrialView(study.history, said["trial"])
    return Final(said["trial"], view.config, view.values or {}, said["tested"], said["evaluations"], said["opened"])


def _values(result: Any, study: Study) -> dict[str, float]:
    names = list(study.directions)
    if not isinstance(result, Mapping):
        if len(names) > 1:
            raise StudyError(f"the sealed test must return {{name: number}} for {', '.join(names)}; got {result!r}")
        result = {names[0]: result}
    missing = [name for name in names if name not in result]
    if missing:
        raise StudyError(f"the sealed test returned {list(result)}; {', '.join(missing)} is missing")
    tested = {str(name): float(value) for name, value in result.items()}
    if any(not np.isfinite(tested[name]) for name in names):
        raise StudyError(f"the sealed test returned {tested}: no finite value, so that the seal stays")
    return tested


def _companion(study: Study) -> Study:
    storage: Storage | None = getattr(study.ledger, "storage", None)
    if storage is not None and f"{study.name}/final" in storage.names():
        return Study.load(storage, f"{study.name}/final", space=study.history.space)
    return Study(
        study.history.space,
        directions=study.directions,
        storage="memory" if storage is None else storage,
        name=f"{study.name}/final",
        seed=study.seed,
        strategy=Random(),  # nothing is suggested: the configurations are given
        duplicates="allow",
    )


def _refuse(study: Study, companion: Study, *, recover: bool) -> None:
    history = companion.history
    done = [TrialView(history, n) for n in range(history.n) if history.states[n] == TrialState.COMPLETE]
    note = _notes(study).get(_OPENED)
    if done or note:
        trial, tested = (note["trial"], note["tested"]) if note else (done[0].metadata.get("trial"), done[0].values)
        raise StudyError(
            f"the test set of study {study.name!r} was opened before, for trial {trial}: {tested}. A second look would "
            "make it part of the search; new data need a new study"
        )
    running = [n for n in range(history.n) if not history.told[n]]
    if running and not recover:
        raise StudyError(
            f"the test set of study {study.name!r} is being opened, or the process that did died: look again with "
            "finalize(sealed, recover=True)"
        )
    for n in running:
        companion.tell(n, state="failed", error="its process died")
