"""Softmax cross-entropy with label smoothing.

z  logits, (n, K)        p = softmax(z), row by row
q  targets, (n, K)       q = (1 - ε) t + ε / K, t the one-hot label or a given distribution

loss   = -mean over rows of Σ_k q_k log p_k      (Szegedy et al. 2016, section 7)
dloss/dz = (p - q) / n
"""

from __future__ import annotations

__all__ = ["cross_entropy"]

import numpy as np
import numpy.typing as npt

from tunewright.training.layers.layer import Array


def cross_entropy(
    logits: Array, labels: npt.NDArray[np.intp] | Array, *, smoothing: float = 0.0
) -> tuple[float, Array]:
    """(loss, dloss/dlogits) for logits (n, K), labels (n,) in 0 … K-1 and smoothing ε in [0, 1).

    In place of labels there may be targets t (n, K), rows of 0 or more that add up to 1.

    Finite while the logits of a row differ by a finite number; NaN when a logit is NaN or +inf.
    """
    n, classes = logits.shape
    rows = np.arange(n)
    logp = logits - logits.max(axis=1, keepdims=True)
    slope = np.exp(logp)
    total = slope.sum(axis=1, keepdims=True)
    logp -= np.log(total)
    slope /= total
    soft = labels.ndim == 2
    agreement = np.einsum("nk,nk->n", labels, logp) if soft else logp[rows, labels]
    loss = -(1.0 - smoothing) * float(agreement.mean())
    if smoothing > 0.0:
        loss -= smoothing * float(logp.mean())
        slope -= smoothing / classes
    if soft:
        slope -= (1.0 - smoothing) * labels
    else:
        slope[rows, labels] -= 1.0 - smoothing
    slope /= n
    return loss, slope
