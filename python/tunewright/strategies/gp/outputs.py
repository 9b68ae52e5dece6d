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


def transformed(losses: Array, kind: str) -> Array:
    """``losses`` (n,) transformed monotonically, with mean 0 and standard deviation 1; zeros when all are equal.

    ``"standard"``: shifted and scaled alone. ``"yeo-johnson"``: the power transform of Yeo & Johnson (Biometrika 87,
    2000) of largest likelihood, after the losses were put on a robust scale on which huge ones count by
    their logarithm.
    """
    y: Array = _transformed(losses[None, :] / _largest(losses), kind)[0]
    return y


def transformed_with_noise(losses: Array, sems: Array | None, kind: str) -> tuple[Array, Array | None]:
    """:func:`transformed`, and the variance (n,) that standard errors ``sems`` (n,) have there, 0 where they are NaN.

    Their deviation is (T(y + sem) - T(y - sem)) / 2: where the error is small the slope of T times it, and where it is
    large what becomes of the whole interval. ``None`` where no standard error is known.
    """
    if sems is None or np.isnan(sems).all():
        return transformed(losses, kind), None
    scale = _largest(losses)
    values, errors = losses / scale, np.minimum(np.nan_to_num(sems), _NOISIEST * scale) / scale
    y, above, below = _transformed(np.stack([values, values + errors, values - errors]), kind)
    return y, np.clip((above - below) / 2, 0.0, _NOISIEST) ** 2


def _largest(losses: Array) -> float:
    """By what to divide so that no square overflows."""
    return float(np.max(np.abs(losses), initial=0.0)) or 1.0


# Each of the following maps all rows of ``rows`` (k, n) by the function that suits the first.


def _transformed(rows: Array, kind: str) -> Array:
    if rows.shape[1] < 2 or rows[0].max() == rows[0].min():
        return np.zeros(rows.shape)
    return _standardised(rows) if kind == "standard" else _standardised(_normalised(_robust(rows)))


def _standardised(rows: Array) -> Array:
    """The first row with mean 0 and standard deviation 1; zeros when it does not vary."""
    scale = float(np.max(np.abs(rows[0]), initial=0.0)) or 1.0
    centred = rows / scale - np.mean(rows[0] / scale)
    deviation = float(np.std(centred[0]))
    return centred / deviation if deviation > 0.0 else np.zeros(rows.shape)


def _robust(rows: Array) -> Array:
    """Shifted by the median and scaled to deviation 1, after what is far above the quartiles was compressed."""
    lower, median, upper = _quartiles(rows[0])
    width = max(median - lower, upper - median) or float(np.std(rows[0]))
    z = (rows - median) / max(width, 1e-300)
    robust: Array = np.where(z > _TAIL, _TAIL + np.log1p(np.maximum(z - _TAIL, 0.0)), np.maximum(z, _LEAST))
    return robust / (float(np.std(robust[0])) or 1.0)


def _quartiles(values: Array) -> Array:
    """What ``numpy.quantile`` gives at 1/4, 1/2 and 3/4, in a fifth of the time."""
    places = np.array([0.25, 0.5, 0.75]) * (len(values) - 1)
    below = places.astype(np.intp)
    order = np.sort(values)
    low, high = order[below], order[np.minimum(below + 1, len(values) - 1)]
    quartiles: Array = low + (places - below) * (high - low)
    return quartiles


def _normalised(rows: Array) -> Array:
    """The Yeo-Johnson transform whose power, of 25, has the largest normal likelihood."""
    positive, negative = np.log1p(np.maximum(rows, 0.0)), np.log1p(np.maximum(-rows, 0.0))
    images = _powered(positive[0], negative[0], _UPWARDS, _DOWNWARDS)
    jacobian = np.sum(positive[0] - negative[0])
    spread = np.log(np.maximum(np.var(images, axis=1), 1e-300))
    likelihood = (_POWERS[:, 0] - 1.0) * jacobian - 0.5 * rows.shape[1] * spread
    best = int(np.argmax(likelihood))
    others = _powered(positive[1:], negative[1:], _UPWARDS[best], _DOWNWARDS[best])
    return np.concatenate([images[best : best + 1], others])


def _powered(positive: Array, negative: Array, upwards: Array, downwards: Array) -> Array:
    """((1 + z)^power - 1) / power above 0 and its mirror below, whose limits for power 0 the least power gives."""
    powered: Array = np.expm1(upwards * positive) / upwards - np.expm1(downwards * negative) / downwards
    return powered
