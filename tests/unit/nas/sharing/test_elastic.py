"""Elastic networks: shapes, parts of the whole, phases, and channels whose order changes nothing."""

from __future__ import annotations

import numpy as np
import pytest

import tunewright as tw
from tunewright.errors import SearchDivergedError
from tunewright.nas.sharing import Backbone, Elastic
from tunewright.training import Recipe

BACKBONE = Backbone(depths=(1, 2), widths=(2, 4))
RECIPE = Recipe(epochs=3, lr=1e-2, batch_size=32)


def fitted(splits, epochs=3, **settings):
    elastic = Elastic(BACKBONE, splits, Recipe(epochs=epochs, lr=1e-2, batch_size=32), **settings)
    return elastic, list(elastic.fit())


def test_shapes_and_configurations():
    assert BACKBONE.largest == (4, 4)
    assert BACKBONE.shape_of({"depth": 1, "width_1": 2}) == (2,)
    assert BACKBONE.shape_of({"depth": 2, "width_1": 4, "width_2": 2}) == (4, 2)
    study = tw.Study(BACKBONE.space, minimize="loss", strategy=tw.Random(), seed=0)
    shapes = {BACKBONE.shape_of(trial.config) for trial in study.ask(60)}
    assert shapes == {(2,), (4,), (2, 2), (2, 4), (4, 2), (4, 4)}


def test_a_single_depth_is_no_parameter():
    backbone = Backbone(depths=(2,), widths=(2, 4))
    assert list(backbone.space.names) == ["width_1", "width_2"]
    assert backbone.shape_of({"width_1": 2, "width_2": 4}) == (2, 4)


def test_cost_by_hand(splits):
    # Signals of 16: the first block at 16 samples, 3 taps, 1 to 4 channels; the second at 8, 4 to 2.
    assert BACKBONE.cost((4, 2), splits) == (12 + 24, 12 * 16 + 24 * 8)


def test_phases_open_depth_and_then_width_and_repeat_to_the_bit(splits):
    elastic, history = fitted(splits, epochs=7, seed=2)
    assert [metrics.phase for metrics in history] == ["largest"] * 2 + ["depth"] * 2 + ["width"] * 3
    again, repeated = fitted(splits, epochs=7, seed=2)
    assert history == repeated
    assert elastic.score((2, 4)) == again.score((2, 4))


def test_an_update_moves_the_leading_block_alone(splits):
    elastic = Elastic(BACKBONE, splits, RECIPE)
    before = {name: array.copy() for name, array in elastic._network.arrays.items()}
    elastic._move((2,), np.arange(20), 1e-2)
    after = elastic._network.arrays
    changed = {name: after[name] != before[name] for name in after if "mean" not in name and "variance" not in name}
    assert changed["1.0.weight"][..., :2].any()
    assert not changed["1.0.weight"][..., 2:].any()
    assert not changed["2.0.weight"].any()  # the second block is none of a network of one
    assert changed["4.weight"][:2].any()
    assert not changed["4.weight"][2:].any()


def test_sorted_channels_leave_the_largest_network_as_it_was(splits):
    elastic, _ = fitted(splits)
    before = elastic.score(BACKBONE.largest)
    filters = elastic._network.arrays["1.0.weight"]
    filters[..., 0] *= 0.1  # so that there is something to sort
    before = elastic.score(BACKBONE.largest)
    narrow = elastic.score((2, 2))
    elastic._sort()
    assert elastic.score(BACKBONE.largest).loss == pytest.approx(before.loss, rel=1e-9)
    assert elastic.score((2, 2)).loss != pytest.approx(narrow.loss, rel=1e-3)
    norms = np.abs(filters).sum(axis=(0, 1))
    assert (np.diff(norms) <= 0.0).all()


def test_moments_go_with_their_weights(splits):
    elastic = Elastic(BACKBONE, splits, RECIPE)
    elastic._memory.moments["first"][...] = elastic._network.parameters
    elastic._sort()
    assert np.array_equal(elastic._memory.moments["first"], elastic._network.parameters)


def test_fine_tuning_starts_from_what_was_inherited(splits):
    elastic, _ = fitted(splits)
    score, trainer = elastic.score((4,)), elastic.fine_tune((4,), RECIPE)
    assert trainer.evaluate(splits.validation).loss == pytest.approx(score.loss, rel=1e-12)
    list(trainer.fit())
    assert elastic.score((4,)) == score


def test_choosing_and_two_objectives(splits):
    elastic, _ = fitted(splits)
    assert elastic.choose(trials=8) in {(2,), (4,), (2, 2), (2, 4), (4, 2), (4, 4)}
    study = tw.Study(BACKBONE.space, maximize="accuracy", minimize="flops", strategy=tw.NSGA2(population=4), seed=0)
    study.optimize(elastic.objective("accuracy", "flops"), trials=6)
    trial = study.trials[0]
    assert trial.values["flops"] == BACKBONE.cost(BACKBONE.shape_of(trial.config), splits)[1]


def test_divergence_is_said_in_words(splits):
    with pytest.raises(SearchDivergedError, match=r"became (nan|inf) in epoch \d+, update \d+"):
        list(Elastic(BACKBONE, splits, Recipe(epochs=3, lr=1e200, optimizer="sgd")).fit())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"depths": (), "widths": (2, 4)}, "depths must be one or more"),
        ({"depths": (2,), "widths": (4,)}, "must leave a choice"),
        ({"widths": (2, 2)}, "differ"),
        ({"widths": (0, 2)}, "widths must be 1 or more"),
        ({"kernel": 2}, "odd"),
    ],
)
def test_backbones_that_cannot_be(settings, message):
    with pytest.raises(ValueError, match=message):
        Backbone(**settings)


@pytest.mark.parametrize("shape", [(), (3,), (2, 2, 2)])
def test_shapes_of_another_backbone(splits, shape):
    with pytest.raises(ValueError, match="shape must have"):
        Elastic(BACKBONE, splits, RECIPE).score(shape)


def test_settings_out_of_range(splits):
    with pytest.raises(ValueError, match="3 or more"):
        Elastic(BACKBONE, splits, Recipe(epochs=2))
    with pytest.raises(ValueError, match="distillation"):
        Elastic(BACKBONE, splits, RECIPE, distillation=1.5)
