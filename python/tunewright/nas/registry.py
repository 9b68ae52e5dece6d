"""Designs by the name their JSON gives them."""

from __future__ import annotations

__all__ = ["design_from_json"]

from collections.abc import Callable, Mapping
from typing import Any

from tunewright.errors import ArchitectureError
from tunewright.nas.cell import Cell
from tunewright.nas.darts_cell import DartsCell
from tunewright.nas.design import Design
from tunewright.nas.hierarchy import Hierarchy
from tunewright.nas.macro import Macro
from tunewright.nas.skeleton import Skeleton

_DESIGNS: dict[str, Callable[..., Design]] = {
    "Cell": Cell,
    "DartsCell": DartsCell,
    "Hierarchy": Hierarchy,
    "Macro": Macro,
}


def design_from_json(written: Mapping[str, Any]) -> Design:
    """The design whose ``to_json`` gave ``written``.

    Raises:
        ArchitectureError: not one of this package's designs.
    """
    name = written.get("design")
    if name == "Skeleton":
        own = {key: value for key, value in written.items() if key not in ("design", "of")}
        return Skeleton(design_from_json(written["of"]), **own)
    if name not in _DESIGNS:
        raise ArchitectureError(f"design must be one of {', '.join(_DESIGNS)}, Skeleton; got {name!r}")
    options = {key: tuple(value) if isinstance(value, list) else value for key, value in written.items()}
    options.pop("design")
    return _DESIGNS[name](**options)
