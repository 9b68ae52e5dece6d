"""What may be chosen, and what cannot be."""

from __future__ import annotations

import pytest

from tunewright.nas import Cell
from tunewright.nas.sharing import CellNetwork
from tunewright.training import Recipe, Trainer

PATH = ("conv3", "zero", "identity")


def test_paths_and_configurations_are_the_same(design):
    config = {"edge_0_1": "conv3", "edge_0_2": "zero", "edge_1_2": "identity"}
    assert list(design.space.names) == list(config)
    assert design.config_of(PATH) == config
    assert design.path_of({**config, "lr": 0.1}) == PATH


def test_connected_by_hand(design):
    assert design.connected(PATH)
    assert design.connected(("zero", "conv3", "zero"))
    assert not design.connected(("zero", "zero", "conv3"))
    assert not design.connected(("conv3", "zero", "zero"))


def test_cost_by_hand(design, splits):
    # Signals of 16: maps of 8 and of 4 samples; one conv3 of 3 to 3 channels a cell.
    assert design.cost(PATH, splits) == (2 * 27, 27 * (8 + 4))


def test_layers_of_a_path_train(design, splits):
    trainer = Trainer(Recipe(epochs=3, lr=1e-2), splits, 0, layers=design.layers(PATH, splits))
    losses = [metrics.train_loss for metrics in trainer.fit()]
    assert losses[-1] < losses[0]


def test_a_path_without_connection(design, splits):
    with pytest.raises(ValueError, match="path must connect"):
        design.layers(("zero", "zero", "conv3"), splits)


@pytest.mark.parametrize("path", [("conv3",), ("conv3", "zero", "conv5"), "conv3", ()])
def test_paths_of_another_design(design, path):
    with pytest.raises(ValueError, match="path must name one of zero, identity, conv3 for each of the 3 edges"):
        design.checked(path)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"cell": Cell(3, ("conv3",))}, "one path and nothing to choose"),
        ({"cell": Cell(3, ("conv3", "conv7"))}, "'conv7'"),
        ({"cell": "conv3"}, "must be a tunewright.nas.Cell"),
        ({"cells": 0}, "cells must be 1 or more"),
        ({"filters": 0}, "filters must be 1 or more"),
    ],
)
def test_networks_that_cannot_be(settings, message):
    with pytest.raises(ValueError, match=message):
        CellNetwork(**settings)
