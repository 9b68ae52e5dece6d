"""Whole networks as one chain of layers, with ways around them."""

from __future__ import annotations

__all__ = ["Macro"]

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np

from tunewright.errors import ArchitectureError
from tunewright.nas import chain_moves
from tunewright.nas.architecture import Architecture
from tunewright.nas.chain_moves import Link, Links, Room
from tunewright.nas.design import checked_operations, whole
from tunewright.space import Categorical, Domain, Int, Ordinal, Space, when

_MOST_LAYERS = 64


@dataclass(frozen=True)
class Macro:
    """Depth, and for each layer its operation, its width and what it skips (Zoph & Le, ICLR 2017).

    Parameters: ``depth``; for layer k, from 1 on, ``layer_k`` (its operation), ``width_k`` where there are several
    widths, and ``skip_i_k`` (whether what layer i gave comes in too; i = 0 is the input). They exist where the network
    is so deep. The node of a layer is called ``"conv3:32"``, its operation and its width.

    Args:
        operations: what a layer may be, ``"identity"`` among others.
        depth: fewest and most layers, or their number.
        widths: the widths to choose from, ascending; none where layers have no width of their own.
        skips: how many layers a way around may pass, at most; 0 for a plain chain.
        prefix: of the parameters' names.

    Raises:
        ArchitectureError: no operations, one twice or ``"zero"``; depths or skips out of range; widths that are not
            positive and ascending.

    Examples:
        >>> macro = Macro(("conv3", "conv5"), depth=(1, 2), widths=(8, 16))
        >>> macro.architecture({"depth": 1, "layer_1": "conv5", "width_1": 16})
        Architecture('input', 'conv5:16', 'output'; 0-1, 1-2)
    """

    operations: tuple[str, ...] = ("identity", "linear", "conv3", "conv5", "mean3")
    depth: tuple[int, int] | int = (1, 6)
    widths: tuple[int, ...] = (8, 16, 32)
    skips: int = 2
    prefix: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "operations", checked_operations(self.operations, reserved=("zero",)))
        both = (self.depth, self.depth) if isinstance(self.depth, int) else tuple(self.depth)
        if len(both) != 2:
            raise ArchitectureError(f"depth must be a number of layers, or the fewest and the most; got {self.depth!r}")
        most = whole("depth", both[1], 1, _MOST_LAYERS)
        object.__setattr__(self, "depth", (whole("depth", both[0], 1, most), most))
        whole("skips", self.skips, 0, _MOST_LAYERS)
        object.__setattr__(self, "widths", tuple(self.widths))
        if any(
            whole("widths", width, 1, 10**9) <= before
            for before, width in zip((0, *self.widths), self.widths, strict=False)
        ):
            raise ArchitectureError(f"widths must ascend, got {self.widths}")

    @property
    def shallowest(self) -> int:
        """The fewest layers."""
        return self.depth if isinstance(self.depth, int) else self.depth[0]

    @property
    def deepest(self) -> int:
        """The most layers."""
        return self.depth if isinstance(self.depth, int) else self.depth[1]

    @cached_property
    def space(self) -> Space:
        """The parameters; those of layer k exist where the depth is k or more."""
        least = self.shallowest
        domains: dict[str, Domain] = {f"{self.prefix}depth": Int(least, self.deepest)}
        for layer in range(1, self.deepest + 1):
            there = when(f"{self.prefix}depth") >= layer if layer > least else None
            domains[f"{self.prefix}layer_{layer}"] = Categorical(*self.operations, when=there)
            if self.widths:
                domains[f"{self.prefix}width_{layer}"] = Ordinal(*self.widths, when=there)
            for source in self._skippable(layer):
                domains[f"{self.prefix}skip_{source}_{layer}"] = Categorical(False, True, when=there)
        return Space(domains)

    def _skippable(self, layer: int) -> range:
        return range(max(0, layer - 1 - self.skips), layer - 1)

    def architecture(self, config: Mapping[str, Any]) -> Architecture:
        """See :class:`~tunewright.nas.design.Design`."""
        depth = config[f"{self.prefix}depth"]
        operations, edges = ["input"], []
        for layer in range(1, depth + 1):
            name = config[f"{self.prefix}layer_{layer}"]
            sized = self.widths and name != "identity"
            operations.append(f"{name}:{config[f'{self.prefix}width_{layer}']}" if sized else name)
            edges.append((layer - 1, layer))
            edges += [(i, layer) for i in self._skippable(layer) if config[f"{self.prefix}skip_{i}_{layer}"]]
        return Architecture((*operations, "output"), (*edges, (depth, depth + 1)))

    def mutated(self, config: Mapping[str, Any], draws: np.random.Generator) -> dict[str, Any]:
        """See :class:`~tunewright.nas.design.Evolving`: one layer added, removed or changed, wherever it stands.

        The layers behind it stay as they are, and skip as many layers as before.
        """
        return self._config(chain_moves.mutated(self._links(config), self._room, draws))

    def crossed(self, a: Mapping[str, Any], b: Mapping[str, Any], draws: np.random.Generator) -> dict[str, Any]:
        """See :class:`~tunewright.nas.design.Evolving`: the first layers of one parent, then the last of the other."""
        return self._config(chain_moves.crossed(self._links(a), self._links(b), self._room, draws))

    @property
    def _room(self) -> Room:
        return Room(self.operations, self.widths, self.skips + 1, self.shallowest, self.deepest)

    def _links(self, config: Mapping[str, Any]) -> Links:
        """The layers of a configuration."""
        links = []
        for layer in range(1, config[f"{self.prefix}depth"] + 1):
            width = config[f"{self.prefix}width_{layer}"] if self.widths else 0
            sources = [i for i in self._skippable(layer) if config[f"{self.prefix}skip_{i}_{layer}"]]
            skips = frozenset(layer - i for i in sources)
            links.append(Link(config[f"{self.prefix}layer_{layer}"], width, skips))
        return tuple(links)

    def _config(self, links: Links) -> dict[str, Any]:
        """The configuration of these layers."""
        config: dict[str, Any] = {f"{self.prefix}depth": len(links)}
        for layer, link in enumerate(links, start=1):
            config[f"{self.prefix}layer_{layer}"] = link.operation
            if self.widths:
                config[f"{self.prefix}width_{layer}"] = link.width
            for i in self._skippable(layer):
                config[f"{self.prefix}skip_{i}_{layer}"] = layer - i in link.skips
        return config

    def to_json(self) -> dict[str, Any]:
        """See :class:`~tunewright.nas.design.Design`."""
        depth = self.depth if isinstance(self.depth, int) else list(self.depth)
        lists = {"operations": list(self.operations), "widths": list(self.widths), "depth": depth}
        return {"design": "Macro", **asdict(self), **lists}
