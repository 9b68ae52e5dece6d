"""Networks from architectures: what is built, what it computes, and its slopes against central differences."""

import itertools
import json

import numpy as np
import pytest

import tunewright as tw
from tunewright.nas import Architecture, Cell, DartsCell, GraphEvolution, Hierarchy, Macro, Skeleton
from tunewright.nas.networks import Assembly
from tunewright.nas.registry import design_from_json
from tunewright.training import Network, Recipe, Trainer, digit_signals, load_digits, split
from tunewright.training.layers import BatchNorm, Graph
from tunewright.training.operations import OPERATIONS

SPLITS = split(digit_signals(150, length=16, noise=0.05), seed=0)
DIGITS = split(load_digits(), seed=0)
EVERY = tuple(name for name in OPERATIONS if name != "zero")
SKELETONS = {
    "Cell": Skeleton(Cell(3, ("zero", "identity", "conv3", "mean3")), filters=3),
    "DartsCell": Skeleton(DartsCell(2, EVERY), cells=3, filters=3),
    "Macro": Skeleton(Macro(EVERY, depth=(1, 5), widths=(2, 3, 5)), cells=1, filters=3),
    "Macro of two cells": Skeleton(Macro(("conv3", "mean3", "identity"), depth=2, widths=(), skips=1), filters=2),
    "Hierarchy": Skeleton(Hierarchy(("zero", "identity", "conv3", "max3")), filters=3),
}


@pytest.fixture(params=SKELETONS)
def skeleton(request):
    return SKELETONS[request.param]


def drawn(skeleton, count, seed=1):
    study = tw.Study(skeleton.space, minimize="loss", strategy=tw.Random(), seed=seed)
    return [trial.config for trial in study.ask(count)]


def slope_error(network, inputs, labels):
    """Distance of the gradient from central differences, relative, in ten random directions."""
    rng = np.random.default_rng(0)
    network.learn(inputs, labels)
    found = network.gradient.copy()
    at, worst = network.parameters.copy(), 0.0
    for _ in range(10):
        step = rng.standard_normal(len(at))
        step /= np.linalg.norm(step)
        losses = []
        for h in (1e-6, -1e-6):
            network.parameters[...] = at + h * step
            losses.append(network.learn(inputs, labels)[0])
        network.parameters[...] = at
        worst = max(worst, abs((losses[0] - losses[1]) / 2e-6 - found @ step) / np.linalg.norm(found))
    return worst


@pytest.mark.parametrize("splits", [SPLITS, DIGITS], ids=["signals", "images"])
def test_slopes_of_networks_of_every_design(skeleton, splits):
    rng = np.random.default_rng(3)
    for config in drawn(skeleton, 4):
        network = skeleton.network(config, splits)
        network.parameters += 0.1 * rng.standard_normal(network.parameters.size)
        assert slope_error(network, splits.train.inputs[:6], splits.train.labels[:6]) < 1e-5


@pytest.mark.parametrize("name", ["Cell", "DartsCell"])
def test_slopes_of_all_paths_at_once(name):
    skeleton, rng = SKELETONS[name], np.random.default_rng(3)
    network = Network(skeleton.shared_layers(SPLITS), rng)
    network.parameters += 0.1 * rng.standard_normal(network.parameters.size)
    network.gates += 0.3 * rng.standard_normal(network.gates.size)
    inputs, labels = SPLITS.train.inputs[:5], SPLITS.train.labels[:5]
    assert slope_error(network, inputs, labels) < 1e-5
    network.learn(inputs, labels)
    found, gates = network.gate_gradient.copy(), network.gates.copy()
    for place in range(0, len(gates), 23):
        losses = []
        for h in (1e-6, -1e-6):
            network.gates[...] = gates
            network.gates[place] += h
            losses.append(network.learn(inputs, labels)[0])
        assert (losses[0] - losses[1]) / 2e-6 == pytest.approx(found[place], abs=1e-6 * np.abs(found).max() + 1e-8)


def test_every_design_trains(skeleton):
    config = drawn(skeleton, 1)[0]
    trainer = Trainer(Recipe(epochs=4, lr=1e-2), SPLITS, 0, layers=skeleton.layers(config, SPLITS))
    losses = [metrics.train_loss for metrics in trainer.fit()]
    assert losses[-1] < losses[0]


def graph(architecture, filters=2, states=(2,), sides=(3,), last=True):
    return Assembly(architecture, filters).cell(sides, states, last)


def test_a_graph_by_hand():
    architecture = Architecture(
        ("input", "mean3", "zero", "identity", "mean3", "output"),
        ((0, 1), (0, 2), (1, 3), (2, 3), (3, 5), (0, 5), (2, 4)),
    )
    layer, states = graph(architecture)
    x = np.array([[1.0, 0.0], [2.0, 0.0], [6.0, 3.0]])
    assert states == (2,)
    assert np.allclose(layer.predict({}, x), [[2.5, 0], [5, 1], [10, 4.5]])
    assert layer.sources[4] == layer.sources[2] == ()  # behind a zero, and the zero: not built


def test_sums_of_different_widths_and_outputs_side_by_side():
    macro = Macro(("conv3",), depth=2, widths=(2, 3), skips=1)
    config = {"depth": 2, "layer_1": "conv3", "width_1": 2, "layer_2": "conv3", "width_2": 3, "skip_0_2": True}
    layer, states = graph(macro.architecture(config), filters=1, states=(1,))
    assert states == (3,)
    assert [slot.shape for slot in layer.slots if slot.role == "weight"] == [(3, 1, 2), (3, 2, 3)]
    both = Architecture(("input", "identity", "mean3", "concat"), ((0, 1), (0, 2), (1, 3), (2, 3)))
    assert graph(both)[1] == (4,)
    # The next cell brings four channels back to two.
    layer, states = graph(both, states=(4,))
    assert [slot.shape for slot in layer.slots if slot.role == "weight"] == [(1, 4, 2)]


def test_two_inputs_are_the_two_cells_before():
    cell = Architecture(("input0", "input1", "mean3", "output"), ((0, 2), (2, 3), (1, 3)))
    x = np.array([[1.0, 2.0, 10.0, 20.0], [1.0, 2.0, 10.0, 20.0]])
    layer, states = graph(cell, states=(2, 2), sides=(2,), last=False)
    assert states == (2, 2)
    assert layer.predict({}, x).tolist() == [[10, 20, 11, 22]] * 2  # the last output, then this one
    layer, states = graph(cell, states=(2,), sides=(2,), last=False)  # the first cell has one before it
    assert layer.predict({}, x[:, :2]).tolist() == [[1, 2, 2, 4]] * 2
    assert graph(cell, states=(2, 2), sides=(2,))[0].predict({}, x).tolist() == [[11, 22]] * 2


def test_equal_paths_and_configurations_are_one_network():
    skeleton = SKELETONS["DartsCell"]
    for config in drawn(skeleton, 5):
        path = skeleton.path_of(config)
        assert skeleton.config_of(path) == config
        assert skeleton.graph(path) == skeleton.architecture(config)
        a, b = skeleton.network(path, SPLITS), skeleton.network(config, SPLITS)
        assert np.array_equal(a.predict(SPLITS.train.inputs), b.predict(SPLITS.train.inputs))


def test_costs_are_those_of_what_is_built(skeleton):
    for config in drawn(skeleton, 4):
        layers = skeleton.layers(config, SPLITS)
        slots = [slot for layer in layers if isinstance(layer, Graph) for slot in layer.slots]
        assert skeleton.cost(config, SPLITS)[0] == sum(
            int(np.prod(slot.shape)) for slot in slots if slot.role == "weight"
        )
    dead = Skeleton(Cell(3, ("zero", "conv3")), cells=1, filters=2)
    assert dead.cost(("conv3", "conv3", "zero"), SPLITS) == (12, 12 * 8)


def test_an_open_gate_alone_is_the_network_of_that_operation():
    skeleton = Skeleton(Cell(2, ("zero", "conv3")), filters=3)
    several, alone = (
        Network(skeleton.shared_layers(SPLITS), np.random.default_rng(0)),
        skeleton.network(("conv3",), SPLITS),
    )
    for name, array in alone.arrays.items():
        behind = name.replace(".1.", ".1.1.", 1)  # node 1 is the edge, its operation 1 the convolution
        if name in several.arrays or behind in several.arrays:  # gains are 1 at first, and not there behind gates
            array[...] = several.arrays.get(behind, several.arrays.get(name))
    several.gates[...] = [0.0, 1.0, 0.0, 1.0]
    inputs, labels = SPLITS.train.inputs[:9], SPLITS.train.labels[:9]
    assert several.learn(inputs, labels)[0] == pytest.approx(alone.learn(inputs, labels)[0], rel=1e-12)
    for name, slope in several.slopes.items():
        if "gates" not in name:
            assert np.allclose(slope, alone.slopes[name.replace(".1.1.", ".1.", 1)], rtol=1e-9, atol=1e-13), name


def test_a_skeleton_is_a_design():
    skeleton = SKELETONS["Macro"]
    assert design_from_json(json.loads(json.dumps(skeleton.to_json()))) == skeleton
    study = tw.Study(skeleton.space, maximize="size", strategy=GraphEvolution(skeleton, 4, 2), seed=0)
    study.optimize(lambda trial: skeleton.architecture(trial.config).size, trials=12, progress=False)
    assert study.best_value > 1


def test_momentum_and_gains():
    layers = SKELETONS["Cell"].shared_layers(SPLITS)
    norms = [layer for layer in layers if isinstance(layer, BatchNorm)]
    assert all(layer.momentum == 1.0 for layer in norms)
    gains = [slot.name for layer in layers if isinstance(layer, Graph) for slot in layer.slots if "gain" in slot.name]
    assert not gains


PATHS = [path for path in itertools.product(("zero", "conv3"), repeat=3)]


def test_exactly_the_disconnected_paths_are_refused():
    skeleton = Skeleton(Cell(3, ("zero", "conv3")))
    for path in PATHS:
        a, b, c = (name == "conv3" for name in path)
        if b or (a and c):
            skeleton.layers(path, SPLITS)
        else:
            with pytest.raises(tw.errors.ArchitectureError, match="nothing of an input reaches the output"):
                skeleton.layers(path, SPLITS)


@pytest.mark.parametrize("name", ["conv7", "conv3:", "conv3:0", "conv3:x", "pool"])
def test_operations_that_cannot_be_trained(name):
    architecture = Architecture(("input", name, "output"), ((0, 1), (1, 2)))
    with pytest.raises(tw.errors.ArchitectureError, match=f"operation '{name}' cannot be trained: use zero, identity"):
        Skeleton().layers(architecture, SPLITS)


@pytest.mark.parametrize("path", [("conv3",), ("conv3", "zero", "conv5"), "conv3", ()])
def test_paths_of_another_design(path):
    with pytest.raises(
        tw.errors.ArchitectureError, match="path must name one of zero, identity, conv3, mean3 for each"
    ):
        SKELETONS["Cell"].layers(path, SPLITS)


def test_paths_that_take_too_many_edges():
    with pytest.raises(tw.errors.ArchitectureError, match="path must take two edges to every node, got 3 to node 3"):
        SKELETONS["DartsCell"].layers(("conv3",) * 5, SPLITS)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"design": "conv3"}, "design must be a Cell"),
        ({"design": Cell}, "design must be a Cell, .* got <class"),
        ({"cells": 0}, "cells must be 1 or more"),
        ({"filters": 0}, "filters must be 1 or more"),
    ],
)
def test_networks_that_cannot_be(settings, message):
    with pytest.raises(ValueError, match=message):
        Skeleton(**settings)
