"""Changing the space of a running study: one table × every strategy × every storage."""

from __future__ import annotations

import numpy as np
import pytest

import tunewright as tw
from tunewright.errors import SpaceError, StudyError

STRATEGIES = {
    "Random": tw.Random(),
    "Sobol": tw.QuasiRandom(),
    "TrustRegion": tw.TrustRegion(startup=4, candidates=32),
    "NSGA2": tw.NSGA2(population=6),
    "NSGA3": tw.NSGA3(population=6),
    "GaussianProcess": tw.GaussianProcess(startup=5, candidates=32, climbs=2),
    "RandomForest": tw.RandomForest(startup=5, candidates=32, climbs=2, trees=5),
    "TPE": tw.TPE(startup=5),
    "Auto": tw.Auto(),
    "LocalSearch": tw.LocalSearch(),
    "LocalSearchAround": tw.LocalSearch({"lr": 1e-2, "optimizer": "adam"}, step=0.3),
    "Ensemble": tw.Ensemble([tw.Random(), tw.TPE(startup=5), tw.LocalSearch()]),
}


@pytest.fixture(params=STRATEGIES, ids=list(STRATEGIES))
def strategy(request):
    return STRATEGIES[request.param]


@pytest.fixture(params=["memory", "sqlite"])
def storage(request, tmp_path):
    return "memory" if request.param == "memory" else tmp_path / "s.db"


def space():
    return tw.Space(
        lr=tw.Float(1e-4, 1.0),
        width=tw.Int(1, 64),
        size=tw.Ordinal("s", "l"),
        optimizer=tw.Categorical("sgd", "adam"),
        momentum=tw.Float(0.0, 1.0, when=tw.when("optimizer", "sgd")),
    )


def objective(trial):
    config = trial.config
    loss = abs(np.log10(config["lr"]) + 2) + config["width"] / 64 + config.get("momentum", 0.5)
    return loss + {"sgd": 0.2, "adam": 0.1, "lion": 0.0}[config["optimizer"]] + config.get("depth", 3)


def study_of(strategy, storage="memory", **options):
    return tw.Study(space(), minimize="loss", strategy=strategy, storage=storage, seed=1, **options)


def extend(study):
    return study.extend(
        optimizer=tw.Categorical("lion"),
        size=tw.Ordinal("s", "m", "l"),
        depth=tw.Int(1, 4),
        skip=tw.Categorical(True, False, when=tw.when("depth") > 2),
        assumed={"depth": 3},
    )


def narrow(study):
    return study.narrow(
        lr=tw.Float(1e-3, 1e-1, log=True), width=tw.Int(1, 32), optimizer=tw.Categorical("lion", "adam"), size="l"
    )


def run(strategy, storage="memory", ends=(10, 20, 32)):
    study = study_of(strategy, storage).optimize(objective, ends[0])
    extend(study)
    study.optimize(objective, ends[1])
    narrow(study)
    return study.optimize(objective, ends[2])


def configs(study):
    return [trial.config for trial in study.trials]


def test_no_trial_is_lost_and_each_is_of_its_own_space(strategy, storage):
    study = run(strategy, storage)
    wide, narrow_space = study.history.chapters[1].space, study.space
    space().natives(configs(study)[:10])  # raises for a configuration that is not in the space
    wide.natives(configs(study)[10:20])
    narrow_space.natives(configs(study)[20:])
    assert study.history.ended == 32
    assert all(trial.value == pytest.approx(objective(trial)) for trial in study.trials)
    assert study.best_trial.value == min(trial.value for trial in study.trials)


def test_every_suggestion_replays_from_what_was_seen(strategy, storage):
    study = run(strategy, storage)
    for number in range(32):
        past = study.history.at(int(study.history.seen[number]))
        row = strategy.suggest(past, study.seed, np.array([number]))
        assert past.space.configs(row)[0] == study.trials[number].config


def test_a_loaded_study_goes_on_as_if_it_had_not_stopped(strategy, tmp_path):
    straight = run(strategy, ends=(10, 20, 40))
    stopped = run(strategy, tmp_path / "s.db", ends=(10, 20, 26))
    loaded = tw.Study.load(tmp_path / "s.db")
    assert loaded.space == stopped.space
    assert configs(loaded) == configs(stopped)
    loaded.optimize(objective, 40)
    assert configs(loaded) == configs(straight)


def test_a_change_in_one_process_holds_in_the_other(strategy, tmp_path):
    one, two = (study_of(strategy, tmp_path / "s.db") for _ in range(2))
    one.optimize(objective, 6)
    late = two.ask()
    extend(one)
    two.tell(late, 1.0)
    two.optimize(objective, 12)
    assert {"depth"} <= two.trials[-1].config.keys()
    narrow(two)
    one.optimize(objective, 20)
    assert one.space == two.space == tw.Study.load(tmp_path / "s.db").space
    two.ledger.refresh()
    assert configs(one) == configs(two)
    for number in range(20):
        past = one.history.at(int(one.history.seen[number]))
        again = strategy.suggest(past, one.seed, np.array([number]))
        assert past.space.configs(again)[0] == one.trials[number].config


def test_scripts_of_the_old_and_of_the_new_space_continue_the_study(tmp_path):
    study = run(tw.Random(), tmp_path / "s.db")
    for there in (space(), study.space):
        assert configs(tw.Study(there, minimize="loss", storage=tmp_path / "s.db")) == configs(study)
    with pytest.raises(tw.errors.StudyExistsError, match="other parameters"):
        tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", storage=tmp_path / "s.db")


SCHEDULERS = {
    "stopping": tw.ASHA(9, min_resource=1),
    "promotion": tw.ASHA(9, min_resource=1, promotion=True),
    "hyperband": tw.Hyperband(9),
    "median": tw.MedianStopping(min_trials=3),
    "wilcoxon": tw.WilcoxonStopping(),
}


@pytest.mark.parametrize("scheduler", SCHEDULERS.values(), ids=list(SCHEDULERS))
@pytest.mark.parametrize("strategy", ["Random", "GaussianProcess", "TPE"])
def test_schedulers_go_on_and_suggestions_replay(strategy, scheduler, storage):
    strategy = STRATEGIES[strategy]
    study = study_of(strategy, storage, scheduler=scheduler)

    def trained(trial):
        for epoch in trial.epochs(9):
            trial.report(loss=objective(trial) + 1 / (epoch + 1))

    study.optimize(trained, 10)
    extend(study)
    study.optimize(trained, 20)
    narrow(study)
    study.optimize(trained, 30)
    assert all("depth" in trial.config for trial in study.trials[10:])
    study.space.natives([trial.config for trial in study.trials[20:]])
    for number in range(0, 30, 3):
        past = study.history.at(int(study.history.seen[number]))
        row = strategy.suggest(past, study.seed, np.array([number]))
        assert past.space.configs(row)[0].items() <= study.trials[number].config.items()


class TestWhatStrategiesLearnFrom:
    def test_old_trials_have_the_assumed_value(self):
        study = study_of(tw.Random()).optimize(objective, 5)
        extend(study)
        seen = study.history.searched
        assert [config["depth"] for config in seen.space.configs(seen.natives)] == [3] * 5
        assert "depth" not in study.trials[0].config  # the record keeps what ran

    def test_trials_outside_are_not_read(self):
        study = study_of(tw.Random()).optimize(objective, 40)
        study.narrow(width=tw.Int(1, 8))
        inside = [trial.number for trial in study.trials if trial.config["width"] <= 8]
        assert 0 < len(inside) < 40
        seen = study.history.searched
        assert np.flatnonzero(seen.complete).tolist() == inside
        assert np.flatnonzero(~np.isnan(seen.losses[:, 0])).tolist() == inside

    def test_a_parameter_that_does_not_matter_is_fixed_without_losing_any(self):
        study = study_of(tw.Random()).optimize(objective, 20)
        study.narrow(width=8, assumed={"width": 8})
        assert study.history.searched.complete.all()
        study.optimize(objective, 24)
        assert {trial.config["width"] for trial in study.trials[20:]} == {8}

    def test_reports_of_trials_outside_do_not_count(self):
        study = tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", seed=0)

        def trained(trial):
            for _ in trial.epochs(2):
                trial.report(loss=trial["x"])

        study.optimize(trained, 10)
        study.narrow(x=tw.Float(0.0, 0.5))
        inside = {trial.number for trial in study.trials if trial.config["x"] <= 0.5}
        reports = study.history.searched.reports
        assert set(reports.trial.tolist()) - {-1} == inside
        assert study.history.reports.curve(0)

    def test_a_scale_may_change(self):
        study = study_of(tw.Random()).optimize(objective, 10)
        study.extend(lr=tw.Float(1e-6, 1.0, log=True))
        study.optimize(objective, 40)
        rates = np.array([trial.config["lr"] for trial in study.trials[10:]])
        assert 0.2 < (rates < 1e-3).mean() < 0.8


class TestTrialsThatWaited:
    def test_they_get_the_new_parameters(self, storage):
        study = study_of(tw.Random(), storage)
        study.enqueue({"lr": 0.5, "optimizer": "adam"})
        extend(study)
        trial = study.ask()
        assert (trial["lr"], trial["depth"]) == (0.5, 3)
        assert study.trials[0].config == trial.config
        assert set(trial.config) == {"lr", "width", "size", "optimizer", "depth", "skip"}

    def test_those_outside_stay_as_they_are(self, storage):
        study = study_of(tw.Random(), storage)
        study.enqueue({"lr": 0.5, "optimizer": "sgd", "width": 50, "size": "s"})
        narrow_first = study.narrow(lr=tw.Float(1e-3, 1e-1))
        assert narrow_first["lr"].high == 0.1
        assert study.ask()["lr"] == 0.5

    def test_running_trials_end_as_they_began(self, storage):
        study = study_of(tw.Random(), storage)
        running = study.ask()
        before = dict(running.config)
        extend(study)
        study.tell(running, 0.5)
        assert study.trials[0].config == before
        assert study.best_value == 0.5

    def test_enqueued_later_means_the_new_space(self, storage):
        study = study_of(tw.Random(), storage)
        extend(study)
        narrow(study)
        study.enqueue({"optimizer": "lion", "size": "l"})
        with pytest.raises(tw.errors.ConfigError, match="'sgd'"):
            study.enqueue({"optimizer": "sgd"})
        assert study.ask()["optimizer"] == "lion"


class TestRefusals:
    @pytest.mark.parametrize(
        ("call", "domains", "words"),
        [
            ("narrow", {"lr": tw.Float(1e-5, 0.1)}, r"Float\(1e-05, 0.1\) is not within"),
            ("narrow", {"optimizer": tw.Categorical("lion")}, "is not within"),
            ("narrow", {"rate": tw.Float(0, 1)}, "there is no parameter 'rate'"),
            ("narrow", {"width": tw.Float(1, 8)}, "is not within"),
            ("extend", {"lr": tw.Categorical("a")}, "parameter 'lr'"),
            ("extend", {"width": 3}, "must be a domain"),
            ("extend", {"optimizer": tw.Categorical("x", when=tw.when("width") > 3)}, "exists always"),
            ("extend", {"momentum": tw.Float(0, 2, when=tw.when("width") > 3)}, "cannot change"),
        ],
    )
    def test_what_cannot_be(self, storage, call, domains, words):
        study = study_of(tw.Random(), storage)
        with pytest.raises(SpaceError, match=words):
            getattr(study, call)(domains)
        assert study.space == space()
        assert not study.history.chapters

    def test_nothing_given_and_wrong_assumptions(self):
        study = study_of(tw.Random())
        with pytest.raises(SpaceError, match="at least one parameter"):
            study.extend()
        with pytest.raises(SpaceError, match="does not have"):
            study.extend(depth=tw.Int(1, 2), assumed={"deep": 1})
        with pytest.raises(SpaceError, match="assumed value of 'depth'"):
            study.extend(depth=tw.Int(1, 2), assumed={"depth": 7})

    def test_a_strategy_that_begins_outside(self):
        study = study_of(tw.LocalSearch({"optimizer": "sgd"}))
        with pytest.raises(tw.errors.TunewrightError, match="around"):
            study.narrow(optimizer="adam")
        assert study.space == space()

    def test_plans_populations_and_spaces_that_grow_by_themselves(self):
        for strategy in (tw.Grid(points=2), tw.Manual({"lr": 0.1, "width": 2, "size": "s", "optimizer": "adam"})):
            with pytest.raises(StudyError, match="follows a plan"):
                study_of(strategy).extend(depth=tw.Int(1, 2))
        with pytest.raises(StudyError, match="configurations of its own"):
            study_of(tw.Random(), scheduler=tw.PopulationBasedTraining(8, population=4)).narrow(width=3)
        with pytest.raises(StudyError, match="grows by trial.suggest"):
            tw.Study(minimize="loss").extend(x=tw.Float(0, 1))

    def test_a_condition_keeps_holding_and_what_it_rules_out_goes(self):
        study = study_of(tw.Random()).optimize(objective, 5)
        study.narrow(momentum=tw.Float(0.5, 0.9))
        assert study.space["momentum"].when == tw.when("optimizer", "sgd")
        study.narrow(optimizer="adam")
        assert "momentum" not in study.space
        assert study.optimize(objective, 9).trials[8].config.keys() == {"lr", "width", "size", "optimizer"}
