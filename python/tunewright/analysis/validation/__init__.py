"""Validation discipline: fresh seeds for the winner, folds, replicates, a sealed test set, how much was luck."""

from __future__ import annotations

__all__ = [
    "Confirmation",
    "confirm",
]

from tunewright.analysis.validation.confirm import confirm
from tunewright.analysis.validation.confirmation import Confirmation
