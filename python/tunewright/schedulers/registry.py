"""Schedulers by the name their record gives them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tunewright.errors import StudyError
from tunewright.schedulers.asha import ASHA
from tunewright.schedulers.curve import CurveStopping
from tunewright.schedulers.hyperband import Hyperband
from tunewright.schedulers.learned import LearnedStopping
from tunewright.schedulers.patience import PatienceStopping
from tunewright.schedulers.pb2 import PB2
from tunewright.schedulers.pbt import PopulationBasedTraining
from tunewright.schedulers.percentile import MedianStopping, PercentileStopping
from tunewright.schedulers.protocol import Scheduler
from tunewright.schedulers.successive_halving import SuccessiveHalving
from tunewright.schedulers.wilcoxon import WilcoxonStopping

__all__ = ["scheduler_from_json"]

_MAKERS: dict[str, Callable[[Mapping[str, Any]], Scheduler]] = {
    "ASHA": lambda options: ASHA(**options),
    "CurveStopping": lambda options: CurveStopping(**options),
    "Hyperband": lambda options: Hyperband(**options),
    "LearnedStopping": lambda options: LearnedStopping(**options),
    "MedianStopping": lambda options: MedianStopping(**options),
    "PatienceStopping": lambda options: PatienceStopping(**options),
    "PercentileStopping": lambda options: PercentileStopping(**options),
    "SuccessiveHalving": lambda options: SuccessiveHalving(**options),
    "WilcoxonStopping": lambda options: WilcoxonStopping(**options),
    "PB2": lambda options: PB2(**options),
    "PopulationBasedTraining": lambda options: PopulationBasedTraining(**options),
}


def scheduler_from_json(written: Mapping[str, Any]) -> Scheduler:
    """The scheduler whose ``to_json`` gave ``written``.

    Raises:
        StudyError: not one of this package's schedulers.
    """
    options = dict(written)
    name = options.pop("scheduler", None)
    if name not in _MAKERS:
        raise StudyError(
            f"the study was run with the scheduler {name!r}, which cannot be rebuilt by name: "
            "pass it again, Study.load(..., scheduler=...)"
        )
    return _MAKERS[name](options)
