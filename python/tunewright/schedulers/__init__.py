"""Schedulers: who goes on training after a report."""

from __future__ import annotations

__all__ = [
    "ASHA",
    "PB2",
    "Birth",
    "CurveStopping",
    "Decision",
    "Hyperband",
    "Judge",
    "LearnedStopping",
    "MedianStopping",
    "PatienceStopping",
    "PercentileStopping",
    "Plan",
    "PopulationBasedTraining",
    "Scheduler",
    "SuccessiveHalving",
    "WilcoxonStopping",
    "scheduler_from_json",
]

from tunewright.schedulers.asha import ASHA
from tunewright.schedulers.birth import Birth
from tunewright.schedulers.curve import CurveStopping
from tunewright.schedulers.decision import Decision
from tunewright.schedulers.hyperband import Hyperband
from tunewright.schedulers.learned import LearnedStopping
from tunewright.schedulers.patience import PatienceStopping
from tunewright.schedulers.pb2 import PB2
from tunewright.schedulers.pbt import PopulationBasedTraining
from tunewright.schedulers.percentile import MedianStopping, PercentileStopping
from tunewright.schedulers.plan import Plan
from tunewright.schedulers.protocol import Judge, Scheduler
from tunewright.schedulers.registry import scheduler_from_json
from tunewright.schedulers.successive_halving import SuccessiveHalving
from tunewright.schedulers.wilcoxon import WilcoxonStopping
