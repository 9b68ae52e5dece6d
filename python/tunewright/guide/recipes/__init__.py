"""The starting strategy as one call: baseline, learning rate, architecture, the rest, confirmation, test."""

from __future__ import annotations

__all__ = ["Step", "Tuned", "TuningRecipe", "recipe"]

from tunewright.guide.recipes.outcome import Step, Tuned
from tunewright.guide.recipes.recipe import TuningRecipe, recipe
