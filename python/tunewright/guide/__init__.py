"""The practitioner's guide as data and code: which hyperparameters matter, where to start, where to look.

>>> import tunewright as tw
>>> tw.guide.defaults("vision")["lr"]
0.001
>>> list(tw.guide.space("general", tiers=[2]))
['beta1', 'beta2', 'weight_decay', 'dropout', 'label_smoothing']
"""

from __future__ import annotations

__all__ = [
    "CATALOGUE",
    "DOMAINS",
    "TIERS",
    "Advice",
    "Entry",
    "Expectation",
    "LearningRateRange",
    "Reason",
    "Step",
    "Tuned",
    "TuningRecipe",
    "advise",
    "defaults",
    "describe",
    "entries",
    "entry",
    "find_learning_rate",
    "recipe",
    "scaling",
    "space",
]

from tunewright.guide import scaling
from tunewright.guide.advice import Advice, Reason, advise
from tunewright.guide.catalogue import CATALOGUE
from tunewright.guide.entry import DOMAINS, TIERS, Entry
from tunewright.guide.learning_rate import LearningRateRange, find_learning_rate
from tunewright.guide.lookup import defaults, describe, entries, entry, space
from tunewright.guide.recipes import Step, Tuned, TuningRecipe, recipe
from tunewright.guide.simulation import Expectation
