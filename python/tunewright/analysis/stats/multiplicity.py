"""Many tests at once: p-values that may be compared with the level as if there were one."""

from __future__ import annotations

__all__ = ["benjamini_hochberg", "holm"]

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def holm(pvalues: npt.ArrayLike) -> Array:
    """Holm's adjusted p-values: at level α the chance of even one false alarm is at most α.

    Args:
        pvalues: of k tests, any dependence, shape (k,). NaN (a test that says nothing) stays NaN and does not count.

    S. Holm, Scandinavian Journal of Statistics 6, 1979.

    Examples:
        >>> holm([0.01, 0.04, 0.03]).tolist()
        [0.03, 0.06, 0.06]
    """
    p, order = _sorted(pvalues)
    k = len(order)
    steps = np.maximum.accumulate(p[order] * np.arange(k, 0, -1))
    p[order] = np.minimum(steps, 1.0)
    return p


def benjamini_hochberg(pvalues: npt.ArrayLike) -> Array:
    """Benjamini and Hochberg's adjusted p-values: at level α, at most a share α of what is found is false.

    Args:
        pvalues: of k independent (or positively dependent) tests, shape (k,); NaN as for :func:`holm`.

    Y. Benjamini, Y. Hochberg, Journal of the Royal Statistical Society B 57, 1995.
    """
    p, order = _sorted(pvalues)
    k = len(order)
    steps = p[order] * k / np.arange(1, k + 1)
    p[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    return p


def _sorted(pvalues: npt.ArrayLike) -> tuple[Array, npt.NDArray[np.int64]]:
    """A copy, and the order of those that are not NaN."""
    p = np.array(pvalues, dtype=np.float64)
    if p.ndim != 1:
        raise ValueError(f"pvalues must be a list of numbers, shape (k,); got shape {p.shape}")
    known = p[~np.isnan(p)]
    if ((known < 0.0) | (known > 1.0)).any():
        raise ValueError(f"pvalues must be between 0 and 1; got {p.tolist()}")
    order = np.argsort(p, kind="stable")  # NaN comes last
    return p, order[: len(known)]
