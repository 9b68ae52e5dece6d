"""How far each past task is trusted: by how well it ranks what the study has seen.

m  outcomes        k  past tasks        s  bootstrap samples

M. Feurer, B. Letham & E. Bakshy, "Scalable meta-learning for Bayesian optimization using ranking-weighted Gaussian
process ensembles", AutoML workshop 2018: the weight of a model is how often it ranks a sample of the outcomes best.
Here samples are drawn of the outcomes with replacement (a bootstrap), and each model is taken at its mean.
"""

from __future__ import annotations

__all__ = ["Trust", "misranked", "slope", "trusted"]

from dataclasses import dataclass

import numpy as np

from tunewright.numerics.sampling import generator, purpose
from tunewright.trial.columns import Array

_SAMPLES = 256
_STREAM = purpose("transfer/bootstrap")
_CHANCE = 0.5  # the share of pairs that a model which knows nothing ranks wrong
_DILUTION = 0.95  # quantile of the own model's losses that the median of a past one's must not exceed
_PRIOR = 2.0  # outcomes that it takes for the record to weigh as much as the belief in a slope of 1


@dataclass(frozen=True, eq=False)
class Trust:
    """What weights the past has.

    Attributes:
        weights: (k,) of the past tasks, from 0 to 1, 1 together at most.
        own: of the study's own model: what is left.
    """

    weights: Array
    own: float


def misranked(predicted: Array, losses: Array, left_out: Array | None = None) -> Array:
    """Which pairs of outcomes a prediction ranks wrong, (m, m) of 0 and 1, 1/2 where it calls unequal ones equal.

    Args:
        predicted: (m,).
        losses: (m,) what came.
        left_out: of a model that was made of the outcomes: what each was, beside which the prediction of the other
            from the rest is put (Feurer 2018, section 4); ``predicted`` itself otherwise.
    """
    other = predicted if left_out is None else left_out
    signs = np.sign(predicted[:, None] - other[None, :])
    wanted = np.sign(losses[:, None] - losses[None, :])
    wrong: Array = np.where(wanted == 0.0, 0.0, 0.5 * np.abs(wanted - signs))
    return wrong


def trusted(predicted: Array, losses: Array, own: Array | None, seed: int) -> Trust:
    """The weights of past tasks whose means at the outcomes are ``predicted`` (k, m).

    A task counts in a sample when no other has fewer pairs wrong and the own model, each outcome left out in turn,
    has more. Against dilution by many tasks, one whose median loss exceeds the 95 % quantile of the own model's has no
    weight (Feurer 2018, section 4.2), nor has one that is no better than chance on the whole record.

    Args:
        predicted: (k, m).
        losses: (m,), transformed.
        own: (m,) predictions of the own model with each outcome left out; ``None`` where there are too few: chance.
        seed: of the study.
    """
    k, m = predicted.shape
    if m < 2 or not k:
        return Trust(np.full(k, 1.0 / max(k, 1)), 0.0 if k else 1.0)
    counts = _bootstrap(m, seed)
    pairs = np.maximum(_sums(counts, (losses[:, None] != losses[None, :]).astype(np.float64)), 1e-300)
    wrong = [misranked(one, losses) for one in predicted]
    shares = np.array([_sums(counts, one) / pairs for one in wrong])
    mine = np.full(len(pairs), _CHANCE) if own is None else _sums(counts, misranked(own, losses, losses)) / pairs
    total = max(float((losses[:, None] != losses[None, :]).sum()), 1.0)
    bad = np.array([one.sum() / total for one in wrong]) >= _CHANCE
    bad |= np.median(shares, axis=1) > np.quantile(mine, _DILUTION)
    shares[bad] = np.inf
    least = shares.min(axis=0)
    first = (shares == least) & (least < mine)
    each = first / np.maximum(first.sum(axis=0), 1)
    weights: Array = each.mean(axis=1)
    return Trust(weights, float(1.0 - weights.sum()))


def slope(mean: Array, losses: Array) -> float:
    """By how much the losses follow a mean (m,), from 0 upwards: a regression drawn towards 1."""
    a, b = mean - mean.mean(), losses - losses.mean()
    return max(0.0, float((a @ b + _PRIOR) / (a @ a + _PRIOR)))


def _bootstrap(m: int, seed: int) -> Array:
    """How often each of m outcomes is in each sample, (s, m)."""
    drawn = generator(seed, m, _STREAM).integers(0, m, size=(_SAMPLES, m))
    counts = np.zeros((_SAMPLES, m))
    np.add.at(counts, (np.arange(_SAMPLES)[:, None], drawn), 1.0)
    return counts


def _sums(counts: Array, pairs: Array) -> Array:
    """Sum over the pairs of each sample, (s,)."""
    sums: Array = np.einsum("si,si->s", counts @ pairs, counts)
    return sums
