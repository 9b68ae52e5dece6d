"""The exact inverse of a monotone map from [0, 1]: a closed form comes close, this finds the very coordinate.

Non-negative floats sort like their bit patterns read as integers, so the coordinates between two others can be halved
as integers: at most 62 steps decide whether any float64 in [0, 1] maps to the target.
"""

from __future__ import annotations

__all__ = ["invert", "match_nearby", "nearly"]

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tunewright.space.array import Array, Mask

_ONE = int(np.float64(1.0).view(np.int64))
_CHUNK = 1024  # rows searched together by ``match_nearby``: a few megabytes
_FAR = [round(128 * 1.15**step) for step in range(50)]  # up to 10**5 ulps, ever more coarsely
_NEARBY = np.array(sorted([*range(-128, 129), *_FAR, *(-ulps for ulps in _FAR)], key=abs), dtype=np.int64)
_NEAR = 4  # ulps searched before the whole interval is: a closed form is rarely further off


def invert(forward: Callable[[Array], Array], target: Array, guess: Array) -> Array:
    """Return u in [0, 1] with ``forward(u) == target`` wherever such a float64 exists, else the nearest by value.

    Args:
        forward: non-decreasing map of (n,) coordinates to (n,) values.
        target: (n,) values, finite.
        guess: (n,) coordinates, as good as the closed form gives them.

    Returns:
        (n,) coordinates.
    """
    unit, wrong = nearly(forward, target, guess)
    if wrong.any():
        unit[wrong] = _bisect(forward, target[wrong], unit[wrong])
    return unit


def nearly(forward: Callable[[Array], Array], target: Array, guess: Array) -> tuple[Array, Mask]:
    """Return ``guess`` within [0, 1], and where ``forward`` does not take it to ``target``."""
    unit: Array = np.minimum(np.maximum(guess, 0.0), 1.0) + 0.0  # turns -0.0, whose bits sort last, into 0.0
    return unit, forward(unit) != target


def _bisect(forward: Callable[[Array], Array], target: Array, unit: Array) -> Array:
    low, high = _bracket(forward, target, unit.view(np.int64))
    while np.any(high - low > 1):
        middle = low + ((high - low) >> 1)
        below = forward(middle.view(np.float64)) < target
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    down, up = low.view(np.float64), high.view(np.float64)
    # halves, because a difference of two huge values of opposite sign would overflow
    closer = np.abs(forward(down) * 0.5 - target * 0.5) <= np.abs(forward(up) * 0.5 - target * 0.5)
    return np.where(closer, down, up)


def _bracket(
    forward: Callable[[Array], Array], target: Array, bits: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    low, high = np.maximum(bits - _NEAR, 0), np.minimum(bits + _NEAR, _ONE)
    low = np.where(forward(low.view(np.float64)) > target, 0, low)
    high = np.where(forward(high.view(np.float64)) < target, _ONE, high)
    return low, high


def match_nearby(forward: Callable[[Array], Array], target: Array, guess: Array) -> Array:
    """Return u near ``guess`` with ``forward(u) == target`` where one is found, else the nearest found by value.

    For maps that are monotone only up to rounding noise, where halving would be led astray: some hundred coordinates
    around the guess are tried.

    Args:
        forward: map of coordinates to values of the same shape.
        target: (n,) values, finite.
        guess: (n,) coordinates in [0, 1].

    Returns:
        (n,) coordinates.
    """
    unit: Array = guess + 0.0
    wrong = np.flatnonzero(forward(unit) != target)
    for start in range(0, len(wrong), _CHUNK):
        rows = wrong[start : start + _CHUNK]
        bits = np.clip(unit[rows].view(np.int64)[:, None] + _NEARBY, 0, _ONE)
        tried = bits.view(np.float64)
        best = np.argmin(np.abs(forward(tried) - target[rows, None]), axis=1)  # the first of equals: the nearest
        unit[rows] = tried[np.arange(len(rows)), best]
    return unit
