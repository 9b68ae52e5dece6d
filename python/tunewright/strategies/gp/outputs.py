"""Losses made fit for a model that expects normal outputs."""

from __future__ import annotations

__all__ = ["standardised", "transformed"]

import numpy as np

from tunewright.trial.columns import Array

_TAIL = 100.0  # robust deviations above the median from which on losses are compressed
_POWERS = np.linspace(-2.0, 4.0, 25)


def transformed(losses: Array, kind: str) -> Array:
    """``losses`` (n,) transformed monotonically, with mean 0 and standard deviation 1; zeros when all are equal.

    ``"standard"``: shifted and scaled alone. ``"yeo-johnson"``: the power transform of Yeo & Johnson (Biometrika 87,
    2000) of largest likelihood, after the losses were put on a robust scale on which huge ones count by
    their logarithm.
    """
    if len(losses) < 2 or losses.max() == losses.min():
        return np.zeros(len(losses))
    if kind == "standard":
        return standardised(losses)
    return standardised(_normalised(_robust(losses)))


def standardised(values: Array) -> Array:
    """``values`` with mean 0 and standard deviation 1; zeros when they do not vary."""
    scale = float(np.max(np.abs(values), initial=0.0)) or 1.0
    centred = values / scale - np.mean(values / scale)
    deviation = float(np.std(centred))
    return centred / deviation if deviation > 0.0 else np.zeros(len(values))


def _robust(losses: Array) -> Array:
    """Shifted by the median and scaled to deviation 1, after what is far above the quartiles was compressed."""
    scale = float(np.max(np.abs(losses))) or 1.0
    values = losses / scale
    lower, median, upper = np.quantile(values, [0.25, 0.5, 0.75])
    width = max(median - lower, upper - median) or float(np.std(values))
    z = (values - median) / max(width, 1e-300)
    robust: Array = np.where(z > _TAIL, _TAIL + np.log1p(np.maximum(z - _TAIL, 0.0)), np.maximum(z, -1e6))
    return robust / (float(np.std(robust)) or 1.0)


def _normalised(z: Array) -> Array:
    """The Yeo-Johnson transform of ``z`` whose power, of 25, has the largest normal likelihood."""
    positive, negative = np.log1p(np.maximum(z, 0.0)), np.log1p(np.maximum(-z, 0.0))
    images = np.stack([_power(positive, power) - _power(negative, 2.0 - power) for power in _POWERS])
    jacobian = np.sum(positive - negative)
    likelihood = (_POWERS - 1.0) * jacobian - 0.5 * len(z) * np.log(np.maximum(np.var(images, axis=1), 1e-300))
    best: Array = images[int(np.argmax(likelihood))]
    return best


def _power(logarithm: Array, power: float) -> Array:
    """((1 + z)^power - 1) / power for logarithm = log(1 + z)."""
    return np.expm1(power * logarithm) / power if power != 0.0 else logarithm
