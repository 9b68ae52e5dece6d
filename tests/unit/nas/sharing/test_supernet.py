"""One-shot search: what is trained, what is inherited, what is chosen."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tunewright as tw
from tunewright.errors import SearchDivergedError
from tunewright.nas import Cell, DartsCell, Skeleton
from tunewright.nas.sharing import Supernet
from tunewright.nas.sharing.weights import SharedWeights
from tunewright.training import Recipe
from tunewright.training.trainer import Score

PATH = ("conv3", "identity", "zero")
RECIPE = Recipe(epochs=2, lr=1e-2, batch_size=32, schedule="cosine")


def fitted(design, splits, **settings):
    supernet = Supernet(design, splits, RECIPE, **settings)
    list(supernet.fit())
    return supernet


@pytest.mark.parametrize("sampling", ["uniform", "fair"])
def test_training_lowers_the_loss_and_repeats_to_the_bit(design, splits, sampling):
    recipe = Recipe(epochs=10, lr=1e-2, batch_size=32)
    first, again = (Supernet(design, splits, recipe, sampling=sampling, seed=5) for _ in range(2))
    history = list(first.fit())
    assert history == list(again.fit())
    assert history[-1].loss < history[0].loss
    assert first.score(PATH) == again.score(PATH)


def test_fitting_goes_on_where_it_stopped(design, splits):
    whole, halves = (Supernet(design, splits, RECIPE, seed=1) for _ in range(2))
    list(whole.fit())
    list(halves.fit(1))
    list(halves.fit())
    assert whole.history == halves.history
    assert whole.score(PATH) == halves.score(PATH)


def test_a_score_does_not_depend_on_what_was_scored_before(design, splits):
    supernet = fitted(design, splits)
    first = supernet.score(PATH)
    supernet.score(("identity", "conv3", "conv3"))
    assert supernet.score(PATH) == first


def test_an_update_leaves_closed_operations_alone(design, splits):
    weights = SharedWeights(design, splits, RECIPE, seed=0)
    weights.open(weights.one_hot(weights.places(("conv3", "identity", "identity"))))
    before = {name: array.copy() for name, array in weights.network.arrays.items()}
    for _ in range(2):  # the second with moments
        weights.learn(splits.train, np.arange(20), "the test")
        weights.update(1e-2)
    moved = {name for name, array in weights.network.arrays.items() if not np.array_equal(array, before[name])}
    trained = {name for name in moved if name in weights.network.slopes}
    within = {name for name in trained if name.count(".") > 2}
    assert len({name.split(".")[0] for name in within}) == 2
    assert all(".1.2." in name for name in within)  # the first edge is node 1; operation 2 alone


def test_a_fair_update_moves_every_operation(splits):
    design = Skeleton(Cell(3, ("identity", "conv3")), cells=2, filters=3)
    # With this seed neither of the two paths has all convolutions.
    supernet = Supernet(design, splits, Recipe(epochs=1, batch_size=1000), sampling="fair", seed=1)
    network = supernet._weights.network
    weights = {name: array.copy() for name, array in network.arrays.items() if name.endswith("weight")}
    list(supernet.fit())
    assert len([name for name in weights if name.count(".") > 2]) == 2 * 3  # cells, edges
    assert all((network.arrays[name] != weights[name]).any() for name in weights)


@pytest.mark.parametrize("seed", range(3))
def test_a_fair_update_of_a_darts_cell_moves_all_operations_of_an_edge_or_none(splits, seed):
    design = Skeleton(DartsCell(3, ("linear", "conv3", "conv5")), cells=1, filters=3)
    supernet = Supernet(design, splits, Recipe(epochs=1, batch_size=1000), sampling="fair", seed=seed)
    network, edges = supernet._weights.network, set(map(str, design.wired.places))
    before = {name: array.copy() for name, array in network.arrays.items() if name.endswith("weight")}
    list(supernet.fit())
    moved: dict[str, set[bool]] = {}
    for name, array in before.items():
        parts = name.split(".")
        if len(parts) > 3 and parts[1] in edges:
            moved.setdefault(parts[1], set()).add(bool((network.arrays[name] != array).any()))
    assert len(moved) == 9  # edges to three nodes
    assert all(len(found) == 1 for found in moved.values())
    assert {True} in moved.values()


def test_fine_tuning_starts_from_what_was_inherited(design, splits):
    supernet = fitted(design, splits)
    score = supernet.score(PATH)
    trainer = supernet.fine_tune(PATH, Recipe(epochs=2))
    inherited = trainer.evaluate(splits.validation)
    assert inherited.accuracy == score.accuracy
    assert inherited.loss == pytest.approx(score.loss, rel=1e-9)
    before = supernet.score(PATH)
    list(trainer.fit())
    assert supernet.score(PATH) == before  # the supernet's weights are its own


def test_the_choice_is_the_best_of_what_was_tried(design, splits):
    supernet = fitted(design, splits)
    best = supernet.choose(trials=12, strategy=tw.Grid())
    study = tw.Study(design.space, minimize="loss", strategy=tw.Grid(), seed=0)
    study.optimize(supernet.objective("loss"), trials=12)
    assert supernet.score(best).loss == min(trial.values["loss"] for trial in study.trials)
    assert design.layers(supernet.choose(trials=12), splits)


def test_a_shortlist_is_of_different_architectures_the_best_first(design, splits):
    supernet = fitted(design, splits)
    paths = supernet.shortlist(4, trials=30, strategy=tw.Random())
    losses = [supernet.score(path).loss for path in paths]
    assert losses == sorted(losses)
    assert len({design.architecture(design.config_of(path)) for path in paths}) == 4
    assert paths[0] == supernet.choose(trials=30, strategy=tw.Random())
    everyone = supernet.shortlist(1000, trials=30, strategy=tw.Random())
    assert everyone[:4] == paths
    study = tw.Study(design.space, minimize="loss", strategy=tw.Random(), seed=0)
    study.optimize(supernet.objective("loss"), trials=30)
    assert len(everyone) == len({design.architecture(trial.config) for trial in study.trials})
    with pytest.raises(ValueError, match="size must be 1 or more, got 0"):
        supernet.shortlist(0)
    with pytest.raises(ValueError, match="trials must be 1 or more, got 0"):
        supernet.choose(trials=0)


def test_a_path_that_leads_nowhere_has_no_score(design, splits):
    with pytest.raises(tw.errors.ArchitectureError, match="nothing of an input reaches the output"):
        Supernet(design, splits, RECIPE).score(("zero", "zero", "conv3"))


def test_nothing_to_choose_is_said_in_words(design, splits, monkeypatch):
    supernet = Supernet(design, splits, Recipe(epochs=1))
    monkeypatch.setattr(supernet, "score", lambda path: Score(math.inf, 0.1))
    with pytest.raises(ValueError, match="no path of 5 has a finite inherited loss"):
        supernet.choose(trials=5)


def test_two_objectives_by_an_ordinary_study(design, splits):
    supernet = fitted(design, splits)
    strategy = tw.NSGA2(population=6)
    study = tw.Study(design.space, maximize="accuracy", minimize="flops", strategy=strategy, seed=0)
    study.optimize(supernet.objective("accuracy", "flops"), trials=12)
    for trial in study.pareto_front:
        assert trial.values["flops"] == design.cost(design.path_of(trial.config), splits)[1]


def test_divergence_is_said_in_words(design, splits):
    supernet = Supernet(design, splits, Recipe(epochs=3, lr=1e200, optimizer="sgd"))
    with pytest.raises(SearchDivergedError, match=r"became nan in epoch \d+, update \d+, with lr=1e\+200; lower lr"):
        list(supernet.fit())


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        (Recipe(gradient_accumulation=2), "gradient_accumulation must be 1"),
        (Recipe(mixup_alpha=0.2), "mixup_alpha must be 0"),
        (Recipe(schedule="plateau"), "'plateau'"),
    ],
)
def test_settings_that_would_be_ignored(design, splits, recipe, message):
    with pytest.raises(ValueError, match=message):
        Supernet(design, splits, recipe)


def test_unknown_metrics(design, splits):
    with pytest.raises(ValueError, match="'speed'"):
        Supernet(design, splits).objective("accuracy", "speed")


def test_unknown_sampling(design, splits):
    with pytest.raises(ValueError, match="sampling must be one of 'uniform', 'fair'"):
        Supernet(design, splits, sampling="strict")
