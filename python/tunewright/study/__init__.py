"""The study: ask, tell, optimize."""

from __future__ import annotations

__all__ = ["Epochs", "Failures", "NoImprovement", "StopCondition", "Study", "TargetReached"]

from tunewright.study.failures import Failures
from tunewright.study.stopping import Epochs, NoImprovement, StopCondition, TargetReached
from tunewright.study.study import Study
