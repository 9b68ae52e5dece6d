"""In single precision all is float32, near what double precision computes, and repeats to the bit."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import numpy as np
import pytest

from tunewright.nas import grad_norm, synflow
from tunewright.training import Network, Recipe, Trainer, digit_signals, load_digits, narrowed, reduced, split
from tunewright.training.cellular import cellular
from tunewright.training.layers import Gated, Layer
from tunewright.training.operations import OPERATIONS, operation
from tunewright.training.optimizers import SGD, Adam, AdamW, RMSprop
from tunewright.training.product import product, stacked_product


@pytest.fixture(scope="module")
def small():
    return split(load_digits().take(np.arange(0, 1797, 10)), seed=0)


SETTINGS = [SGD(), SGD(0.9, 0.1), SGD(0.9, nesterov=True), RMSprop(), RMSprop(momentum=0.5, centered=True)]
SETTINGS += [Adam(), Adam(weight_decay=0.1), AdamW(), SGD(0.9, weight_decay=0.1, decoupled=True)]


@pytest.mark.parametrize("scalar", [float, np.float64])
@pytest.mark.parametrize("optimizer", SETTINGS, ids=str)
def test_every_optimizer_keeps_float32_and_is_near_float64(optimizer, scalar):
    settings = {field.name: getattr(optimizer, field.name) for field in fields(optimizer)}
    optimizer = replace(optimizer, **{name: scalar(x) for name, x in settings.items() if isinstance(x, float)})
    ends = {}
    for dtype in (np.float32, np.float64):
        rng = np.random.default_rng(0)
        theta, decays, rates = (rng.random(9).astype(dtype) for _ in range(3))
        state = optimizer.start(9, dtype)
        for _ in range(5):
            gradient = rng.standard_normal(9).astype(dtype)
            assert optimizer.direction(_copied(state), gradient).dtype == dtype
            optimizer.update(state, theta, gradient, scalar(0.01), decays=decays, rates=rates)
        assert all(moment.dtype == dtype for moment in state.moments.values())
        ends[dtype] = theta
    assert ends[np.float32].dtype == np.float32
    assert ends[np.float32] == pytest.approx(ends[np.float64], rel=1e-5, abs=1e-6)


def _copied(state):
    return type(state)(state.step + 1, {name: moment.copy() for name, moment in state.moments.items()})


def watched(monkeypatch, classes):
    """A set that fills with the types of all that the layers' methods are handed and give."""
    seen = set()

    def note(things):
        for thing in things:
            if isinstance(thing, np.ndarray):
                seen.add(thing.dtype)
            elif isinstance(thing, (tuple, list)):
                note(thing)
            elif isinstance(thing, dict):
                note(thing.values())

    def spied(method):
        def spy(self, *arguments):
            found = method(self, *arguments)
            note([*arguments, found])
            return found

        return spy

    for kind in classes:
        for name in ("predict", "forward", "backward"):
            if name in kind.__dict__:
                monkeypatch.setattr(kind, name, spied(kind.__dict__[name]))
    return seen


def kinds(layer=Layer):
    return [kind for child in layer.__subclasses__() for kind in (child, *kinds(child))]


MODELS = {
    "mlp": {"model": "mlp", "norm": "batch", "activation": "gelu", "augmentation_strength": 0.5, "mixup_alpha": 0.3},
    "mup": {"model": "mlp", "norm": "layer", "parametrization": "mup", "base_width": 8, "optimizer": "adamw"},
    "conv": {"model": "conv", "norm": "batch", "optimizer": "sgd", "nesterov": True, "mixup_alpha": 0.2},
    "conv mean": {"model": "conv", "pool": "mean", "norm": "layer", "optimizer": "rmsprop", "momentum": 0.5},
    "transformer": {"model": "transformer", "attention_dropout": 0.1, "activation": "silu", "schedule": "cosine"},
    "post": {
        "model": "transformer",
        "norm_position": "post",
        "position_encoding": "sinusoidal",
        "activation": "tanh",
        "parametrization": "mup",
        "base_width": 16,
    },
}
COMMON = {"width": 32, "epochs": 4, "batch_size": 16, "gradient_accumulation": 2, "clip_norm": 1.0, "dropout": 0.1}
COMMON |= {"precision": "float32", "label_smoothing": 0.1, "weight_decay": 0.01, "lr": 0.003}


@pytest.mark.parametrize("settings", MODELS.values(), ids=MODELS.keys())
def test_a_run_is_float32_throughout_and_resumes_to_the_bit(small, settings, monkeypatch):
    seen = watched(monkeypatch, kinds())
    recipe = Recipe(**COMMON, **settings)
    whole, first, second = (Trainer(recipe, small, seed=3) for _ in range(3))
    list(whole.fit())
    list(first.fit(2))
    # As JSON, whose numbers have no type.
    second.restore({name: np.asarray(value).tolist() for name, value in first.state().items()})
    list(second.fit())
    assert second.history == whole.history
    state = whole.state()
    assert all(np.array_equal(value, second.state()[name]) for name, value in state.items())
    arrays = [name for name in state if name not in ("format", "recipe", "seed", "history", "optimizer.step")]
    assert {state[name].dtype for name in arrays} == {np.dtype(np.float32)}
    assert whole.network.gradient.dtype == np.float32
    assert whole.predict(small.validation.inputs).dtype == np.float32
    assert seen == {np.dtype(np.float32)}
    assert type(whole.history[-1].train_loss) is float


def gradients(recipe, splits):
    """The network's gradient of one batch, its logits and its loss, with the weights of double precision."""
    network = Trainer(replace(recipe, precision="float64"), splits).network
    own = Network(network.layers, np.random.default_rng(0), recipe.precision)
    own.parameters[...] = network.parameters
    loss, logits = own.learn(splits.train.inputs[:40], splits.train.labels[:40], rng=np.random.default_rng(1))
    return own.gradient, logits, loss


@pytest.mark.parametrize("settings", MODELS.values(), ids=MODELS.keys())
def test_slopes_are_those_of_double_precision_but_for_rounding(small, settings):
    recipe = Recipe(**COMMON, **settings)
    single, double = gradients(recipe, small), gradients(replace(recipe, precision="float64"), small)
    # Roundings of 2^-24 through some ten layers and sums of 10^2 to 10^3 terms.
    assert np.linalg.norm(single[0] - double[0]) < 1e-5 * np.linalg.norm(double[0])
    assert np.linalg.norm(single[1] - double[1]) < 1e-5 * np.linalg.norm(double[1])
    assert single[2] == pytest.approx(double[2], rel=1e-6)


@pytest.mark.parametrize("model", ["mlp", "conv", "transformer"])
def test_first_weights_are_those_of_double_precision_rounded(small, model):
    single, double = (
        Trainer(Recipe(model=model, width=16, precision=name), small).network for name in ("float32", "float64")
    )
    assert np.array_equal(single.parameters, double.parameters.astype(np.float32))
    assert np.array_equal(single.decays, double.decays)


@pytest.mark.parametrize("model", ["mlp", "conv", "transformer"])
def test_it_learns_as_well(model):
    splits = split(load_digits(), seed=0)
    recipe = Recipe(model=model, width=32, epochs=6, lr=0.005)
    scores = {}
    for precision in ("float64", "float32"):
        trainer = Trainer(replace(recipe, precision=precision), splits)
        list(trainer.fit())
        scores[precision] = trainer.test().accuracy
    assert scores["float32"] > 0.9
    # Two runs of 360 test examples that differ by rounding alone.
    assert scores["float32"] == pytest.approx(scores["float64"], abs=0.04)


def test_smaller_fidelities_are_float32_too():
    splits = reduced(split(load_digits()), data=0.1, resolution=4)
    trainer = Trainer(narrowed(Recipe(model="conv", width=16, epochs=1, precision="float32"), 0.5), splits)
    assert math.isfinite(trainer.step_epoch().validation_loss)
    assert trainer.network.parameters.dtype == np.float32


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw", "rmsprop"])
@pytest.mark.parametrize("model", ["mlp", "conv", "transformer"])
@pytest.mark.parametrize("lr", [1e30, 1e300])
def test_divergence_is_a_metric(small, model, optimizer, lr):
    recipe = Recipe(model=model, optimizer=optimizer, depth=1, width=8, epochs=3, lr=lr, precision="float32")
    trainer = Trainer(recipe, small)
    list(trainer.fit())
    assert trainer.diverged
    assert math.isnan(trainer.test().loss)
    assert trainer.network.parameters.dtype == np.float32


def test_cells_and_gates_are_float32(monkeypatch):
    seen = watched(monkeypatch, kinds())
    splits = split(digit_signals(80))

    def cell(sides, states, last):
        return Gated(tuple(operation(name, sides, states[0], states[0]) for name in OPERATIONS)), states

    layers = cellular((40,), 1, 10, cell, cells=2, filters=3)
    trainer = Trainer(Recipe(epochs=1, precision="float32"), splits, layers=layers)
    list(trainer.fit())
    assert seen == {np.dtype(np.float32)}
    assert trainer.network.gates.dtype == trainer.network.gate_gradient.dtype == np.float32


def test_proxies_judge_a_float32_network_in_double_precision(small):
    single, double = (Trainer(Recipe(width=16, precision=name), small).network for name in ("float32", "float64"))
    inputs, labels = small.train.inputs[:20], small.train.labels[:20]
    assert synflow(single, 64) == pytest.approx(synflow(double, 64), rel=1e-6)
    assert grad_norm(single, inputs, labels) == pytest.approx(grad_norm(double, inputs, labels), rel=1e-6)


@pytest.mark.parametrize("shape", [(3, 4, 5), (70, 300, 90), (1, 200, 128), (129, 257, 131)])
def test_products_keep_float32(shape):
    m, k, n = shape
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((m, k)).astype(np.float32), rng.standard_normal((k, n)).astype(np.float32)
    for found in (product(a, b), stacked_product(a[None], b[None])[0]):
        assert found.dtype == np.float32
        assert np.abs(found - a.astype(np.float64) @ b).max() < 1e-5 * math.sqrt(k)


def test_what_float32_cannot_hold_is_refused():
    with pytest.raises(ValueError, match=r"eps must be at least 1\.2e-38 with precision='float32', got 1e-40"):
        Recipe(precision="float32", eps=1e-40)
    with pytest.raises(ValueError, match="precision must be one of 'float64', 'float32'; got 'half'"):
        Recipe(precision="half")


def test_a_checkpoint_of_another_precision_is_another_recipes(small):
    double, single = (Trainer(Recipe(epochs=2, width=8, precision=name), small) for name in ("float64", "float32"))
    double.step_epoch()
    with pytest.raises(ValueError, match="checkpoint's recipe must be this trainer's"):
        single.restore(double.state())
    single.restore(double.state(), strict=False)
    assert single.network.parameters.dtype == np.float32
    assert np.array_equal(single.network.parameters, double.network.parameters.astype(np.float32))
