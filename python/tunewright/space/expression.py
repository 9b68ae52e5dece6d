"""An expression over named columns: "batch_size * hidden > 2**17".

The value is computed a column at a time in float64, so integers are exact up to 2**53, a power that overflows is
infinite rather than endless, and there is no short cut: both sides of ``and`` are computed. What is undefined
(``log(-1)``, ``0 / 0``) is NaN, and a comparison with NaN is false.
"""

from __future__ import annotations

__all__ = ["Expression"]

import ast
from collections.abc import Collection, Mapping
from functools import reduce
from typing import Any

import numpy as np

from tunewright.errors import SpaceError
from tunewright.space.array import Column
from tunewright.space.syntax import FUNCTIONS, OPERATORS, parse, refuse, sort_of

_ORDER = {ast.Lt: np.less, ast.LtE: np.less_equal, ast.Gt: np.greater, ast.GtE: np.greater_equal}


class Expression:
    """A safe expression: parsed and checked once, computed on columns as often as needed.

    Args:
        text: the expression; see ``tunewright.space.syntax`` for the language.
        names: the names it may read; None for any.

    Raises:
        SpaceError: the text is not an expression of the language; the message marks where.

    Examples:
        >>> bound = Expression("memory_mb <= 2048", ["memory_mb", "accuracy"])
        >>> bound({"memory_mb": np.array([100.0, 4096.0])}).tolist()
        [True, False]
    """

    __slots__ = ("_allowed", "_tree", "is_condition", "names", "text")

    text: str
    names: tuple[str, ...]
    is_condition: bool

    def __init__(self, text: str, names: Collection[str] | None = None) -> None:
        if not isinstance(text, str):
            raise SpaceError(f"expression: the text must be a string, got {text!r}")
        self.text = " ".join(text.strip().splitlines())
        self._allowed = None if names is None else tuple(names)
        self._tree, self.names = parse(self.text, self._allowed)
        self.is_condition = sort_of(self._tree) == "truth"
        self._check_constants(self._tree)

    def __call__(self, columns: Mapping[str, Column]) -> Column:
        """Return the value of every row.

        Args:
            columns: an array (n,) for each of ``names``: numbers, booleans or objects.

        Returns:
            (n,) bool for a condition, float64 for a number.

        Raises:
            SpaceError: a column is missing, or not numeric where a number is needed.
        """
        ready = {name: self._column(name, columns) for name in self.names}
        with np.errstate(all="ignore"):
            value: Column = np.asarray(self._value(self._tree, ready))
        return value

    def _column(self, name: str, columns: Mapping[str, Column]) -> Column:
        if name not in columns:
            raise SpaceError(f"expression: no column {name!r} for {self.text!r}")
        column = np.asarray(columns[name])
        return column.astype(np.float64) if column.dtype.kind in "iuf" else column

    def _check_constants(self, node: ast.expr) -> bool:
        """Return whether a part is constant; refuse it when its value is not finite (9**9**9**9, 1/0)."""
        parts = [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
        if isinstance(node, ast.Call):
            parts = node.args
        constant = [self._check_constants(part) for part in parts]
        if isinstance(node, ast.Name) or not all(constant):
            return False
        if isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Call)):
            with np.errstate(all="ignore"):
                value = self._value(node, {})
            if not np.isfinite(value):
                raise refuse("this is not a finite number", self.text, node)
        return True

    def _value(self, node: ast.expr, columns: Mapping[str, Column]) -> Any:
        if isinstance(node, ast.Name):
            return columns[node.id]
        if isinstance(node, ast.Constant):
            return _constant(node.value)
        if isinstance(node, ast.Compare):
            return self._compare(node, columns)
        if isinstance(node, ast.BoolOp):
            truths = [self._truth(part, columns) for part in node.values]
            return reduce(np.logical_and if isinstance(node.op, ast.And) else np.logical_or, truths)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return np.logical_not(self._truth(node.operand, columns))
        if isinstance(node, ast.UnaryOp):
            number = self._number(node.operand, columns)
            return -number if isinstance(node.op, ast.USub) else number
        if isinstance(node, ast.BinOp):
            return OPERATORS[type(node.op)](self._number(node.left, columns), self._number(node.right, columns))
        assert isinstance(node, ast.Call) and isinstance(node.func, ast.Name)  # parse() lets nothing else through
        numbers = [self._number(argument, columns) for argument in node.args]
        function = FUNCTIONS[node.func.id]
        return reduce(function, numbers) if len(numbers) > 1 else function(numbers[0])

    def _number(self, node: ast.expr, columns: Mapping[str, Column]) -> Any:
        value = np.asarray(self._value(node, columns))
        if value.dtype.kind not in "fb":
            raise refuse("this is not a number: it can only be compared by == != in", self.text, node)
        return value.astype(np.float64)

    def _truth(self, node: ast.expr, columns: Mapping[str, Column]) -> Any:
        value = np.asarray(self._value(node, columns))
        if value.dtype.kind not in "fb":
            raise refuse("this is neither true nor false: compare it with something", self.text, node)
        return value.astype(np.bool_)

    def _compare(self, node: ast.Compare, columns: Mapping[str, Column]) -> Any:
        truths = []
        left = node.left
        for op, right in zip(node.ops, node.comparators, strict=True):
            if type(op) in _ORDER:
                truths.append(_ORDER[type(op)](self._number(left, columns), self._number(right, columns)))
            else:
                truths.append(self._equality(op, left, right, columns))
            left = right
        return reduce(np.logical_and, truths)

    def _equality(self, op: ast.cmpop, left: ast.expr, right: ast.expr, columns: Mapping[str, Column]) -> Any:
        value = self._value(left, columns)
        others = right.elts if isinstance(right, (ast.List, ast.Tuple)) else [right]
        equal = [_equal(value, self._value(other, columns)) for other in others]
        truth = reduce(np.logical_or, equal) if equal else np.zeros(np.shape(value), dtype=np.bool_)
        return np.logical_not(truth) if isinstance(op, (ast.NotEq, ast.NotIn)) else truth

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and self.text == other.text

    def __hash__(self) -> int:
        return hash((Expression, self.text))

    def __reduce__(self) -> tuple[type[Expression], tuple[str, tuple[str, ...] | None]]:
        return Expression, (self.text, self._allowed)

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


def _constant(value: object) -> Any:
    if isinstance(value, bool):
        return np.bool_(value)
    return np.float64(value) if isinstance(value, (int, float)) else value


def _equal(first: Any, second: Any) -> Any:
    """Elementwise ==; of a number with text it is false."""
    first, second = _as_column(first), _as_column(second)
    if first.dtype.kind in "fb" and second.dtype.kind in "fb":
        return np.equal(first, second)
    return np.equal(first.astype(object), second.astype(object), dtype=object).astype(np.bool_)


def _as_column(value: Any) -> Column:
    return np.asarray(value, dtype=object) if value is None or isinstance(value, str) else np.asarray(value)
