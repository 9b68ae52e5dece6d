"""NSGA-II and NSGA-III: generations, constraints, failures, mixed spaces, quality."""

from __future__ import annotations

import math
from math import comb

import numpy as np
import pytest

import tunewright as tw
from tunewright.strategies.evolution.directions import reference_directions

BOTH = [tw.NSGA2, tw.NSGA3]


def line():
    return tw.Space(x=tw.Float(0.0, 1.0), y=tw.Float(0.0, 1.0))


def two(trial):
    x, y = trial["x"], trial["y"]
    return x + y**2, (1 - x) ** 2 + y


def study_of(strategy, space=None, **options):
    return tw.Study(space or line(), minimize=["a", "b"], strategy=strategy, seed=1, **options)


@pytest.mark.parametrize("kind", BOTH)
class TestGenerations:
    def test_batches_of_a_generation_and_single_trials_are_the_same_study(self, kind):
        one, many = study_of(kind(population=10)), study_of(kind(population=10))
        one.optimize(two, 60)
        for _ in range(6):
            trials = many.ask(10)
            many.tell(trials, [two(trial) for trial in trials])
        assert [t.config for t in one.trials] == [t.config for t in many.trials]

    def test_parents_are_those_of_the_last_whole_generation(self, kind):
        """What else is known of the generation under way changes nothing."""
        study, other = study_of(kind(population=10)), study_of(kind(population=10))
        for s in (study, other):
            s.optimize(two, 20)
        study.tell(study.ask(), (-50.0, -50.0))
        other.tell(other.ask(), (50.0, 50.0))
        assert study.ask().config == other.ask().config

    def test_trials_that_end_in_another_order(self, kind):
        study = study_of(kind(population=6))
        running = study.ask(12)
        for _ in range(8):
            for trial in running[::-2]:
                study.tell(trial, two(trial))
            running = [*running[-2::-2], *study.ask(len(running[::-2]))]
        past = study.history.at(int(study.history.seen[-1]))
        rows = study.strategy.suggest(past, study.seed, np.arange(past.n, past.n + 6))
        assert np.array_equal(rows, study.history.natives[past.n : past.n + 6])

    def test_nothing_is_suggested_twice(self, kind):
        space = tw.Space(a=tw.Categorical(*"abcdefghij"), b=tw.Int(0, 9), c=tw.Ordinal(1, 2, 4, 8, 16))
        study = tw.Study(space, minimize=["u", "v"], strategy=kind(population=10), seed=0, duplicates="allow")
        study.optimize(lambda t: (t["b"] + t["c"], -t["b"]), 300)
        assert len({tuple(t.config.values()) for t in study.trials}) == 300

    def test_one_objective_is_a_genetic_algorithm(self, kind):
        study = tw.Study(line(), minimize="loss", strategy=kind(population=10), seed=0)
        study.optimize(lambda t: (t["x"] - 0.3) ** 2 + (t["y"] - 0.7) ** 2, 300)
        assert study.best_value < 1e-3

    def test_failed_pruned_and_infinite_trials_have_no_children(self, kind):
        study = study_of(kind(population=8))
        for number in range(8):
            trial = study.ask()
            outcome = [{"state": "failed"}, {"state": "pruned"}, {"values": (math.inf, 1.0)}, {"values": (1.0, 1.0)}]
            study.tell(trial, **outcome[number % 4])
        parents = np.array([study.trials[k].config["x"] for k in (3, 7)])
        close = [np.abs(trial.config["x"] - parents).min() < 0.05 for trial in study.ask(100)]
        assert 10 < sum(close) < 60  # a quarter of the population are parents; the rest is drawn at random

    def test_constraints_of_space_and_of_outcomes(self, kind):
        space = line().forbid("x + y > 1.2")
        study = study_of(kind(population=10), space, constraints=["size >= 0.5"])
        study.optimize(lambda t: {"a": two(t)[0], "b": two(t)[1], "size": t["x"]}, 200)
        assert space.feasible(study.history.natives).all()
        assert study.history.feasible[100:].mean() > 0.8

    def test_thresholds_attract(self, kind):
        plain, wanting = study_of(kind(population=10)), study_of(kind(population=10), thresholds={"a": 0.2})
        for study in (plain, wanting):
            study.optimize(two, 200)
        interesting = [np.mean(s.history.losses[100:, 0] <= 0.2) for s in (plain, wanting)]
        assert interesting[1] > 0.6 > interesting[0]

    def test_enqueued_trials_can_be_parents(self, kind):
        space = tw.Space({f"x{i}": tw.Float(0.0, 1.0) for i in range(12)})
        study = tw.Study(space, minimize="loss", strategy=kind(population=6), seed=0)
        study.enqueue({f"x{i}": 0.123 for i in range(12)})
        study.optimize(lambda t: sum((x - 0.123) ** 2 for x in t.config.values()), 40)
        assert sum(0.123 in t.config.values() for t in study.trials[1:]) > 10

    def test_the_space_may_grow(self, kind):
        def objective(trial):
            x = trial.suggest_float("x", 0.0, 1.0)
            return x, trial.suggest_float("y", 0.0, 1.0) - x if x > 0.5 else 1.0 - x

        study = tw.Study(minimize=["a", "b"], strategy=kind(population=6), seed=0)
        study.optimize(objective, 60)
        assert all(trial.state == tw.TrialState.COMPLETE for trial in study.trials)

    def test_nothing_to_vary(self, kind):
        study = study_of(kind(), tw.Space(x=tw.Constant(1)), duplicates="allow")
        assert study.ask().config == {"x": 1}

    @pytest.mark.parametrize(
        ("option", "value"),
        [("population", 1), ("population", 2.0), ("crossover", 1.5), ("mutation", -0.1), ("mutation_index", math.nan)],
    )
    def test_options_are_checked(self, kind, option, value):
        with pytest.raises(ValueError, match=option):
            kind(**{option: value})


def zdt1(trial):
    first, *rest = trial.config.values()
    g = 1 + 9 * sum(rest) / len(rest)
    return first, g * (1 - math.sqrt(first / g))


def test_nsga2_finds_the_front_of_zdt1():
    study = study_of(tw.NSGA2(population=40), tw.Space({f"x{i}": tw.Float(0.0, 1.0) for i in range(10)}))
    study.optimize(zdt1, 2_000)
    assert tw.pareto.hypervolume(study.history.losses, reference=1.1) > 0.82  # 0.871 is the front's


def test_nsga3_finds_the_front_of_dtlz2_with_five_objectives():
    def dtlz2(trial):
        *angles, a, b, c = trial.config.values()
        radius = 1 + (a - 0.5) ** 2 + (b - 0.5) ** 2 + (c - 0.5) ** 2
        values = np.full(5, radius)
        for j, angle in enumerate(angles):
            values[: 4 - j] *= math.cos(angle * math.pi / 2)
            values[4 - j] *= math.sin(angle * math.pi / 2)
        return values.tolist()

    space = tw.Space({f"x{i}": tw.Float(0.0, 1.0) for i in range(7)})
    study = tw.Study(space, minimize=list("abcde"), strategy=tw.NSGA3(population=70), seed=0)
    study.optimize(dtlz2, 2_800)
    assert np.linalg.norm(study.history.losses[-70:], axis=1).mean() < 1.1  # 1 on the front


class TestReferenceDirections:
    @pytest.mark.parametrize(("m", "count", "outer", "inner"), [(3, 91, 12, 0), (2, 50, 49, 0), (4, 100, 6, 0)])
    def test_a_lattice(self, m, count, outer, inner):
        assert reference_directions(m, count).shape == (comb(outer + m - 1, m - 1) + inner, m)

    @pytest.mark.parametrize(("m", "count"), [(5, 85), (8, 156), (10, 275), (15, 135)])
    def test_two_layers_for_many_objectives(self, m, count):
        """The sizes of Deb and Jain's Table I."""
        assert len(reference_directions(m, count)) == count

    def test_length_and_difference(self):
        for m, count in [(1, 10), (3, 2), (3, 50), (6, 100)]:
            ways = reference_directions(m, count)
            assert np.allclose(np.linalg.norm(ways, axis=1), 1.0)
            assert len(np.unique(np.round(ways, 12), axis=0)) == len(ways)
            assert np.all(ways >= 0.0)
