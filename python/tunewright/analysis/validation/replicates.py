"""Seeds as replicates inside a trial."""

from __future__ import annotations

__all__ = ["Replicates"]

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tunewright.analysis.validation.repeated import Report, repeated
from tunewright.trial import Measured, Trial


@dataclass(frozen=True)
class Replicates:
    """An objective that trains on several seeds and returns the mean with its standard error.

    Args:
        fit_and_score: called as ``fit_and_score(trial, seed)``; a number of ``metric``, or ``{metric: number}``.
        seeds: how many, at least 1; every trial of a study has the same ones, so that trials compare seed by seed.
        metric: name of a plain number.
        report: what step k reports: ``"part"``, the score of seed k (for ``WilcoxonStopping``), or ``"mean"``, the
            mean of the first k (for ``ASHA`` and the like).

    The scores and the 95 % interval of their mean are in the trial's metadata, ``"replicates"`` and ``"replicates
    intervals"``; the standard error is known to strategies.

    Examples:
        >>> import tunewright as tw
        >>> study = tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", seed=0)
        >>> objective = tw.Replicates(lambda trial, seed: trial["x"] + seed % 2, seeds=4, metric="loss")
        >>> study.optimize(objective, trials=3).best_trial.sems.keys()
        dict_keys(['loss'])
    """

    fit_and_score: Callable[[Trial, int], Any]
    seeds: int = 3
    metric: str | None = None
    report: Report = "part"

    def __post_init__(self) -> None:
        check(self.fit_and_score, "seeds", self.seeds, 1, self.report)

    def __call__(self, trial: Trial) -> dict[str, Measured | float]:
        """Run the trial."""

        def evaluate(part: int) -> Any:
            return self.fit_and_score(trial, _seed(trial, part))

        return repeated(trial, evaluate, self.seeds, metric=self.metric, report=self.report, key="replicates")


def _seed(trial: Trial, part: int) -> int:
    """Of replicate ``part``: the same for every trial of a study, another one where a confirmation gave the seed."""
    given = "" if trial.given_seed is None else f"/{trial.given_seed}"
    digest = hashlib.blake2b(f"{trial.root}/replicate/{part}{given}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "little") >> 1


def check(function: object, name: str, count: object, least: int, report: object) -> None:
    """Raise ``TypeError`` or ``ValueError`` unless the arguments can be."""
    if not callable(function):
        raise TypeError(f"fit_and_score must be a function; got {function!r}")
    if isinstance(count, bool) or not isinstance(count, int) or count < least:
        raise ValueError(f"{name} must be a whole number from {least} upwards; got {count!r}")
    if report not in ("part", "mean"):
        raise ValueError(f"report must be 'part' or 'mean'; got {report!r}")
