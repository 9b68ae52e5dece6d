"""Where a learning curve is going: a Bayesian ensemble of two laws in closed form.

    s      step, a whole number from 1 upwards; S the last one
    y(s)   loss, y(s) = a + b g(s) + noise
    g      a power law s^-c, or an exponential e^(-c s / S), each with c on a grid

For given g this is Bayesian linear regression with a normal-inverse-gamma prior, so that the evidence and predictive
distribution of y(S) (a Student t) are known exactly. The laws of a family are weighted by their evidence; of the two
families the more hopeful one counts. After T. Domhan, J. T. Springenberg & F. Hutter, IJCAI 2015, who sample from more
laws by Markov chains.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["probability_below"]

Array = npt.NDArray[np.float64]

_POWERS = np.geomspace(0.1, 3.0, 12)
_RATES = np.geomspace(0.5, 30.0, 12)
_WIDTH = 1e3  # prior standard deviation of a and b, in units of the noise's: a curve may have far to go
_FAR = 1e100
_SHAPE, _SCALE = 2.0, 2e-3  # inverse-gamma prior of the noise variance, in units of the range squared


def probability_below(steps: Array, losses: Array, last: int, target: float) -> float:
    """The probability that the loss at step ``last`` will be below ``target``, given a curve of n losses so far.

    Args:
        steps: (n,) ascending whole numbers from 1 upwards, n >= 2.
        losses: (n,) finite.
        last: S, at least the last of ``steps``.
        target: finite, in the losses' unit.
    """
    centre, spread = losses[-1], losses.max() / 2 - losses.min() / 2
    unit = spread if spread > 0 else max(abs(centre), 1.0) * 1e-6
    y = (losses / 2 - centre / 2) / unit  # halves do not overflow
    with np.errstate(over="ignore"):
        wanted = np.clip((target / 2 - centre / 2) / unit, -_FAR, _FAR)
    seen = _laws(steps, last)  # (laws, n)
    ahead = _laws(np.array([float(last)]), last)[:, 0]
    design = np.stack([np.ones_like(seen), seen], axis=-1)  # (laws, n, 2)
    query = np.stack([np.ones_like(ahead), ahead], axis=-1)  # (laws, 2)
    prior = np.eye(2) / _WIDTH**2
    precision = prior + np.einsum("lni,lnj->lij", design, design)
    covariance = np.linalg.inv(precision)
    mean = np.einsum("lij,lnj,n->li", covariance, design, y)
    shape = _SHAPE + 0.5 * len(y)
    scale = _SCALE + 0.5 * np.maximum(y @ y - np.einsum("li,lij,lj->l", mean, precision, mean), 0.0)
    from scipy.special import gammaln, stdtr  # slow to import, and few studies need it

    evidence = 0.5 * np.linalg.slogdet(covariance)[1] - shape * np.log(scale) + gammaln(shape)
    variance = scale / shape * (1.0 + np.einsum("li,lij,lj->l", query, covariance, query))
    standardised = (wanted - np.einsum("li,li->l", mean, query)) / np.sqrt(variance)
    below = stdtr(2.0 * shape, standardised)
    families = np.split(np.arange(len(below)), [len(_POWERS)])
    return float(max(np.clip(_weighed(evidence[family], below[family]), 0.0, 1.0) for family in families))


def _weighed(evidence: Array, probabilities: Array) -> float:
    weights = np.exp(evidence - evidence.max())
    return float(weights @ probabilities / weights.sum())


def _laws(steps: Array, last: int) -> Array:
    """g of every law at every step, shape (laws, n)."""
    powers = steps[None, :] ** -_POWERS[:, None]
    exponentials = np.exp(-_RATES[:, None] * steps[None, :] / last)
    return np.concatenate([powers, exponentials])
