"""The weights that all paths of a design share: gates that open paths, updates of what took part, honest scores."""

from __future__ import annotations

__all__ = ["SharedWeights", "several"]

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tunewright.errors import ArchitectureError
from tunewright.nas.design import Wired
from tunewright.nas.sharing.recipes import check_recipe, diverged
from tunewright.nas.sharing.scoring import calibrated_score
from tunewright.nas.sharing.updates import update_at
from tunewright.nas.skeleton import Skeleton
from tunewright.training import Dataset, Network, Recipe, Score, Splits, clip_by_norm
from tunewright.training.layers import Array
from tunewright.training.streams import Purpose, permutation, stream

_AJAR = 1e-30  # an operation behind exactly 0 is not computed


class SharedWeights:
    """A network with gates, its optimiser, and batches of its data.

    Attributes:
        design: what is open.
        wired: the same as operations on edges.
        operations: the names of the operations on each edge, equally many on all.
        network: the weights.
    """

    def __init__(
        self,
        design: Skeleton,
        splits: Splits,
        recipe: Recipe,
        seed: int,
        *,
        operations: Sequence[Sequence[str]] | None = None,
        stage: int = 0,
    ) -> None:
        check_recipe(recipe)
        self.design, self.splits, self.recipe, self.seed = design, splits, recipe, seed
        self.wired = several(design)
        self.operations = [tuple(names) for names in operations or [self.wired.operations] * len(self.wired.edges)]
        layers = design.shared_layers(splits, self.operations)
        self.network = Network(layers, stream(seed, Purpose.WEIGHTS, epoch=stage))
        self.steps = -(-splits.train.size // recipe.batch_size)
        self._optimizer = recipe.build_optimizer()
        self._memory = self._optimizer.start(self.network.parameters.size)
        self._places = self._operations_places()

    @property
    def shape(self) -> tuple[int, int]:
        """(edges, operations an edge)."""
        return len(self.operations), len(self.operations[0])

    def open(self, gates: Array) -> None:
        """Set the gates (edges, operations) of every cell."""
        self.network.gates.reshape(-1, *self.shape)[...] = gates

    def ajar(self, gates: Array) -> None:
        """Set the gates, closed ones so little open that they change nothing but that their slopes are known."""
        self.open(np.maximum(gates, _AJAR))

    def gate_slopes(self) -> Array:
        """The slope of the last loss with respect to the gates, (edges, operations): the sum over the cells."""
        slopes: Array = self.network.gate_gradient.reshape(-1, *self.shape).sum(axis=0)
        return slopes

    def places(self, path: Sequence[str]) -> npt.NDArray[np.intp]:
        """The place of each edge's operation among those of that edge, -1 where it is not taken, (edges,)."""
        every = zip(self.operations, path, strict=True)
        return np.array([names.index(name) if name in names else -1 for names, name in every], dtype=np.intp)

    def shared_name(self, path: Sequence[str], name: str) -> str | None:
        """Where the array ``name`` of the network of ``path`` alone lies here: behind the gate of its edge.

        None for the gains of its batch norms, which operations behind gates do not have.
        """
        layer, _, rest = name.partition(".")
        node, _, own = rest.partition(".")
        if int(layer) not in _cells(self.network) or int(node) not in self.wired.places:
            return name
        edge = self.wired.places.index(int(node))
        here = f"{layer}.{node}.{self.operations[edge].index(path[edge])}.{own}"
        return here if here in self.network.arrays else None

    def one_hot(self, places: npt.NDArray[np.intp]) -> Array:
        """Gates (edges, operations) that open one path, given as places (edges,), -1 for edges it does not take."""
        gates = np.zeros(self.shape)
        taken = np.flatnonzero(places >= 0)
        gates[taken, places[taken]] = 1.0
        return gates

    def batches(self, epoch: int) -> list[npt.NDArray[np.intp]]:
        """Rows of the training part, batch by batch, in the random order of that epoch."""
        order = permutation(stream(self.seed, Purpose.SHUFFLE, epoch=epoch), self.splits.train.size)
        return [order[step * self.recipe.batch_size :][: self.recipe.batch_size] for step in range(self.steps)]

    def learn(self, dataset: Dataset, rows: npt.NDArray[np.intp], when: str) -> float:
        """The loss of those examples with the gates as they are; its slopes are left in the network.

        Raises:
            SearchDivergedError: the loss is not a finite number; ``when`` says where in the search.
        """
        with np.errstate(all="ignore"):  # the loss says it all
            loss, _ = self.network.learn(
                dataset.inputs[rows], dataset.labels[rows], smoothing=self.recipe.label_smoothing
            )
        if not math.isfinite(loss):
            raise diverged(loss, when, self.recipe)
        return loss

    def update(self, lr: float) -> None:
        """One step along the network's gradient; operations behind closed gates keep their weights and moments."""
        network, memory = self.network, self._memory
        if self.recipe.clip_norm is not None:
            clip_by_norm(network.gradient, self.recipe.clip_norm)
        active = self._active()
        if active is None:
            self._optimizer.update(memory, network.parameters, network.gradient, lr, decays=network.decays)
            return
        update_at(self._optimizer, memory, network, lr, active)

    def score(self, dataset: Dataset) -> Score:
        """Loss and accuracy with the gates as they are, after the batch norms saw training examples through them."""
        return calibrated_score(self.network, self.splits.train, dataset)

    def _operations_places(self) -> dict[tuple[int, int, int], npt.NDArray[np.intp]]:
        """For each (cell, edge, operation) with weights, where they lie in the flat vector."""
        network = self.network
        places: dict[tuple[int, int, int], list[npt.NDArray[np.intp]]] = {}
        cells = {layer: cell for cell, layer in enumerate(_cells(network))}
        edges = {node: edge for edge, node in enumerate(self.wired.places)}
        for name, lie in network.named(np.arange(network.parameters.size)).items():
            layer, *parts = name.split(".")
            if int(layer) in cells and int(parts[0]) in edges:
                places.setdefault((cells[int(layer)], edges[int(parts[0])], int(parts[1])), []).append(lie.ravel())
        return {key: np.concatenate(ranges) for key, ranges in places.items()}

    def _active(self) -> npt.NDArray[np.intp] | None:
        """Where the weights lie that have a say; None when that is everywhere."""
        gates = self.network.gates.reshape(-1, *self.shape)
        closed = [place for key, place in self._places.items() if gates[key] == 0.0]
        if not closed:
            return None
        active = np.ones(self.network.parameters.size, dtype=bool)
        active[np.concatenate(closed)] = False
        return np.flatnonzero(active)


def _cells(network: Network) -> list[int]:
    """Which layers of the network have gates."""
    return [at for at, layer in enumerate(network.layers) if any(slot.role == "gate" for slot in layer.slots)]


def several(design: Skeleton) -> Wired:
    """The design of ``design`` whose paths share weights.

    Raises:
        ArchitectureError: it is no skeleton, has no edges to choose operations for, or one path alone.
    """
    if not isinstance(design, Skeleton):
        raise ArchitectureError(
            f"design must be a Skeleton for its architectures to share weights, got {design!r}: nas.Skeleton(design)"
        )
    wired = design.wired
    if wired.space.size == 1:
        raise ArchitectureError(
            f"design must leave two paths or more to share weights, got {wired!r}: there would be one path and nothing "
            "to choose; train a single one with Trainer(layers=design.layers(...))"
        )
    return wired
