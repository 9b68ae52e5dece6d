"""Gradient clipping by the global norm (Pascanu, Mikolov & Bengio 2013, algorithm 1)."""

from __future__ import annotations

__all__ = ["clip_by_norm", "global_norm"]

import math

import numpy as np

from tunewright.training.argument import positive
from tunewright.training.layers.layer import Array


def global_norm(gradient: Array) -> float:
    """‖g‖₂, without overflow where the squares would have one."""
    with np.errstate(over="ignore", invalid="ignore"):
        square = float(np.sum(gradient * gradient))
    if math.isfinite(square):
        return math.sqrt(square)
    peak = float(np.max(np.abs(gradient)))
    if not math.isfinite(peak):
        return peak
    scaled = gradient / peak
    return peak * math.sqrt(float(np.sum(scaled * scaled)))


def clip_by_norm(gradient: Array, limit: float) -> float:
    """Scale ``gradient`` in place to norm ``limit`` where it is longer; return the norm it had.

    A gradient that is not finite is left as it came, so that a divergence stays visible.
    """
    positive("limit", limit)
    norm = global_norm(gradient)
    if math.isfinite(norm) and norm > limit:
        gradient *= limit / norm
    return norm
