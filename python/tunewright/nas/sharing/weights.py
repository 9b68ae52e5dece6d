"""The weights that all paths of a design share: gates that open paths, updates of what took part, honest scores."""

from __future__ import annotations

__all__ = ["SharedWeights"]

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tunewright.errors import SearchDivergedError
from tunewright.nas.sharing.design import CellNetwork
from tunewright.training import Dataset, Network, Recipe, Score, Splits, clip_by_norm, cross_entropy
from tunewright.training.layers import Array
from tunewright.training.optimizers import OptimizerState
from tunewright.training.streams import Purpose, permutation, stream

_CALIBRATION = 512  # training examples that the batch norms of a path to be scored are measured on
_CHUNK = 1024


class SharedWeights:
    """A network with gates, its optimiser, and batches of its data.

    Attributes:
        design: what is open.
        operations: the names of the operations on each edge, equally many on all.
        network: the weights.
    """

    def __init__(
        self,
        design: CellNetwork,
        splits: Splits,
        recipe: Recipe,
        seed: int,
        *,
        operations: Sequence[Sequence[str]] | None = None,
        stage: int = 0,
    ) -> None:
        _check(recipe)
        self.design, self.splits, self.recipe, self.seed = design, splits, recipe, seed
        self.operations = [tuple(names) for names in operations or [design.operations] * len(design.edges)]
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

    def gate_slopes(self) -> Array:
        """The slope of the last loss with respect to the gates, (edges, operations): the sum over the cells."""
        slopes: Array = self.network.gate_gradient.reshape(-1, *self.shape).sum(axis=0)
        return slopes

    def places(self, path: Sequence[str]) -> npt.NDArray[np.intp]:
        """The place of each edge's operation among those of that edge, (edges,)."""
        return np.array([names.index(name) for names, name in zip(self.operations, path, strict=True)], dtype=np.intp)

    def shared_name(self, path: Sequence[str], name: str) -> str | None:
        """Where the array ``name`` of the network of ``path`` alone lies here: behind the gate of its edge.

        None for the gains of its batch norms, which operations behind gates do not have.
        """
        layer, _, rest = name.partition(".")
        if int(layer) not in _cells(self.network):
            return name
        edge, _, own = rest.partition(".")
        here = f"{layer}.{edge}.{self.operations[int(edge)].index(path[int(edge)])}.{own}"
        return here if here in self.network.arrays else None

    def one_hot(self, places: npt.NDArray[np.intp]) -> Array:
        """Gates (edges, operations) that open one path, given as places (edges,)."""
        gates = np.zeros(self.shape)
        gates[np.arange(len(places)), places] = 1.0
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
            raise SearchDivergedError(
                f"the loss of the shared weights became {loss} in {when}, with lr={self.recipe.lr:g}; "
                "lower lr or set clip_norm in the recipe"
            )
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
        part = OptimizerState(memory.step, {name: moment[active] for name, moment in memory.moments.items()})
        parameters = network.parameters[active]
        self._optimizer.update(part, parameters, network.gradient[active], lr, decays=network.decays[active])
        network.parameters[active] = parameters
        for name, moment in part.moments.items():
            memory.moments[name][active] = moment
        memory.step = part.step

    def score(self, dataset: Dataset) -> Score:
        """Loss and accuracy with the gates as they are, after the batch norms saw training examples through them."""
        with np.errstate(all="ignore"):
            self.network.gather(self.splits.train.inputs[:_CALIBRATION])
            loss_sum, right = 0.0, 0
            for first in range(0, dataset.size, _CHUNK):
                labels = dataset.labels[first : first + _CHUNK]
                logits = self.network.predict(dataset.inputs[first : first + _CHUNK])
                loss_sum += cross_entropy(logits, labels)[0] * len(labels)
                right += int(np.count_nonzero(logits.argmax(axis=1) == labels))
        if not math.isfinite(loss_sum):
            return Score(math.nan, math.nan)
        return Score(loss_sum / dataset.size, right / dataset.size)

    def _operations_places(self) -> dict[tuple[int, int, int], npt.NDArray[np.intp]]:
        """For each (cell, edge, operation) with weights, where they lie in the flat vector."""
        network, base = self.network, self.network.parameters.ctypes.data
        places: dict[tuple[int, int, int], list[npt.NDArray[np.intp]]] = {}
        cells = {layer: cell for cell, layer in enumerate(_cells(network))}
        for name in network.slopes:
            parts = name.split(".")
            if int(parts[0]) in cells and len(parts) > 3:
                array = network.arrays[name]
                first = (array.ctypes.data - base) // array.itemsize
                key = (cells[int(parts[0])], int(parts[1]), int(parts[2]))
                places.setdefault(key, []).append(np.arange(first, first + array.size))
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


def _check(recipe: Recipe) -> None:
    """Refuse settings that would have to be ignored; those of the recipe's own networks mean nothing here."""
    plain = Recipe()
    for name in ("gradient_accumulation", "augmentation_strength", "mixup_alpha"):
        if getattr(recipe, name) != getattr(plain, name):
            raise ValueError(f"recipe's {name} must be {getattr(plain, name)} for shared weights, which cannot use it")
    if recipe.schedule == "plateau":
        raise ValueError("recipe's schedule must not be 'plateau' for shared weights: no one validation loss is theirs")


def _cells(network: Network) -> list[int]:
    """Which layers of the network have gates."""
    return [at for at, layer in enumerate(network.layers) if any(slot.role == "gate" for slot in layer.slots)]
