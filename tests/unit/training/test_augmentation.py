"""Augmentation and mixup: what is moved and mixed, worked by hand, and that strength 0 is nothing."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tunewright as tw
from tunewright.training import Dataset, Probe, Recipe, Trainer, augmented, load_digits, mixup, split, train_mlp
from tunewright.training.augmentation import warped
from tunewright.training.mixup import mixed
from tunewright.training.streams import Purpose, permutation, stream

IMAGE = np.arange(1.0, 10.0).reshape(1, 9)  # 1 2 3 / 4 5 6 / 7 8 9


def moved(shift=(0.0, 0.0), angle=0.0, size=1.0, image=IMAGE, shape=(3, 3)):
    return warped(image, shape, np.array([shift]), np.array([angle]), np.array([size])).reshape(shape)


def test_a_shift_moves_down_and_right_and_leaves_zeros_behind():
    assert moved((1.0, 0.0)).tolist() == [[0, 0, 0], [1, 2, 3], [4, 5, 6]]
    assert moved((0.0, -1.0)).tolist() == [[2, 3, 0], [5, 6, 0], [8, 9, 0]]
    assert moved((0.5, 0.0)).tolist() == [[0.5, 1, 1.5], [2.5, 3.5, 4.5], [5.5, 6.5, 7.5]]


def test_a_turn_is_counter_clockwise():
    assert moved(angle=math.pi / 2) == pytest.approx(np.rot90(IMAGE.reshape(3, 3)))
    wide = np.arange(8.0).reshape(1, 8)
    assert moved(angle=math.pi, image=wide, shape=(2, 4)) == pytest.approx(wide[0, ::-1].reshape(2, 4))


def test_a_larger_image_is_read_nearer_to_its_middle():
    assert moved(size=2.0) == pytest.approx(np.array([[3, 3.5, 4], [4.5, 5, 5.5], [6, 6.5, 7]]))
    assert moved(size=0.5) == pytest.approx(np.array([[0, 0, 0], [0, 5, 0], [0, 0, 0]]))


def test_channels_move_together():
    colours = np.concatenate([IMAGE.reshape(3, 3, 1), -IMAGE.reshape(3, 3, 1)], axis=2).reshape(1, 18)
    found = moved((0.3, 0.4), 0.7, 1.3, colours, (3, 3, 2))
    assert found[:, :, 0] == pytest.approx(moved((0.3, 0.4), 0.7, 1.3))
    assert np.array_equal(found[:, :, 1], -found[:, :, 0])


def test_strength_zero_changes_nothing_and_more_changes_more():
    digits = load_digits()
    images, rng = digits.inputs[:200], np.random.default_rng
    assert np.array_equal(augmented(images, (8, 8), 0.0, rng(0)), images)
    before = images.copy()
    far = [float(np.abs(augmented(images, (8, 8), s, rng(0)) - images).mean()) for s in (0.1, 0.2, 0.5, 1.0)]
    assert far == sorted(far)
    assert far[0] > 0.0
    assert np.array_equal(images, before)


def test_images_of_one_batch_are_moved_each_in_its_own_way():
    found = augmented(np.repeat(load_digits().inputs[:1], 5, axis=0), (8, 8), 1.0, np.random.default_rng(0))
    assert len(np.unique(found.round(6), axis=0)) == 5


def test_mixing_by_hand():
    inputs, labels = np.array([[0.0, 4.0], [8.0, 0.0]]), np.array([0, 2])
    x, y = mixed(inputs, labels, 3, 0.75, np.array([1, 0]))
    assert x.tolist() == [[2.0, 3.0], [6.0, 1.0]]
    assert y.tolist() == [[0.75, 0.0, 0.25], [0.25, 0.0, 0.75]]


def test_shares_follow_the_folded_beta_distribution():
    inputs, labels = np.array([[0.0], [1.0]]), np.array([0, 1])
    rng = np.random.default_rng(0)
    targets = [mixup(inputs, labels, 2, 0.2, rng)[1] for _ in range(4000)]
    # The order is the batch's own half of the time: then nothing is mixed.
    shares = np.array([target[0, 0] for target in targets if target[0, 0] < 1.0])
    assert len(shares) == pytest.approx(2000, abs=150)
    assert shares.min() >= 0.5
    # E max(λ, 1 - λ) of Beta(α, α), by sums over its density.
    grid = (np.arange(200_000) + 0.5) / 200_000
    density = (grid * (1.0 - grid)) ** (0.2 - 1.0)
    expected = float(np.average(np.maximum(grid, 1.0 - grid), weights=density))
    assert shares.mean() == pytest.approx(expected, abs=0.02)


def test_the_vision_defaults_of_the_guide_are_a_recipe():
    recipe = Recipe(**tw.guide.defaults("vision"))
    assert (recipe.augmentation_strength, recipe.mixup_alpha, recipe.clip_norm) == (0.2, 0.2, 1.0)
    config = (
        tw.Study(tw.guide.space("vision", tiers=[1, 2, 3]), minimize="loss", strategy=tw.Random(), seed=0).ask().config
    )
    assert Recipe(**config).augmentation_strength == config["augmentation_strength"]
    assert Recipe(**tw.guide.defaults("general")).warmup_steps == 1000


@pytest.mark.parametrize("workload", ["nlp", "llm"])
def test_the_language_defaults_of_the_guide_are_a_recipe(workload):
    recipe = Recipe(model="transformer", **tw.guide.defaults(workload))
    assert (recipe.heads, recipe.head_size, recipe.max_length) == (8, 64, 512)


def test_other_names_and_fitted_settings():
    assert Recipe(max_grad_norm=0.5, warmup_ratio=0.1) == Recipe(clip_norm=0.5, warmup=0.1)
    with pytest.raises(ValueError, match=r"max_grad_norm is another name of clip_norm: give one of them, got 1\.0"):
        Recipe(max_grad_norm=1.0, clip_norm=2.0)
    with pytest.raises(ValueError, match="max_grad_norm must be greater than 0"):
        Recipe(max_grad_norm=-1.0)
    # a factor of 0.5 an epoch: 4 epochs of 10 steps
    schedule = Recipe(schedule="exponential", decay_rate=0.5, epochs=4).build_schedule(40)
    assert [schedule(step) for step in (0, 10, 20)] == pytest.approx([1.0, 0.5, 0.25])
    # 1000 steps of warmup are cut to a tenth of 340
    rising = Recipe(warmup_steps=1000).build_schedule(340)
    assert [rising(step) for step in (0, 33, 34)] == pytest.approx([1 / 35, 34 / 35, 1.0])


@pytest.fixture(scope="module")
def small():
    return split(load_digits().take(np.arange(300)), seed=0)


SETTINGS = {"augmentation_strength": 0.5, "mixup_alpha": 0.4, "width": 16, "depth": 1, "epochs": 4, "dropout": 0.1}


@pytest.mark.parametrize("model", ["mlp", "conv", "transformer"])
def test_a_resumed_run_draws_what_the_whole_run_drew(small, model):
    recipe = Recipe(model=model, gradient_accumulation=2, **SETTINGS)
    whole, first, second = (Trainer(recipe, small, seed=3) for _ in range(3))
    expected = list(whole.fit())
    list(first.fit(2))
    second.restore(first.state())
    assert list(second.fit()) == expected[2:]
    assert len({metrics.train_loss for metrics in expected}) == 4


def test_each_setting_changes_the_training_and_no_stream_of_another(small):
    off = {**SETTINGS, "augmentation_strength": 0.0, "mixup_alpha": 0.0, "epochs": 1}
    parameters = {
        name: train_mlp(small, **{**off, **settings}).network.parameters
        for name, settings in {
            "off": {},
            "augmented": {"augmentation_strength": 0.5},
            "mixed": {"mixup_alpha": 0.4},
        }.items()
    }
    assert not np.array_equal(parameters["off"], parameters["augmented"])
    assert not np.array_equal(parameters["off"], parameters["mixed"])
    # so little of either that only rounding could tell, were dropout's masks not the same
    little = train_mlp(small, **{**off, "augmentation_strength": 1e-12}).network.parameters
    assert little == pytest.approx(parameters["off"], abs=1e-6)


def test_the_first_update_by_hand(small):
    """One batch an epoch, plain SGD: what was augmented, then mixed, each from a stream of its own."""
    settings = {"augmentation_strength": 0.5, "mixup_alpha": 0.4, "dropout": 0.2, "depth": 1, "width": 8}
    recipe = Recipe(batch_size=1000, epochs=1, optimizer="sgd", momentum=0.0, lr=0.1, **settings)
    trainer, other = Trainer(recipe, small, seed=5), Trainer(recipe, small, seed=5)
    rows = permutation(stream(5, Purpose.SHUFFLE), small.train.size)
    images = augmented(small.train.inputs[rows], (8, 8), 0.5, stream(5, Purpose.AUGMENTATION))
    x, targets = mixup(images, small.train.labels[rows], 10, 0.4, stream(5, Purpose.MIXUP))
    loss, logits = other.network.learn(x, targets, rng=stream(5, Purpose.DROPOUT))
    metrics = trainer.step_epoch()
    assert metrics.train_loss == pytest.approx(loss, rel=1e-12)
    assert metrics.train_accuracy == np.mean(logits.argmax(axis=1) == small.train.labels[rows])
    expected = other.network.parameters - 0.1 * other.network.gradient
    assert trainer.network.parameters == pytest.approx(expected, rel=1e-12)


def test_a_probe_meets_them_and_is_put_back(small):
    probe = Probe(Trainer(Recipe(**SETTINGS), small))
    state = probe.save()
    first = [probe(1e-3) for _ in range(3)]
    probe.restore(state)
    plain = Probe(Trainer(Recipe(**{**SETTINGS, "mixup_alpha": 0.0}), small))
    assert [plain(1e-3) for _ in range(3)] != first


def test_data_that_are_no_images_are_refused():
    flat = Dataset(np.ones((20, 6)), np.arange(20) % 2)
    with pytest.raises(ValueError, match=r"images have shape \(height, width\).*dataset.shaped\(height, width\)"):
        Trainer(Recipe(augmentation_strength=0.1), split(flat, seed=0))
    for settings, words in [
        ({"augmentation_strength": 1.5}, "augmentation_strength must be between 0 and 1"),
        ({"mixup_alpha": -0.1}, "mixup_alpha must be 0 or more"),
    ]:
        with pytest.raises(ValueError, match=words):
            Recipe(**settings)
