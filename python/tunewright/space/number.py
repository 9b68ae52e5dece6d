"""What counts as a number in an argument: int, float and NumPy scalars; never bool, text, NaN or infinity."""

from __future__ import annotations

__all__ = ["LARGEST_INTEGER", "flag", "integer", "real"]

import math
from numbers import Integral, Real

import numpy as np

LARGEST_INTEGER = 2**53  # beyond it float64 skips integers, and a native is one float64


def real(value: object, what: str, error: type[ValueError]) -> float:
    """Return ``value`` as a finite float.

    Args:
        value: what the caller gave.
        what: how to name it in a message, for example ``"Float: low"``.
        error: the exception to raise.
    """
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        raise error(f"{what} must be a number, got {value!r} ({type(value).__name__})")
    try:
        number = float(value)
    except OverflowError:
        raise error(f"{what} must fit in a float (at most 1.8e308), got a larger number") from None
    if not math.isfinite(number):
        raise error(f"{what} must be finite, got {number!r}")
    return number


def integer(value: object, what: str, error: type[ValueError]) -> int:
    """Return ``value`` as an int of magnitude at most 2**53; a float is taken when it is whole.

    Args:
        value: what the caller gave.
        what: how to name it in a message.
        error: the exception to raise.
    """
    if isinstance(value, Integral) and not isinstance(value, (bool, np.bool_)):
        whole = int(value)
    else:
        number = real(value, what, error)
        if not number.is_integer():
            raise error(f"{what} must be an integer, got {value!r}")
        whole = int(number)
    if abs(whole) > LARGEST_INTEGER:
        got = whole if whole.bit_length() < 1000 else "far more"  # Python refuses to print thousands of digits
        raise error(f"{what} must lie within -2**53 and 2**53, where float64 holds every integer; got {got}")
    return whole


def flag(value: object, what: str, error: type[ValueError]) -> bool:
    """Return ``value`` as a bool, refusing everything that is not one.

    Args:
        value: what the caller gave.
        what: how to name it in a message.
        error: the exception to raise.
    """
    if not isinstance(value, (bool, np.bool_)):
        raise error(f"{what} must be True or False, got {value!r}")
    return bool(value)
