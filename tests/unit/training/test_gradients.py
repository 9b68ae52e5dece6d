"""Back-propagation against central differences, (f(θ + h) - f(θ - h)) / 2h, for every layer and combination.

h = 1e-5 leaves a truncation of order 1e-10 and a rounding of order 1e-11, on slopes of order 0.1. Seeds are fixed, so
that no rectifier's kink lies within h of a unit.
"""

from __future__ import annotations

import itertools
from dataclasses import fields, replace

import numpy as np
import pytest

from tunewright.training import Network, conv, cross_entropy, mlp, transformer
from tunewright.training.layers import (
    GELU,
    Attention,
    BatchNorm,
    Chain,
    Convolution,
    Depthwise,
    Dropout,
    Flatten,
    Gated,
    Graph,
    Identity,
    LayerNorm,
    LearnedPosition,
    Linear,
    MaxFilter,
    MeanFilter,
    MeanPool,
    PairPool,
    Patches,
    Pool,
    ReLU,
    Residual,
    Rows,
    SiLU,
    SinusoidalPosition,
    Tanh,
    Windows,
    Zero,
)

H = 1e-5
TOLERANCE = 1e-6


def central_differences(f, x):
    """Slope of the scalar f() with respect to the array x, which f reads."""
    slope = np.empty_like(x)
    for index in np.ndindex(x.shape):
        middle = x[index]
        x[index] = middle + H
        above = f()
        x[index] = middle - H
        slope[index] = (above - f()) / (2 * H)
        x[index] = middle
    return slope


def relative_error(found, expected):
    return np.linalg.norm(found - expected) / np.linalg.norm(expected)


COMBINATIONS = list(
    itertools.product(["relu", "gelu", "silu", "tanh"], ["none", "batch", "layer"], [0.0, 0.4], [0.0, 0.15], [1, 3])
)


@pytest.mark.parametrize(("activation", "norm", "dropout", "smoothing", "depth"), COMBINATIONS)
def test_network(activation, norm, dropout, smoothing, depth):
    rng = np.random.default_rng(3)
    layers = mlp(4, 3, depth=depth, width=5, activation=activation, norm=norm, dropout=dropout)
    network = Network(layers, rng)
    # Away from the first weights: gains are not 1 and offsets not 0 there.
    network.parameters += 0.3 * rng.standard_normal(network.parameters.size)
    inputs, labels = rng.standard_normal((7, 4)), rng.integers(0, 3, 7)

    def loss():
        return network.learn(inputs, labels, smoothing=smoothing, rng=np.random.default_rng(11))[0]

    loss()
    found = network.gradient.copy()
    assert relative_error(found, central_differences(loss, network.parameters)) < TOLERANCE


POSITIONS = ["learned", "sinusoidal", "none"]
TRANSFORMERS = list(itertools.product(["pre", "post"], POSITIONS, [0.0, 0.3], [0.0, 0.4], [(1, 2, 0.5)]))
TRANSFORMERS += itertools.product(["pre", "post"], ["learned"], [0.3], [0.4], [(0, 1, 4.0), (2, 1, 1.5)])


@pytest.mark.parametrize(("norm", "position", "dropout", "attention_dropout", "sizes"), TRANSFORMERS)
def test_transformer(norm, position, dropout, attention_dropout, sizes, **own):
    rng = np.random.default_rng(8)
    depth, heads, ff_ratio = sizes
    layers = transformer(
        *(3, 2, 3),
        depth=depth,
        width=4,
        heads=heads,
        ff_ratio=ff_ratio,
        position_encoding=position,
        norm_position=norm,
        activation="gelu",
        dropout=dropout,
        attention_dropout=attention_dropout,
        **own,
    )
    network = Network(layers, rng)
    network.parameters += 0.3 * rng.standard_normal(network.parameters.size)
    inputs, labels = rng.standard_normal((5, 6)), rng.integers(0, 3, 5)

    def loss():
        return network.learn(inputs, labels, smoothing=0.1, rng=np.random.default_rng(11))[0]

    loss()
    found = network.gradient.copy()
    assert relative_error(found, central_differences(loss, network.parameters)) < TOLERANCE


def test_transformer_with_heads_of_their_own_size_and_positions_left_out():
    test_transformer("pre", "learned", 0.0, 0.0, (1, 2, 0.5), head_size=3, max_length=2)


CONVOLUTIONS = list(itertools.product(["none", "batch", "layer"], ["max", "mean"], [0.0, 0.4], [(1, 3), (2, 1)]))
CONVOLUTIONS += [("none", "max", 0.0, (3, 3)), ("batch", "mean", 0.4, (1, 5))]


@pytest.mark.parametrize(("norm", "pool", "dropout", "sizes"), CONVOLUTIONS)
def test_conv(norm, pool, dropout, sizes):
    rng = np.random.default_rng(9)
    depth, kernel = sizes
    layers = conv(
        *(5, 4, 2, 3),
        depth=depth,
        filters=2,
        kernel=kernel,
        pool=pool,
        norm=norm,
        dropout=dropout,
        activation="gelu",
    )
    network = Network(layers, rng)
    network.parameters += 0.3 * rng.standard_normal(network.parameters.size)
    inputs, labels = rng.standard_normal((4, 40)), rng.integers(0, 3, 4)

    def loss():
        return network.learn(inputs, labels, smoothing=0.1, rng=np.random.default_rng(11))[0]

    loss()
    found = network.gradient.copy()
    assert relative_error(found, central_differences(loss, network.parameters)) < TOLERANCE


def test_softmax_regression():
    rng = np.random.default_rng(4)
    network = Network(mlp(4, 3, depth=0), rng)
    inputs, labels = rng.standard_normal((7, 4)), rng.integers(0, 3, 7)
    network.learn(inputs, labels)
    found = network.gradient.copy()
    expected = central_differences(lambda: network.learn(inputs, labels)[0], network.parameters)
    assert relative_error(found, expected) < TOLERANCE


LAYERS = [Linear(12, 4), ReLU(), GELU(), SiLU(), Tanh(), BatchNorm(12), LayerNorm(12), Dropout(0.3)]
LAYERS += [BatchNorm(12, affine=False)]

# The inputs are 6 rows of 12 units: two sequences of three positions, say.
LAYERS += [Rows(4), MeanPool(3), LearnedPosition(3, 12), SinusoidalPosition(3, 12), Residual((BatchNorm(12), GELU()))]
LAYERS += [Residual((LayerNorm(12), Linear(12, 3), Tanh(), Dropout(0.4), Linear(3, 12)))]
LAYERS += [Flatten(3), Patches(2, 3, 3), Patches(6, 1, 1), Patches(3, 2, 5)]
LAYERS += [Pool(*sides, kind) for sides in [(2, 3), (3, 2)] for kind in ("max", "mean")]
LAYERS += [Windows(6, 3), Windows(2, 5), Windows(3, 1), Identity(), Chain((Linear(12, 3), Tanh())), Chain(())]
LAYERS += [PairPool(length, kind) for length in (2, 3) for kind in ("max", "mean")]
LAYERS += [MeanFilter((6,)), MeanFilter((3,), 5), MeanFilter((2, 3)), MeanFilter((6, 1), 5)]
LAYERS += [Convolution((6,), 3, 12, 2), Convolution((2, 3), 3, 12, 4), Convolution((3,), 5, 12, 1)]
LAYERS += [Convolution((3, 2), 1, 12, 4)]
_MIXED = Gated((Zero(), Identity(), Chain((Tanh(), Linear(12, 12))), BatchNorm(12), MeanFilter((3,))))
_GRAPH = Graph(
    (4, 8),
    (Linear(8, 8), Chain((Tanh(), Linear(8, 4))), GELU(), Identity(), Linear(8, 8), Linear(20, 2)),
    ((0, 1), (2, 0), (3, 2, 2), (4, 1, 0), (), (4, 5)),
    beside=frozenset({3}),
)
LAYERS += [_MIXED, _GRAPH, Graph((12,), (_MIXED, Identity(), GELU(), Linear(12, 12)), ((0,), (0, 1), (1, 2), (3, 0)))]
LAYERS += [Depthwise((6,), 3, 12), Depthwise((2, 3), 3, 12), Depthwise((6,), 3, 12, 2), Depthwise((3, 2), 5, 12)]
LAYERS += [MaxFilter((6,)), MaxFilter((2, 3)), MaxFilter((3, 1), 5)]
LAYERS += [Linear(12, 4, multiplier=0.3), Attention(3, 2, 0.0, 0.5), Attention(3, 2, 0.4, 2.0)]
LAYERS += [Attention(length, heads, rate) for length in (1, 2, 3, 6) for heads in (1, 2, 4) for rate in (0.0, 0.4)]


@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_layer_with_respect_to_its_inputs_and_its_slots(layer):
    rng = np.random.default_rng(5)
    x = 2.0 * rng.standard_normal((6, 12))
    held = {name: value + 0.3 * rng.random(value.shape) for name, value in layer.initial(rng).items()}
    slopes = {slot.name: np.empty(slot.shape) for slot in layer.slots if slot.role != "running"}
    y, cache = layer.forward(held, x, np.random.default_rng(0))
    dy = rng.standard_normal(y.shape)
    before = x.copy()
    dx = layer.backward(held, cache, dy, slopes)
    assert np.array_equal(x, before)

    def projection():
        return float(np.sum(dy * layer.forward(held, x, np.random.default_rng(0))[0]))

    assert relative_error(dx, central_differences(projection, x)) < TOLERANCE
    for name, slope in slopes.items():
        assert relative_error(slope, central_differences(projection, held[name])) < TOLERANCE, name


@pytest.mark.parametrize("scalar", [float, np.float64])
@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_every_layer_keeps_float32_and_is_near_float64(layer, scalar):
    rng = np.random.default_rng(5)
    settings = {field.name: getattr(layer, field.name) for field in fields(layer)}
    layer = replace(layer, **{name: scalar(x) for name, x in settings.items() if isinstance(x, float)})
    x = 2.0 * rng.standard_normal((6, 12))
    held = {name: value + 0.3 * rng.random(value.shape) for name, value in layer.initial(rng).items()}
    slope = rng.standard_normal(layer.forward(dict(held), x, np.random.default_rng(0))[0].shape)

    def results(dtype):
        own = {name: value.astype(dtype) for name, value in held.items()}
        slopes = {slot.name: np.empty(slot.shape, dtype) for slot in layer.slots if slot.role != "running"}
        y, cache = layer.forward(own, x.astype(dtype), np.random.default_rng(0))
        dx = layer.backward(own, cache, slope.astype(dtype), slopes)
        return [y, dx, layer.predict(own, x.astype(dtype)), *slopes.values(), *own.values()]

    for single, double in zip(results(np.float32), results(np.float64), strict=True):
        assert single.dtype == np.float32
        assert double.dtype == np.float64
        assert single == pytest.approx(double, rel=2e-4, abs=2e-5)


@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.9])
def test_cross_entropy(smoothing, soft):
    rng = np.random.default_rng(6)
    logits, labels = 3.0 * rng.standard_normal((5, 4)), rng.integers(0, 4, 5)
    labels = rng.dirichlet(np.ones(4), 5) if soft else labels
    slope = cross_entropy(logits, labels, smoothing=smoothing)[1]
    expected = central_differences(lambda: cross_entropy(logits, labels, smoothing=smoothing)[0], logits)
    assert relative_error(slope, expected) < TOLERANCE
    assert np.allclose(slope.sum(axis=1), 0.0, atol=1e-16)
