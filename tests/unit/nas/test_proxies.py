"""Zero-cost proxies by hand and by differences, and that they leave the network alone."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tunewright import nas
from tunewright.training import Network, cross_entropy, digit_signals, mlp, split, transformer
from tunewright.training.layers import (
    GELU,
    BatchNorm,
    Chain,
    Dropout,
    Identity,
    LayerNorm,
    Linear,
    MeanPool,
    ReLU,
    Residual,
    Rows,
)

SPLITS = split(digit_signals(150, length=16, noise=0.05), seed=0)
DESIGN = nas.Skeleton(nas.Cell(4, ("zero", "identity", "conv3", "mean3")), cells=2, filters=3)
PATH = ("conv3", "identity", "conv3", "zero", "mean3", "conv3")
INPUTS, LABELS = SPLITS.train.inputs[:12], SPLITS.train.labels[:12]


def network(*layers, seed=0):
    return Network(layers, np.random.default_rng(seed))


def cells(path=PATH):
    return network(*DESIGN.layers(path, SPLITS))


def two_layers(*between):
    """Weights by hand: 2 inputs, 2 units, 1 output."""
    made = network(Linear(2, 2), *between, Linear(2, 1))
    last = len(between) + 1
    made.arrays["0.weight"][...] = [[1.0, -2.0], [3.0, 0.5]]
    made.arrays["0.bias"][...] = 0.0
    made.arrays[f"{last}.weight"][...] = [[-1.0], [4.0]]
    made.arrays[f"{last}.bias"][...] = 0.0
    return made


def state(made):
    return [v.copy() for v in (made.parameters, made.gradient, made.running, made.gates, made.gate_gradient)]


class TestSynflow:
    # |W1| = [[1, 2], [3, 0.5]], |W2| = [1, 4]: units 4 and 2.5, R = 4 + 10 = 14. Every path goes through one weight of
    # each layer, so each layer's Σ |θ ∂R/∂θ| is R: 28 in all.
    @pytest.mark.parametrize(
        "between",
        [(), (ReLU(),), (BatchNorm(2),), (LayerNorm(2), ReLU(), Dropout(0.9)), (Chain((BatchNorm(2), Dropout(0.5))),)],
    )
    def test_by_hand(self, between):
        assert nas.synflow(two_layers(*between), 2) == 28.0

    def test_biases_by_hand(self):
        made = two_layers()
        made.arrays["0.bias"][...] = [-1.0, 0.0]  # one more way, of 1 · 1, through the first unit: R = 15
        made.arrays["1.bias"][...] = -2.0  # R = 17
        assert nas.synflow(made, 2) == (14 + 1) + (15 + 2)

    def test_a_way_around_by_hand(self):
        made = network(Residual((Linear(2, 2),)))
        made.arrays["0.0.weight"][...] = [[1.0, -2.0], [3.0, 0.5]]
        assert nas.synflow(made, 2) == 6.5  # what goes around meets no weight

    def test_zero_weights_have_no_flow(self):
        made = two_layers()
        made.arrays["1.weight"][...] = 0.0
        assert nas.synflow(made, 2) == 0.0

    def test_signs_do_not_matter(self):
        made, flow = cells(), nas.synflow(cells(), 16)
        made.parameters *= -1.0
        assert nas.synflow(made, 16) == flow > 0.0

    def test_too_large(self):
        made = two_layers()
        made.parameters *= 1e200
        with pytest.raises(ValueError, match="synflow is inf"):
            nas.synflow(made, 2)


class TestGradNorm:
    def test_by_differences(self):
        small = nas.Skeleton(nas.Cell(3, ("zero", "conv3")), cells=1, filters=2)
        made = network(*small.layers(("conv3", "zero", "conv3"), SPLITS))

        def loss(parameters):
            made.parameters[...] = parameters
            x = INPUTS
            for place, layer in enumerate(made.layers):
                held = {slot.name: made.arrays[f"{place}.{slot.name}"].copy() for slot in layer.slots}
                x, _ = layer.forward(held, x, None)
            return cross_entropy(x, LABELS)[0]

        start, h = made.parameters.copy(), 1e-5
        steps = h * np.eye(len(start))
        slope = [(loss(start + step) - loss(start - step)) / (2 * h) for step in steps]
        made.parameters[...] = start
        assert nas.grad_norm(made, INPUTS, LABELS) == pytest.approx(np.linalg.norm(slope), rel=1e-6)

    def test_by_hand(self):
        made = network(Linear(1, 2))
        made.parameters[...] = 0.0
        # p = (½, ½), so the slope of the logits is (-½, ½): (-1, 1) for the weights at x = 2, itself for the biases.
        assert nas.grad_norm(made, np.array([[2.0]]), np.array([0])) == pytest.approx(math.sqrt(2.5), rel=1e-15)

    def test_dropout_plays_no_part(self):
        plain, dropping = two_layers(ReLU()), two_layers(ReLU(), Dropout(0.9))
        x, y = np.array([[1.0, 2.0], [-1.0, 0.5]]), np.array([0, 0])
        assert nas.grad_norm(dropping, x, y) == nas.grad_norm(plain, x, y)
        made = network(*transformer(5, 3, 2, width=4, heads=2, depth=1, dropout=0.5))
        x = np.random.default_rng(0).random((2, 15))
        assert nas.grad_norm(made, x, y) == nas.grad_norm(made, x, y) > 0.0

    @pytest.mark.parametrize(
        ("labels", "message"),
        [
            (np.array([0, 1]), "one integer for each of the 12 examples"),
            (LABELS.astype(float), "got float64"),
            (np.arange(12) - 1, "from 0 to 9, got -1"),
            (np.arange(12), "from 0 to 9, got 0 to 11"),
        ],
    )
    def test_labels_that_cannot_be(self, labels, message):
        with pytest.raises(ValueError, match=message):
            nas.grad_norm(cells(), INPUTS, labels)


class TestNaswot:
    @staticmethod
    def made():
        """The rectifiers see the inputs."""
        return network(ReLU(), Linear(3, 1))

    def test_two_codes_by_hand(self):
        # Codes 101 and 110 agree in one of three places: K = [[3, 1], [1, 3]], of determinant 8.
        x = np.array([[1.0, -1.0, 2.0], [0.5, 3.0, 0.0]])
        assert nas.naswot(self.made(), x) == pytest.approx(math.log(8.0), rel=1e-15)

    def test_opposite_codes_by_hand(self):
        x = np.array([[1.0, -1.0, 2.0], [-1.0, 1.0, -2.0]])
        assert nas.naswot(self.made(), x) == pytest.approx(math.log(9.0), rel=1e-15)

    def test_equal_codes(self):
        assert nas.naswot(self.made(), np.array([[1.0, -1.0, 2.0], [3.0, -2.0, 0.1]])) == -math.inf

    def test_positions_belong_to_their_example(self):
        # Three examples of two positions of one unit: codes 10, 01 and 11.
        made = network(Rows(2), ReLU(), MeanPool(2), Linear(1, 1))
        x = np.array([[1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]])
        # K = [[2, 0, 1], [0, 2, 1], [1, 1, 2]], of determinant 2 (4 - 1) - 1 · 2 = 4.
        assert nas.naswot(made, x) == pytest.approx(math.log(4.0), rel=1e-14)

    def test_rectifiers_inside_layers_count(self):
        # Codes 10 and 01 outside, and again behind the identity's way around.
        made = network(ReLU(), Residual((Chain((ReLU(),)),)), Linear(2, 1))
        x = np.array([[1.0, -1.0], [-1.0, 1.0]])
        assert nas.naswot(made, x) == pytest.approx(math.log(16.0), rel=1e-15)

    def test_no_rectifier(self):
        with pytest.raises(ValueError, match="the network has none"):
            nas.naswot(two_layers(GELU()), np.ones((2, 2)))


PROXIES = {
    "synflow": lambda made: nas.synflow(made, INPUTS.shape[1]),
    "grad_norm": lambda made: nas.grad_norm(made, INPUTS, LABELS),
    "naswot": lambda made: nas.naswot(made, INPUTS),
}


@pytest.mark.parametrize("proxy", PROXIES.values(), ids=PROXIES)
class TestAll:
    def test_the_network_is_left_alone(self, proxy):
        made = cells()
        made.learn(INPUTS, LABELS)
        before = state(made)
        assert proxy(made) == proxy(made)
        assert all(np.array_equal(a, b) for a, b in zip(before, state(made), strict=True))

    def test_also_when_it_fails(self, proxy):
        made = cells()
        made.learn(INPUTS, LABELS)
        made.parameters[...] = np.nan
        before = state(made)
        with pytest.raises(ValueError, match="nan|NaN"):
            proxy(made)
        assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(before, state(made), strict=True))

    def test_shared_networks_with_one_path_open(self, proxy):
        shared = network(*DESIGN.shared_layers(SPLITS))
        shared.gates[...] = np.tile([0.0, 0.0, 1.0, 0.0], 12)
        assert math.isfinite(proxy(shared))

    def test_no_network(self, proxy):
        with pytest.raises(TypeError, match=r"network must be a tunewright\.training\.Network"):
            proxy(Identity())


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (np.ones(16), r"inputs must be examples \(n, d\)"),
        (np.ones((0, 16)), r"inputs must be examples \(n, d\)"),
        (np.full((2, 16), np.nan), "inputs must be finite"),
        (np.ones((2, 15)), "cannot read examples of 15 numbers"),
    ],
)
def test_inputs_that_cannot_be(inputs, message):
    made = network(*mlp(16, 10))
    with pytest.raises(ValueError, match=message):
        nas.naswot(made, inputs)
    with pytest.raises(ValueError, match=message):
        nas.grad_norm(made, inputs, np.zeros(len(inputs), dtype=int))


@pytest.mark.parametrize("inputs", [0, 3])
def test_synflow_of_another_size(inputs):
    with pytest.raises(ValueError, match="inputs must be 1 or more|cannot read examples of 3 numbers"):
        nas.synflow(two_layers(), inputs)
