"""Differentiable search from end to end, on data so small that only its mechanics show."""

from __future__ import annotations

import numpy as np
import pytest

from tunewright.errors import SearchDivergedError
from tunewright.nas import Cell, Skeleton
from tunewright.nas.sharing import Differentiable, EigenvalueRise, Gumbel, SkipLimit, Stage
from tunewright.training import Dataset, Recipe, split

HARD = Gumbel(hard=True)
RECIPE = Recipe(epochs=2, lr=1e-2, batch_size=32)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"order": 2},
        {"gates": HARD},
        {"gates": Gumbel(), "order": 2},
        {"gates": HARD, "order": 2},
    ],
)
def test_every_kind_runs_and_repeats_to_the_bit(design, splits, settings):
    first, again = (Differentiable(design, splits, RECIPE, seed=3, **settings) for _ in range(2))
    history = list(first.fit())
    assert repr(history) == repr(list(again.fit()))  # eigenvalues are NaN, which equals nothing
    assert np.array_equal(first.alpha, again.alpha)
    assert first.alpha.any()
    assert design.layers(first.path, splits)  # raises where nothing flows
    assert first.path == history[-1].path


def test_zero_is_never_chosen_and_weights_alone_move_in_warmup(design, splits):
    search = Differentiable(design, splits, RECIPE, warmup=0.5)
    first, second = search.fit()
    assert np.isnan(first.validation_loss)
    assert first.entropy == pytest.approx(np.log(3.0))
    assert second.entropy < first.entropy
    assert "zero" not in search.path


def pulses_near_or_far():
    """Two equal pulses, 4 samples apart (label 1) or 8 (label 0): each alone looks the same to a stem of 3 samples."""
    rng = np.random.default_rng(0)
    labels = np.arange(300) % 2
    first = (rng.random(300) * 8).astype(int)
    inputs = np.zeros((300, 16))
    rows = np.arange(300)
    inputs[rows, first] = inputs[rows, first + np.where(labels == 1, 4, 8)] = 1.0
    return split(Dataset(inputs, labels), seed=0)


@pytest.mark.parametrize("settings", [{}, {"order": 2}, {"gates": Gumbel()}])
def test_it_finds_the_operation_that_can_tell(settings):
    design = Skeleton(Cell(2, ("identity", "linear", "conv5")), cells=1, filters=4)
    search = Differentiable(design, pulses_near_or_far(), Recipe(epochs=8, lr=1e-2, batch_size=32), **settings)
    history = list(search.fit())
    assert search.path == ("conv5",)
    assert history[-1].validation_loss < history[0].validation_loss


def test_hard_gates_tell_closed_operations_apart(splits):
    design = Skeleton(Cell(3, ("identity", "linear", "conv3", "mean3")), cells=1, filters=3)
    search = Differentiable(design, splits, Recipe(epochs=1, lr=1e-2, batch_size=1000), gates=HARD)
    list(search.fit())  # one update of the architecture
    # Did the open operation's slope alone count, the three others of its edge would all have moved the other way.
    assert 2 in (search.alpha > 0.0).sum(axis=1)


def test_stages_leave_out_the_weakest_and_grow(design, splits):
    search = Differentiable(design, splits, Recipe(epochs=5, lr=1e-2), stages=[Stage(3, 1), Stage(2, 2)])
    history = list(search.fit())
    assert [metrics.stage for metrics in history] == [0, 0, 1, 1, 1]
    assert search.alpha.shape == (3, 2)
    trainer = search.trainer(Recipe(epochs=1))
    assert len(list(trainer.fit())) == 1


def test_too_many_skips_end_it_with_the_path_of_before(design, splits):
    search = Differentiable(design, splits, Recipe(epochs=6, lr=1e-3), ending=SkipLimit(skips=0, patience=1), seed=0)
    history = list(search.fit())
    ended = next(k for k, metrics in enumerate(history) if k >= 1 and "identity" in metrics.path)
    assert len(history) == ended + 1
    assert search.path == history[ended - 1].path
    assert "SkipLimit" in search.stopped
    assert list(search.fit()) == []


def test_eigenvalues_are_measured_when_asked_for(design, splits):
    search = Differentiable(design, splits, RECIPE, ending=EigenvalueRise(window=3))
    assert all(np.isfinite(metrics.eigenvalue) for metrics in search.fit())
    assert search.stopped is None


def test_divergence_is_said_in_words(design, splits):
    search = Differentiable(design, splits, Recipe(epochs=3, lr=1e200, optimizer="sgd"))
    with pytest.raises(SearchDivergedError, match=r"became nan in epoch \d+, update \d+"):
        list(search.fit())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"order": 3}, "order must be 1 or 2"),
        ({"warmup": 1.0}, "warmup must be"),
        ({"architecture_lr": 0.0}, "architecture_lr"),
        ({"stages": [Stage(2, 1)]}, "stages must begin with all 3 operations"),
        ({"stages": [Stage(3, 1), Stage(2, 1), Stage(3, 1)]}, "never have more"),
        ({"stages": [Stage(3, 1), Stage(2, 1), Stage(2, 1)]}, "at most as many as the recipe's epochs"),
    ],
)
def test_settings_out_of_range(design, splits, settings, message):
    with pytest.raises(ValueError, match=message):
        Differentiable(design, splits, RECIPE, **settings)
