"""Parts of data, pooled images and narrow networks: each a part of the next larger one."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import tunewright as tw
from tunewright.training import Dataset, Recipe, Trainer, load_digits, narrowed, part_rows, pooled, reduced, split


@pytest.mark.parametrize("seed", [0, 7])
def test_smaller_parts_lie_within_larger_ones_and_keep_the_mix(seed):
    labels = load_digits().labels
    parts = [part_rows(labels, fraction, seed=seed) for fraction in (1e-6, 0.05, 0.3, 0.31, 0.9, 1.0)]
    assert [len(part) for part in parts] == [1, 90, 539, 557, 1617, 1797]
    assert parts[-1].tolist() == list(range(1797))
    for smaller, larger in itertools.pairwise(parts):
        assert np.isin(smaller, larger).all()
    share = np.bincount(labels[parts[1]], minlength=10) / 90
    assert share == pytest.approx(np.bincount(labels) / 1797, abs=2 / 90)


def test_another_seed_is_another_part():
    labels = load_digits().labels
    assert not np.array_equal(part_rows(labels, 0.1), part_rows(labels, 0.1, seed=1))


def test_pooling_by_hand():
    image = Dataset(np.arange(16.0).reshape(1, 16), np.array([0]), (4, 4))
    assert pooled(image, 2).inputs.tolist() == [[2.5, 4.5, 10.5, 12.5]]
    assert pooled(image, 2).shape == (2, 2)
    assert pooled(image, 1).inputs.tolist() == [[7.5]]
    assert pooled(image, 4).inputs == pytest.approx(image.inputs)
    # thirds of a line of four: each covers one and a third old pixels
    line = Dataset(np.array([[0.0, 0, 0, 0, 3, 3, 3, 3, 6, 6, 6, 6, 9, 9, 9, 9]]), np.array([0]), (4, 4))
    assert pooled(line, 3).inputs.reshape(3, 3)[:, 0] == pytest.approx([0.75, 4.5, 8.25])


def test_pooling_keeps_channels_proportions_and_the_mean():
    rng = np.random.default_rng(0)
    images = Dataset(rng.random((3, 4 * 8 * 2)), np.arange(3), (4, 8, 2))
    small = pooled(images, 3)
    assert small.shape == (3, 6, 2)
    means = small.inputs.reshape(3, 18, 2).mean(axis=1)
    assert means == pytest.approx(images.inputs.reshape(3, 32, 2).mean(axis=1))


def test_reduced_splits():
    whole = split(load_digits(), seed=0)
    less = reduced(whole, data=0.25, resolution=4)
    assert (less.train.size, less.validation.size, less.test.size) == (270, whole.validation.size, whole.test.size)
    assert less.train.shape == less.validation.shape == less.test.shape == (4, 4)
    assert reduced(split(load_digits(), test=0.0, train=0.8), resolution=2).test is None
    assert np.array_equal(reduced(whole).train.inputs, whole.train.inputs)


def test_narrowed_recipes():
    assert narrowed(Recipe(width=100), 0.256).width == 26
    assert narrowed(Recipe(width=100), 1e-3).width == 1
    assert narrowed(Recipe(width=48, model="transformer", heads=4), 0.3).width == 16
    assert narrowed(Recipe(width=48, model="transformer", heads=4), 0.01).width == 4
    assert narrowed(Recipe(width=48, model="transformer", heads=4, head_size=8), 0.3).width == 14
    assert narrowed(Recipe(width=10), 2.0).width == 20


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda d: part_rows(d.labels, 0.0), "fraction must be greater than 0"),
        (lambda d: part_rows(d.labels, 1.1), "fraction must be at most 1, got 1.1"),
        (lambda d: pooled(d, 9), "resolution must be at most the height of the images, 8, got 9"),
        (lambda d: pooled(d, 0), "resolution must be 1 or more"),
        (lambda d: pooled(d.shaped(64), 4), "images have shape"),
        (lambda d: narrowed(Recipe(), 0.0), "width must be greater than 0"),
    ],
)
def test_bad_values_are_refused_by_name(call, words):
    with pytest.raises(ValueError, match=words):
        call(load_digits())


def test_they_grow_with_the_rungs_of_a_study():
    digits = split(load_digits().take(np.arange(500)), seed=0)
    sizes = []

    def objective(trial):
        data, resolution, width = (trial.fidelity[name] for name in ("data", "resolution", "width"))
        less = reduced(digits, data=data, resolution=resolution)
        recipe = narrowed(Recipe(width=32, depth=1, lr=trial["lr"], epochs=trial.resource), width)
        trainer = Trainer(recipe, less)
        losses = [metrics.validation_loss for metrics in trainer.fit()]
        sizes.append((trial.resource, less.train.size, less.train.shape, recipe.width))
        return losses[-1]

    fidelities = {"data": (0.25, 1.0), "resolution": (4, 8), "width": (0.25, 1.0)}
    scheduler = tw.ASHA(4, min_resource=1, reduction_factor=2, promotion=True, fidelities=fidelities)
    study = tw.Study(tw.Space(lr=tw.Float(1e-4, 1e-1, log=True)), minimize="loss", scheduler=scheduler, seed=0)
    study.optimize(objective, trials=8)
    assert set(sizes) == {(1, 75, (4, 4), 8), (2, 150, (6, 6), 16), (4, 300, (8, 8), 32)}
