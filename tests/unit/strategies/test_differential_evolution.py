"""Differential evolution: challengers, places, mixed spaces, rungs."""

from __future__ import annotations

import numpy as np
import pytest

import tunewright as tw
from tunewright.strategies.coordinates import coordinates
from tunewright.strategies.differential_evolution import _ladder
from tunewright.strategies.evolution.difference import crossed, mutants
from tunewright.strategies.evolution.ladder import WHOLE

KINDS = [
    tw.DifferentialEvolution(population=10),
    tw.DifferentialEvolution(population=10, rule="current-to-best/1"),
]


def plane(d=3):
    return tw.Space({f"x{i}": tw.Float(-5.0, 5.0) for i in range(d)})


def bowl(trial):
    return sum((x - 1.0) ** 2 for x in trial.config.values())


def study_of(strategy, space=None, **options):
    return tw.Study(space or plane(), minimize="loss", strategy=strategy, **{"seed": 0} | options)


class TestVariation:
    SPACE = tw.Space(a=tw.Float(0, 1), b=tw.Float(0, 1))

    def mutant(self, rule, target, donors, best, weight, draws=0.5):
        rows = [np.array([row], dtype=float) for row in (target, *donors, best)]
        half = np.full((1, 2), draws)
        target, *donors, best = rows
        seen = coordinates(self.SPACE)
        return mutants(rule, seen, target, tuple(donors), best, np.array([[weight]]), (half, half))[0].tolist()

    def test_rand_1_by_hand(self):
        three = ([0.5, 0.5], [0.4, 0.1], [0.2, 0.3])
        assert self.mutant("rand/1", [0.9, 0.9], three, [0.0, 0.0], 0.5) == pytest.approx([0.6, 0.4])

    def test_current_to_best_by_hand(self):
        three = ([0.5, 0.5], [0.4, 0.1], [0.2, 0.3])
        assert self.mutant("current-to-best/1", [0.6, 0.8], three, [0.2, 0.4], 0.5) == pytest.approx([0.5, 0.5])

    def test_out_of_bounds_ends_between_the_base_and_the_bound(self):
        three = ([0.8, 0.2], [1.0, 0.0], [0.0, 1.0])
        assert self.mutant("rand/1", [0.5, 0.5], three, [0.5, 0.5], 1.0, 0.25) == pytest.approx([0.85, 0.15])

    def test_what_a_donor_lacks_makes_no_difference(self):
        three = ([0.5, np.nan], [np.nan, 0.1], [0.2, 0.3])
        mutant = self.mutant("rand/1", [0.9, 0.9], three, [0.0, 0.0], 0.5)
        assert mutant[0] == 0.5
        assert np.isnan(mutant[1])

    def test_crossover_takes_the_sure_gene_and_fills_gaps(self):
        target, mutant = np.array([[0.1, 0.2, np.nan]]), np.array([[0.7, 0.8, 0.9]])
        child = crossed(target, mutant, 0.0, np.full((1, 3), 0.5), np.array([1]))
        assert child.tolist() == [[0.1, 0.8, 0.9]]
        child = crossed(target, mutant, 0.6, np.array([[0.5, 0.7, 0.7]]), np.array([0]))
        assert child.tolist() == [[0.7, 0.2, 0.9]]

    def test_categories_change_where_the_donors_differ(self):
        seen = coordinates(tw.Space(c=tw.Categorical(*"abcd"), x=tw.Float(0, 1)))
        at = lambda k: (k + 0.5) / 4  # noqa: E731
        draws = np.linspace(0.0, 0.999, 200)[:, None].repeat(2, axis=1)
        rows = lambda c: np.tile([at(c), 0.5], (200, 1))  # noqa: E731
        same = mutants(
            "rand/1", seen, rows(0), (rows(1), rows(2), rows(2)), rows(3), np.full((200, 1), 0.6), (draws,) * 2
        )
        assert np.all(same[:, 0] == at(1))
        other = mutants(
            "rand/1", seen, rows(0), (rows(1), rows(2), rows(3)), rows(3), np.full((200, 1), 0.6), (draws,) * 2
        )
        kept, changed = other[:, 0] == at(1), other[:, 0] != at(1)
        assert kept.mean() == pytest.approx(0.4, abs=0.02)
        assert set(other[changed, 0].tolist()) == {at(0), at(2), at(3)}


@pytest.mark.parametrize("strategy", KINDS, ids=["rand", "best"])
class TestSearch:
    def test_a_bowl(self, strategy):
        assert study_of(strategy).optimize(bowl, 1_200).best_value < 1e-4

    def test_a_mixed_and_conditional_space(self, strategy):
        space = tw.Space(
            x=tw.Float(-5, 5), n=tw.Int(-10, 10), c=tw.Categorical(*"abcdef"),
            y=tw.Float(0, 1, when=tw.when("c", "e")),
        )  # fmt: skip
        study = study_of(strategy, space, constraints=["size <= 5"]).optimize(
            lambda t: {
                "loss": (t["x"] - 1) ** 2 + (t["n"] - 4) ** 2 + (abs(t["y"] - 0.3) if t["c"] == "e" else 3),
                "size": float(t["n"]),
            },
            800,
        )
        assert study.best_value < 0.3

    def test_batches_of_a_generation_and_single_trials_are_the_same_study(self, strategy):
        one, many = study_of(strategy), study_of(strategy)
        one.optimize(bowl, 60)
        for _ in range(6):
            trials = many.ask(10)
            many.tell(trials, [bowl(trial) for trial in trials])
        assert np.array_equal(one.history.natives, many.history.natives)

    def test_trials_that_end_in_another_order(self, strategy):
        study = study_of(strategy)
        running = study.ask(14)
        for turn in range(15):
            for trial in running[:: -2 if turn % 2 else 3]:
                study.tell(trial, bowl(trial))
                running = [t for t in running if t.number != trial.number]
            running += study.ask(14 - len(running))
        for number in range(study.history.n):
            past = study.history.at(int(study.history.seen[number]))
            row = strategy.suggest(past, 0, np.array([number]))
            assert np.array_equal(row[0], study.history.natives[number])


class TestPlaces:
    def members(self, study):
        return _ladder(study.history, study.strategy.population).rungs[WHOLE].trials.tolist()

    def test_a_trial_takes_the_place_of_its_number_if_it_is_not_worse(self):
        study = study_of(tw.DifferentialEvolution(population=4))
        for value in (3.0, 2.0, 1.0, 4.0):
            study.tell(study.ask(), value)
        assert self.members(study) == [0, 1, 2, 3]
        for value in (3.5, 2.0, 0.5):
            study.tell(study.ask(), value)
        assert self.members(study) == [0, 1, 2, 3]  # the generation is not over
        study.tell(study.ask(), state="failed")
        assert self.members(study) == [0, 5, 6, 3]

    def test_a_place_that_a_failure_left_open_is_taken_by_whoever_ends(self):
        study = study_of(tw.DifferentialEvolution(population=4))
        study.tell(study.ask(), state="failed")
        for value in (1.0, 2.0, 3.0, 9.0, 8.0, 7.0, 6.0):
            study.tell(study.ask(), value)
        assert self.members(study) == [4, 1, 2, 3]


def climbed(study, tops, loss):
    """The study after trials that report ``loss(number, step)`` up to their top, and are pruned there or complete."""
    for top, whole in tops:
        trial = study.ask()
        for step in range(1, top + 1):
            trial.report(step=step, loss=loss(trial.number, step))
        if whole:
            study.tell(trial, loss(trial.number, top))
        else:
            study.tell(trial, state="pruned")
    return study


def expected(history, size, tops, loss):
    """Holders by the definition: of the trials that were at a step since it was known, the last of the best."""
    steps = {top if not whole else WHOLE for top, whole in tops[: len(tops) // size * size]}
    holders = {}
    for step in steps:
        known = next(k for k, (top, whole) in enumerate(tops) if step == (WHOLE if whole else top)) // size * size
        places = [-1] * size
        for number in range(known, len(tops) // size * size):
            top, whole = tops[number]
            if step <= (WHOLE if whole else top) and (step == WHOLE or step <= top):
                at = top if step == WHOLE else step
                held = places[number % size]
                if held < 0 or loss(number, at) <= loss(held, tops[held][0] if step == WHOLE else step):
                    places[number % size] = number
        holders[step] = places
    return holders


class TestRungs:
    def test_losses_of_different_steps_never_meet(self):
        study = study_of(tw.DifferentialEvolution(population=4))
        tops = [(1, False)] * 3 + [(3, False)] + [(3, True), (1, False), (3, False), (1, False)]
        climbed(study, tops, lambda number, step: 100.0 * step - number)  # the lower the rung, the smaller the loss
        rungs = _ladder(study.history, 4).rungs
        assert {step: rung.trials.tolist() for step, rung in rungs.items()} == {
            1: [4, 5, 6, 7],
            3: [4, -1, 6, 3],
            WHOLE: [4, -1, -1, -1],
        }

    @pytest.mark.parametrize("seed", range(12))
    def test_each_rung_holds_what_its_definition_says(self, seed):
        draws = np.random.default_rng(seed)
        tops = [(int(draws.choice([1, 3, 9])), bool(draws.random() < 0.2)) for _ in range(23)]
        table = draws.integers(0, 4, (23, 10)).astype(float)
        study = climbed(study_of(tw.DifferentialEvolution(population=5)), tops, lambda k, step: table[k, step])
        rungs = _ladder(study.history, 5).rungs
        found = {step: rung.trials.tolist() for step, rung in rungs.items()}
        assert found == expected(study.history, 5, tops, lambda k, step: table[k, step])

    def test_parents_are_the_best_of_the_rung_below_the_highest(self):
        strategy = tw.DifferentialEvolution(population=12, weight=1e-9, crossover=1.0)  # near its first parent
        study = study_of(strategy)
        tops = [(3, True) if k % 2 else (1, False) for k in range(12)]
        climbed(study, tops, lambda number, step: float(number))
        third = study.history.unit[:4]
        study.ask(12)
        children = study.history.unit[12:]
        assert np.abs(children[:, None] - third).max(axis=2).min(axis=1).max() < 1e-8

    def test_trials_of_no_use_hold_no_rung(self):
        study = study_of(tw.DifferentialEvolution(population=4))
        trials = study.ask(4)
        for trial, value in zip(trials, (1.0, float("nan"), float("inf"), 2.0), strict=True):
            trial.report(step=1, loss=value)
        for trial in trials[:3]:
            study.tell(trial, state="pruned")
        study.tell(trials[3], state="failed")
        rungs = _ladder(study.history, 4).rungs
        assert {step: rung.trials.tolist() for step, rung in rungs.items()} == {1: [0, -1, -1, -1]}

    def test_it_learns_from_the_rungs_of_a_scheduler(self):
        def objective(trial):
            for epoch in trial.epochs(27):
                trial.report(loss=bowl(trial) + 20 / (epoch + 1))
            return bowl(trial)

        found = {}
        for name, strategy in {"de": tw.DifferentialEvolution(population=10), "random": tw.Random()}.items():
            studies = [study_of(strategy, seed=s, scheduler=tw.Hyperband(max_resource=27)) for s in range(5)]
            found[name] = np.median([study.optimize(objective, 300).best_value for study in studies])
        assert found["de"] < 0.3 * found["random"]


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"population": 3}, "population"), ({"rule": "best/2"}, "rule"), ({"weight": 3.0}, "weight"),
        ({"weight": (0.9, 0.5)}, "weight"), ({"weight": (0.5,)}, "weight"), ({"crossover": 1.1}, "crossover"),
    ],
)  # fmt: skip
def test_options_are_checked(options, name):
    with pytest.raises(ValueError, match=name):
        tw.DifferentialEvolution(**options)


def test_several_objectives_are_refused():
    with pytest.raises(tw.errors.StudyError, match="DifferentialEvolution ranks trials by one objective"):
        tw.Study(plane(), minimize=["a", "b"], strategy=tw.DifferentialEvolution())
