"""muP: the published table, and that the best learning rate stays where it is when a network grows."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tunewright as tw
from tunewright.training import Network, Recipe, Trainer, load_digits, split, train_mlp
from tunewright.training.layers import Attention, Linear, Residual
from tunewright.training.optimizers import SGD, Adam

SHAPES = {"mlp": (64,), "conv": (8, 8), "transformer": (8, 8)}


def linears(layers):
    found = [layer for layer in layers if isinstance(layer, Linear)]
    return found + [inner for layer in layers if isinstance(layer, Residual) for inner in linears(layer.layers)]


def by_array(recipe, shape=(64,)):
    """The factor of the rate of each array of the network, in order: one number each, or it fails."""
    factors, used, found = recipe.build_rates(shape, 10), 0, []
    for layer in recipe.build_layers(shape, 10):
        for slot in layer.slots:
            size = math.prod(slot.shape)
            (factor,) = set(factors[used : used + size].tolist())
            found.append((slot.name, factor))
            used += size
    assert used == len(factors)
    return found


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_a_perceptron_follows_the_rules_of_the_guide(optimizer):
    recipe = Recipe(width=96, base_width=24, parametrization="mup", optimizer=optimizer)
    wide, narrow = recipe.build_layers(64, 10), Recipe(width=24).build_layers(64, 10)
    rates = [factor for name, factor in by_array(recipe) if name == "weight"]
    for layer, base, rate, kind in zip(
        linears(wide), linears(narrow), rates, ("input", "hidden", "output"), strict=True
    ):
        rule = tw.guide.scaling.transferred(1.0, base.first_deviation, 24, 96, layer=kind, optimizer=optimizer)
        assert (rate, layer.multiplier) == (rule.learning_rate, rule.multiplier)
        assert layer.first_deviation == pytest.approx(rule.init_std, rel=1e-14)
    # biases: as inputs where they grow; the ten of the classes do not
    biases = [factor for name, factor in by_array(recipe) if name == "bias"]
    assert biases == ([4.0, 4.0, 1.0] if optimizer == "sgd" else [1.0, 1.0, 1.0])


def test_a_transformer_by_hand():
    recipe = Recipe(
        model="transformer", depth=1, width=32, base_width=8, heads=2, parametrization="mup", optimizer="sgd"
    )
    layers = recipe.build_layers((8, 8), 10)
    attention, feed_forward = layers[3].layers, layers[4].layers
    assert attention[2] == Attention(8, 2, 0.0, 0.5)  # √(8 / 32)
    kinds = [layers[1], attention[1], attention[3], feed_forward[1], feed_forward[3], layers[-1]]
    # the deviations of the base, 8 wide, over 2 where both sides grew
    base = [2 / 16, 2 / 32 / 4, 2 / 16 / 4, 2 / 8 / 4, 2 / 40 / 4, 2 / 18]
    assert [layer.first_deviation**2 for layer in kinds] == pytest.approx(base, rel=1e-12)
    assert [layer.multiplier for layer in kinds] == [1.0] * 5 + [0.25]
    factors = by_array(recipe, (8, 8))
    hidden = ["1.weight", "3.weight"]
    assert [factor for name, factor in factors if name in hidden] == [1.0] * 4
    assert {factor for name, factor in factors if name not in hidden} == {4.0, 1.0}  # 1 of the classes' bias alone
    assert [factor for _, factor in factors].count(1.0) == 5


def test_heads_of_one_size_keep_their_scores_and_count_as_outputs_and_inputs():
    recipe = Recipe(model="transformer", depth=1, width=32, base_width=8, heads=3, head_size=4, parametrization="mup")
    attention = recipe.build_layers((8, 8), 10)[3].layers
    assert attention[2] == Attention(8, 3)
    assert (attention[1].multiplier, attention[3].multiplier) == (0.25, 1.0)
    narrow = Recipe(model="transformer", depth=1, width=8, heads=3, head_size=4).build_layers((8, 8), 10)[3].layers
    for place in (1, 3):
        assert attention[place].first_deviation == narrow[place].first_deviation


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "rmsprop", "sgd"])
@pytest.mark.parametrize("model", SHAPES)
def test_a_network_as_wide_as_its_base_is_the_standard_one(model, optimizer):
    splits = split(load_digits().take(np.arange(150)), seed=0)
    settings = {"model": model, "width": 16, "depth": 1, "epochs": 2, "optimizer": optimizer, "lr": 0.01}
    standard = train_mlp(splits, **settings).network.parameters
    assert np.array_equal(
        train_mlp(splits, parametrization="mup", base_width=16, **settings).network.parameters, standard
    )
    wider = train_mlp(splits, parametrization="mup", base_width=4, **settings).network.parameters
    assert not np.array_equal(wider, standard)


def test_first_weights_have_the_deviation_they_say():
    layer = Linear(200, 300, deviation=0.3)
    assert layer.initial(np.random.default_rng(0))["weight"].std() == pytest.approx(0.3, rel=0.01)
    assert Linear(8, 2).first_deviation == pytest.approx(0.5)
    assert (
        Linear(8, 2, multiplier=3.0).predict({"weight": np.ones((8, 2)), "bias": np.ones(2)}, np.ones((1, 8)))[0, 0]
        == 25
    )


def test_factors_of_the_rate():
    parameters, gradient = np.array([1.0, 1.0]), np.array([1.0, 2.0])
    optimizer = SGD(weight_decay=0.5, decoupled=True)
    optimizer.update(optimizer.start(2), parameters, gradient, 0.1, rates=np.array([1.0, 3.0]))
    # decoupled decay takes 0.1 · 0.5 of both, whatever the factor
    assert parameters == pytest.approx([1.0 - 0.05 - 0.1, 1.0 - 0.05 - 0.6])
    parameters, optimizer = np.zeros(2), Adam()
    optimizer.update(optimizer.start(2), parameters, gradient, 0.1, rates=np.array([1.0, 0.25]))
    assert parameters == pytest.approx([-0.1, -0.025])


def test_what_a_network_computes_at_the_start_keeps_its_size():
    """Coordinates of the first hidden units stay, logits shrink with √m, and no update makes them grow."""
    x = np.random.default_rng(0).standard_normal((50, 64))
    logits = {}
    for width in (16, 256, 4096):
        layers = Recipe(width=width, base_width=16, depth=1, parametrization="mup").build_layers(64, 10)
        logits[width] = Network(layers, np.random.default_rng(1)).predict(x).std()
    assert logits[16] / logits[256] == pytest.approx(4.0, rel=0.3)
    assert logits[256] / logits[4096] == pytest.approx(4.0, rel=0.3)


def test_the_best_rate_stays_when_the_network_grows_and_moves_without():
    splits, lrs = split(load_digits().take(np.arange(600)), seed=0), [2.0**power for power in (-9, -7, -5, -3)]

    def losses(**settings):
        runs = [[train_mlp(splits, lr=lr, seed=seed, epochs=4, **settings) for lr in lrs] for seed in range(2)]
        return np.mean([[trainer.history[-1].train_loss for trainer in row] for row in runs], axis=0)

    best = losses(width=32).argmin()
    standard, mup = losses(width=512), losses(width=512, parametrization="mup", base_width=32)
    # What the best rate of the narrow network costs the wide one: about 5 times the loss, and nothing.
    assert standard[best] > 2.0 * standard.min()
    assert mup[best] < 1.3 * mup.min()


def test_bad_settings_are_refused():
    with pytest.raises(ValueError, match="parametrization must be one of 'standard', 'mup'; got 'ntk'"):
        Recipe(parametrization="ntk")
    with pytest.raises(ValueError, match="heads must divide base_width, .* got heads=4, base_width=10"):
        Recipe(model="transformer", parametrization="mup", base_width=10)
    with pytest.raises(ValueError, match="parametrization must be 'standard' for layers of one's own, got 'mup'"):
        Trainer(Recipe(parametrization="mup"), split(load_digits(), seed=0), layers=[Linear(64, 10)])
