"""Losses made fit for a model that expects normal outputs."""

from __future__ import annotations

__all__ = ["transformed", "transformed_with_noise"]

import numpy as np

from tunewright.trial.columns import Array

_TAIL = 100.0  # robust deviations above the median from which on losses are compressed
_LEAST = -1e6  # robust deviations below it that count no further
_POWERS = np.linspace(-2.0, 4.0, 25)
_NOISIEST = 1e3  # the largest standard error, of a transformed loss as of a loss in units of the largest

Sloped = tuple[Array, Array]
"""Transformed values, and the derivative of the transformation at each."""


def transformed(losses: Array, kind: str) -> Array:
    """``losses`` (n,) transformed monotonically, with mean 0 and standard deviation 1; zeros when all are equal.

    ``"standard"``: shifted and scaled alone. ``"yeo-johnson"``: the power transform of Yeo & Johnson (Biometrika 87,
    2000) of largest likelihood, after the losses were put on a robust scale on which huge ones count by
    their logarithm.
    """
    return _transformed(losses / _largest(losses), kind)[0]


def transformed_with_noise(losses: Array, sems: Array | None, kind: str) -> tuple[Array, Array | None]:
    """:func:`transformed`, and the variance (n,) that standard errors ``sems`` (n,) have there, 0 where they are NaN.

    To first order (the delta method): the variance of T(y) is (sem T'(y))^2. ``None`` where no standard error is known.
    """
    if sems is None or np.isnan(sems).all():
        return transformed(losses, kind), None
    scale = _largest(losses)
    y, slope = _transformed(losses / scale, kind)
    errors = np.minimum(np.nan_to_num(sems), _NOISIEST * scale) / scale
    return y, np.minimum(errors * slope, _NOISIEST) ** 2


def _largest(losses: Array) -> float:
    """By what to divide so that no square overflows."""
    return float(np.max(np.abs(losses), initial=0.0)) or 1.0


def _transformed(values: Array, kind: str) -> Sloped:
    if len(values) < 2 or values.max() == values.min():
        return np.zeros(len(values)), np.zeros(len(values))
    slope = np.ones(len(values))
    for step in (_standardised,) if kind == "standard" else (_robust, _normalised, _standardised):
        values, factor = step(values)
        slope = slope * factor
    return values, slope


def _standardised(values: Array) -> Sloped:
    """``values`` with mean 0 and standard deviation 1; zeros when they do not vary."""
    scale = float(np.max(np.abs(values), initial=0.0)) or 1.0
    centred = values / scale - np.mean(values / scale)
    deviation = float(np.std(centred))
    if deviation == 0.0:
        return np.zeros(len(values)), np.zeros(len(values))
    return centred / deviation, np.full(len(values), 1.0 / (scale * deviation))


def _robust(values: Array) -> Sloped:
    """Shifted by the median and scaled to deviation 1, after what is far above the quartiles was compressed."""
    lower, median, upper = np.quantile(values, [0.25, 0.5, 0.75])
    width = max(median - lower, upper - median) or float(np.std(values))
    z = (values - median) / max(width, 1e-300)
    beyond = np.maximum(z - _TAIL, 0.0)
    robust: Array = np.where(z > _TAIL, _TAIL + np.log1p(beyond), np.maximum(z, _LEAST))
    deviation = float(np.std(robust)) or 1.0
    return robust / deviation, (z >= _LEAST) / (1.0 + beyond) / max(width, 1e-300) / deviation


def _normalised(z: Array) -> Sloped:
    """The Yeo-Johnson transform of ``z`` whose power, of 25, has the largest normal likelihood."""
    positive, negative = np.log1p(np.maximum(z, 0.0)), np.log1p(np.maximum(-z, 0.0))
    images = np.stack([_power(positive, power) - _power(negative, 2.0 - power) for power in _POWERS])
    jacobian = np.sum(positive - negative)
    likelihood = (_POWERS - 1.0) * jacobian - 0.5 * len(z) * np.log(np.maximum(np.var(images, axis=1), 1e-300))
    best = int(np.argmax(likelihood))
    return images[best], np.exp((_POWERS[best] - 1.0) * (positive - negative))


def _power(logarithm: Array, power: float) -> Array:
    """((1 + z)^power - 1) / power for logarithm = log(1 + z)."""
    return np.expm1(power * logarithm) / power if power != 0.0 else logarithm
