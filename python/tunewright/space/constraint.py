"""What combinations of values a space rules out.

A constraint that names a parameter which does not exist in a configuration does not apply to it.
"""

from __future__ import annotations

__all__ = ["Constraint", "Forbidden", "Linear", "Predicate", "as_constraint", "constraint_from_json", "shown"]

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tunewright.errors import SpaceError
from tunewright.space.array import Mask
from tunewright.space.condition import unknown_name
from tunewright.space.domain import Domain
from tunewright.space.expression import Expression
from tunewright.space.number import real
from tunewright.space.rows import Rows


class Constraint(ABC):
    """Which rows are forbidden."""

    __slots__ = ()

    @abstractmethod
    def check(self, domains: Mapping[str, Domain]) -> None:
        """Raise SpaceError when the constraint does not fit the parameters."""

    @abstractmethod
    def forbids(self, rows: Rows) -> Mask:
        """Return where (n,) the constraint applies and is broken."""

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """Return the constraint as a JSON object."""


@dataclass(frozen=True, slots=True)
class Forbidden(Constraint):
    """Rows for which an expression is true are forbidden."""

    expression: Expression

    def check(self, domains: Mapping[str, Domain]) -> None:
        """Raise SpaceError unless the expression is a condition that can be computed on these parameters."""
        expression = Expression(self.expression.text, tuple(domains))
        middle = np.array([0.5])
        answer = expression({name: domains[name].meaning(domains[name].decode(middle)) for name in expression.names})
        if answer.dtype.kind != "b":
            raise SpaceError(
                f"forbid: {expression.text!r} is not true or false; compare it with something, as in "
                f"{expression.text + ' > 1'!r}"
            )

    def forbids(self, rows: Rows) -> Mask:
        """Return where all named parameters exist and the expression is true."""
        broken = rows.exist(self.expression.names)
        broken[broken] = self.expression(rows.meanings(self.expression.names, broken))
        return broken

    def to_json(self) -> dict[str, Any]:
        """Return the constraint as a JSON object."""
        return {"type": "Forbidden", "expression": self.expression.text}


@dataclass(frozen=True, slots=True, init=False)
class Linear(Constraint):
    """A limit that must be kept: the sum of coefficient times value is at most ``upper``.

    ``space.forbid(Linear(coefficients={"low": 1, "high": -1}, upper=0))`` forbids what exceeds the limit, so that
    low <= high.

    Args:
        coefficients: a number for each parameter that counts.
        upper: the largest sum allowed.
    """

    coefficients: tuple[tuple[str, float], ...]
    upper: float

    def __init__(self, coefficients: Mapping[str, float], upper: float) -> None:
        if not isinstance(coefficients, Mapping) or not coefficients:
            raise SpaceError(f"Linear: coefficients must map names to numbers, got {coefficients!r}")
        pairs = tuple(
            (name, real(value, f"Linear: coefficient of {name!r}", SpaceError)) for name, value in coefficients.items()
        )
        object.__setattr__(self, "coefficients", pairs)
        object.__setattr__(self, "upper", real(upper, "Linear: upper", SpaceError))

    def check(self, domains: Mapping[str, Domain]) -> None:
        """Raise SpaceError when a parameter is unknown or not a number."""
        for name, _ in self.coefficients:
            if name not in domains:
                raise SpaceError(f"Linear: {unknown_name(name, domains)}")
            if domains[name].meaning(domains[name].decode(np.array([0.5]))).dtype.kind != "f":
                raise SpaceError(f"Linear: {name!r} is not a number: {domains[name]!r}")

    def forbids(self, rows: Rows) -> Mask:
        """Return where all named parameters exist and the sum exceeds ``upper``."""
        names = [name for name, _ in self.coefficients]
        broken = rows.exist(names)
        columns = rows.meanings(names, broken)
        total = np.zeros(int(broken.sum()))
        for name, coefficient in self.coefficients:
            total = total + coefficient * columns[name]
        broken[broken] = total > self.upper
        return broken

    def to_json(self) -> dict[str, Any]:
        """Return the constraint as a JSON object."""
        return {"type": "Linear", "coefficients": dict(self.coefficients), "upper": self.upper}

    def __repr__(self) -> str:
        return f"Linear(coefficients={dict(self.coefficients)!r}, upper={self.upper!r})"


@dataclass(frozen=True, slots=True)
class Predicate(Constraint):
    """Configurations for which a function is true are forbidden. It is called once a row."""

    function: Callable[[dict[str, Any]], bool]

    def check(self, domains: Mapping[str, Domain]) -> None:
        """Nothing can be known before the call."""

    def forbids(self, rows: Rows) -> Mask:
        """Return where the function is true."""
        names = frozenset(rows.domains)
        return np.array([self._forbids(config, names) for config in rows.configs()], dtype=np.bool_)

    def _forbids(self, config: dict[str, Any], names: frozenset[str]) -> bool:
        """The function's answer; false when it asked for a parameter that does not exist in this configuration."""
        try:
            answer = self.function(config)
        except KeyError as error:
            if error.args and error.args[0] in names and error.args[0] not in config:
                return False
            raise
        if not isinstance(answer, (bool, np.bool_)):
            raise SpaceError(f"forbid: {self.function!r} must return True or False, got {answer!r}")
        return bool(answer)

    def to_json(self) -> dict[str, Any]:
        """Raise SpaceError: a function cannot be written."""
        raise SpaceError(
            f"the constraint {self.function!r} is a function and cannot be written to JSON; write it as an expression "
            f"or give it again after loading"
        )


def as_constraint(constraint: object) -> Constraint:
    """Return the constraint that an argument of ``forbid`` stands for.

    Raises:
        SpaceError: it is none.
    """
    if isinstance(constraint, Constraint):
        return constraint
    if isinstance(constraint, str):
        return Forbidden(Expression(constraint))
    if isinstance(constraint, Expression):
        return Forbidden(constraint)
    if callable(constraint):
        return Predicate(constraint)
    raise SpaceError(
        f"forbid takes an expression such as 'batch_size * hidden > 2**17', a function of the configuration or "
        f"Linear(...), got {constraint!r}"
    )


def constraint_from_json(data: dict[str, Any]) -> Constraint:
    """Return the constraint that ``to_json`` wrote."""
    if data.get("type") == "Forbidden":
        return Forbidden(Expression(data["expression"]))
    if data.get("type") == "Linear":
        return Linear(data["coefficients"], data["upper"])
    raise SpaceError(f"not a constraint this version of tunewright writes: {data!r}")


def shown(constraint: Constraint) -> str:
    """What ``forbid`` was given, for repr."""
    data = getattr(constraint, "expression", None)
    return repr(data.text) if isinstance(data, Expression) else repr(getattr(constraint, "function", constraint))
