"""What a review says about spaces whose faults are known."""

from __future__ import annotations

import numpy as np
import pytest

import tunewright as tw


def study_of(space, loss, trials=120, **options):
    study = tw.Study(tw.Space(space), **({"minimize": "loss", "seed": 3, "strategy": tw.Random()} | options))
    return study.optimize(lambda trial: loss(trial.config), trials)


def kinds(review):
    return {(finding.kind, finding.name) for finding in review}


class TestBoundary:
    def test_the_optimum_beyond_an_end_is_found_and_the_range_grows_there(self):
        study = study_of(
            {"x": tw.Float(1.0, 2.0), "y": tw.Float(-1.0, 1.0)}, lambda c: (c["x"] - 4) ** 2 + c["y"] ** 2, 200
        )
        found = study.review()
        assert ("boundary", "x") in kinds(found)
        assert found.suggested["x"].high == 2.5
        assert ("boundary", "y") not in kinds(found)
        assert "high end, 2" in str(found)

    def test_also_where_the_strategy_went_there_as_a_whole(self):
        study = study_of(
            {"x": tw.Float(0.0, 2.0), "y": tw.Float(-1.0, 1.0)},
            lambda c: (c["x"] - 4) ** 2 + (c["y"] - 0.2) ** 2,
            40,
            strategy=tw.GaussianProcess(candidates=64, climbs=2),
        )
        assert ("boundary", "x") in kinds(study.review())

    @pytest.mark.parametrize(
        ("domain", "wanted"),
        [
            (tw.Float(1e-5, 1e-1, log=True), tw.Float(1e-7, 1e-1, log=True)),
            (tw.PowerOfTwo(16, 1024), tw.PowerOfTwo(2, 1024)),
            (tw.Int(11, 30), tw.Int(1, 30)),
        ],
    )
    def test_the_low_end_of_other_domains(self, domain, wanted):
        study = study_of({"x": domain, "y": tw.Float(0, 1)}, lambda c: np.log(c["x"]) + 0.1 * c["y"], 150,
                         duplicates="allow")  # fmt: skip
        found = study.review()
        assert ("boundary", "x") in kinds(found)
        assert (found.suggested["x"].low, type(found.suggested["x"])) == (pytest.approx(wanted.low), type(domain))

    def test_a_natural_limit_is_not_crossed(self):
        space = {"dropout": tw.Float(0.0, 0.5), "y": tw.Float(0, 1)}
        found = study_of(space, lambda c: c["dropout"] ** 0.3 + 0.1 * c["y"], 200).review()
        assert found.space["dropout"].low >= 0.0


class TestDead:
    def test_a_part_that_never_was_good_goes(self):
        study = study_of(
            {"x": tw.Float(0.0, 10.0), "y": tw.Float(0, 1)}, lambda c: (c["x"] - 5) ** 2 + 0.01 * c["y"], 200
        )
        found = study.review()
        assert ("dead", "x") in kinds(found)
        assert 2.0 < found.suggested["x"].low < 5.0 < found.suggested["x"].high < 8.0
        assert "none of the good trials is below" in str(found)

    def test_a_choice_that_never_was_good_goes(self):
        study = study_of(
            {"opt": tw.Categorical("sgd", "adam", "größer"), "x": tw.Float(0, 1)},
            lambda c: (c["opt"] == "größer") * 5 + c["x"], 200,
        )  # fmt: skip
        found = study.review()
        assert ("dead", "opt") in kinds(found)
        assert found.suggested["opt"] == tw.Categorical("sgd", "adam")
        assert "'größer'" in str(found)


class TestScale:
    def test_linear_where_the_logarithm_fits(self):
        study = study_of({"lr": tw.Float(1e-4, 1.0)}, lambda c: abs(np.log10(c["lr"]) + 1.0), 150)
        found = study.review()
        assert ("scale", "lr") in kinds(found)
        assert found.suggested["lr"].log
        assert "logarithm" in str(found)

    def test_a_linear_effect_is_left_alone(self):
        study = study_of({"x": tw.Float(0.01, 1.0)}, lambda c: (c["x"] - 0.5) ** 2, 150)
        assert ("scale", "x") not in kinds(study.review())


class TestUnneeded:
    def test_what_does_nothing_is_fixed_at_the_best_value(self):
        study = study_of(
            {"x": tw.Float(0, 1), "y": tw.Float(0, 1), "nothing": tw.Float(0, 1)},
            lambda c: (c["x"] - 0.5) ** 2 + c["x"] * c["y"],
        )
        found = study.review()
        assert {name for kind, name in kinds(found) if kind == "unneeded"} == {"nothing"}
        assert found.suggested["nothing"] == tw.Constant(study.best_config["nothing"])
        assert "assumed=" in found.changes

    def test_an_effect_through_another_parameter_counts(self):
        study = study_of({"x": tw.Float(-1, 1), "y": tw.Float(-1, 1)}, lambda c: c["x"] * c["y"])
        assert not {name for kind, name in kinds(study.review()) if kind == "unneeded"}

    def test_noise_alone_lets_nothing_be_called_unneeded(self):
        noise = np.random.default_rng(0).normal(size=1000)
        study = tw.Study(tw.Space(x=tw.Float(0, 1), y=tw.Float(0, 1)), minimize="loss", seed=0, strategy=tw.Random())
        study.optimize(lambda trial: noise[trial.number], 120)
        assert not kinds(study.review())


def test_noise_seldom_finds_anything():
    alarms = 0
    for seed in range(40):
        noise = np.random.default_rng(seed).normal(size=100)
        study = tw.Study(
            tw.Space({f"p{i}": tw.Float(0, 1) for i in range(6)}), minimize="loss", seed=seed, strategy=tw.Random()
        )
        study.optimize(lambda trial, noise=noise: noise[trial.number], 100)
        alarms += bool(study.review().findings)
    assert alarms <= 6  # a level of 0.05 for ends, 0.01 for the rest: 6 or more of 40 come once in fifty times


class TestWhatIsSuggested:
    def space(self):
        return {
            "lr": tw.Float(1e-4, 1.0),
            "width": tw.Int(8, 64),
            "opt": tw.Categorical("sgd", "adam", "bad"),
            "momentum": tw.Float(0, 1, when=tw.when("opt") == "sgd"),
            "größe": tw.Ordinal("s", "m", "l"),
        }

    def study(self):
        return study_of(
            self.space(),
            lambda c: 5 * (c["opt"] == "bad") + abs(np.log10(c["lr"]) + 1) - c["width"] / 32 + c.get("momentum", 0),
            250,
        )

    def test_the_code_makes_the_space_and_the_calls_change_the_study(self):
        study = self.study()
        found = study.review()
        assert len(found) >= 2
        names = {}
        exec(found.code, names)
        assert names["space"] == found.space
        exec(found.changes, {"study": study, "tw": tw})
        for name, domain in found.suggested.items():
            there = study.space[name]
            assert there == domain or isinstance(domain, tw.Constant)
        study.optimize(lambda trial: 1.0, 255)

    def test_nothing_stands_out(self):
        study = study_of(
            {"x": tw.Float(0, 1), "y": tw.Float(0, 1)}, lambda c: np.sin(20 * c["x"]) + np.cos(23 * c["y"]), 60
        )
        found = study.review()
        assert "nothing about the space stands out" in str(found)
        assert found.changes == ""
        assert found.space == study.space


class TestBadInput:
    def test_too_little_is_said(self):
        assert "no trial of study" in str(study_of({"x": tw.Float(0, 1)}, lambda c: 1.0, 0).review())
        assert "20 are needed" in str(study_of({"x": tw.Float(0, 1)}, lambda c: c["x"], 3).review())
        assert "the same value" in str(study_of({"x": tw.Float(0, 1)}, lambda c: 1.0, 30).review())
        assert "no trial of study" in str(study_of({"x": tw.Float(0, 1)}, lambda c: float("nan"), 30).review())

    def test_all_pruned(self):
        def pruned(trial):
            trial.report(loss=trial["x"])
            raise tw.TrialPruned

        study = tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", seed=0).optimize(pruned, 30)
        assert "30 are pruned" in str(study.review())

    def test_sixty_mixed_parameters(self):
        domains = {f"f{i}": tw.Float(0, 1) for i in range(30)} | {f"c{i}": tw.Categorical(*"abc") for i in range(15)}
        domains |= {f"i{i}": tw.Int(1, 9) for i in range(10)} | {f"k{i}": tw.Constant(i) for i in range(5)}
        study = study_of(domains, lambda c: (c["f0"] - 0.5) ** 2 + (c["c0"] == "a"), 60)
        assert str(study.review())

    def test_several_objectives(self):
        study = tw.Study(tw.Space(x=tw.Float(0, 10)), minimize=["a", "b"], seed=0, strategy=tw.Random())
        study.optimize(lambda trial: {"a": (trial["x"] - 5) ** 2, "b": (trial["x"] - 5.5) ** 2}, 150)
        assert ("dead", "x") in kinds(study.review())

    def test_no_parameters(self):
        study = tw.Study(tw.Space(), minimize="loss", seed=0, duplicates="allow")
        noise = np.random.default_rng(0).normal(size=30)
        study.optimize(lambda trial: noise[trial.number], 30)
        assert "nothing about the space stands out" in str(study.review())
