"""The strategies that a command may name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tunewright.strategies import (
    TPE,
    Auto,
    GaussianProcess,
    Grid,
    ParEGO,
    QuasiRandom,
    Random,
    RandomForest,
    TrustRegion,
)

__all__ = ["STRATEGIES"]

STRATEGIES: dict[str, Callable[[], Any]] = {
    "auto": Auto,
    "gaussian-process": GaussianProcess,
    "grid": Grid,
    "parego": ParEGO,
    "quasirandom": QuasiRandom,
    "random": Random,
    "random-forest": RandomForest,
    "tpe": TPE,
    "trust-region": TrustRegion,
}
