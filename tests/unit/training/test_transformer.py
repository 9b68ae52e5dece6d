"""The parts of a transformer from their definitions, and what holds of the whole."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tunewright.training import Network, split, train_mlp, transformer
from tunewright.training.layers import Attention, LayerNorm, Linear, MeanPool, Residual, Rows, SinusoidalPosition
from tunewright.training.sequences import repeated_tokens, sorted_sequences


def attention_by_loops(x, length, heads):
    """Vaswani et al. 2017, eq. 1, one example, head and query after another."""
    n, size = len(x) // length, x.shape[1] // (3 * heads)
    width = size * heads
    y = np.zeros((len(x), width))
    for first in range(0, n * length, length):
        rows = x[first : first + length]
        for head in range(heads):
            units = slice(head * size, (head + 1) * size)
            q, k, v = (rows[:, part * width : (part + 1) * width][:, units] for part in range(3))
            for query in range(length):
                weights = [math.exp(float(q[query] @ key) / math.sqrt(size)) for key in k]
                y[first + query, units] = sum(w * value for w, value in zip(weights, v, strict=True)) / sum(weights)
    return y


@pytest.mark.parametrize(("length", "heads"), [(1, 1), (3, 1), (3, 2), (6, 4)])
def test_attention(length, heads):
    x = np.random.default_rng(0).standard_normal((6, 24))
    assert Attention(length, heads).predict({}, x) == pytest.approx(attention_by_loops(x, length, heads), rel=1e-12)
    assert np.array_equal(Attention(length, heads, 0.5).predict({}, x), Attention(length, heads).predict({}, x))


def test_equal_keys_are_attended_to_equally():
    x = np.array([[1.0, 5.0, 2.0], [3.0, 5.0, 4.0]])  # one head of size 1: a query, a key, a value a position
    assert Attention(2, 1).predict({}, x).tolist() == [[3.0], [3.0]]


def test_large_scores_do_not_overflow():
    x = np.array([[1e4, 1.0, 2.0], [1e4, 2.0, 4.0]])
    assert Attention(2, 1).predict({}, x).tolist() == [[4.0], [4.0]]


def test_attention_dropout_drops_weights_and_keeps_their_expectation():
    length, rate = 100, 0.3
    x = np.zeros((length, 3))  # all weights are 1 / 100
    x[:, 2] = 1.0
    y, cache = Attention(length, 1, rate).forward({}, x, np.random.default_rng(0))
    kept = np.unique(cache[-1])
    assert kept == pytest.approx([0.0, 0.01 / 0.7])
    assert y.mean() == pytest.approx(1.0, abs=0.05)
    with pytest.raises(ValueError, match="attention dropout draws a mask: pass rng"):
        Attention(length, 1, rate).forward({}, x, None)


def test_sinusoidal_positions_have_the_published_values():
    # D = 4: sin t, cos t, sin(t / 100), cos(t / 100)
    s = SinusoidalPosition(3, 4).predict({}, np.zeros((6, 4)))
    expected = [[math.sin(t), math.cos(t), math.sin(t / 100), math.cos(t / 100)] for t in (0, 1, 2, 0, 1, 2)]
    assert s == pytest.approx(np.array(expected), rel=1e-14)
    assert SinusoidalPosition(2, 3).predict({}, np.zeros((2, 3))).shape == (2, 3)


def test_rows_and_their_mean():
    x = np.arange(12.0).reshape(2, 6)
    rows = Rows(3).predict({}, x)
    assert rows.tolist() == [[0, 1], [2, 3], [4, 5], [6, 7], [8, 9], [10, 11]]
    assert MeanPool(3).predict({}, rows).tolist() == [[2, 3], [8, 9]]


def test_rows_keep_the_first_positions():
    x = np.arange(12.0).reshape(2, 6)
    layer = Rows(3, first=2)
    assert layer.predict({}, x).tolist() == [[0, 1], [2, 3], [6, 7], [8, 9]]
    dy = np.arange(1.0, 9.0).reshape(4, 2)
    assert layer.backward({}, (x,), dy, {}).tolist() == [[1, 2, 3, 4, 0, 0], [5, 6, 7, 8, 0, 0]]
    with pytest.raises(ValueError, match="first must be at most length, 3, got 4"):
        Rows(3, first=4)


def test_longer_data_are_read_up_to_the_longest_length():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((5, 18))
    short, cut = (
        Network(transformer(length, 3, 2, width=8, heads=2, max_length=4), np.random.default_rng(1))
        for length in (4, 6)
    )
    assert np.array_equal(cut.predict(x), short.predict(x[:, :12]))
    assert transformer(4, 3, 2, width=8, heads=2, max_length=512) == transformer(4, 3, 2, width=8, heads=2)


def test_heads_may_have_a_size_of_their_own():
    attention = transformer(8, 8, 10, width=10, heads=3, head_size=4)[3].layers
    assert attention[1:4] == (Linear(10, 36, "xavier"), Attention(8, 3, 0.0), Linear(12, 10, "xavier"))
    assert transformer(8, 8, 10, width=12, heads=3, head_size=4) == transformer(8, 8, 10, width=12, heads=3)


def test_a_residual_adds_its_input():
    layer = Residual((Linear(2, 3), Linear(3, 2)))
    held = {"0.weight": np.ones((2, 3)), "0.bias": np.zeros(3), "1.weight": np.ones((3, 2)), "1.bias": np.ones(2)}
    assert [slot.name for slot in layer.slots] == list(held)
    assert layer.predict(held, np.array([[1.0, 2.0]])).tolist() == [[1.0 + 10.0, 2.0 + 10.0]]


def test_layers_in_order():
    pre = transformer(8, 8, 10, depth=2, width=16, heads=2, norm_position="pre")
    kinds = [type(layer).__name__ for layer in pre]
    assert kinds == ["Rows", "Linear", "LearnedPosition", *["Residual"] * 4, "LayerNorm", "MeanPool", "Linear"]
    assert pre[3].layers[:3] == (LayerNorm(16), Linear(16, 48, "xavier"), Attention(8, 2, 0.0))
    assert pre[4].layers[1] == Linear(16, 64)
    post = transformer(8, 8, 10, depth=1, width=16, heads=2, norm_position="post", position_encoding="none")
    kinds = [type(layer).__name__ for layer in post]
    assert kinds == ["Rows", "Linear", "Residual", "LayerNorm", "Residual", "LayerNorm", "MeanPool", "Linear"]


@pytest.mark.parametrize("norm", ["pre", "post"])
@pytest.mark.parametrize("position", ["none", "learned", "sinusoidal"])
def test_only_positions_tell_the_order(position, norm):
    rng = np.random.default_rng(1)
    layers = transformer(5, 3, 4, width=8, heads=2, position_encoding=position, norm_position=norm)
    network = Network(layers, rng)
    x = rng.standard_normal((6, 5, 3))
    found = network.predict(x.reshape(6, 15))
    permuted = network.predict(x[:, [3, 0, 4, 1, 2]].reshape(6, 15))
    assert np.allclose(found, permuted, rtol=1e-10, atol=1e-12) == (position == "none")


def test_learned_positions_do_not_decay_and_weights_do():
    network = Network(transformer(5, 3, 4, depth=1, width=8, heads=2), np.random.default_rng(0))
    weights = 3 * 8 + 8 * 24 + 8 * 8 + 8 * 32 + 32 * 8 + 8 * 4
    assert int(network.decays.sum()) == weights
    assert network.parameters.size == weights + (8 + 24 + 8 + 32 + 8 + 4) + 3 * 2 * 8 + 5 * 8


def test_it_learns_what_needs_the_order_and_a_bag_of_tokens_does_not():
    data = split(sorted_sequences(400, length=4, tokens=6), seed=0)
    settings = {"model": "transformer", "epochs": 15, "width": 16, "depth": 1, "lr": 0.01, "batch_size": 32}
    assert train_mlp(data, **settings).test().accuracy > 0.9
    assert train_mlp(data, position_encoding="none", **settings).test().accuracy < 0.75


def test_it_learns_which_token_is_repeated():
    data = split(repeated_tokens(600, length=5, tokens=6), seed=0)
    trainer = train_mlp(data, model="transformer", epochs=15, width=16, depth=1, lr=0.01, position_encoding="none")
    assert trainer.test().accuracy > 0.9
