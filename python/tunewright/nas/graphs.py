"""The graphs of configurations, each worked out once."""

from __future__ import annotations

__all__ = ["graphs"]

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from tunewright.errors import ArchitectureError
from tunewright.nas.architecture import Architecture
from tunewright.nas.design import Design


def graphs(design: Design, configs: Sequence[Mapping[str, Any]]) -> list[Architecture | None]:
    """The architecture of each configuration; None where nothing of the input reaches the output."""
    names = design.space.names
    return [_graph(design, tuple((name, config[name]) for name in names if name in config)) for config in configs]


@lru_cache(maxsize=2**15)
def _graph(design: Design, chosen: tuple[tuple[str, Any], ...]) -> Architecture | None:
    try:
        return design.architecture(dict(chosen))
    except ArchitectureError:
        return None
