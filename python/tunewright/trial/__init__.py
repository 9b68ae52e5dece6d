"""Trials, their states and reports, and the columnar record of a study."""

from __future__ import annotations

__all__ = [
    "Goals",
    "History",
    "Ladder",
    "Link",
    "Measured",
    "Recorded",
    "Reports",
    "Task",
    "Trainable",
    "Trial",
    "TrialState",
    "TrialView",
]

from tunewright.trial.goals import Goals
from tunewright.trial.history import History
from tunewright.trial.ladder import Ladder
from tunewright.trial.link import Link
from tunewright.trial.measured import Measured
from tunewright.trial.reports import Reports
from tunewright.trial.state import TrialState
from tunewright.trial.task import Recorded, Task
from tunewright.trial.trainable import Trainable
from tunewright.trial.trial import Trial
from tunewright.trial.view import TrialView
