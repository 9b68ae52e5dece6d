r"""An exponential that is monotone and has the same bits on every machine.

``numpy.exp`` comes from whatever mathematics library the machine has: the last bit differs between processors, and
nothing promises that a larger argument never gives a smaller result. Here both hold by construction, because only
IEEE additions, multiplications and a table are used:

    symbol  meaning                                                    range
    t       the argument                                               [0, 1500]
    k       floor(t * 256 / ln 2), the cell                            integer
    r       t - k ln(2)/256, clipped below at 0                        [0, 0.0028)
    p(r)    1 + r + r^2/2 + r^3/6 + r^4/24 + r^5/120                   [1, 1.003)
    T[j]    2**(j / 256), correctly rounded, j = 0..256                [1, 2]

    exp(t) = 2**(k // 256) * min(T[k % 256] p(r), T[k % 256 + 1])

Monotone: r is monotone in t within a cell; a Horner scheme with positive coefficients and r >= 0 is a chain of
monotone rounded operations; and the minimum keeps a cell from overtaking the next one. The truncated series is off by
under r^6/720 < 6e-19, so the result is within 2 ulp.
"""

from __future__ import annotations

__all__ = ["grow", "log_ratio"]

from decimal import Context, Decimal
from functools import lru_cache
from typing import Any

import numpy as np

from tunewright.space.array import Array

_CELLS = 256
_EXACT = Context(prec=50)
_LN2 = _EXACT.ln(Decimal(2))
_PER_UNIT = float(_EXACT.divide(Decimal(_CELLS), _LN2))
_WIDTH = _EXACT.divide(_LN2, Decimal(_CELLS))
_WIDTH_HIGH = round(float(_WIDTH) * 2.0**41) * 2.0**-41  # 33 bits, so that k * _WIDTH_HIGH is exact for k < 2**20
_WIDTH_LOW = float(_EXACT.subtract(_WIDTH, Decimal(_WIDTH_HIGH)))


@lru_cache(maxsize=1)
def _table() -> Array:
    """2**(j / 256) for j = 0..256, correctly rounded."""
    ratio = _EXACT.power(Decimal(2), _EXACT.divide(Decimal(1), Decimal(_CELLS)))
    powers = [Decimal(1)]
    for _ in range(_CELLS):
        powers.append(_EXACT.multiply(powers[-1], ratio))
    table = np.array([float(power) for power in powers])
    table.flags.writeable = False
    return table


@lru_cache(maxsize=1024)
def log_ratio(low: float, high: float) -> float:
    """ln(high / low), correctly rounded, for 0 < low <= high."""
    return float(_EXACT.subtract(_EXACT.ln(Decimal(high)), _EXACT.ln(Decimal(low))))


def grow(mantissa: Any, exponent: Any, t: Array) -> Array:
    """Return ``mantissa * 2**exponent * exp(t)``.

    Args:
        mantissa: in [0.5, 1), as from ``numpy.frexp``: a number, or a column (k, 1).
        exponent: the power of two that goes with it.
        t: (n,) or (k, n), 0 <= t <= 1500, no NaN.

    Returns:
        As t, non-decreasing in it; infinite where float64 ends.
    """
    cell = np.floor(t * _PER_UNIT)
    r = np.maximum((t - cell * _WIDTH_HIGH) - cell * _WIDTH_LOW, 0.0)
    k = cell.astype(np.intc)
    j = k & (_CELLS - 1)
    series = ((((r * (1 / 120) + 1 / 24) * r + 1 / 6) * r + 0.5) * r + 1.0) * r + 1.0
    table = _table()
    scaled: Array = np.minimum(table[j] * series, table[j + 1]) * mantissa
    with np.errstate(over="ignore", under="ignore"):
        result: Array = np.ldexp(scaled, (k >> 8) + np.asarray(exponent, dtype=np.intc))
    return result
