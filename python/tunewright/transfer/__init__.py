"""What was learnt of earlier tasks, for later ones.

>>> import tunewright as tw
>>> space = tw.Space(lr=tw.Float(1e-4, 1e-1, log=True))
>>> past = tw.transfer.Task.from_arrays("digits", space, [{"lr": 1e-3}, {"lr": 1e-2}], [0.3, 0.1])
>>> past.best(), len(past)
(array([[0.01]]), 2)
"""

from __future__ import annotations

__all__ = [
    "Portfolio",
    "Store",
    "Task",
    "curve_features",
    "data_features",
    "narrowed",
    "network_features",
    "relatives",
    "tasks",
]

from tunewright.study.past import tasks
from tunewright.transfer.features import curve_features, data_features, network_features
from tunewright.transfer.kinship import relatives
from tunewright.transfer.narrowing import narrowed
from tunewright.transfer.portfolio import Portfolio
from tunewright.transfer.store import Store
from tunewright.trial import Task
