"""Space: named parameters, the conditions between them and the combinations they rule out.

n  configurations        d  parameters, in the order given
unit, natives            (n, d) float64, NaN where a parameter does not exist (see ``tunewright.space.domain``)
"""

from __future__ import annotations

__all__ = ["Space"]

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import Any, ClassVar, TypeGuard

import numpy as np
from numpy.typing import ArrayLike

from tunewright.errors import ConfigError, SpaceError
from tunewright.space.activity import parents_first, silence
from tunewright.space.array import Array, Mask
from tunewright.space.condition import unknown_name
from tunewright.space.constraint import Constraint, as_constraint, shown
from tunewright.space.counting import count
from tunewright.space.document import dump, load
from tunewright.space.domain import Domain
from tunewright.space.entry import as_domain, as_name
from tunewright.space.expression import Expression
from tunewright.space.reading import read_configs
from tunewright.space.rows import Rows, config_of
from tunewright.space.stack import stacked


class Space:
    """The parameters of a search.

    Args:
        domains: domains by name (any strings), for names that are not Python words.
        named: more domains by name. A frozen distribution of scipy.stats stands for its ``Distribution``.

    Raises:
        SpaceError: a name that is not text or comes twice, a value that is not a domain, or a condition that does not
            fit the other parameters.

    Examples:
        >>> from tunewright.space import Float, Int
        >>> space = Space(lr=Float(1e-5, 1e-1, log=True), depth=Int(1, 4))
        >>> space.configs(space.decode(np.array([[0.5, 0.5]])))
        [{'lr': 0.001, 'depth': 3}]
    """

    _forms: ClassVar[dict[str, type[Space]]] = {}

    __slots__ = ("_by_name", "_conditional", "_constraints", "_frozen", "_hash", "_stacks", "_whole")

    def __init_subclass__(cls) -> None:
        Space._forms[cls.__name__] = cls  # by the name that their JSON has

    def __init__(self, domains: Mapping[str, Any] | None = None, /, **named: Any) -> None:
        if domains is not None and not isinstance(domains, Mapping):
            raise SpaceError(f"Space: domains must map names to domains, got {domains!r}")
        given = dict(domains or {})
        for name, value in named.items():
            if name in given:
                raise SpaceError(f"Space: parameter {name!r} is given twice")
            given[name] = value
        self._by_name: dict[str, Domain] = {as_name(name): as_domain(name, value) for name, value in given.items()}
        self._conditional = parents_first(self._by_name)
        self._stacks = stacked([getattr(domain, "line", None) for domain in self._by_name.values()])
        one = len(self._stacks) == 1 and len(self._stacks[0].columns) == len(self._by_name)
        self._whole = self._stacks[0] if one and not self._conditional else None  # all columns at once
        self._constraints: tuple[Constraint, ...] = ()
        self._frozen = False
        self._hash: int | None = None

    # ---- what it holds

    @property
    def names(self) -> tuple[str, ...]:
        """The names, in order."""
        return tuple(self._by_name)

    @property
    def domains(self) -> tuple[Domain, ...]:
        """The domains, in the order of the names."""
        return tuple(self._by_name.values())

    @property
    def by_name(self) -> Mapping[str, Domain]:
        """The domains by name, read-only."""
        return MappingProxyType(self._by_name)

    @property
    def constraints(self) -> tuple[Constraint, ...]:
        """What ``forbid`` was given."""
        return self._constraints

    @property
    def dimension(self) -> int:
        """d, the number of parameters."""
        return len(self._by_name)

    @property
    def rows(self) -> Array | None:
        """The native rows (N, d) of a space that is a list of them; None for what has parameters alone."""
        return None

    @property
    def has_conditions(self) -> bool:
        """Whether any parameter exists only under a condition."""
        return bool(self._conditional)

    @property
    def order(self) -> tuple[int, ...]:
        """Columns in an order in which every parameter comes after those that its condition names."""
        free = [j for j, name in enumerate(self.names) if name not in self._conditional]
        return (*free, *(self.names.index(name) for name in self._conditional))

    @property
    def size(self) -> int | None:
        """How many distinct configurations there are, conditions counted exactly and constraints not at all.

        None when a parameter that can exist is continuous or unbounded, or when counting would cost more than 10**7
        values of one parent or 10**5 combinations of parents.
        """
        return count(self._by_name, self._conditional)

    def __getitem__(self, name: str) -> Domain:
        if name not in self._by_name:
            raise SpaceError(unknown_name(name, self.names))
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Space):
            return NotImplemented
        return self.names == other.names and self.domains == other.domains and self._constraints == other._constraints

    def __hash__(self) -> int:
        self._hash = self._hash or hash((self.names, self.domains))  # not the constraints: they may grow until in use
        return self._hash

    def __repr__(self) -> str:
        words = all(name.isidentifier() for name in self.names)
        form = "    {}={!r}," if words else "    {!r}: {!r},"
        lines = [form.format(name, domain) for name, domain in self._by_name.items()]
        start, end = ("Space(", ")") if words else ("Space({", "})")
        text = "\n".join([start, *lines, end]) if lines else "Space()"
        return text + "".join(f".forbid({shown(constraint)})" for constraint in self._constraints)

    def __reduce__(self) -> tuple[Callable[..., Space], tuple[dict[str, Domain], tuple[Constraint, ...], bool]]:
        return _rebuild, (self._by_name, self._constraints, self._frozen)

    # ---- numbers

    def decode(self, unit: ArrayLike) -> Array:
        """Return the natives (n, d) at coordinates (n, d): NaN where a parameter does not exist, or unit is NaN."""
        if self._whole is not None and _is_plain(unit, self.dimension):
            if (few := self._whole.rows(unit)) is not None:
                return few
        columns = self._columns(unit, "unit")
        columns = np.minimum(np.maximum(columns, 0.0), 1.0)
        natives = self._each("at", "decode", columns)
        if self._conditional:
            silence(natives, self._by_name, self._conditional)
        return np.ascontiguousarray(natives.T)

    def encode(self, natives: ArrayLike) -> Array:
        """Return the coordinates (n, d) of natives (n, d): NaN where natives are."""
        if self._whole is not None and _is_plain(natives, self.dimension):
            if (few := self._whole.coordinate_rows(natives)) is not None:
                return few
        columns = self._columns(natives, "natives")
        return np.ascontiguousarray(self._each("coordinate", "encode", columns).T)

    def quantile(self, p: ArrayLike) -> Array:
        """Return the coordinates (n, d) at probabilities (n, d) of each parameter's prior or weights."""
        columns = self._columns(p, "p")
        for column, domain in zip(columns, self._by_name.values(), strict=True):
            column[:] = domain.quantile(column)
        return np.ascontiguousarray(columns.T)

    def log_prior(self, unit: ArrayLike) -> Array:
        """Return the log density (n,) of priors and weights at coordinates (n, d), relative to the uniform one.

        A parameter that does not exist (NaN) counts nothing.
        """
        columns = self._columns(unit, "unit")
        total = np.zeros(columns.shape[1])
        for column, domain in zip(columns, self._by_name.values(), strict=True):
            there = ~np.isnan(column)
            total[there] += domain.log_prior(column[there])
        return total

    def active(self, natives: ArrayLike) -> Mask:
        """Return which parameters exist (n, d), judged by conditions from natives (n, d)."""
        columns = self._columns(natives, "natives")
        silence(columns, self._by_name, self._conditional)
        return np.ascontiguousarray(~np.isnan(columns).T)

    def feasible(self, natives: ArrayLike) -> Mask:
        """Return which rows (n,) of natives (n, d) no constraint forbids."""
        rows = Rows(self._by_name, self._columns(natives, "natives"))
        allowed = np.ones(rows.columns.shape[1], dtype=np.bool_)
        for constraint in self._constraints:
            allowed &= ~constraint.forbids(rows)
        return allowed

    def _columns(self, matrix: ArrayLike, what: str) -> Array:
        """The columns (d, n) of a matrix (n, d), copied."""
        array = np.asarray(matrix, dtype=np.float64)
        if array.ndim != 2 or array.shape[1] != self.dimension:
            raise SpaceError(f"{what} must have shape (n, {self.dimension}), got {array.shape}")
        return np.array(array.T, order="C")

    def _each(self, bare: str, careful: str, columns: Array) -> Array:
        """Every column through one method of its domain: the bare one when it has no NaN, many at once if possible."""
        gaps: Mask = np.logical_or.reduce(np.isnan(columns), axis=1)
        if len(self._stacks) == 1 and len(self._stacks[0].columns) == len(columns) and not gaps.any():
            whole: Array = getattr(self._stacks[0], bare)(columns)
            return whole
        result = np.empty(columns.shape)
        left = np.ones(len(columns), dtype=np.bool_)
        for stack in self._stacks:
            if not gaps[stack.columns].any():
                result[stack.columns] = getattr(stack, bare)(columns[stack.columns])
                left[stack.columns] = False
        domains = self.domains
        for j in np.flatnonzero(left):
            result[j] = getattr(domains[j], careful if gaps[j] else bare)(columns[j])
        return result

    # ---- configurations

    def configs(self, natives: ArrayLike) -> list[dict[str, Any]]:
        """Return the configurations of natives (n, d): Python values of the parameters that exist, in order."""
        if _is_plain(natives, self.dimension) and len(natives) == 1:
            return [config_of(natives[0].tolist(), self._by_name, bare=self._whole is not None)]
        return Rows(self._by_name, self._columns(natives, "natives")).configs()

    def natives(self, configs: Sequence[Mapping[str, Any]]) -> Array:
        """Return the natives (n, d) of configurations, each checked.

        Raises:
            ConfigError: an unknown name, a missing parameter, a value outside its domain, or a value for a parameter
                whose condition does not hold.
        """
        if isinstance(configs, Mapping) or isinstance(configs, str):
            raise ConfigError("natives takes a list of configurations; put a single one in brackets")
        return np.ascontiguousarray(read_configs(list(configs), self._by_name, self._conditional).T)

    @property
    def merges(self) -> bool:
        """Whether natives that differ may stand for one configuration."""
        return False

    def identities(self, natives: Array) -> list[bytes]:
        """Return bytes that two rows of natives (n, d) share exactly when they are the same configuration."""
        return [row.tobytes() for row in np.where(np.isnan(natives), np.nan, natives) + 0.0]  # one NaN, one zero

    # ---- growth

    def forbid(self, *constraints: str | Expression | Constraint | Callable[[dict[str, Any]], bool]) -> Space:
        """Rule out combinations, and return the space itself.

        Args:
            constraints: each an expression that is true for what is forbidden (``"batch_size * hidden > 2**17"``), a
                function of the configuration that returns True for it, or a ``Linear`` limit to be kept.

        Raises:
            SpaceError: a constraint that does not fit the parameters, or a space that a study uses already.
        """
        if self._frozen:
            raise SpaceError(
                "forbid: a study uses this space, and its record would no longer mean the same; forbid before the "
                "study is made, or make a new space"
            )
        given = tuple(as_constraint(constraint) for constraint in constraints)
        for constraint in given:
            constraint.check(self._by_name)
        self._constraints += given
        return self

    @property
    def frozen(self) -> bool:
        """Whether ``forbid`` is over."""
        return self._frozen

    def freeze(self) -> Space:
        """Let nothing change any more, and return the space itself. A study does this to the space it uses."""
        self._frozen = True
        return self

    def extended(self, name: str, domain: Any) -> Space:
        """Return a space with one more parameter at the end, or with the union of domains when it has the name.

        Natives keep their meaning: bounds only widen and choices are only appended. Equal domains give this space.

        Raises:
            SpaceError: the two domains of the name have no union.
        """
        added = as_domain(as_name(name), domain)
        domains = dict(self._by_name)
        if name in domains:
            if domains[name] == added:
                return self
            try:
                added = domains[name].union(added)
            except SpaceError as error:
                raise SpaceError(f"parameter {name!r}: {error}") from error
            if domains[name] == added:
                return self
        domains[name] = added
        grown = self.remade(domains)
        return grown.freeze() if self._frozen else grown

    def remade(self, domains: Mapping[str, Any]) -> Space:
        """Return a space of the same kind and constraints whose parameters are these."""
        return Space(domains).forbid(*self._constraints)

    # ---- JSON

    def to_json(self) -> str:
        """Return the space as JSON text, with a format version.

        Raises:
            SpaceError: something that JSON cannot hold: a function as a constraint, a distribution of the user's own.
        """
        fields = self._fields()
        return dump(self._by_name, self._constraints, {"type": type(self).__name__, **fields} if fields else {})

    def _fields(self) -> dict[str, Any]:
        """What JSON keeps of a kind of space beside its parameters and constraints."""
        return {}

    @classmethod
    def _read(cls, domains: Mapping[str, Domain], fields: Mapping[str, Any]) -> Space:
        """The space of these parameters and what :meth:`_fields` gave."""
        return Space(domains)

    @staticmethod
    def from_json(text: str, *, like: Space | None = None) -> Space:
        """Return the space that ``to_json`` wrote.

        Args:
            text: the JSON text.
            like: a space that has the choices which JSON cannot hold (classes, functions, objects); they are found
                by what they read as.

        Raises:
            SpaceError: not such a text, written by a newer version, or an object that ``like`` does not have.
        """
        known = {} if like is None else {name: like[name].known() for name in like}
        domains, constraints, fields = load(text, known)
        form = fields.get("type", "Space")
        if form not in Space._forms and str(fields.get("room", "")).isidentifier():
            import_module(f"tunewright.{fields['room']}")  # kinds of rooms above this one are known by their name alone
        if form != "Space" and form not in Space._forms:
            raise SpaceError(f"not a kind of space this version of tunewright writes: {form!r}")
        return Space._forms.get(form, Space)._read(domains, fields).forbid(*constraints)

    def config_to_json(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """Return a configuration as a dictionary of JSON values.

        Raises:
            ConfigError: an unknown name or a value outside its domain.
        """
        return {name: self._domain_of(name).json_value(value) for name, value in config.items()}

    def config_from_json(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the configuration that ``config_to_json`` wrote.

        Raises:
            ConfigError: an unknown name or a value outside its domain.
        """
        return {name: self._domain_of(name).value_of_json(value) for name, value in data.items()}

    def _domain_of(self, name: str) -> Domain:
        if name not in self._by_name:
            raise ConfigError(unknown_name(name, self.names))
        return self._by_name[name]


def _is_plain(matrix: ArrayLike, d: int) -> TypeGuard[Array]:
    """Whether it is an array of configurations, of which a few are quicker number by number."""
    return type(matrix) is np.ndarray and matrix.ndim == 2 and matrix.shape[1] == d and matrix.dtype == np.float64


def _rebuild(domains: dict[str, Domain], constraints: tuple[Constraint, ...], frozen: bool) -> Space:  # noqa: FBT001
    space = Space(domains).forbid(*constraints)
    return space.freeze() if frozen else space
