"""Which paths of a supernet one update trains.

m  operations an edge, e  edges. A path is a row (e,) of places in 0 … m-1.
"""

from __future__ import annotations

__all__ = ["SAMPLERS", "fair_paths", "uniform_paths"]

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Paths = npt.NDArray[np.intp]


def uniform_paths(rng: np.random.Generator, edges: int, operations: int) -> Paths:
    """One path, every edge's operation drawn evenly (Guo et al. 2020, section 3.2): (1, e)."""
    return (rng.random((1, edges)) * operations).astype(np.intp)


def fair_paths(rng: np.random.Generator, edges: int, operations: int) -> Paths:
    """m paths that hold every operation of every edge once (Chu, Zhang & Xu 2021, algorithm 1): (m, e)."""
    return np.argsort(rng.random((operations, edges)), axis=0, kind="stable")


SAMPLERS: dict[str, Callable[[np.random.Generator, int, int], Paths]] = {"uniform": uniform_paths, "fair": fair_paths}
