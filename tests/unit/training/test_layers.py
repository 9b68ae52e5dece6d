"""What each layer computes, from its definition."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tunewright.training import Network, mlp
from tunewright.training.layers import GELU, BatchNorm, Dropout, LayerNorm, Linear, ReLU, SiLU, Tanh


def normal_cdf(x):
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


@pytest.mark.parametrize(
    ("layer", "function"),
    [
        (ReLU(), lambda x: max(x, 0.0)),
        (GELU(), lambda x: x * normal_cdf(x)),
        (SiLU(), lambda x: x / (1.0 + math.exp(-x))),
        (Tanh(), math.tanh),
    ],
    ids=["relu", "gelu", "silu", "tanh"],
)
def test_activations(layer, function):
    x = np.array([[-30.0, -3.0, -1.0, -1e-9, 0.0, 0.5, 1.0, 2.0, 30.0]])
    expected = [function(value) for value in x[0]]
    assert layer.predict({}, x)[0] == pytest.approx(expected, rel=1e-12, abs=1e-300)
    assert np.array_equal(layer.forward({}, x, None)[0], layer.predict({}, x))


def test_published_values_of_gelu_and_silu():
    assert GELU().predict({}, np.array([[1.0, -1.0]]))[0] == pytest.approx([0.8413447460685429, -0.15865525393145707])
    assert SiLU().predict({}, np.array([[1.0, -1.0]]))[0] == pytest.approx([0.7310585786300049, -0.2689414213699951])


@pytest.mark.parametrize("layer", [ReLU(), GELU(), SiLU(), Tanh()])
def test_activations_pass_nan_on(layer):
    assert np.isnan(layer.predict({}, np.array([[math.nan]]))).all()


def test_linear():
    held = {"weight": np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), "bias": np.array([10.0, 20.0])}
    assert Linear(3, 2).predict(held, np.array([[1.0, 0.0, 2.0]])).tolist() == [[21.0, 34.0]]


@pytest.mark.parametrize(("init", "deviation"), [("he", math.sqrt(2 / 400)), ("xavier", math.sqrt(2 / 500))])
def test_first_weights_have_the_published_spread(init, deviation):
    first = Linear(400, 100, init).initial(np.random.default_rng(0))
    # The standard error of a deviation from 40,000 draws is 0.35 %.
    assert first["weight"].std() == pytest.approx(deviation, rel=0.02)
    assert abs(first["weight"].mean()) < 5 * deviation / 200
    assert not first["bias"].any()


def test_batch_norm_in_training_has_zero_mean_and_unit_variance():
    x = np.random.default_rng(0).normal(5.0, 3.0, (64, 4))
    layer = BatchNorm(4, eps=1e-12)
    held = layer.initial(np.random.default_rng(0)) | {"gain": np.full(4, 2.0), "offset": np.full(4, 7.0)}
    held = {name: value.copy() for name, value in held.items()}
    y, _ = layer.forward(held, x, None)
    assert y.mean(axis=0) == pytest.approx(np.full(4, 7.0))
    assert y.std(axis=0) == pytest.approx(np.full(4, 2.0))


def test_batch_norm_gathers_running_statistics():
    layer = BatchNorm(1, momentum=0.1, eps=1e-5)
    held = {name: value.copy() for name, value in layer.initial(np.random.default_rng(0)).items()}
    layer.forward(held, np.array([[1.0], [2.0], [3.0]]), None)  # mean 2, unbiased variance 1
    assert held["mean"] == pytest.approx([0.2])
    assert held["variance"] == pytest.approx([1.0])
    layer.forward(held, np.array([[0.0], [4.0]]), None)  # mean 2, unbiased variance 8
    assert held["mean"] == pytest.approx([0.38])
    assert held["variance"] == pytest.approx([1.7])
    kept = {name: value.copy() for name, value in held.items()}
    predicted = layer.predict(held, np.array([[1.0]]))
    assert predicted[0, 0] == pytest.approx((1.0 - 0.38) / math.sqrt(1.7 + 1e-5))
    assert all(np.array_equal(held[name], kept[name]) for name in held), "prediction gathers nothing"


def test_batch_norm_of_one_example_gives_its_offset():
    layer = BatchNorm(2)
    held = {name: value.copy() for name, value in layer.initial(np.random.default_rng(0)).items()}
    assert layer.forward(held, np.array([[3.0, -4.0]]), None)[0].tolist() == [[0.0, 0.0]]
    assert np.isfinite(held["variance"]).all()


def test_layer_norm_works_on_each_example_alone():
    layer = LayerNorm(4, eps=1e-12)
    held = layer.initial(np.random.default_rng(0))
    x = np.array([[1.0, 2.0, 3.0, 4.0], [10.0, 20.0, 30.0, 40.0]])
    root = math.sqrt(1.25)
    expected = [-1.5 / root, -0.5 / root, 0.5 / root, 1.5 / root]
    for row in layer.predict(held, x):
        assert row == pytest.approx(expected)
    assert np.array_equal(layer.predict(held, x[:1])[0], layer.predict(held, x)[0])


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_dropout_keeps_the_expectation(rate):
    x = np.full((500, 200), 3.0)
    y, _ = Dropout(rate).forward({}, x, np.random.default_rng(1))
    assert np.unique(y) == pytest.approx([0.0, 3.0 / (1.0 - rate)])
    # Five standard errors of a share over 100,000 units.
    slack = 5 * math.sqrt(rate * (1 - rate) / x.size)
    assert abs((y == 0.0).mean() - rate) < slack
    assert abs(y.mean() - 3.0) < 3.0 * slack / (1.0 - rate)
    assert Dropout(rate).predict({}, x) is x


def test_dropout_without_a_generator_says_so():
    with pytest.raises(ValueError, match="pass rng"):
        Dropout(0.5).forward({}, np.ones((2, 2)), None)


def test_decay_reaches_weight_matrices_alone():
    network = Network(mlp(3, 2, depth=1, width=5, norm="batch"), np.random.default_rng(0))
    # 3·5 weights, 5 biases, 5 gains, 5 offsets, 5·2 weights, 2 biases
    assert network.decays.tolist() == [1.0] * 15 + [0.0] * 15 + [1.0] * 10 + [0.0] * 2
    assert network.running.tolist() == [0.0] * 5 + [1.0] * 5


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"depth": -1}, "depth must be 0 or more"),
        ({"width": 0}, "width must be 1 or more"),
        ({"activation": "swish2"}, "activation must be one of 'relu', 'gelu', 'silu', 'tanh'; got 'swish2'"),
        ({"norm": "group"}, "norm must be one of"),
        ({"dropout": 1.0}, "dropout must be at least 0 and less than 1"),
        ({"dropout": -0.1}, "dropout"),
        ({"init": "zeros"}, "init must be one of"),
    ],
)
def test_bad_networks(settings, words):
    with pytest.raises(ValueError, match=words):
        mlp(4, 3, **settings)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Linear(0, 3), "inputs must be 1 or more"),
        (lambda: BatchNorm(3, momentum=2.0), "momentum must be between 0 and 1"),
        (lambda: BatchNorm(3, eps=0.0), "eps must be greater than 0"),
        (lambda: LayerNorm(0), "units must be 1 or more"),
        (lambda: Dropout(1.0), "rate must be at least 0 and less than 1"),
    ],
)
def test_bad_layers(make, words):
    with pytest.raises(ValueError, match=words):
        make()
