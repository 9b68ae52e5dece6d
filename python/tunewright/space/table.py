"""Table: a space that is a list of configurations, and no others.

N  rows        d  parameters        e  coordinates of the distance between rows, at least d
"""

from __future__ import annotations

__all__ = ["Table"]

import base64
import hashlib
import math
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.errors import ConfigError, SpaceError
from tunewright.space.array import Array, Mask
from tunewright.space.categorical import Categorical
from tunewright.space.constant import Constant
from tunewright.space.constraint import Constraint, as_constraint
from tunewright.space.domain import Domain
from tunewright.space.expression import Expression
from tunewright.space.floats import Float
from tunewright.space.integers import Int
from tunewright.space.rows import Rows
from tunewright.space.space import Space

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

_NEAR = 8  # neighbours that are looked at first


class Table(Space):
    """A finite table of candidates: every strategy suggests rows of it, each at most once.

    Strategies that judge candidates (Gaussian processes, random forests) judge the rows that are left; of a table so
    large that this would take long, a part drawn anew for every trial and the rows closest to the best trials. Others
    propose a point, and the nearest row that is left is taken (Euclidean in the unit cube; two different choices, and
    a value beside none, are at distance 1). ``Random`` draws rows, ``Grid()`` takes them in order. Priors and weights
    of the parameters do not count.

    Args:
        rows: the candidates: configurations ``[{name: value}, …]``, columns ``{name: [value, …]}``, or an array of
            numbers (N, d).
        space: the parameters. Left out, a column of whole numbers is an ``Int``, of other numbers a ``Float``, of
            anything else a ``Categorical``, of one value a ``Constant``; a row may then lack none.
        names: of the columns of an array; ``x0``, ``x1``, … by default.

    Rows that come twice count once. What ``forbid`` is given leaves the table.

    Raises:
        SpaceError: no rows, or columns that do not fit.
        ConfigError: a row that is no configuration of ``space``.

    Examples:
        >>> table = Table([{"lr": 0.1, "depth": 2}, {"lr": 0.01, "depth": 4}, {"lr": 0.03, "depth": 3}])
        >>> table.size, table.names
        (3, ('lr', 'depth'))
    """

    __slots__ = ("__dict__", "_natives")

    def __init__(
        self,
        rows: Sequence[Mapping[str, Any]] | Mapping[str, Sequence[Any]] | ArrayLike,
        space: Space | None = None,
        *,
        names: Sequence[str] | None = None,
    ) -> None:
        if space is not None and not isinstance(space, Space):
            raise SpaceError(f"Table: space must be a Space or None, got {space!r}")
        columns = _columns(rows, names)
        if space is None:
            if columns is None:
                raise SpaceError(
                    "Table: rows that lack parameters of others need space=, which says under what conditions"
                )
            space = Space({name: _inferred(name, column) for name, column in columns.items()})
        if columns is None or space.has_conditions:
            self._begin(space, space.natives(_configs(rows, columns)))
        else:
            self._begin(space, _filled(space, columns))

    def _begin(self, space: Space, natives: Array) -> None:
        super().__init__(space.by_name)
        if not len(natives) or not self.dimension:
            raise SpaceError("Table needs at least one row of at least one parameter")
        allowed = space.feasible(natives)
        if not allowed.all():
            raise SpaceError(f"Table: row {int(np.argmin(allowed))} is forbidden by a constraint of the space")
        self._keep(natives)

    def _keep(self, natives: Array) -> None:
        """Have these rows, each once, and forget what was known of others."""
        first = np.unique(_numbers(natives), axis=0, return_index=True)[1]
        self._natives = np.ascontiguousarray(natives[np.sort(first)])
        self._natives.flags.writeable = False
        for name in ("unit", "_places", "_lift", "_tree", "_digest"):
            self.__dict__.pop(name, None)

    # ---- what it holds

    @property
    def rows(self) -> Array:
        """The native rows (N, d), in the order in which they were given; read-only."""
        return self._natives

    @property
    def size(self) -> int:
        """N, the number of rows."""
        return len(self._natives)

    @cached_property
    def unit(self) -> Array:
        """The coordinates (N, d) of the rows, read-only."""
        unit = self.encode(self._natives)
        unit.flags.writeable = False
        return unit

    def places(self, natives: ArrayLike) -> NDArray[np.int64]:
        """Return which row each of natives (n, d) is, -1 where none."""
        known = self._places
        asked = _numbers(np.asarray(natives, dtype=np.float64).reshape(-1, self.dimension))
        return np.array([known.get(row.tobytes(), -1) for row in asked], dtype=np.int64)

    def taken(self, natives: ArrayLike) -> Mask:
        """Return which rows (N,) are among natives (n, d)."""
        taken = np.zeros(self.size, dtype=np.bool_)
        places = self.places(natives)
        taken[places[places >= 0]] = True
        return taken

    def feasible(self, natives: ArrayLike) -> Mask:
        """Return which rows (n,) of natives (n, d) are in the table."""
        return self.places(self._columns(natives, "natives").T) >= 0

    def nearest(self, natives: ArrayLike, taken: Mask) -> int:
        """Return the place of the row nearest to one configuration, natives (d,), among those not ``taken`` (N,).

        Of rows equally far the first. -1 if all are taken.
        """
        point = self._lifted(np.asarray(natives, dtype=np.float64)[None, :])
        free = len(taken) - int(taken.sum())
        if not free:
            return -1
        count = _NEAR
        while count < self.size and count * free > self.size:  # else it is quicker to look at what is left
            distance, place = self._tree.query(point[0], k=count)
            open_ = ~taken[place]
            if open_.any() and (last := distance[open_][0]) < distance[-1]:  # else there may be others as close
                return int(place[open_ & (distance <= last)].min())
            count *= 8
        left = np.flatnonzero(~taken)
        squares = ((self._tree.data[left] - point) ** 2).sum(axis=1)
        return int(left[np.argmin(squares)])

    @cached_property
    def _places(self) -> dict[bytes, int]:
        return {row.tobytes(): place for place, row in enumerate(_numbers(self._natives))}

    @cached_property
    def _lift(self) -> tuple[list[tuple[int, NDArray[np.float64]]], NDArray[np.intp]]:
        """Of each categorical column its choices; the columns that not every row has."""
        kinds = [domain.kind == "categorical" for domain in self.domains]
        choices = [(int(j), np.unique(self._natives[:, j])) for j in np.flatnonzero(kinds)]
        return choices, np.flatnonzero(np.isnan(self._natives).any(axis=0))

    @cached_property
    def _tree(self) -> cKDTree:
        from scipy.spatial import cKDTree  # here, for it costs every import of the package

        return cKDTree(self._lifted(self._natives))

    def _lifted(self, natives: Array) -> Array:
        """Points (n, e) whose Euclidean distance is that of the rows."""
        choices, gaps = self._lift
        unit = self.encode(natives)
        parts = [unit[:, [j for j, domain in enumerate(self.domains) if domain.kind != "categorical"]]]
        parts += [(natives[:, [j]] == known) * math.sqrt(0.5) for j, known in choices]
        parts += [np.isnan(natives[:, gaps]) * 1.0]
        return np.nan_to_num(np.concatenate(parts, axis=1), nan=0.5)

    # ---- as a space

    def forbid(self, *constraints: str | Expression | Constraint | Callable[[dict[str, Any]], bool]) -> Table:
        """Take rows out of the table, and return it; see :meth:`Space.forbid`.

        Raises:
            SpaceError: as there, or no row would be left.
        """
        if self.frozen:
            raise SpaceError("forbid: a study uses this table; forbid before the study is made, or make a new table")
        left = np.ones(self.size, dtype=np.bool_)
        for constraint in map(as_constraint, constraints):
            constraint.check(self.by_name)
            left &= ~constraint.forbids(Rows(self.by_name, np.array(self._natives.T)))
        if not left.any():
            raise SpaceError("forbid: no row of the table would be left")
        self._keep(self._natives[left])
        return self

    def extended(self, name: str, domain: Any) -> Space:
        """Return the table itself where it has the name with that domain.

        Raises:
            SpaceError: anything else: a table has all of its parameters from the beginning.
        """
        if name in self and self[name] == domain:
            return self
        raise SpaceError(f"a Table cannot grow: {name!r} as {domain!r} is not among its parameters")

    @cached_property
    def _digest(self) -> bytes:
        return hashlib.blake2b(_numbers(self._natives).tobytes(), digest_size=16).digest()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Space):
            return NotImplemented
        if not isinstance(other, Table) or not super().__eq__(other):
            return False
        return self._digest == other._digest

    def __hash__(self) -> int:
        return super().__hash__()  # not of the rows: they may become fewer until the table is in use

    def __repr__(self) -> str:
        return f"Table({self.size} rows of {super().__repr__()})"

    def __reduce__(self) -> tuple[Callable[..., Space], tuple[Any, ...]]:
        return _rebuild, (dict(self.by_name), np.array(self._natives), self.frozen)

    def _fields(self) -> dict[str, Any]:
        numbers = np.ascontiguousarray(self._natives, dtype="<f8").tobytes()
        return {"rows": base64.b64encode(zlib.compress(numbers, 1)).decode("ascii")}

    @classmethod
    def _read(cls, domains: Mapping[str, Domain], fields: Mapping[str, Any]) -> Space:
        try:
            numbers = np.frombuffer(zlib.decompress(base64.b64decode(fields["rows"], validate=True)), dtype="<f8")
            natives = np.array(numbers.reshape(-1, len(domains)), dtype=np.float64)
        except (KeyError, TypeError, ValueError, zlib.error) as error:
            raise SpaceError(f"the rows of the table are damaged: {type(error).__name__}: {error}") from error
        return _rebuild(dict(domains), natives, frozen=False)


def _rebuild(domains: dict[str, Domain], natives: Array, frozen: bool) -> Space:  # noqa: FBT001
    table = Table.__new__(Table)
    table._begin(Space(domains), natives)
    return table.freeze() if frozen else table


def _numbers(natives: Array) -> Array:
    """``natives`` with one NaN and one zero, so that equal rows are equal bytes."""
    return np.ascontiguousarray(np.where(np.isnan(natives), np.nan, natives) + 0.0)


def _columns(rows: Any, names: Sequence[str] | None) -> dict[str, list[Any]] | None:
    """The table as columns of values; None where it is a list of configurations that differ in what they have."""
    if isinstance(rows, np.ndarray):
        if rows.ndim != 2:
            raise SpaceError(f"Table: an array of rows must have shape (N, d), got {rows.shape}")
        names = [f"x{j}" for j in range(rows.shape[1])] if names is None else list(names)
        if len(names) != rows.shape[1]:
            raise SpaceError(f"Table: expected {rows.shape[1]} names, one for each column, got {len(names)}")
        return {name: column.tolist() for name, column in zip(names, rows.T, strict=True)}
    if names is not None:
        raise SpaceError("Table: names are of the columns of an array; configurations and columns have their own")
    if isinstance(rows, Mapping):
        columns = {name: list(column) for name, column in rows.items()}
        if len({len(column) for column in columns.values()}) > 1:
            lengths = ", ".join(f"{name}: {len(column)}" for name, column in columns.items())
            raise SpaceError(f"Table: columns must be of one length, got {lengths}")
        return columns
    wrong = [row for row in rows if not isinstance(row, Mapping)]
    if wrong or not len(rows):
        raise SpaceError(f"Table: rows must be configurations, columns or an array, one at least; got {rows!r:.80}")
    if any(row.keys() != rows[0].keys() for row in rows):
        return None
    return {name: [row[name] for row in rows] for name in rows[0]}


def _configs(rows: Any, columns: Mapping[str, list[Any]] | None) -> Sequence[Mapping[str, Any]]:
    """The table as configurations."""
    if columns is None or not isinstance(rows, (Mapping, np.ndarray)):
        return list(rows)
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _filled(space: Space, columns: Mapping[str, list[Any]]) -> Array:
    """The natives (N, d) of columns that all rows have."""
    differing = set(space.names) ^ set(columns)
    if differing:
        raise SpaceError(
            f"Table: the rows have the parameters {', '.join(columns)}, the space {', '.join(space.names)}; "
            f"{sorted(differing)[0]!r} is not in both"
        )
    try:
        return np.column_stack([space[name].column(columns[name]) for name in space.names])
    except ConfigError as error:
        raise ConfigError(f"Table: {error}") from error


def _inferred(name: str, column: Sequence[Any]) -> Domain:
    """The domain that just holds the values of a column."""
    numbers = all(isinstance(value, (int, float, np.number)) and not isinstance(value, bool) for value in column)
    if not numbers:
        choices = list(dict.fromkeys(column))
        return Categorical(*choices) if len(choices) > 1 else Constant(choices[0])
    low, high = min(column), max(column)
    if not math.isfinite(low) or not math.isfinite(high) or any(value != value for value in column):
        raise SpaceError(f"Table: column {name!r} must have finite numbers")
    if low == high:
        return Constant(low)
    whole = all(isinstance(value, (int, np.integer)) for value in column)
    return Int(int(low), int(high)) if whole else Float(float(low), float(high))
