"""The space grows as trials meet names."""

from __future__ import annotations

import math

import pytest

import tunewright as tw


def study(**options):
    return tw.Study(**{"minimize": "loss", "seed": 0} | options)


def tree(trial):
    lr = trial.suggest_float("lr", 1e-5, 1e-1, log=True)
    optimizer = trial.suggest_categorical("optimizer", ["sgd", "adam"])
    momentum = trial.suggest_float("momentum", 0.0, 0.99) if optimizer == "sgd" else 0.0
    layers = trial.suggest_int("layers", 1, 4)
    units = [trial.suggest_int(f"units{i}", 8, 64, step=8) for i in range(layers)]
    return (math.log10(lr) + 3) ** 2 + momentum + sum(units) / 1000


def test_names_join_the_space_and_a_trial_has_those_it_met():
    s = study().optimize(tree, 40)
    assert s.space.names[:2] == ("lr", "optimizer")
    assert set(s.space.names) == {"lr", "optimizer", "momentum", "layers", "units0", "units1", "units2", "units3"}
    for trial in s.trials:
        config = trial.config
        assert ("momentum" in config) == (config["optimizer"] == "sgd")
        assert sum(name.startswith("units") for name in config) == config["layers"]
        assert all(config[f"units{i}"] % 8 == 0 for i in range(config["layers"]))


def test_workers_make_no_difference():
    alone = study(strategy=tw.Random()).optimize(tree, 30)
    for executor in ("threads", "processes"):
        many = study(strategy=tw.Random()).optimize(tree, 30, workers=3, executor=executor)
        assert [t.config for t in many.trials] == [t.config for t in alone.trials]


def test_within_a_trial_a_name_has_one_value():
    trial = study().ask()
    assert trial.suggest_float("a", 0, 1) == trial.suggest_float("a", 0, 1)
    assert trial.config == {"a": trial["a"]}
    with pytest.raises(tw.errors.ConfigError, match="one value"):
        trial.suggest_float("a", 2, 3)
    with pytest.raises(tw.errors.ConfigError, match="one value"):
        trial.suggest_int("a", 0, 1)
    with pytest.raises(tw.errors.ConfigError, match="one value"):
        trial.suggest_categorical("a", ["x"])


def test_ranges_may_differ_from_trial_to_trial():
    def objective(trial):
        low = trial.number % 7
        value = trial.suggest_int("n", low, low + 3)
        assert low <= value <= low + 3
        choice = trial.suggest_categorical("c", ["a", "b", "c"][: 1 + trial.number % 3])
        assert choice in ["a", "b", "c"][: 1 + trial.number % 3]
        return float(value)

    s = study().optimize(objective, 40)
    assert (s.space["n"].low, s.space["n"].high) == (0, 9)
    assert [t.state.label for t in s.trials] == ["complete"] * 40


def test_declared_ranges_are_kept():
    s = tw.Study(tw.Space(x=tw.Float(0.0, 1.0)), minimize="loss", seed=0)
    trial = s.ask()
    assert trial.suggest_float("x", 0.0, 1.0) == trial["x"]
    new = trial.suggest_float("y", 0.0, 1.0)
    assert trial.config == {"x": trial["x"], "y": new}
    s.tell(trial, 1.0)
    assert s.trials[0].config == trial.config


def test_none_is_a_choice_like_any_other():
    s = study()
    s.enqueue({"c": None})
    drawn = [s.ask().suggest_categorical("c", [None, "a"]) for _ in range(30)]
    assert drawn[0] is None and set(drawn[1:]) == {None, "a"}


def test_an_inactive_parameter_is_not_suggested():
    space = tw.Space(a=tw.Categorical("on", "off"), b=tw.Float(0, 1, when=tw.when("a", "on")))
    s = tw.Study(space, minimize="loss", seed=0)
    s.enqueue({"a": "off"})
    with pytest.raises(tw.errors.ConfigError, match="not active"):
        s.ask().suggest_float("b", 0, 1)


def test_enqueued_values_are_met_later():
    s = study()
    s.enqueue({"lr": 1e-3, "optimizer": "sgd", "momentum": 0.5, "layers": 1, "units0": 16})
    s.optimize(tree, 3)
    assert s.trials[0].config == {"lr": 1e-3, "optimizer": "sgd", "momentum": 0.5, "layers": 1, "units0": 16}


@pytest.mark.parametrize(
    "call",
    [
        lambda t: t.suggest_float("a", 1.0, 0.0),
        lambda t: t.suggest_float("a", 0.0, 1.0, log=True),
        lambda t: t.suggest_int("a", 0, 1, step=5),
        lambda t: t.suggest_categorical("a", []),
        lambda t: t.suggest_categorical("a", [[1], [2]]),
    ],
)
def test_bad_domains_are_refused_and_the_study_goes_on(call):
    s = study()
    trial = s.ask()
    with pytest.raises(tw.errors.DomainError):
        call(trial)
    assert s.space.names == ()
    s.tell(trial, 1.0)
    assert s.best_value == 1.0


def test_stored_and_resumed(tmp_path):
    straight = study().optimize(tree, 24)
    study(storage=tmp_path / "a.db").optimize(tree, 11)
    again = tw.Study.load(tmp_path / "a.db")
    assert again.space.names == study().optimize(tree, 11).space.names
    again.optimize(tree, 24)
    assert [t.config for t in again.trials] == [t.config for t in straight.trials]
