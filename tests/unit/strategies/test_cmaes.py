"""CMA-ES: generations, margins, categories, injected trials, restarts, starts."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tunewright as tw
from tunewright.strategies.cma.distribution import sampled, updated
from tunewright.strategies.cma.generations import reading
from tunewright.strategies.cma.layout import layout
from tunewright.strategies.cma.restarts import Run, finished, following, noted
from tunewright.strategies.evolution.merit import ranked


def plane(d=2):
    return tw.Space({f"x{i}": tw.Float(-5.0, 5.0) for i in range(d)})


def bowl(trial):
    return sum((x - 1.0) ** 2 for x in trial.config.values())


def study_of(strategy=None, space=None, **options):
    strategy = tw.CMAES() if strategy is None else strategy
    return tw.Study(space or plane(), minimize="loss", strategy=strategy, **{"seed": 0} | options)


class TestGenerations:
    def test_a_bowl_and_a_narrow_valley_are_found_to_many_digits(self):
        def valley(trial):
            x, y = trial.config.values()
            return 100 * (y - x * x) ** 2 + (1 - x) ** 2

        assert study_of().optimize(bowl, 600).best_value < 1e-12
        assert study_of().optimize(valley, 1_000).best_value < 1e-12

    def test_only_the_order_of_the_losses_matters(self):
        plain, bent = study_of(), study_of()
        plain.optimize(bowl, 100)
        bent.optimize(lambda t: math.exp(bowl(t) / 10) - 7, 100)
        assert np.array_equal(plain.history.natives, bent.history.natives)
        turned = tw.Study(plane(), maximize="gain", strategy=tw.CMAES(), seed=0)
        turned.optimize(lambda t: -bowl(t), 100)
        assert np.array_equal(plain.history.natives, turned.history.natives)

    def test_batches_of_a_generation_and_single_trials_are_the_same_study(self):
        one, many = study_of(tw.CMAES(population=6)), study_of(tw.CMAES(population=6))
        one.optimize(bowl, 60)
        for _ in range(10):
            trials = many.ask(6)
            many.tell(trials, [bowl(trial) for trial in trials])
        assert np.array_equal(one.history.natives, many.history.natives)

    def test_trials_that_end_in_another_order_and_stay_away(self):
        study = study_of(tw.CMAES(population=5), space=tw.Space(x=tw.Float(-5, 5), c=tw.Categorical("a", "b")))
        running = study.ask(11)
        for turn in range(12):
            for trial in running[:: -2 if turn % 2 else 3]:
                study.tell(trial, trial["x"] ** 2)
                running = [t for t in running if t.number != trial.number]
            running += study.ask(11 - len(running))
        for number in range(study.history.n):
            past = study.history.at(int(study.history.seen[number]))
            row = study.strategy.suggest(past, 0, np.array([number]))
            assert np.array_equal(row[0], study.history.natives[number])

    def test_the_mean_is_the_weighted_mean_of_the_better_half(self):
        study = study_of(tw.CMAES(population=4))
        study.optimize(bowl, 4)
        order = np.argsort(study.history.losses[:, 0])
        a, b = math.log(2.5), math.log(1.25)
        expected = (a * study.history.unit[order[0]] + b * study.history.unit[order[1]]) / (a + b)
        known = reading(study.history, layout(study.space), study.strategy, 0)
        assert np.allclose(known.run.state.mean, expected)
        assert (known.taken, known.run.state.generation) == (4, 1)
        assert study.strategy.horizon(study.history) == 8

    def test_an_enqueued_trial_pulls_the_mean_though_it_was_not_drawn(self):
        alone, helped = study_of(tw.CMAES(population=6)), study_of(tw.CMAES(population=6))
        helped.enqueue({"x0": 4.5, "x1": 4.5})
        far = {"minimum": 4.5}
        for study in (alone, helped):
            study.optimize(lambda t: sum((x - far["minimum"]) ** 2 for x in t.config.values()), 6)
        means = [reading(s.history, layout(s.space), s.strategy, 0).run.state.mean for s in (alone, helped)]
        assert np.all(means[1] > means[0])

    def test_a_generation_of_failures_changes_nothing_but_the_width(self):
        study = study_of(tw.CMAES(population=4, sigma=0.1))
        for _ in range(4):
            study.tell(study.ask(), state="failed")
        state = reading(study.history, layout(study.space), study.strategy, 0).run.state
        assert np.array_equal(state.mean, [0.5, 0.5])
        assert state.generation == 0

    def test_bounds_and_constraints_are_kept_and_reached(self):
        space = plane().forbid("x0 + x1 > 8")
        study = study_of(space=space)
        study.optimize(lambda t: -t["x0"] - 0.5 * t["x1"], 300)
        assert space.feasible(study.history.natives).all()
        assert study.best_config["x0"] == pytest.approx(5.0, abs=1e-3)
        assert study.best_config["x1"] == pytest.approx(3.0, abs=1e-2)

    def test_constraints_on_outcomes_and_failures_rank_behind(self):
        study = study_of(constraints=["size <= 0"])
        study.optimize(lambda t: {"loss": bowl(t), "size": t["x0"]}, 400)
        assert study.best_config["x0"] == pytest.approx(0.0, abs=1e-3)
        assert study.best_value == pytest.approx(1.0, abs=1e-2)

    def test_the_space_may_grow(self):
        def objective(trial):
            x = trial.suggest_float("x", 0.0, 1.0)
            return x + (trial.suggest_float("y", 0.0, 1.0) if trial.number > 10 else 0.0)

        study = tw.Study(minimize="loss", strategy=tw.CMAES(population=6), seed=0)
        study.optimize(objective, 150)
        assert study.best_value < 0.1


class TestDiscrete:
    def test_every_neighbouring_value_keeps_its_share_however_small_sigma_is(self):
        space = tw.Space(n=tw.Int(0, 9), b=tw.Int(0, 1), x=tw.Float(0.0, 1.0))
        seen = layout(space)
        run = tw.CMAES(population=8).first(seen)
        narrow = np.diag([1e-10, 1e-10, 1.0])
        state = updated(
            type(run.state)(np.array([0.52, 0.9, 0.5]), 1e-3, narrow, np.sqrt(narrow), *np.zeros((2, 3)), np.ones(3),
                            run.state.probabilities),
            seen, np.random.default_rng(0).standard_normal((8, 3)) * np.sqrt(np.diag(narrow)), np.zeros((8, 0)),
        )  # fmt: skip
        natives = sampled(state, seen, 3, np.arange(40_000)).natives
        alpha = 1 / (3 * 8)
        shares = [np.mean(natives[:, 0] == v) for v in (4, 5, 6)]
        assert shares[0] == pytest.approx(alpha / 2, rel=0.1)
        assert shares[2] == pytest.approx(alpha / 2, rel=0.1)
        assert shares[1] == pytest.approx(1 - alpha, rel=0.01)
        assert np.mean(natives[:, 1] == 0) == pytest.approx(alpha, rel=0.1)

    def test_values_far_from_each_other_on_a_logarithmic_scale_have_their_own_edges(self):
        seen = layout(tw.Space(n=tw.Int(1, 4, log=True), x=tw.Float(0, 1)))
        domain = tw.Int(1, 4, log=True)
        edges = seen.edges[0]
        assert domain.decode(edges - 1e-3).tolist() == [1, 2, 3]
        assert domain.decode(edges + 1e-3).tolist() == [2, 3, 4]

    def test_integers_and_categories_are_found_together(self):
        space = tw.Space(
            x=tw.Float(-5, 5), n=tw.Int(-10, 10), k=tw.Ordinal(1, 2, 4, 8), c=tw.Categorical(*"abcdef"),
            d=tw.Categorical(*"uvw"),
        )  # fmt: skip

        def objective(t):
            return (t["x"] - 1) ** 2 + (t["n"] - 4) ** 2 + (t["k"] != 4) + 3 * (t["c"] != "e") + 3 * (t["d"] != "u")

        best = [study_of(space=space, seed=seed).optimize(objective, 400).best_value for seed in range(5)]
        assert np.median(best) < 1e-3

    def test_probabilities_of_categories_sum_to_one_and_keep_a_least(self):
        space = tw.Space(c=tw.Categorical("a", "b", "c"), p=tw.Categorical("u", "v", weights=[0.9, 0.1]))
        study = study_of(tw.CMAES(population=6), space=space, duplicates="allow")
        seen = layout(space)
        first = study.strategy.first(seen).state.probabilities
        assert np.allclose(first, [[1 / 3, 1 / 3, 1 / 3], [0.9, 0.1, 0.0]])
        study.optimize(lambda t: float("abc".index(t["c"])), 600)
        probabilities = reading(study.history, seen, study.strategy, 0).run.state.probabilities
        assert np.allclose(probabilities.sum(axis=1), 1.0)
        assert probabilities[0, 0] > 0.8
        assert probabilities[0, 1:].min() >= 1 / (2 * 6) / 2 - 1e-12

    def test_a_parameter_that_is_switched_off_does_no_harm(self):
        space = tw.Space(c=tw.Categorical("a", "b"), x=tw.Float(0.0, 1.0), y=tw.Float(0.0, 1.0, when=tw.when("c", "b")))
        study = study_of(space=space)
        study.optimize(lambda t: (t["x"] - 0.2) ** 2 + ((t["y"] - 0.7) ** 2 if t["c"] == "b" else 0.1), 300)
        assert study.best_value < 1e-4


class TestRestarts:
    def run(self, trials=0, **options):
        seen = layout(plane())
        return Run(tw.CMAES(**options).first(seen).state, 6, 0.2, trials=trials), seen

    def test_equal_losses_for_long_end_a_run(self):
        run, _ = self.run()
        for _ in range(19):
            run = noted(run, (1.0, 1.0))
        assert not finished(run)
        assert finished(noted(run, (1.0, 1.0)))  # 10 + 30 * 2 / 6 generations
        assert not finished(noted(run, (1.0, 1.1)))
        assert not finished(noted(run, None))

    def test_ipop_doubles_and_none_does_not(self):
        run, seen = self.run(trials=60)
        for number, size in enumerate((12, 24, 48), start=1):
            run = following("ipop", seen, run, 6, 0.2, 0)
            assert (run.number, run.population, run.trials) == (number, size, 0)
        assert following(None, seen, self.run()[0], 6, 0.2, 0).population == 6

    def test_bipop_gives_small_runs_the_trials_that_large_ones_had(self):
        run, seen = self.run(trials=60)
        kinds = []
        for _ in range(8):
            run = following("bipop", seen, run, 6, 0.2, 0)
            kinds.append(run.small)
            run = noted(run, None)
            run = type(run)(**{**vars(run), "trials": 50 if run.small else 120})
        assert not kinds[0]
        assert kinds[1:4] == [True, True, True]
        assert not kinds[4]

    def test_a_converged_run_is_followed_by_another_elsewhere(self):
        study = study_of(tw.CMAES(restarts="ipop"))
        study.optimize(lambda t: 10 * 2 + sum(x * x - 10 * math.cos(2 * math.pi * x) for x in t.config.values()), 3_000)
        known = reading(study.history, layout(study.space), study.strategy, 0)
        assert known.run.number >= 1
        assert study.best_value < 1e-6


class TestStarts:
    def test_from_a_configuration(self):
        space = tw.Space(x=tw.Float(1e-4, 1.0, log=True), n=tw.Int(0, 100), c=tw.Categorical(*"abcdefgh"))
        study = study_of(tw.CMAES(start={"x": 1e-3, "n": 80, "c": "g"}, sigma=0.02), space=space)
        configs = [study.ask().config for _ in range(40)]
        assert all(5e-4 < c["x"] < 2e-3 and 70 <= c["n"] <= 90 for c in configs)
        assert 0.35 < np.mean([c["c"] == "g" for c in configs]) < 0.8

    def test_from_a_record(self):
        earlier = tw.Study(plane(4), minimize="loss", seed=1).optimize(bowl, 200)
        strategy = tw.CMAES.from_record(earlier.history)
        cold, warm = study_of(space=plane(4)), study_of(strategy, space=plane(4))
        for study in (cold, warm):
            study.optimize(bowl, 40)
        assert warm.best_value < cold.best_value
        best = earlier.history.unit[np.argsort(earlier.history.losses[:, 0])[:20]]
        gaps = best - best.mean(axis=0)
        expected = gaps.T @ gaps / 20 + 0.01 * np.eye(4)
        assert np.allclose(np.array(strategy.covariance) * strategy.sigma**2, expected, atol=1e-6)
        assert np.linalg.det(np.array(strategy.covariance)) == pytest.approx(1.0)
        assert tw.CMAES.from_json(strategy.to_json(plane(4)), plane(4)) == strategy

    def test_another_studys_trials_in_the_same_record_teach_too(self):
        study = tw.Study(plane(), minimize="loss", strategy=tw.Random(), seed=0).optimize(bowl, 60)
        row = tw.CMAES(population=6).suggest(study.history, 0, np.arange(60, 260))
        assert np.linalg.norm(row - 1.0, axis=1).mean() < np.linalg.norm(study.history.natives - 1.0, axis=1).mean() / 2

    @pytest.mark.parametrize(
        ("options", "name"),
        [
            ({"population": 3}, "population"), ({"population": True}, "population"), ({"sigma": 0.0}, "sigma"),
            ({"sigma": math.nan}, "sigma"), ({"restarts": "often"}, "restarts"),
            ({"covariance": [[1.0, 2.0], [2.0, 1.0]]}, "positive definite"),
            ({"covariance": [[1.0, 2.0]]}, "symmetric"),
        ],
    )  # fmt: skip
    def test_options_are_checked(self, options, name):
        with pytest.raises(ValueError, match=name):
            tw.CMAES(**options)

    def test_what_does_not_fit_the_study_is_refused_when_it_is_built(self):
        for strategy, match in [
            (tw.CMAES(start={"z": 1.0}), "'z', which the space does not have"),
            (tw.CMAES(covariance=np.eye(3)), "2 numbers"),
        ]:
            with pytest.raises(tw.errors.StudyError, match=match):
                study_of(strategy)
        with pytest.raises(tw.errors.ConfigError):
            study_of(tw.CMAES(start={"x0": 9.0}))
        with pytest.raises(tw.errors.StudyError, match="one objective"):
            tw.Study(plane(), minimize=["a", "b"], strategy=tw.CMAES())
        with pytest.raises(ValueError, match="no complete trial"):
            tw.CMAES.from_record(tw.Study(plane(), minimize="loss").history)


def test_trials_rank_by_how_they_ended():
    study = tw.Study(plane(), minimize="loss", constraints=["size <= 0"], seed=0)
    trials = study.ask(8)
    study.tell(trials[0], {"loss": 2.0, "size": 0.0})
    study.tell(trials[1], {"loss": 1.0, "size": 3.0})
    study.tell(trials[2], {"loss": 5.0, "size": 1.0})
    for trial, steps in ((trials[3], 3), (trials[4], 1), (trials[5], 3)):
        for step in range(1, steps + 1):
            trial.report(step=step, loss=float(trial.number))
        study.tell(trial, state="pruned")
    study.tell(trials[6], state="failed")
    study.tell(trials[7], {"loss": math.inf, "size": 0.0})
    assert ranked(study.history, np.arange(8)).tolist() == [0, 5, 4, 1, 3, 2, 6, 6]
