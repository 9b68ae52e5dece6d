"""Losses made fit for a model that expects normal outputs."""

from __future__ import annotations

__all__ = ["transformed", "transformed_with_noise"]

import numpy as np

from tunewright.trial.columns import Array

_TAIL = 100.0  # robust deviations above the median from which on losses are compressed
_LEAST = -1e6  # robust deviations below it that count no further
_POWERS = np.linspace(-2.0, 4.0, 25)[:, None]
_UPWARDS, _DOWNWARDS = (np.where(powers == 0.0, 1e-200, powers) for powers in (_POWERS, 2.0 - _POWERS))
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
    lower, median, upper = _quartiles(values)
    width = max(median - lower, upper - median) or float(np.std(values))
    z = (values - median) / max(width, 1e-300)
    beyond = np.maximum(z - _TAIL, 0.0)
    robust: Array = np.where(z > _TAIL, _TAIL + np.log1p(beyond), np.maximum(z, _LEAST))
    deviation = float(np.std(robust)) or 1.0
    return robust / deviation, (z >= _LEAST) / (1.0 + beyond) / max(width, 1e-300) / deviation


def _quartiles(values: Array) -> Array:
    """What ``numpy.quantile`` gives at 1/4, 1/2 and 3/4, in a fifth of the time."""
    places = np.array([0.25, 0.5, 0.75]) * (len(values) - 1)
    below = places.astype(np.intp)
    order = np.sort(values)
    low, high = order[below], order[np.minimum(below + 1, len(values) - 1)]
    quartiles: Array = low + (places - below) * (high - low)
    return quartiles


def _normalised(z: Array) -> Sloped:
    """The Yeo-Johnson transform of ``z`` whose power, of 25, has the largest normal likelihood."""
    positive, negative = np.log1p(np.maximum(z, 0.0)), np.log1p(np.maximum(-z, 0.0))
    # ((1 + z)^power - 1) / power, whose limit for power 0 the least power gives
    images = np.expm1(_UPWARDS * positive) / _UPWARDS - np.expm1(_DOWNWARDS * negative) / _DOWNWARDS
    jacobian = np.sum(positive - negative)
    spread = np.log(np.maximum(np.var(images, axis=1), 1e-300))
    likelihood = (_POWERS[:, 0] - 1.0) * jacobian - 0.5 * len(z) * spread
    best = int(np.argmax(likelihood))
    return images[best], np.exp((_POWERS[best, 0] - 1.0) * (positive - negative))
