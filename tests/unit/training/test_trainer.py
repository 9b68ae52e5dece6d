"""Training runs: they learn, repeat, resume to the bit, and diverge quietly."""

from __future__ import annotations

import copy
import doctest
import json
import math
import pickle

import numpy as np
import pytest

import tunewright.training
from tunewright.training import Dataset, Recipe, Splits, Trainer, load_digits, split, train_mlp


@pytest.fixture(scope="module")
def digits():
    return split(load_digits(), seed=0)


@pytest.fixture(scope="module")
def small():
    """A tenth of the digits, for runs where only the bits matter."""
    return split(load_digits().take(np.arange(0, 1797, 10)), seed=0)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_defaults_learn_the_digits_in_a_few_epochs(digits, seed):
    trainer = train_mlp(digits, seed=seed, epochs=10)
    assert trainer.test().accuracy > 0.94
    assert trainer.history[-1].train_loss < trainer.history[0].train_loss / 5


VARIED = {
    "adamw": {
        "optimizer": "adamw",
        "lr": 0.005,
        "weight_decay": 0.05,
        "dropout": 0.3,
        "norm": "batch",
        "schedule": "cosine",
    },
    "sgd": {"optimizer": "sgd", "lr": 0.1, "nesterov": True, "norm": "layer", "activation": "gelu", "schedule": "step"},
    "rmsprop": {"optimizer": "rmsprop", "momentum": 0.5, "dropout": 0.2, "activation": "silu", "warmup": 0.3},
    "adam": {"activation": "tanh", "label_smoothing": 0.1, "clip_norm": 0.5, "schedule": "one_cycle", "depth": 3},
    "plateau": {"schedule": "plateau", "lr": 0.05, "schedule_options": {"patience": 0, "gamma": 0.5}, "warmup": 0.2},
    "coupled": {"optimizer": "sgd", "lr": 0.05, "weight_decay": 0.01, "init": "xavier", "schedule": "wsd"},
    "softmax": {"depth": 0, "lr": 0.01, "schedule": "cosine"},
    "transformer": {
        "model": "transformer",
        "depth": 1,
        "lr": 0.005,
        "dropout": 0.1,
        "attention_dropout": 0.1,
        "gradient_accumulation": 2,
    },
    "conv": {"model": "conv", "lr": 0.005, "norm": "batch", "dropout": 0.2, "gradient_accumulation": 2},
}


@pytest.mark.parametrize("settings", VARIED.values(), ids=VARIED.keys())
def test_every_kind_of_recipe_learns(digits, settings):
    trainer = train_mlp(digits, **{"epochs": 15, "width": 32, **settings})
    assert trainer.test().accuracy > 0.85
    assert not trainer.diverged


def bits(trainer):
    """All that a run is, as bytes."""
    return {name: np.asarray(value).tobytes() for name, value in trainer.state().items()}


@pytest.mark.parametrize("stop", [0, 1, 3, 5])
@pytest.mark.parametrize("settings", VARIED.values(), ids=VARIED.keys())
def test_a_resumed_run_has_the_bits_of_one_never_interrupted(small, settings, stop, tmp_path):
    recipe = Recipe(epochs=6, width=24, batch_size=16, **settings)
    whole = Trainer(recipe, small, seed=9)
    for _ in whole.fit():
        pass
    first = Trainer(recipe, small, seed=9)
    for _ in first.fit(stop):
        pass
    np.savez(tmp_path / "run.npz", **first.state())
    for _ in first.fit():  # what was saved does not change with the run that goes on
        pass
    second = Trainer(recipe, small, seed=9)
    with np.load(tmp_path / "run.npz", allow_pickle=False) as saved:
        second.restore(saved)
    assert second.epoch == stop
    for _ in second.fit():
        pass
    assert bits(second) == bits(whole)
    assert bits(first) == bits(whole)
    assert second.history == whole.history


def test_a_checkpoint_travels_as_json(small):
    recipe = Recipe(epochs=4, width=16, dropout=0.1, norm="batch")
    whole, first, second = (Trainer(recipe, small, seed=2**64 - 1) for _ in range(3))
    list(whole.fit())
    list(first.fit(2))
    plain = {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in first.state().items()}
    second.restore(json.loads(json.dumps(plain)))
    list(second.fit())
    assert bits(second) == bits(whole)


def test_a_trainer_survives_pickling(small):
    recipe = Recipe(epochs=3, width=16, norm="batch")
    whole, first = Trainer(recipe, small), Trainer(recipe, small)
    list(whole.fit())
    next(first.fit())
    state = pickle.loads(pickle.dumps(first.state()))
    other = Trainer(pickle.loads(pickle.dumps(recipe)), pickle.loads(pickle.dumps(small)))
    other.restore(state)
    list(other.fit())
    assert bits(other) == bits(whole)


def test_a_dropped_iterator_loses_nothing(small):
    trainer = Trainer(Recipe(epochs=5, width=8), small)
    for metrics in trainer.fit():
        if metrics.epoch == 2:
            break
    assert trainer.epoch == 2
    assert [metrics.epoch for metrics in trainer.fit()] == [3, 4, 5]
    assert list(trainer.fit()) == []


def test_seeds_repeat_and_differ(small):
    runs = [train_mlp(small, seed=seed, epochs=2, width=8) for seed in (0, 0, 1)]
    assert bits(runs[0]) == bits(runs[1])
    assert runs[0].network.parameters.tobytes() != runs[2].network.parameters.tobytes()


def record_batches(trainer, monkeypatch):
    """A list that fills with (inputs, first draws of the generator) of every batch the trainer learns from."""
    seen, learn = [], trainer.network.learn

    def spy(inputs, labels, *, smoothing, rng):
        seen.append((inputs.copy(), None if rng is None else tuple(copy.deepcopy(rng).random(4))))
        return learn(inputs, labels, smoothing=smoothing, rng=rng)

    monkeypatch.setattr(trainer.network, "learn", spy)
    return seen


def test_every_epoch_is_another_order_of_all_examples(small, monkeypatch):
    trainer = Trainer(Recipe(epochs=2, batch_size=25, width=8), small)
    seen = record_batches(trainer, monkeypatch)
    list(trainer.fit())
    assert [len(inputs) for inputs, _ in seen] == [25, 25, 25, 25, 8] * 2
    epochs = [np.concatenate([inputs for inputs, _ in seen[first : first + 5]]) for first in (0, 5)]
    rows = [sorted(map(bytes, epoch)) for epoch in (*epochs, small.train.inputs)]
    assert rows[0] == rows[1] == rows[2]
    assert not np.array_equal(epochs[0], epochs[1])


def test_every_step_has_a_mask_of_its_own(small, monkeypatch):
    trainer = Trainer(Recipe(epochs=3, batch_size=25, width=8, dropout=0.5), small)
    seen = record_batches(trainer, monkeypatch)
    list(trainer.fit())
    assert len({draws for _, draws in seen}) == 15


def test_attention_dropout_alone_draws_a_mask_each_step(small, monkeypatch):
    recipe = Recipe(epochs=2, batch_size=25, model="transformer", width=8, depth=1, attention_dropout=0.5)
    trainer = Trainer(recipe, small)
    seen = record_batches(trainer, monkeypatch)
    list(trainer.fit())
    assert len({draws for _, draws in seen} - {None}) == 10


def test_accumulated_batches_are_as_one_batch(small):
    settings = {"epochs": 2, "width": 8, "depth": 1, "clip_norm": 0.5, "schedule": "cosine", "lr": 0.01}
    for model in ("mlp", "transformer", "conv"):
        # 108 examples: 64 and 44, the 44 in batches of 16, 16 and 12.
        whole = train_mlp(small, model=model, batch_size=64, **settings)
        parts = train_mlp(small, model=model, batch_size=16, gradient_accumulation=4, **settings)
        assert parts.epoch_steps == whole.epoch_steps == 2
        assert parts.network.parameters == pytest.approx(whole.network.parameters, rel=1e-7, abs=1e-9)
        for one, other in zip(parts.history, whole.history, strict=True):
            assert one.lr == other.lr
            assert one.train_accuracy == other.train_accuracy
            assert one.train_loss == pytest.approx(other.train_loss, rel=1e-9)


def test_each_accumulated_batch_has_a_mask_of_its_own(small, monkeypatch):
    trainer = Trainer(Recipe(epochs=2, batch_size=25, width=8, dropout=0.5, gradient_accumulation=3), small)
    seen = record_batches(trainer, monkeypatch)
    list(trainer.fit())
    assert [len(inputs) for inputs, _ in seen] == [25, 25, 25, 25, 8] * 2
    assert len({draws for _, draws in seen}) == 10


@pytest.mark.parametrize("model", ["transformer", "conv"])
def test_every_model_diverges_quietly(small, model):
    trainer = train_mlp(small, model=model, depth=1, width=8, epochs=3, lr=1e300, optimizer="sgd")
    assert trainer.diverged
    assert math.isnan(trainer.test().loss)


def test_sequences_and_images_want_a_shape(small):
    flat = Splits(small.train.shaped(64), small.validation.shaped(64))
    with pytest.raises(ValueError, match=r"reads examples of shape \(length, features\), got \(64,\)"):
        Trainer(Recipe(model="transformer"), flat)
    with pytest.raises(ValueError, match=r"reads examples of shape \(height, width\) or .* got \(64,\)"):
        Trainer(Recipe(model="conv"), flat)


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw", "rmsprop"])
@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
def test_divergence_is_a_metric_not_an_exception(small, optimizer, norm):
    trainer = train_mlp(small, epochs=5, lr=1e300, optimizer=optimizer, norm=norm, width=8, weight_decay=0.1)
    assert trainer.diverged
    last = trainer.history[-1]
    assert last.epoch == 5
    assert all(math.isnan(v) for v in (last.train_loss, last.train_accuracy, last.validation_loss))
    assert math.isnan(last.validation_accuracy)
    before = bits(trainer)
    trainer.step_epoch()
    assert bits(trainer)["parameters"] == before["parameters"]


def test_a_diverged_run_stays_so_even_where_its_weights_are_finite(small):
    trainer = Trainer(Recipe(epochs=4, width=8), small)
    trainer.step_epoch()
    state = trainer.state()
    state["history"][-1, 2:] = math.nan
    trainer.restore(state)
    assert math.isnan(trainer.step_epoch().train_loss)
    assert np.array_equal(trainer.network.parameters, state["parameters"])


def test_a_state_is_a_copy(small):
    trainer = Trainer(Recipe(epochs=3, width=8, norm="batch"), small)
    trainer.step_epoch()
    state = trainer.state()
    before = copy.deepcopy(state)
    list(trainer.fit())
    assert all(np.array_equal(state[name], before[name]) for name in state)


def test_a_diverged_run_resumes_as_diverged(small):
    recipe = Recipe(epochs=4, lr=1e300, optimizer="sgd", width=8)
    first, second = Trainer(recipe, small), Trainer(recipe, small)
    list(first.fit(3))
    second.restore(first.state())
    assert second.diverged
    assert math.isnan(second.step_epoch().validation_loss)


def test_metrics_are_plain_numbers_and_honest(digits):
    trainer = Trainer(Recipe(epochs=3, label_smoothing=0.2, schedule="linear", lr=0.01), digits)
    history = list(trainer.fit())
    for name in ("lr", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy"):
        assert type(getattr(history[-1], name)) is float
    assert type(history[-1].epoch) is int
    # 17 updates an epoch, 51 in all; the last of epoch 2 is update 33, counted from 0.
    assert history[1].lr == pytest.approx(0.01 * (1 - 33 / 51))
    logits = trainer.predict(digits.validation.inputs)
    right = (logits.argmax(axis=1) == digits.validation.labels).mean()
    assert history[-1].validation_accuracy == pytest.approx(right)
    assert trainer.evaluate(digits.validation).loss == history[-1].validation_loss
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = shifted[np.arange(360), digits.validation.labels] / shifted.sum(axis=1)
    assert history[-1].validation_loss == pytest.approx(-np.log(p).mean())


def test_the_first_update_is_one_step_of_the_optimizer(small):
    recipe = Recipe(
        epochs=1, optimizer="sgd", momentum=0.0, lr=0.5, batch_size=10**6, width=8, norm="layer", weight_decay=0.1
    )
    trainer = Trainer(recipe, small)
    start, decays = trainer.network.parameters.copy(), trainer.network.decays
    trainer.step_epoch()
    expected = start - 0.5 * (trainer.network.gradient + 0.1 * decays * start)
    assert trainer.network.parameters == pytest.approx(expected, rel=1e-12)


def test_a_plateau_lowers_the_rate(small):
    recipe = Recipe(epochs=8, lr=1e-300, schedule="plateau", width=8, schedule_options={"patience": 1, "gamma": 0.5})
    # Nothing improves after the first epoch: every second epoch from the third on halves the rate of the next.
    rates = [metrics.lr / 1e-300 for metrics in Trainer(recipe, small).fit()]
    assert rates == pytest.approx([1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.125])


def test_a_plateau_that_reduces_to_nothing_stops_the_weights(small):
    # With mode "max" a falling loss is no improvement: the second epoch is one too many.
    options = {"patience": 0, "gamma": 0.0, "mode": "max"}
    trainer = Trainer(Recipe(epochs=4, schedule="plateau", width=8, schedule_options=options), small)
    weights = [trainer.network.parameters.copy() for _ in trainer.fit()]
    assert not np.array_equal(weights[0], weights[1])
    assert np.array_equal(weights[1], weights[2])


def test_clipping_limits_the_step(small):
    trainer = Trainer(Recipe(epochs=1, optimizer="sgd", momentum=0.0, lr=1.0, clip_norm=1e-3, width=8), small)
    start = trainer.network.parameters.copy()
    trainer.step_epoch()
    assert np.linalg.norm(trainer.network.parameters - start) <= 2 * 1e-3 * (1 + 1e-9)  # two updates


def test_a_checkpoint_of_before_a_setting_existed_goes_on_with_its_default(small):
    whole = Trainer(Recipe(epochs=3, width=8), small, seed=1)
    whole.step_epoch()
    state = whole.state()
    fields = json.loads(state["recipe"])
    assert fields.pop("precision") == "float64"
    older = {**state, "recipe": json.dumps(fields)}
    resumed = Trainer(whole.recipe, small, seed=1)
    resumed.restore(older)
    assert bits(resumed) == bits(whole)
    with pytest.raises(ValueError, match="checkpoint's recipe must be this trainer's"):
        Trainer(Recipe(epochs=3, width=8, precision="float32"), small, seed=1).restore(older)
    with pytest.raises(ValueError, match="field of a recipe must be one of .* got 'magic'"):
        resumed.restore({**state, "recipe": json.dumps({**fields, "magic": 1})})


def test_restore_refuses_what_does_not_fit(small):
    source = Trainer(Recipe(epochs=3, width=8), small, seed=1)
    source.step_epoch()
    state = source.state()
    other = Trainer(Recipe(epochs=3, width=8, lr=0.5), small, seed=1)
    untouched = bits(other)
    with pytest.raises(ValueError, match="checkpoint's recipe must be this trainer's"):
        other.restore(state)
    with pytest.raises(ValueError, match="checkpoint's seed must be this trainer's, 2, got 1"):
        Trainer(source.recipe, small, seed=2).restore(state)
    with pytest.raises(ValueError, match=r"parameters must have shape .* the networks differ"):
        Trainer(Recipe(epochs=3, width=9), small, seed=1).restore(state, strict=False)
    with pytest.raises(ValueError, match=r"no entry 'optimizer\.velocity'"):
        Trainer(Recipe(epochs=3, width=8, optimizer="sgd"), small, seed=1).restore(state, strict=False)
    with pytest.raises(ValueError, match="no entry 'format'"):
        other.restore({})
    with pytest.raises(ValueError, match="format must be 1, got 2"):
        other.restore({**state, "format": 2})
    assert bits(other) == untouched
    other.restore(state, strict=False)
    assert other.network.parameters.tobytes() == source.network.parameters.tobytes()
    assert other.epoch == 1
    assert other.step_epoch().lr == 0.5


def test_evaluation_refuses_other_data(small):
    trainer = Trainer(Recipe(width=8), small)
    with pytest.raises(ValueError, match="64 features and at most 10 classes"):
        trainer.evaluate(Dataset(np.ones((2, 3)), np.array([0, 1])))
    with pytest.raises(ValueError, match="64 features and at most 10 classes"):
        trainer.evaluate(Dataset(np.ones((2, 64)), np.array([0, 10])))
    with pytest.raises(ValueError, match=r"inputs must have shape \(n, 64\), got \(64,\)"):
        trainer.predict(np.ones(64))
    with pytest.raises(ValueError, match="splits must have a test part"):
        Trainer(Recipe(width=8), Splits(small.train, small.validation)).test()


def test_the_examples_of_the_documentation_run():
    failed, tried = doctest.testmod(tunewright.training)
    assert tried > 0
    assert failed == 0
