"""Grid and manual search: plans that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

import tunewright as tw


def configs(study):
    return [t.config for t in study.trials]


class TestGrid:
    def test_the_product_in_order(self):
        space = tw.Space(a=tw.Int(1, 2), b=tw.Categorical("x", "y", "z"))
        study = tw.Study(space, minimize="loss", strategy=tw.Grid()).optimize(lambda trial: 1.0, 100)
        assert configs(study) == [{"a": a, "b": b} for a in (1, 2) for b in "xyz"]
        assert study.stop_reason == "Grid has run its whole plan"

    def test_chosen_values_come_back_as_typed(self):
        space = tw.Space(lr=tw.Float(1e-5, 1e-1, log=True), n=tw.Int(1, 10))
        grid = tw.Grid({"lr": [3e-4, 1e-3], "n": [1, 7]})
        study = tw.Study(space, minimize="loss", strategy=grid).optimize(lambda trial: 1.0, 100)
        assert configs(study) == [{"lr": lr, "n": n} for lr in (3e-4, 1e-3) for n in (1, 7)]

    def test_points_spread_over_the_scale(self):
        space = tw.Space(lr=tw.Float(1e-4, 1e-2, log=True))
        study = tw.Study(space, minimize="loss", strategy=tw.Grid(points=3)).optimize(lambda trial: 1.0, 9)
        assert [t.config["lr"] for t in study.trials] == pytest.approx([1e-4, 1e-3, 1e-2])

    def test_conditions_collapse(self):
        space = tw.Space(
            opt=tw.Categorical("sgd", "adam"),
            momentum=tw.Ordinal(0.8, 0.9, when=tw.when("opt", "sgd")),
            nesterov=tw.Categorical(True, False, when=tw.when("momentum", 0.9)),
        )
        study = tw.Study(space, minimize="loss", strategy=tw.Grid()).optimize(lambda trial: 1.0, 100)
        assert configs(study) == [
            {"opt": "sgd", "momentum": 0.8},
            {"opt": "sgd", "momentum": 0.9, "nesterov": True},
            {"opt": "sgd", "momentum": 0.9, "nesterov": False},
            {"opt": "adam"},
        ]
        assert space.size == tw.Grid().size(space) == 4

    def test_a_child_declared_before_its_parent(self):
        space = tw.Space(b=tw.Int(1, 2, when=tw.when("a", "on")), a=tw.Categorical("on", "off"))
        study = tw.Study(space, minimize="loss", strategy=tw.Grid()).optimize(lambda trial: 1.0, 100)
        assert sorted(map(str, configs(study))) == sorted(
            map(str, [{"b": 1, "a": "on"}, {"b": 2, "a": "on"}, {"a": "off"}])
        )

    def test_random_order_is_a_permutation(self):
        space = tw.Space(a=tw.Int(0, 9), b=tw.Int(0, 9))
        study = tw.Study(space, minimize="loss", strategy=tw.Grid(order="random"), seed=5)
        study.optimize(lambda trial: 1.0, 1000)
        pairs = [(t.config["a"], t.config["b"]) for t in study.trials]
        assert len(pairs) == len(set(pairs)) == 100 and pairs != sorted(pairs)

    def test_forbidden_combinations_are_left_out(self):
        space = tw.Space(a=tw.Int(1, 3), b=tw.Int(1, 3))
        space.forbid("a + b > 4")
        study = tw.Study(space, minimize="loss", strategy=tw.Grid()).optimize(lambda trial: 1.0, 100)
        assert [tuple(c.values()) for c in configs(study)] == [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (3, 1)]

    def test_enqueued_trials_do_not_use_up_the_grid(self):
        space = tw.Space(a=tw.Int(1, 3))
        study = tw.Study(space, minimize="loss", strategy=tw.Grid())
        first = study.ask()
        study.enqueue({"a": 3})
        rest = [study.ask().config["a"] for _ in range(3)]
        assert [first.config["a"], *rest] == [1, 3, 2, 3]

    @pytest.mark.parametrize(
        ("grid", "words"),
        [
            (lambda: tw.Grid(), "'x', which is continuous"),
            (lambda: tw.Grid({"z": [1]}), "'z'"),
            (lambda: tw.Grid(points=3, values={"x": [7.0]}), "x"),
            (lambda: tw.Grid(points=0), "points"),
            (lambda: tw.Grid({"x": 0.5}), "list"),
            (lambda: tw.Grid({"x": []}), "at least one"),
            (lambda: tw.Grid(points=2, order="down"), "order"),
        ],
    )
    def test_impossible_grids(self, grid, words):
        with pytest.raises(ValueError, match=words):
            tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", strategy=grid())

    def test_a_product_beyond_reason(self):
        space = tw.Space({f"x{i}": tw.Float(0, 1) for i in range(20)})
        with pytest.raises(tw.errors.StudyError, match="10,000,000"):
            tw.Study(space, minimize="loss", strategy=tw.Grid(points=10))

    def test_define_by_run_has_no_grid(self):
        with pytest.raises(tw.errors.StudyError, match="declared space"):
            tw.Study(minimize="loss", strategy=tw.Grid())


class TestManual:
    SPACE = {"lr": tw.Float(1e-4, 1e-1, log=True), "depth": tw.Int(1, 8), "act": tw.Categorical("relu", "tanh")}

    def plan(self):
        return tw.Manual({"lr": 1e-3, "depth": 2, "act": "relu"}, {"lr": [1e-4, 1e-3, 1e-2], "depth": [4, 8]})

    def test_one_parameter_at_a_time_and_the_winner_kept(self):
        study = tw.Study(tw.Space(self.SPACE), minimize="loss", strategy=self.plan())
        study.optimize(lambda trial: abs(trial["lr"] - 1e-2) + abs(trial["depth"] - 4), 100)
        assert [tuple(c.values()) for c in configs(study)] == [
            (1e-3, 2, "relu"),
            (1e-4, 2, "relu"),
            (1e-2, 2, "relu"),
            (1e-2, 4, "relu"),
            (1e-2, 8, "relu"),
        ]

    def test_maximised_the_other_winner_is_kept(self):
        study = tw.Study(tw.Space(self.SPACE), maximize="score", strategy=self.plan())
        study.optimize(lambda trial: abs(trial["lr"] - 1e-2), 100)
        assert [c["lr"] for c in configs(study)] == [1e-3, 1e-4, 1e-2, 1e-4, 1e-4]

    def test_failures_never_win(self):
        study = tw.Study(tw.Space(self.SPACE), minimize="loss", strategy=self.plan())
        study.optimize(lambda trial: [1.0, float("nan"), float("-inf"), 1.0, 1.0][trial.number], 100)
        assert [c["lr"] for c in configs(study)][3:] == [1e-3, 1e-3]

    def test_late_results_do_not_shift_the_plan(self):
        study = tw.Study(tw.Space(self.SPACE), minimize="loss", strategy=self.plan())
        trials = study.ask(3)
        study.tell(trials[0], 1.0)
        fourth = study.ask()
        assert (fourth["lr"], fourth["depth"]) == (1e-3, 4)
        study.tell(trials[2], 0.1)
        fifth = study.ask()
        assert (fifth["lr"], fifth["depth"]) == (1e-3, 8)

    def test_the_plan_can_be_printed(self):
        text = self.plan().plan(tw.Space(self.SPACE))
        assert text.splitlines() == [
            "1. run the defaults: lr=0.001, depth=2, act='relu'",
            "2. try lr = 0.0001, 0.001, 0.01, all else as in the best so far; keep the winner",
            "3. try depth = 4, 8, all else as in the best so far; keep the winner",
            "at most 6 trials",
        ]

    def test_switched_off_parameters_are_passed_over(self):
        space = tw.Space(opt=tw.Categorical("adam", "sgd"), m=tw.Float(0, 1, when=tw.when("opt", "sgd")))
        manual = tw.Manual({"opt": "adam", "m": 0.5}, {"m": [0.1, 0.9], "opt": ["sgd"]})
        study = tw.Study(space, minimize="loss", strategy=manual).optimize(lambda trial: 1.0, 100)
        assert configs(study) == [{"opt": "adam"}, {"opt": "sgd", "m": 0.5}]

    @pytest.mark.parametrize(
        ("make", "words"),
        [
            (lambda: tw.Manual({"z": 1}), "'z'"),
            (lambda: tw.Manual({"lr": 7.0}), "7.0"),
            (lambda: tw.Manual({}, {"depth": [99]}), "99"),
            (lambda: tw.Manual({}, {"depth": []}), "at least one"),
        ],
    )
    def test_impossible_plans(self, make, words):
        with pytest.raises(ValueError, match=words):
            tw.Study(tw.Space(self.SPACE), minimize="loss", strategy=make())

    def test_one_objective(self):
        with pytest.raises(tw.errors.StudyError, match="one objective"):
            tw.Study(tw.Space(self.SPACE), minimize=["a", "b"], strategy=tw.Manual())


class TestSampling:
    def test_random_honours_priors_weights_and_scipy_distributions(self):
        from scipy import stats

        space = tw.Space(
            w=tw.Categorical("a", "b", weights=[0.9, 0.1]),
            n=tw.Float(0, 1, prior=tw.Normal(0.5, 0.05)),
            e=stats.expon(scale=2.0),
            r=stats.randint(10, 20),
        )
        study = tw.Study(space, minimize="loss", seed=1)
        drawn = [t.config for t in study.ask(4000)]
        assert abs(sum(c["w"] == "a" for c in drawn) / 4000 - 0.9) < 0.03
        assert stats.kstest([c["e"] for c in drawn], stats.expon(scale=2.0).cdf).pvalue > 1e-3
        assert abs(np.std([c["n"] for c in drawn]) - 0.05) < 0.005
        assert {c["r"] for c in drawn} == set(range(10, 20))
        assert {type(c["r"]) for c in drawn} == {int}

    def test_quasirandom_fills_better_than_random(self):
        from scipy.stats import qmc

        space = tw.Space({f"x{i}": tw.Float(0, 1) for i in range(4)})

        def discrepancy(strategy):
            study = tw.Study(space, minimize="loss", strategy=strategy, seed=2)
            study.ask(128)
            return qmc.discrepancy(study.history.unit)

        random = discrepancy(tw.Random())
        assert discrepancy(tw.QuasiRandom()) < random / 3
        assert discrepancy(tw.QuasiRandom("halton")) < random / 2

    def test_quasirandom_says_what_it_cannot(self):
        with pytest.raises(ValueError, match="'sobol' or 'halton'"):
            tw.QuasiRandom("latin")
        space = tw.Space({f"x{i}": tw.Float(0, 1) for i in range(1200)})
        with pytest.raises(tw.errors.StudyError, match="1200"):
            tw.Study(space, minimize="loss", strategy=tw.QuasiRandom())
