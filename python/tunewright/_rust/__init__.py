"""The compiled module, imported in this one place; only ``tunewright.numerics`` may enter."""

from __future__ import annotations

__all__ = ["halton", "is_nondominated", "sobol", "stream", "uniform"]

from tunewright._rust._core import halton, is_nondominated, sobol, stream, uniform
