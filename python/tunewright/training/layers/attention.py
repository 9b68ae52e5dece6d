"""Multi-head scaled dot-product attention (Vaswani et al. 2017, section 3.2), without masks.

n  examples    L  positions    H  heads    e  head size, D = H e the width
q, k, v        queries, keys, values of one head, (L, e)

    S = s q kᵀ / √e      P = softmax(S), row by row        o = P v

s is 1 unless ``sharpness`` says otherwise. The projections to (q, k, v) and from the joined heads are ``Linear`` layers
before and after it.
"""

from __future__ import annotations

__all__ = ["Attention"]

import math
from dataclasses import dataclass

import numpy as np

from tunewright.training.argument import count, positive, proper_fraction
from tunewright.training.layers.layer import Array, Cache, Held, Layer
from tunewright.training.product import stacked_product


@dataclass(frozen=True, slots=True)
class Attention(Layer):
    """Rows (n L, 3 D), each a query, a key and a value of ``heads`` heads, to rows (n L, D).

    In training each entry of P is dropped with probability ``dropout``, the others divided by 1 - ``dropout``.
    Cost O(n L² D) time, O(n H L²) memory.

    Raises:
        ValueError: an argument out of range.
    """

    length: int
    heads: int
    dropout: float = 0.0
    sharpness: float = 1.0

    def __post_init__(self) -> None:
        count("length", self.length)
        count("heads", self.heads)
        object.__setattr__(self, "dropout", proper_fraction("dropout", self.dropout))
        object.__setattr__(self, "sharpness", positive("sharpness", self.sharpness))

    def predict(self, held: Held, x: Array) -> Array:
        """P v, the heads side by side."""
        q, k, v = self._cut(x)
        return self._joined(stacked_product(_attention(q, k), v))

    def forward(self, held: Held, x: Array, rng: np.random.Generator | None) -> tuple[Array, Cache]:
        """P v with entries of P dropped.

        Raises:
            ValueError: there is dropout and no generator was given.
        """
        q, k, v = self._cut(x)
        p = _attention(q, k)
        if self.dropout == 0.0:
            return self._joined(stacked_product(p, v)), (q, k, v, p, p)
        if rng is None:
            raise ValueError("attention dropout draws a mask: pass rng, a numpy.random.Generator")
        kept = p * (rng.random(p.shape) >= self.dropout)
        kept /= 1.0 - self.dropout
        return self._joined(stacked_product(kept, v)), (q, k, v, p, kept)

    def backward(self, held: Held, cache: Cache, dy: Array, slopes: Held) -> Array:
        """dv = Pᵀ do, dP = do vᵀ, dS = P (dP - Σ P dP), dq = s dS k / √e, dk = s dSᵀ q / √e.

        With dropout the P of dv and the P dP are those of the entries that were kept; q comes as s q / √e.
        """
        q, k, v, p, kept = cache
        do = self._apart(dy, 1)[0]
        dv = stacked_product(kept.swapaxes(-1, -2), do)
        ds = stacked_product(do, v.swapaxes(-1, -2))
        ds *= kept
        ds -= p * ds.sum(axis=-1, keepdims=True)
        dq = stacked_product(ds, k)
        dq *= self._scale(q)
        dk = stacked_product(ds.swapaxes(-1, -2), q)
        # (3, n, H, L, e) to (n, L, 3, H, e)
        dx: Array = np.stack([dq, dk, dv]).transpose(1, 3, 0, 2, 4).reshape(dy.shape[0], -1)
        return dx

    def _cut(self, x: Array) -> Array:
        """(s q / √e, k, v) of all examples and heads, (3, n, H, L, e)."""
        parts = self._apart(x, 3)
        parts[0] *= self._scale(parts)
        return parts

    def _scale(self, heads: Array) -> float:
        """s / √e."""
        return self.sharpness / math.sqrt(heads.shape[-1])

    def _apart(self, x: Array, parts: int) -> Array:
        """Rows (n L, parts D) as a new array (parts, n, H, L, e)."""
        cut = x.reshape(-1, self.length, parts, self.heads, x.shape[1] // (parts * self.heads))
        apart: Array = cut.transpose(2, 0, 3, 1, 4).copy()
        return apart

    def _joined(self, o: Array) -> Array:
        """(n, H, L, e) as rows (n L, D)."""
        n, heads, length, size = o.shape
        rows: Array = o.transpose(0, 2, 1, 3).reshape(n * length, heads * size)
        return rows


def _attention(q: Array, k: Array) -> Array:
    """softmax(q kᵀ) over the keys."""
    p = stacked_product(q, k.swapaxes(-1, -2))
    p -= p.max(axis=-1, keepdims=True)
    np.exp(p, out=p)
    p /= p.sum(axis=-1, keepdims=True)
    return p
