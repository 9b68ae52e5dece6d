"""Arguments that must be counts, fractions or one of a list: checked, and turned into plain Python numbers."""

from __future__ import annotations

__all__ = [
    "choice",
    "count",
    "finite",
    "flag",
    "fraction",
    "nonnegative",
    "odd",
    "positive",
    "proper_fraction",
    "whole",
]

import math
import operator
from collections.abc import Callable, Iterable
from numbers import Real
from typing import Any


def finite(name: str, value: Any) -> float:
    """``value`` as a finite float.

    Raises:
        TypeError: it is not a real number.
        ValueError: it is NaN or infinite.
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {value!r} ({type(value).__name__})")
    if not math.isfinite(value):
        raise ValueError(f"{name} must be finite, got {value!r}")
    return float(value)


def positive(name: str, value: Any) -> float:
    """``value`` as a float above zero."""
    return _checked(name, finite(name, value), "greater than 0", lambda x: x > 0.0)


def nonnegative(name: str, value: Any) -> float:
    """``value`` as a float of zero or more."""
    return _checked(name, finite(name, value), "0 or more", lambda x: x >= 0.0)


def fraction(name: str, value: Any) -> float:
    """``value`` as a float in [0, 1]."""
    return _checked(name, finite(name, value), "between 0 and 1", lambda x: 0.0 <= x <= 1.0)


def proper_fraction(name: str, value: Any) -> float:
    """``value`` as a float in [0, 1): one itself would leave nothing (of the units, of the moments, of the labels)."""
    return _checked(name, finite(name, value), "at least 0 and less than 1", lambda x: 0.0 <= x < 1.0)


def count(name: str, value: Any) -> int:
    """``value`` as an integer of one or more."""
    return whole(name, value, least=1)


def whole(name: str, value: Any, *, least: int = 0) -> int:
    """``value`` as an integer of ``least`` or more."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, got {value!r} ({type(value).__name__})") from None
    if isinstance(value, bool):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    if number < least:
        raise ValueError(f"{name} must be {least} or more, got {number}")
    return number


def odd(name: str, value: Any) -> int:
    """``value`` as an odd integer of one or more."""
    number = count(name, value)
    if number % 2 == 0:
        raise ValueError(f"{name} must be odd, so that it has a middle, got {number}")
    return number


def flag(name: str, value: Any) -> bool:
    """``value`` if it is True or False."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return value


def choice(name: str, value: Any, choices: Iterable[str]) -> str:
    """``value`` if it is one of ``choices``."""
    known = list(choices)
    if value not in known:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, known))}; got {value!r}")
    return str(value)


def _checked(name: str, value: float, expected: str, holds: Callable[[float], bool]) -> float:
    if not holds(value):
        raise ValueError(f"{name} must be {expected}, got {value!r}")
    return value
