"""Validation discipline: fresh seeds for the winner, folds, replicates, a sealed test set, how much was luck."""

from __future__ import annotations

__all__ = [
    "Confirmation",
    "CrossValidation",
    "Final",
    "Fold",
    "HoldoutGuard",
    "Optimism",
    "Replicates",
    "SealedTest",
    "confirm",
    "finalize",
    "optimism",
]

from tunewright.analysis.validation.confirm import confirm
from tunewright.analysis.validation.confirmation import Confirmation
from tunewright.analysis.validation.cross_validation import CrossValidation, Fold
from tunewright.analysis.validation.optimism import HoldoutGuard, Optimism, optimism
from tunewright.analysis.validation.replicates import Replicates
from tunewright.analysis.validation.sealed import Final, SealedTest, finalize
