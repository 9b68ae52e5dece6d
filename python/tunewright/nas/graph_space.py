"""A space of architectures in which equal graphs are one configuration."""

from __future__ import annotations

__all__ = ["GraphSpace", "alike"]

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from tunewright.errors import SpaceError
from tunewright.nas.architecture import Architecture
from tunewright.nas.design import Design, checked_design
from tunewright.nas.graphs import graphs
from tunewright.nas.registry import design_from_json
from tunewright.space import Constraint, Domain, Space
from tunewright.trial.columns import Array


class GraphSpace(Space):
    """The parameters and constraints of a design, and other parameters beside them.

    Two configurations whose graphs are equal (see ``Architecture``), and whose other parameters are, count as the same:
    a study with ``duplicates="avoid"`` suggests one of them and ends when no further graph is left, one with
    ``"reuse"`` takes the values of one for the other, and strategies that pass over what is in the record pass over it
    in any form. Graphs through which nothing flows count as one. A graph is worked out in 0.1 to 0.3 ms, and kept.

    Args:
        design: whose parameters come first.
        domains: more parameters by name; those of ``named`` too.

    Raises:
        ArchitectureError: what is no design.
        SpaceError: a parameter that the design has too.

    Examples:
        >>> from tunewright.nas import Cell
        >>> from tunewright.space import Float
        >>> space = GraphSpace(Cell(3, ("identity", "conv3")), lr=Float(1e-4, 1e-1, log=True))
        >>> space.names
        ('edge_0_1', 'edge_0_2', 'edge_1_2', 'lr')
    """

    __slots__ = ("design",)

    design: Design

    def __init__(self, design: Design, domains: Mapping[str, Any] | None = None, /, **named: Any) -> None:
        checked_design(design)
        own = design.space
        twice = [name for name in (*(domains or {}), *named) if name in own]
        if twice:
            raise SpaceError(f"GraphSpace: parameter {twice[0]!r} is one of the design's; call yours something else")
        super().__init__({**own.by_name, **(domains or {})}, **named)
        self.design = design
        self.forbid(*own.constraints)

    @property
    def merges(self) -> bool:
        """True: several configurations may have one graph."""
        return True

    def identities(self, natives: Array) -> list[bytes]:
        """See :meth:`Space.identities`: the graph's key in the place of the design's parameters."""
        there = np.logical_not(np.isnan(natives).all(axis=1))  # what is no configuration yet is merged with nothing
        own = np.array([name in self.design.space for name in self.names])
        others = np.where(there[:, None] & own, np.nan, natives)
        rest = super().identities(others)
        found = iter(graphs(self.design, self.configs(natives[there])))
        return [_key(next(found)) + row if drawn else row for row, drawn in zip(rest, there.tolist(), strict=True)]

    def remade(self, domains: Mapping[str, Any]) -> Space:
        """See :meth:`Space.remade`."""
        return _made(self.design, domains, self.constraints)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Space):
            return NotImplemented
        return isinstance(other, GraphSpace) and self.design == other.design and super().__eq__(other)

    def __hash__(self) -> int:
        return hash((self.names, self.domains))  # as Space, for the same reason

    def __repr__(self) -> str:
        return f"GraphSpace of {self.design!r}: {super().__repr__()}"

    def __reduce__(self) -> tuple[Callable[..., Space], tuple[Any, ...]]:
        return _rebuilt, (self.design, dict(self.by_name), self.constraints, self.frozen)

    def _fields(self) -> dict[str, Any]:
        return {"room": "nas", "design": self.design.to_json()}

    @classmethod
    def _read(cls, domains: Mapping[str, Domain], fields: Mapping[str, Any]) -> Space:
        return _made(design_from_json(fields["design"]), domains, ())


def _key(graph: Architecture | None) -> bytes:
    return b"disconnected" if graph is None else graph.key.encode()


def _made(design: Design, domains: Mapping[str, Any], constraints: tuple[Constraint, ...]) -> Space:
    space = GraphSpace.__new__(GraphSpace)
    Space.__init__(space, domains)
    space.design = design
    return space.forbid(*constraints)


def _rebuilt(design: Design, domains: Mapping[str, Any], constraints: tuple[Constraint, ...], frozen: bool) -> Space:  # noqa: FBT001
    space = _made(design, domains, constraints)
    return space.freeze() if frozen else space


@lru_cache(maxsize=16)
def alike(design: Design, space: Space) -> Space:
    """``space`` as one in which configurations with equal graphs of ``design`` are one."""
    same = isinstance(space, GraphSpace) and space.design == design
    return space if same else _made(design, space.by_name, space.constraints)
