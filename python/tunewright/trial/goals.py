"""What a study is after: objectives, constraints on what is measured, thresholds."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from tunewright.errors import SpaceError, StudyError
from tunewright.space.expression import Expression
from tunewright.space.syntax import parse, refuse
from tunewright.trial.columns import Array

__all__ = ["Goals"]

_SIGNS: dict[type[ast.cmpop], str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


@dataclass(frozen=True)
class Goals:
    """Objectives with their directions, and what else a trial must keep to.

    Args:
        directions: ``{metric: "minimize" or "maximize"}`` in the order of the objectives.
        constraints: comparisons of measured metrics that must hold, such as ``"memory_mb <= 2048"``,
            ``"latency + 0.1 * size < 3"`` or ``"5 <= latency <= 20 and size < 9"``. A limit that is just reached is
            kept, with ``<`` as with ``<=``.
        thresholds: by objective, the value that a trial must at least reach to be interesting (several objectives).

    Raises:
        StudyError: a constraint that is no comparison, or a threshold that cannot be.
    """

    directions: Mapping[str, str]
    constraints: tuple[str, ...] = ()
    thresholds: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "directions", dict(self.directions))
        object.__setattr__(self, "constraints", _texts(self.constraints))
        object.__setattr__(self, "thresholds", self._checked(self.thresholds))
        object.__setattr__(self, "comparisons", tuple(pair for text in self.constraints for pair in _comparisons(text)))

    comparisons: tuple[tuple[str, Expression], ...] = field(init=False, repr=False, compare=False)
    """Each comparison of the constraints as text, and as an expression that is not positive where it holds."""

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        """The objectives."""
        return tuple(self.directions)

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        """All that a complete trial must measure: the objectives, then what only constraints read."""
        read = [name for _, slack in self.comparisons for name in slack.names]
        return tuple(dict.fromkeys([*self.directions, *read]))

    @cached_property
    def signs(self) -> Array:
        """What turns values into losses, shape (m,)."""
        return np.array([1.0 if way == "minimize" else -1.0 for way in self.directions.values()])

    @cached_property
    def threshold_losses(self) -> Array:
        """The thresholds as losses, shape (m,); +inf where there is none."""
        given = [self.thresholds.get(name, math.nan) for name in self.metrics]
        return np.where(np.isnan(given), math.inf, given * self.signs)

    def slacks(self, measured: Array) -> Array:
        """How far each comparison is from its limit, shape (n, c): not positive where kept, NaN where not known.

        Args:
            measured: values of :attr:`outputs`, shape (n, m + e).
        """
        slacks = np.zeros((len(measured), len(self.comparisons)))
        columns = dict(zip(self.outputs, measured.T, strict=True))
        for j, (_, slack) in enumerate(self.comparisons):
            slacks[:, j] = slack(columns)
        return slacks

    def keeps(self, values: list[float]) -> bool:
        """Whether a trial with these values (of :attr:`outputs`) keeps every constraint."""
        return not self.comparisons or bool((self.slacks(np.array([values])) <= 0.0).all())

    def _checked(self, thresholds: Mapping[str, float]) -> dict[str, float]:
        if not isinstance(thresholds, Mapping):
            raise StudyError(
                f"thresholds must map objectives to numbers, as in {{'accuracy': 0.9}}; got {thresholds!r}"
            )
        if thresholds and len(self.directions) == 1:
            raise StudyError(
                "thresholds are for several objectives; with one, say constraints=["
                f"'{next(iter(self.directions))} {_kept(self.directions)} ...'] or stop=TargetReached(...)"
            )
        for name, value in thresholds.items():
            if name not in self.directions:
                known = ", ".join(map(repr, self.directions))
                raise StudyError(f"thresholds name {name!r}, which is no objective of this study: {known}")
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
                raise StudyError(f"thresholds[{name!r}] must be a finite number; got {value!r}")
        return {name: float(value) for name, value in thresholds.items()}


def _kept(directions: Mapping[str, str]) -> str:
    return "<=" if next(iter(directions.values())) == "minimize" else ">="


def _texts(constraints: object) -> tuple[str, ...]:
    listed = (constraints,) if isinstance(constraints, str) else constraints
    if not isinstance(listed, (list, tuple)) or not all(isinstance(text, str) for text in listed):
        raise StudyError(f"constraints must be texts such as ['memory_mb <= 2048']; got {constraints!r}")
    return tuple(" ".join(text.split()) for text in listed)


def _comparisons(text: str) -> list[tuple[str, Expression]]:
    try:
        tree, _ = parse(text, None)
        return [(shown, Expression(slack)) for shown, slack in _slacks(tree, text)]
    except SpaceError as error:
        raise StudyError(f"constraints: {error}") from error


def _slacks(node: ast.expr, text: str) -> list[tuple[str, str]]:
    """Each comparison, and the difference of its sides in the order in which it must not be positive."""
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
        return [pair for part in node.values for pair in _slacks(part, text)]
    if not isinstance(node, ast.Compare):
        raise refuse("a constraint is a comparison by < <= > >=, or several joined by 'and'", text, node)
    sides = [ast.unparse(side) for side in (node.left, *node.comparators)]
    pairs = []
    for op, left, right in zip(node.ops, sides, sides[1:], strict=False):
        if not isinstance(op, tuple(_SIGNS)):
            raise refuse("only < <= > >= tell how far a trial is from keeping a constraint", text, node)
        smaller, larger = (left, right) if isinstance(op, (ast.Lt, ast.LtE)) else (right, left)
        pairs.append((f"{left} {_SIGNS[type(op)]} {right}", f"({smaller}) - ({larger})"))
    return pairs
