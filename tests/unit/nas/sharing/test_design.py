"""What can share weights, and what cannot."""

from __future__ import annotations

import numpy as np
import pytest

from tunewright.errors import ArchitectureError
from tunewright.nas import Cell, DartsCell, Macro, Skeleton
from tunewright.nas.sharing import Differentiable, Supernet
from tunewright.nas.sharing.stages import strongest
from tunewright.training import Recipe

PATH = ("conv3", "zero", "identity")


def test_paths_and_configurations_are_the_same(design):
    config = {"edge_0_1": "conv3", "edge_0_2": "zero", "edge_1_2": "identity"}
    assert list(design.space.names) == list(config)
    assert design.config_of(PATH) == config
    assert design.path_of({**config, "lr": 0.1}) == PATH


def test_cost_by_hand(design, splits):
    # Signals of 16: maps of 8 and of 4 samples; one conv3 of 3 to 3 channels a cell.
    assert design.cost(PATH, splits) == (2 * 27, 27 * (8 + 4))


def test_darts_takes_the_two_strongest_edges_of_every_node():
    cell = DartsCell(2, ("identity", "conv3"))
    assert cell.edges == ((0, 2), (1, 2), (0, 3), (1, 3), (2, 3))
    alpha = np.array([[0.0, 3.0], [1.0, 0.0], [5.0, 0.0], [0.0, 0.1], [0.0, 1.0]])
    path = strongest(alpha, [("identity", "conv3")] * 5, cell)
    assert path == ("conv3", "identity", "identity", "zero", "conv3")
    assert cell.config_of(path)["node_3_from"] == (0, 2)


@pytest.mark.parametrize("sampling", ["uniform", "fair"])
def test_a_supernet_of_darts_cells(splits, sampling):
    design = Skeleton(DartsCell(2, ("identity", "conv3", "max3")), cells=2, filters=3)
    recipe = Recipe(epochs=6, lr=1e-2, batch_size=32)
    supernet, again = (Supernet(design, splits, recipe, sampling=sampling, seed=2) for _ in range(2))
    history = list(supernet.fit())
    assert history == list(again.fit())
    assert history[-1].loss < history[0].loss
    path = supernet.choose(trials=8)
    trainer = supernet.fine_tune(path, Recipe(epochs=1))
    assert trainer.evaluate(splits.validation).loss == pytest.approx(supernet.score(path).loss, rel=1e-9)
    assert len(list(trainer.fit())) == 1


@pytest.mark.parametrize("order", [1, 2])
def test_differentiable_search_of_darts_cells(splits, order):
    design = Skeleton(DartsCell(2, ("identity", "conv3", "max3")), cells=2, filters=3)
    search = Differentiable(design, splits, Recipe(epochs=2, lr=1e-2), order=order)
    list(search.fit())
    assert design.config_of(search.path)  # raises for what takes more or fewer than two edges a node
    assert len(list(search.trainer(Recipe(epochs=1)).fit())) == 1


@pytest.mark.parametrize("kind", [Supernet, Differentiable])
@pytest.mark.parametrize(
    ("design", "message"),
    [
        (Cell(3, ("conv3",)), "two paths or more to share weights, .* nothing to choose"),
        (DartsCell(1, ("conv3",)), "two paths or more"),
        (Macro(), "design must be a Cell or a DartsCell for weights to be shared"),
        (Cell(3, ("conv3", "conv7")), "'conv7' cannot be trained"),
    ],
)
def test_what_cannot_share_weights(kind, design, message, splits):
    with pytest.raises(ValueError, match=message):
        kind(Skeleton(design), splits)


@pytest.mark.parametrize("kind", [Supernet, Differentiable])
def test_a_design_without_networks_cannot_share_weights(kind, splits):
    with pytest.raises(ArchitectureError, match=r"design must be a Skeleton .* got Cell\(.*nas.Skeleton\(design\)"):
        kind(Cell(3, ("conv3", "linear")), splits)


def test_one_operation_is_nothing_for_architecture_weights(splits):
    design = Skeleton(DartsCell(2, ("conv3",)), cells=1, filters=2)
    assert len(list(Supernet(design, splits, Recipe(epochs=1)).fit())) == 1  # edges are a choice too
    with pytest.raises(ValueError, match="two operations or more for architecture weights"):
        Differentiable(design, splits)
