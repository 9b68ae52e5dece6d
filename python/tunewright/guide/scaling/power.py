"""How a loss falls with one size, by how much that is uncertain, and whether it holds for the largest."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tunewright.guide.scaling.fitting import falling, paired, positive, searched
from tunewright.numerics.sampling import generator, purpose
from tunewright.trial.columns import Array

__all__ = ["HeldOut", "PowerLaw", "fit_power_law"]

_STREAM = purpose("scaling-law")


@dataclass(frozen=True, eq=False)
class HeldOut:
    """The largest sizes, predicted from the smaller ones.

    Attributes:
        sizes: (h,) what was left out.
        losses: (h,) observed there.
        predicted: (h,) by the law of the rest.
        error: the largest |predicted / observed - 1|.
    """

    sizes: Array
    losses: Array
    predicted: Array
    error: float


@dataclass(frozen=True, eq=False)
class PowerLaw:
    """L(N) = floor + amplitude N^-exponent.

    Attributes:
        floor: E.
        amplitude: A.
        exponent: α.
        intervals: of each of the three by name, (low, high) over bootstrap samples.
        samples: (b, 3) E, A and α of each sample.
        confidence: of the intervals.
        held_out: the check on the largest sizes; None if none were left out.
    """

    floor: float
    amplitude: float
    exponent: float
    intervals: dict[str, tuple[float, float]]
    samples: Array
    confidence: float
    held_out: HeldOut | None

    def predict(self, sizes: ArrayLike) -> Array:
        """(k,) losses at (k,) sizes."""
        return _power(np.array([self.floor, self.amplitude, self.exponent]), positive("sizes", sizes, 1))

    def interval(self, sizes: ArrayLike) -> tuple[Array, Array]:
        """(k,) low and (k,) high: where the law passes, not where a single training ends."""
        n = positive("sizes", sizes, 1)
        curves = np.array([_power(sample, n) for sample in self.samples])
        tail = (1.0 - self.confidence) / 2.0
        low, high = np.quantile(curves, [tail, 1.0 - tail], axis=0)
        return low, high


def fit_power_law(
    sizes: ArrayLike,
    losses: ArrayLike,
    *,
    hold_out: int = 0,
    bootstrap: int = 200,
    confidence: float = 0.95,
    seed: int = 0,
) -> PowerLaw:
    """Fit L(N) = E + A N^-α, for N parameters, samples, or anything else that grows.

    Args:
        sizes: (n,) at least four different ones.
        losses: (n,) above 0.
        hold_out: so many of the largest different sizes are also predicted from the rest (four at least) and compared.
        bootstrap: samples for the intervals: the law plus its residuals (of log L), drawn with replacement and widened
            by √(n / (n - 3)) for the three numbers fitted (B. Efron & R. Tibshirani, 1993, section 9.4).
        confidence: of the intervals.
        seed: of the bootstrap.

    Raises:
        ValueError: too few or non-positive numbers, or losses that rise with size.
    """
    n, y = paired(sizes, losses)
    distinct = np.unique(n)
    for name, value, least in (("hold_out", hold_out, 0), ("bootstrap", bootstrap, 10)):
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ValueError(f"{name} must be a whole number from {least} upwards; got {value!r}")
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence must be between 0 and 1; got {confidence!r}")
    if len(distinct) - hold_out < 4:
        raise ValueError(
            f"sizes must have 4 different values or more beside the {hold_out} held out, for a law of three numbers; "
            f"got {len(distinct)}"
        )
    falling("losses", n, y)
    best = _fit_power(n, y)
    fitted = _power(best, n)
    residuals = np.log(y / fitted) * math.sqrt(len(n) / (len(n) - 3))
    draws = generator(seed, 0, _STREAM)
    samples = np.array(
        [_fit_power(n, fitted * np.exp(draws.choice(residuals, len(n))), best) for _ in range(bootstrap)]
    )
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(samples, [tail, 1.0 - tail], axis=0).tolist()
    intervals = dict(zip(("floor", "amplitude", "exponent"), zip(low, high, strict=True), strict=True))
    floor, amplitude, exponent = best.tolist()
    check = _held_out(n, y, distinct[-hold_out]) if hold_out else None
    return PowerLaw(floor, amplitude, exponent, intervals, samples, confidence, check)


def _held_out(n: Array, y: Array, first: float) -> HeldOut:
    rest = n < first
    predicted = _power(_fit_power(n[rest], y[rest]), n[~rest])
    return HeldOut(n[~rest], y[~rest], predicted, float(np.abs(predicted / y[~rest] - 1.0).max()))


def _power(p: Array, n: Array) -> Array:
    values: Array = p[0] + p[1] * n ** -p[2]
    return values


def _fit_power(n: Array, y: Array, near: Array | None = None) -> Array:
    """E, A and α; from ``near`` alone if it is told."""
    least = float(n.min())  # sizes are taken from the smallest, so that A is of the order of the losses
    bottom, top = float(y.min()), float(y.max())
    starts = [[e * bottom, top - e * bottom, a] for e in (0.0, 0.5, 0.9) for a in (0.1, 0.3, 1.0)]
    if near is not None:
        starts = [[near[0], near[1] * least ** -near[2], near[2]]]
    p = searched([n / least], y, starts, 1e-10 if near is None else 1e-6)
    return np.array([p[0], p[1] * least ** p[2], p[2]])
