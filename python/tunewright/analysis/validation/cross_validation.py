"""Cross-validation whose folds are a fidelity: a trial ends after the folds that show it to be worse."""

from __future__ import annotations

__all__ = ["CrossValidation", "Fold"]

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from tunewright.analysis.validation.repeated import Report, repeated
from tunewright.analysis.validation.replicates import check
from tunewright.training.splitting import fold_rows
from tunewright.trial import Measured, Trial

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Fold:
    """One part of the data to score on, the others to train on.

    Attributes:
        number: 0, 1, ….
        train, test: rows of the data; ``None`` where the caller makes the folds.
    """

    number: int
    train: Rows | None = None
    test: Rows | None = None


@dataclass(frozen=True)
class CrossValidation:
    """An objective that is evaluated fold by fold; step k of a trial is its k-th fold.

    Args:
        fit_and_score: called as ``fit_and_score(trial, fold)`` with a :class:`Fold`; a number of ``metric``, or
            ``{metric: number}``.
        folds: how many, at least 2.
        metric: name of a plain number.
        samples: how many rows the data have; folds then come with ``fold.train`` and ``fold.test``.
        labels: class of each row, for folds with the mix of classes that the whole has; gives ``samples`` too.
        splits: the folds themselves, pairs of rows (train, test), such as ``GroupKFold().split(...)`` of scikit-learn.
        repeats: how often all is dealt anew: ``repeats`` times ``folds`` steps.
        seed: of the dealing; every trial has the same folds.
        report: ``"part"``: each fold's own score (for ``WilcoxonStopping``, which pairs them); ``"mean"``: the mean of
            the folds so far (for ``ASHA``, ``Hyperband``, model-based strategies with ``fidelity="all"``).

    Returns (called with a trial) the means of the folds with their standard errors; the scores and intervals are in the
    trial's metadata, ``"folds"`` and ``"folds intervals"``. Folds share training data, so that the standard errors are
    somewhat too small; compare with ``tw.stats.paired_t(a, b, correlation=1 / folds)``.

    Examples:
        >>> import tunewright as tw
        >>> objective = tw.CrossValidation(lambda trial, fold: trial["x"] + len(fold.test), 5, "loss", samples=50)
        >>> study = tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", scheduler=tw.WilcoxonStopping(), seed=0)
        >>> study.optimize(objective, trials=20).history.n
        20
    """

    fit_and_score: Callable[[Trial, Fold], Any]
    folds: int = 5
    metric: str | None = None
    samples: int | None = field(default=None, kw_only=True)
    labels: Any = field(default=None, kw_only=True)
    splits: Iterable[tuple[Any, Any]] | None = field(default=None, kw_only=True)
    repeats: int = field(default=1, kw_only=True)
    seed: int = field(default=0, kw_only=True)
    report: Report = field(default="part", kw_only=True)
    _dealt: tuple[Fold, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check(self.fit_and_score, "folds", self.folds, 2, self.report)
        check(self.fit_and_score, "repeats", self.repeats, 1, self.report)
        if self.splits is not None:
            if self.samples is not None or self.labels is not None or self.repeats > 1:
                raise ValueError("splits= are the folds themselves: leave out samples=, labels= and repeats=")
            pairs = [(np.asarray(train), np.asarray(test)) for train, test in self.splits]
            if len(pairs) < 2:
                raise ValueError(f"splits must be two pairs of rows (train, test) or more; got {len(pairs)}")
            object.__setattr__(self, "folds", len(pairs))
            object.__setattr__(self, "splits", tuple(pairs))
            dealt = [Fold(k, train, test) for k, (train, test) in enumerate(pairs)]
        else:
            dealt = self._deal()
        object.__setattr__(self, "_dealt", tuple(dealt))

    def _deal(self) -> list[Fold]:
        labels = None if self.labels is None else np.unique(np.asarray(self.labels), return_inverse=True)[1]
        if labels is None and self.samples is None:
            return [Fold(k) for k in range(self.folds * self.repeats)]
        if labels is None:
            labels = np.zeros(self.samples or 0, dtype=np.intp)
        elif self.samples not in (None, len(labels)):
            raise ValueError(f"samples={self.samples} but there are {len(labels)} labels: give one of the two")
        everything = np.arange(len(labels))
        dealt: list[Fold] = []
        for repeat in range(self.repeats):
            for test in fold_rows(labels.reshape(-1), k=self.folds, seed=self.seed + repeat):
                dealt.append(Fold(len(dealt), np.setdiff1d(everything, test), test))
        return dealt

    def __call__(self, trial: Trial) -> dict[str, Measured | float]:
        """Run the trial."""

        def evaluate(part: int) -> Any:
            return self.fit_and_score(trial, self._dealt[part])

        return repeated(trial, evaluate, len(self._dealt), metric=self.metric, report=self.report, key="folds")
