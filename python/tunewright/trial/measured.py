"""A measured value and how sure it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tunewright.errors import ReportError
from tunewright.numerics.average import mean, standard_error_of_mean

__all__ = ["Measured"]


@dataclass(frozen=True)
class Measured:
    """A value with its standard error, for an objective to return in place of a number.

    Args:
        value: the measured value.
        sem: standard error of that value (of the mean, if it is one), finite and not negative; in the value's unit.

    Raises:
        ReportError: a standard error that cannot be one.

    Examples:
        >>> Measured(0.93, sem=0.004)
        Measured(value=0.93, sem=0.004)
        >>> Measured.mean([0.25, 0.5, 0.75])
        Measured(value=0.5, sem=0.14433756729740643)
    """

    value: float
    sem: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "sem", standard_error(self.sem, "Measured(sem=...)"))

    @classmethod
    def mean(cls, values: Sequence[float]) -> Measured:
        """The mean of two or more measurements (of folds, of seeds): s / √n is its standard error."""
        n = len(values)
        if n < 2:
            raise ReportError(f"Measured.mean needs two measurements or more to tell their spread; got {n}")
        floats = [float(value) for value in values]
        if not all(map(math.isfinite, floats)):
            raise ReportError(f"Measured.mean takes finite measurements; got {floats}")
        return cls(mean(floats), standard_error_of_mean(floats))


def standard_error(sem: object, what: str) -> float:
    """``sem`` as a float.

    Raises:
        ReportError: no number, not finite, or negative.
    """
    try:
        number = float(sem)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise ReportError(f"{what} takes a standard error, a number; got {sem!r}") from error
    if not 0.0 <= number < math.inf:
        raise ReportError(f"{what} takes a standard error, finite and not negative; got {sem!r}")
    return number
