"""Softmax cross-entropy with label smoothing.

z  logits, (n, K)        p = softmax(z), row by row
q  targets, (n, K)       q = (1 - ε) onehot(label) + ε / K

loss   = -mean over rows of Σ_k q_k log p_k      (Szegedy et al. 2016, section 7)
dloss/dz = (p - q) / n
"""

from __future__ import annotations

__all__ = ["cross_entropy"]

import numpy as np
import numpy.typing as npt


def cross_entropy(
    logits: npt.NDArray[np.float64], labels: npt.NDArray[np.intp], *, smoothing: float = 0.0
) -> tuple[float, npt.NDArray[np.float64]]:
    """(loss, dloss/dlogits) for logits (n, K), labels (n,) in 0 … K-1 and smoothing ε in [0, 1).

    Finite for every finite logit; NaN when a logit is NaN or +inf.
    """
    n, classes = logits.shape
    rows = np.arange(n)
    logp = logits - logits.max(axis=1, keepdims=True)
    slope = np.exp(logp)
    total = slope.sum(axis=1, keepdims=True)
    logp -= np.log(total)
    slope /= total
    loss = -(1.0 - smoothing) * float(logp[rows, labels].mean())
    if smoothing > 0.0:
        loss -= smoothing * float(logp.mean())
        slope -= smoothing / classes
    slope[rows, labels] -= 1.0 - smoothing
    slope /= n
    return loss, slope
