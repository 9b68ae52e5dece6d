"""tw.importance of studies: conditions, several objectives, and records that tell too little."""

from __future__ import annotations

import numpy as np
import pytest

import tunewright as tw
from tunewright.cli.main import main
from tunewright.errors import StudyError

METHODS = ["fanova", "ped_anova", "permutation", "impurity", "shapley", "ablation"]


def told(space, outcome, trials=120, **options):
    study = tw.Study(space, **({"minimize": "loss", "strategy": tw.Random(), "seed": 0} | options))
    for trial in study.ask(trials):
        study.tell(trial, outcome(trial.config))
    return study


def network():
    return tw.Space(
        lr=tw.Float(1e-4, 1e-1, log=True),
        width=tw.Int(16, 256, log=True),
        optimizer=tw.Categorical("sgd", "adam", "adamw"),
        momentum=tw.Float(0.5, 0.99, when=tw.when("optimizer", "sgd")),
        fixed=tw.Constant(3),
    )


def loss(config):
    return (
        abs(np.log10(config["lr"]) + 2)
        + (1.0 if config["optimizer"] == "sgd" else 0.0)
        + 2.0 * abs(config.get("momentum", 0.9) - 0.9)
    )


@pytest.fixture(scope="module")
def study():
    return told(network(), loss, 300)


def test_a_conditional_parameter_counts_where_it_exists(study):
    found = tw.importance.fanova(study, resamples=3)
    assert found.names[0] == "lr"
    assert found.names[-1] == "width"
    assert found["optimizer"] > found["momentum"] > found["width"]
    assert set(found.names) == {"lr", "width", "optimizer", "momentum"}
    assert "with a single value: fixed" in found.notes
    assert found.marginals["optimizer"].values == ("sgd", "adam", "adamw")
    expected = found.marginals["optimizer"].expected
    assert expected[0] > expected[1] + 0.5
    assert min(found.marginals["lr"].values) >= 1e-4


def test_advice_names_what_to_tune_and_what_to_narrow(study):
    advice = tw.importance.fanova(study, resamples=0).advice
    assert advice[0].startswith("Tune first: lr")
    assert any(sentence.startswith("lr may be narrowed to 0.00") for sentence in advice)
    assert any("width=" in sentence for sentence in advice)


def test_maximised_metrics_have_curves_of_their_own_sign():
    study = told(tw.Space(x=tw.Float(0, 1), z=tw.Float(0, 1)), lambda c: 3 * c["x"], maximize="accuracy", minimize=None)
    curve = tw.importance.fanova(study, resamples=0).marginals["x"].expected
    assert curve[0] < 0.5
    assert curve[-1] > 2.5


def two_objectives():
    space = tw.Space(x=tw.Float(0, 1), z=tw.Float(0, 1))
    return told(space, lambda c: {"a": c["x"] * 1000, "b": c["z"]}, minimize=["a", "b"])


def test_several_objectives_one_by_one_or_weighed():
    study = two_objectives()
    assert tw.importance.fanova(study, objective="a", resamples=0)["x"] > 0.95
    assert tw.importance.fanova(study, objective="b", resamples=0)["z"] > 0.95
    both = tw.importance.fanova(study, weights={"a": 1, "b": 1}, resamples=0)
    assert both["x"] == pytest.approx(0.5, abs=0.1)
    with pytest.raises(StudyError, match="objectives a, b: say which with objective='a'"):
        tw.importance.fanova(study)
    with pytest.raises(StudyError, match="no objective is called 'c'"):
        tw.importance.fanova(study, objective="c")
    with pytest.raises(ValueError, match="weights: expected a number from 0 on"):
        tw.importance.fanova(study, weights={"a": -1.0})


def test_ablation_goes_by_the_largest_gain(study):
    start = {"lr": 1e-4, "width": 16, "optimizer": "sgd", "momentum": 0.5, "fixed": 3}
    end = {"lr": 1e-2, "width": 16, "optimizer": "adam", "fixed": 3}
    way = tw.importance.ablation(study, start=start, end=end)
    assert {step.parameter for step in way.steps[:2]} == {"lr", "optimizer"}
    assert sum(step.gain for step in way.steps) == pytest.approx(way.start - way.steps[-1].metric)
    assert all(step.low <= step.gain <= step.high for step in way.steps)
    assert "Ablation from loss" in str(way)
    measured = tw.importance.ablation(study, start=start, end=end, evaluate=loss)
    assert measured.start == pytest.approx(3.8)
    assert [(step.parameter, step.gain) for step in measured.steps[:2]] == [
        ("lr", pytest.approx(2.0)),
        ("optimizer", pytest.approx(1.8)),
    ]
    assert measured.steps[-1].metric == pytest.approx(0.0)
    with pytest.raises(tw.errors.ConfigError):
        tw.importance.ablation(study, start={"lr": 5.0})


def test_ablation_of_equal_configurations_has_no_steps(study):
    assert tw.importance.ablation(study, start=study.best_config, resamples=2).steps == ()


def test_shapley_values_of_a_configuration_sum_to_its_gain(study):
    found = tw.importance.shapley(study, config=study.best_config, resamples=3)
    assert sum(found.values) == pytest.approx(found.start - found.end)
    assert found.names[0] == "lr" or found.names[0] == "optimizer"
    with pytest.raises(TypeError, match="start is what config is compared with"):
        tw.importance.shapley(study, start=study.best_config)


@pytest.mark.parametrize("method", METHODS)
class TestTooLittle:
    def test_no_trial_or_one(self, method):
        study = tw.Study(network(), minimize="loss", seed=0)
        for _ in range(2):
            with pytest.raises(StudyError, match=r"at least 4 complete trials with a finite 'loss'; of \d trials"):
                getattr(tw.importance, method)(study)
            study.tell(study.ask(), 1.0)

    def test_all_pruned(self, method):
        study = tw.Study(network(), minimize="loss", strategy=tw.Random(), seed=0)
        for trial in study.ask(10):
            study.tell(trial, state="pruned")
        with pytest.raises(StudyError, match="of 10 trials 0 are complete"):
            getattr(tw.importance, method)(study)

    def test_a_constant_metric(self, method):
        with pytest.raises(StudyError, match="all 20 values of 'loss' are equal"):
            getattr(tw.importance, method)(told(network(), lambda config: 1.0, 20))

    def test_nan_and_infinite_metrics(self, method):
        study = told(network(), lambda c: np.nan if c["lr"] > 0.01 else np.inf if c["width"] > 200 else loss(c), 60)
        found = getattr(tw.importance, method)(study)
        assert any("left out" in note for note in found.notes)
        with pytest.raises(StudyError, match="0 of those"):
            getattr(tw.importance, method)(told(network(), lambda config: np.nan, 10))

    def test_nothing_varies(self, method):
        study = tw.Study(tw.Space(a=tw.Constant(1)), minimize="loss", strategy=tw.Random(), seed=0, duplicates="allow")
        for k in range(5):
            study.tell(study.ask(), float(k))
        with pytest.raises(StudyError, match="no parameter of this study has more than one value"):
            getattr(tw.importance, method)(study)

    def test_sixty_parameters_with_names_of_all_alphabets(self, method):
        space = tw.Space({f"параметр {j}": tw.Float(0, 1) for j in range(59)} | {"学習率": tw.Float(0, 1)})
        study = told(space, lambda c: 3 * c["学習率"] + c["параметр 7"], 80)
        few = {"fanova": {"trees": 8, "pairs": 2}, "shapley": {"trees": 8, "orders": 2}}
        options = {"resamples": 2} | few.get(method, {})
        found = getattr(tw.importance, method)(study, **options)
        assert "学習率" in str(found)

    def test_four_trials_are_enough_for_an_answer(self, method):
        assert str(getattr(tw.importance, method)(told(network(), loss, 4)))


def test_options_are_checked(study):
    for options in ({"trees": 0}, {"resamples": -1}, {"pairs": 1.5}, {"seed": -1}, {"threads": 0}):
        with pytest.raises(ValueError, match="expected a whole number"):
            tw.importance.fanova(study, **options)
    with pytest.raises(ValueError, match="quantile: expected"):
        tw.importance.fanova(study, quantile=0.0)
    with pytest.raises(ValueError, match="0 < quantile < region"):
        tw.importance.ped_anova(study, quantile=0.5, region=0.4)
    with pytest.raises(TypeError, match="y and names are of a plain table"):
        tw.importance.fanova(study, [1.0])
    with pytest.raises(TypeError, match="expected a Study, or numbers"):
        tw.importance.fanova([["a", "b"]], [1.0])
    with pytest.raises(ValueError, match="y: expected one score for each of 2 rows"):
        tw.importance.fanova([[0.1, 0.2], [0.2, 0.3]], [1.0])
    with pytest.raises(ValueError, match="names: expected 1"):
        tw.importance.fanova(np.arange(5.0)[:, None], np.arange(5.0), names=["a", "b"])
    with pytest.raises(KeyError, match="no parameter 'z'"):
        tw.importance.impurity(study)["z"]


def test_the_command(tmp_path, capsys):
    path = tmp_path / "s.db"
    told(network(), loss, 60, storage=path, name="s")
    assert main(["importance", str(path), "--resamples", "3"]) == 0
    out = capsys.readouterr().out
    assert "1.  lr" in out
    assert "Tune first" in out
    assert main(["importance", str(path), "--method", "ped_anova", "--quantile", "0.2"]) == 0
    assert "PED-ANOVA" in capsys.readouterr().out
    assert main(["importance", str(path), "--marginal", "optimizer"]) == 0
    assert "adamw" in capsys.readouterr().out
    assert main(["importance", str(path), "--marginal", "nothing"]) == 1
    assert "no parameter 'nothing'; there are lr" in capsys.readouterr().err
