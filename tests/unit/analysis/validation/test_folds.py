"""Cross-validation and replicates: part by part inside one trial."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats as sps

import tunewright as tw
from tunewright.analysis.validation import Fold
from tunewright.errors import ReportError


def study_of(**options):
    return tw.Study(tw.Space(x=tw.Float(0, 1)), **({"minimize": "loss", "seed": 0, "strategy": tw.Random()} | options))


def score(trial, fold):
    return trial["x"] + np.random.default_rng([fold.number, 1]).normal() / 10


class TestCrossValidation:
    def test_folds_are_reported_one_by_one_and_the_mean_has_its_error(self):
        study = study_of().optimize(tw.CrossValidation(score, 4, "loss"), 3)
        for trial in study.trials:
            folds = [trial.reports[k]["loss"] for k in (1, 2, 3, 4)]
            assert trial.value == pytest.approx(np.mean(folds))
            assert trial.sems["loss"] == pytest.approx(np.std(folds, ddof=1) / 2)
            assert trial.metadata["folds"]["loss"] == folds
            wanted = sps.t.interval(0.95, 3, loc=np.mean(folds), scale=sps.sem(folds))
            assert trial.metadata["folds intervals"]["loss"] == pytest.approx(wanted)

    def test_means_so_far(self):
        study = study_of().optimize(tw.CrossValidation(score, 3, "loss", report="mean"), 1)
        raw = study.trials[0].metadata["folds"]["loss"]
        assert [study.trials[0].reports[k]["loss"] for k in (1, 2, 3)] == pytest.approx(np.cumsum(raw) / [1, 2, 3])

    def test_rows_are_dealt_once_each_and_stratified(self):
        labels = np.repeat(["a", "b"], [40, 20])
        seen = []
        objective = tw.CrossValidation(
            lambda trial, fold: seen.append(fold) or 1.0, 4, "loss", labels=labels, repeats=2
        )
        study_of().optimize(objective, 1)
        assert [fold.number for fold in seen] == list(range(8))
        for half in (seen[:4], seen[4:]):
            assert sorted(np.concatenate([fold.test for fold in half])) == list(range(60))
            assert all((labels[fold.test] == "a").sum() == 10 for fold in half)
        assert all(sorted([*fold.train, *fold.test]) == list(range(60)) for fold in seen)
        assert not np.array_equal(seen[0].test, seen[4].test)

    def test_folds_of_the_callers_own(self):
        splits = [([0, 1], [2]), ([1, 2], [0]), ([0, 2], [1])]
        objective = tw.CrossValidation(lambda trial, fold: float(fold.test[0]), splits=iter(splits), metric="loss")
        assert study_of().optimize(objective, 2).trials[1].metadata["folds"]["loss"] == [2.0, 0.0, 1.0]

    @pytest.mark.parametrize(
        "scheduler",
        [
            tw.WilcoxonStopping(min_steps=5),
            tw.ASHA(8, reduction_factor=2, min_resource=1),
            tw.ASHA(8, reduction_factor=2, min_resource=1, promotion=True),
            tw.MedianStopping(),
        ],
        ids=["wilcoxon", "asha", "promotion", "median"],
    )
    @pytest.mark.parametrize("report", ["part", "mean"])
    def test_schedulers_end_trials_after_the_folds_that_show_it(self, scheduler, report, tmp_path):
        runs = []

        def counted(trial, fold):
            runs.append((trial.number, fold.number))
            return score(trial, fold)

        study = study_of(scheduler=scheduler, storage=tmp_path / "s.db")
        study.optimize(tw.CrossValidation(counted, 8, "loss", report=report), 16)
        assert len(runs) == len(set(runs)) < 16 * 8  # no fold twice, also where a trial was paused
        whole = [trial for trial in study.trials if len(trial.reports) == 8]
        assert whole
        for trial in whole:
            wanted = np.mean([score(trial.config, Fold(k)) for k in range(8)])
            assert trial.value == pytest.approx(wanted)
            assert len(trial.metadata["folds"]["loss"]) == 8

    def test_several_metrics(self):
        study = tw.Study(tw.Space(x=tw.Float(0, 1)), maximize="accuracy", minimize="cost", seed=0)
        study.optimize(tw.CrossValidation(lambda t, f: {"accuracy": t["x"] + f.number, "cost": 1.0}, 3), 2)
        assert study.trials[0].values["accuracy"] == pytest.approx(study.trials[0].config["x"] + 1)
        assert study.trials[0].sems == pytest.approx({"accuracy": 1 / np.sqrt(3), "cost": 0.0})

    def test_what_cannot_be(self):
        with pytest.raises(ValueError, match="folds must be"):
            tw.CrossValidation(score, 1)
        with pytest.raises(TypeError, match="must be a function"):
            tw.CrossValidation(3)
        with pytest.raises(ValueError, match="report must be"):
            tw.CrossValidation(score, 3, report="sum")
        with pytest.raises(ValueError, match="leave out samples"):
            tw.CrossValidation(score, splits=[([0], [1])] * 2, samples=3)
        with pytest.raises(ValueError, match="give one of the two"):
            tw.CrossValidation(score, 2, samples=3, labels=[0, 1])
        with pytest.raises(ReportError, match="give metric="):
            study_of().optimize(tw.CrossValidation(score, 3), 1)

    def test_nan_in_a_fold_costs_its_trial_alone(self):
        study = study_of().optimize(
            tw.CrossValidation(lambda t, f: np.nan if t.number == 0 and f.number else 1.0, 3, "loss"), 2
        )
        assert [trial.state.label for trial in study.trials] == ["failed", "complete"]


class TestReplicates:
    def test_every_trial_has_the_same_seeds(self):
        seen = {}

        def score(trial, seed):
            seen.setdefault(trial.number, []).append(seed)
            return seed % 97 + trial["x"]

        study = study_of().optimize(tw.Replicates(score, seeds=3, metric="loss"), 4)
        assert len({tuple(seeds) for seeds in seen.values()}) == 1
        assert len(set(seen[0])) == 3
        assert study.trials[0].sems["loss"] > 0
        assert len(study.trials[0].metadata["replicates intervals"]["loss"]) == 2

    def test_one_seed_has_no_error(self):
        study = study_of().optimize(tw.Replicates(lambda trial, seed: trial["x"], seeds=1, metric="loss"), 1)
        assert study.trials[0].sems == {}
        assert study.trials[0].value == study.trials[0].config["x"]

    def test_a_confirmation_gives_other_seeds(self):
        seen = set()

        def score(trial, seed):
            seen.add(seed)
            return seed % 97 + trial["x"]

        objective = tw.Replicates(score, seeds=2, metric="loss")
        study_of().optimize(objective, 3).confirm(objective, top=2, seeds=3)
        assert len(seen) == 2 + 3 * 2
