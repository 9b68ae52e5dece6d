"""The language of expressions: what text is accepted, and where it is wrong.

Python's own grammar reads the text into a tree and a walk over the tree accepts only what is listed here: numbers,
strings, True, False, None, names of parameters, ``+ - * / // % **``, comparisons (chained, ``in`` and ``not in`` with
a list of constants), ``and``, ``or``, ``not``, and a handful of functions. Nothing is ever compiled or run as Python.
"""

from __future__ import annotations

__all__ = ["FUNCTIONS", "OPERATORS", "Sort", "parse", "refuse", "sort_of"]

import ast
from collections.abc import Callable, Collection
from difflib import get_close_matches
from typing import Any, Literal, TypeAlias

import numpy as np

from tunewright.errors import SpaceError

Sort: TypeAlias = Literal["number", "truth", "text", "any"]

OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.FloorDiv: np.floor_divide,
    ast.Mod: np.mod,
    ast.Pow: np.power,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": np.abs,
    "exp": np.exp,
    "log": np.log,
    "log10": np.log10,
    "log2": np.log2,
    "sqrt": np.sqrt,
    "min": np.minimum,
    "max": np.maximum,
}

_LONGEST = 1000  # characters
_DEEPEST = 100  # levels; the walks are recursive


def refuse(reason: str, text: str, node: ast.AST | None = None) -> SpaceError:
    """Return the error for an expression, with the place marked below the text."""
    start, end = getattr(node, "col_offset", 0), getattr(node, "end_col_offset", None)
    raw = text.encode()
    before = len(raw[:start].decode(errors="ignore"))
    width = max(1, len(raw[start:end].decode(errors="ignore")))
    mark = "" if node is None else f"\n    {' ' * before}{'^' * width}"
    return SpaceError(f"expression: {reason}\n    {text}{mark}")


def parse(text: str, names: Collection[str] | None) -> tuple[ast.expr, tuple[str, ...]]:
    """Return the checked tree of an expression and the names it reads, in order of appearance.

    Args:
        text: the expression.
        names: the names it may read; None for any.

    Raises:
        SpaceError: the text is not an expression of this language; the message marks where.
    """
    if len(text) > _LONGEST:
        raise SpaceError(f"expression: at most {_LONGEST} characters, got {len(text)}; use a function instead")
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        place = ast.Constant(None, col_offset=max(0, (error.offset or 1) - 1), end_col_offset=error.offset or 1)
        raise refuse(f"not an expression: {error.msg}", text, place) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise refuse(f"not an expression: {error or type(error).__name__}", text) from None
    found: dict[str, None] = {}
    _Checker(text, names, found).sort(tree, 0)
    if not found:
        raise refuse("it names no parameter, so it is always the same", text)
    return tree, tuple(found)


class _Checker:
    """One walk over a tree: accepts or refuses every node and tells the sort of its value."""

    def __init__(self, text: str, names: Collection[str] | None, found: dict[str, None]) -> None:
        self._text = text
        self._names = names
        self._found = found

    def sort(self, node: ast.expr, depth: int) -> Sort:
        if depth > _DEEPEST:
            raise refuse(f"nested more than {_DEEPEST} levels deep", self._text, node)
        if isinstance(node, ast.Constant):
            return self._constant(node)
        if isinstance(node, ast.Name):
            return self._name(node)
        if isinstance(node, ast.Compare):
            return self._compare(node, depth)
        if isinstance(node, ast.BoolOp):
            for part in node.values:
                self._operand(part, depth, "and, or")
            return "truth"
        if isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.Invert):
            self._operand(node.operand, depth, "a sign or not")
            return "truth" if isinstance(node.op, ast.Not) else "number"
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
            for part in (node.left, node.right):
                self._operand(part, depth, "arithmetic")
            return "number"
        if isinstance(node, ast.Call):
            return self._call(node, depth)
        raise refuse(f"{_described(node)} not part of the language", self._text, node)

    def _constant(self, node: ast.Constant) -> Sort:
        value = node.value
        if isinstance(value, bool):
            return "truth"
        if value is None or isinstance(value, str):
            return "text"
        if not isinstance(value, (int, float)):
            raise refuse(f"{value!r} is not part of the language", self._text, node)
        try:
            finite = np.isfinite(float(value))
        except OverflowError:
            finite = np.False_
        if not finite:
            raise refuse("the number is too large", self._text, node)
        return "number"

    def _name(self, node: ast.Name) -> Sort:
        if self._names is not None and node.id not in self._names:
            close = get_close_matches(node.id, list(self._names), n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(self._names) or 'none'}"
            raise refuse(f"unknown name {node.id!r}; {hint}", self._text, node)
        self._found[node.id] = None
        return "any"

    def _operand(self, node: ast.expr, depth: int, where: str) -> None:
        if self.sort(node, depth + 1) == "text":
            raise refuse(f"text and None can only be compared by == != in, not used in {where}", self._text, node)

    def _compare(self, node: ast.Compare, depth: int) -> Sort:
        sides = [node.left, *node.comparators]
        for i, op in enumerate(node.ops):
            if isinstance(op, (ast.In, ast.NotIn)):
                self._members(sides[i + 1], depth)
                if i + 1 < len(node.ops):
                    raise refuse("a list can only end a comparison", self._text, sides[i + 1])
            elif isinstance(op, (ast.Is, ast.IsNot)):
                raise refuse("'is' is not part of the language; use == or !=", self._text, node)
            elif not isinstance(op, (ast.Eq, ast.NotEq)):
                self._operand(sides[i], depth, "< <= > >=")
                self._operand(sides[i + 1], depth, "< <= > >=")
        for i, side in enumerate(sides):
            if i == 0 or not isinstance(node.ops[i - 1], (ast.In, ast.NotIn)):
                self.sort(side, depth + 1)
        return "truth"

    def _members(self, node: ast.expr, depth: int) -> None:
        if not isinstance(node, (ast.List, ast.Tuple)):
            raise refuse("'in' needs a list of constants, as in optimizer in ['sgd', 'adam']", self._text, node)
        for element in node.elts:
            before = len(self._found)
            self.sort(element, depth + 1)
            if len(self._found) > before or any(isinstance(part, ast.Name) for part in ast.walk(element)):
                raise refuse("a list holds constants only", self._text, element)

    def _call(self, node: ast.Call, depth: int) -> Sort:
        if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
            raise refuse(f"only these functions may be called: {', '.join(FUNCTIONS)}", self._text, node)
        name = node.func.id
        several = name in ("min", "max")
        if node.keywords or (len(node.args) < 2 if several else len(node.args) != 1):
            wanted = "at least two arguments" if several else "one argument"
            raise refuse(f"{name} takes {wanted} by position", self._text, node)
        for argument in node.args:
            self._operand(argument, depth, f"{name}(...)")
        return "number"


def sort_of(node: ast.expr) -> Sort:
    """Return the sort of a checked tree's value."""
    return _Checker("", None, {}).sort(node, 0)


def _described(node: ast.AST) -> str:
    words = {
        ast.Attribute: "an attribute is",
        ast.Subscript: "a subscript is",
        ast.Lambda: "a function is",
        ast.IfExp: "'if ... else' is",
        ast.JoinedStr: "an f-string is",
        ast.NamedExpr: "an assignment is",
        ast.List: "a list (except after 'in') is",
        ast.Tuple: "a tuple (except after 'in') is",
        ast.Starred: "an unpacking is",
    }
    return words.get(type(node), f"{type(node).__name__} is")
