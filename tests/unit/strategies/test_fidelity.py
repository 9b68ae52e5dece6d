"""The resource as a coordinate: by hand, and what the model makes of early reports that help or mislead."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tunewright as tw
from tunewright.strategies.coordinates import coordinates
from tunewright.strategies.gp.fidelity import along, gained, staged
from tunewright.strategies.gp.record import evidence
from tunewright.strategies.readings import Readings, readings

LINE = tw.Space(x=tw.Float(0, 1))
MIXED = tw.Space(
    x=tw.Float(0, 1, prior=tw.Normal(0.7, 0.1)), c=tw.Categorical("a", "b", "c"), k=tw.Int(1, 3, when=tw.when("c", "a"))
)


def read(*rows, highest=9):
    trials, steps, losses = (np.array(column) for column in zip(*rows, strict=True))
    return Readings(trials, steps, losses.astype(float), np.zeros(len(rows), np.int64), highest)


class TestCoordinates:
    space, plain = staged(coordinates(MIXED)), coordinates(MIXED)

    def test_the_resource_comes_last_and_is_held(self):
        assert self.space.dimension == self.plain.dimension + 1
        assert self.space.levels[-1] == 1 and self.space.kinds[-1] == 0 and self.space.steps[-1] == 0.0

    def test_a_search_in_it_looks_at_training_in_full(self):
        unit = np.array([[0.25, 0.1, 0.9, 0.4], [0.5, 0.9, math.nan, 0.0]])
        rounded = self.space.rounded(unit)
        assert (rounded[:, -1] == 1.0).all()
        assert np.array_equal(rounded[:, :-1], self.plain.rounded(unit[:, :-1]), equal_nan=True)
        assert np.array_equal(self.space.natives(unit), self.plain.natives(unit[:, :-1]), equal_nan=True)
        assert np.array_equal(self.space.unit(self.space.natives(rounded)), rounded, equal_nan=True)

    def test_it_has_no_prior(self):
        unit = np.array([[0.25, 0.1, 0.9, 0.4]])
        assert self.space.log_prior(unit) == self.plain.log_prior(unit[:, :-1])
        centre, precision = self.space.normal_prior()
        assert (centre[-1], precision[-1]) == (1.0, 0.0) and precision[0] > 0.0
        assert self.space.quantile(np.full((2, 4), 0.5))[:, -1].tolist() == [1.0, 1.0]


class TestGain:
    def test_between_rungs_it_is_the_median_of_what_trials_gained(self):
        found = read((0, 1, 5.0), (1, 1, 6.0), (2, 1, 9.0), (0, 3, 4.0), (1, 3, 3.0), (0, 9, 1.0), (1, 9, 1.0))
        gains = np.array([-2.0 - 2.5] * 3 + [-2.5] * 2 + [0.0] * 2)  # medians of -1, -3 and of -3, -2
        np.testing.assert_allclose(gained(found), gains)

    def test_elsewhere_it_is_interpolated_and_beyond_it_stays(self):
        found = read((0, 3, 4.0), (1, 3, 3.0), (0, 9, 1.0), (1, 9, 1.0), (2, 1, 7.0), (3, 5, 2.0))
        share = math.log(9 / 5) / math.log(3)
        np.testing.assert_allclose(gained(found), [-2.5, -2.5, 0.0, 0.0, -2.5, -2.5 * share])

    def test_one_trial_is_no_evidence(self):
        assert gained(read((0, 1, 5.0), (0, 9, 1.0))).tolist() == [0.0, 0.0]

    def test_newer_readings_do_not_change_it_until_the_fit_is_renewed(self):
        rows = [(k, step, 1.0 / step) for k in range(20) for step in (1, 9)]
        more = [*rows, (20, 1, 50.0), (20, 9, 0.0)]
        assert np.array_equal(gained(read(*more))[:40], gained(read(*rows)))


class TestEvidence:
    def record(self):
        run = tw.Study(LINE, minimize="loss", strategy=tw.Random(), seed=0)
        for last, end in ((9, 0.25), (3, "pruned"), (3, "pruned"), (1, "paused"), (1, "paused"), (0, "paused")):
            trial = run.ask()
            for step in range(1, last + 1):
                trial.report(step, loss=1.0 / step)
            if end != "paused":
                run.tell(trial, **({"state": end} if isinstance(end, str) else {"values": end}))
        run.tell(run.ask(), state="failed")
        run.tell(run.ask(), state="pruned")
        space = coordinates(LINE)
        return run.history, along(run.history, space, evidence(run.history, space), readings(run.history))

    def test_rows_stand_where_they_were_read(self):
        history, seen = self.record()
        assert seen.trials.tolist() == [0, 0, 0, 1, 1, 2, 2, 3, 4, 7]
        assert np.array_equal(seen.x[:, 0], history.unit[seen.trials, 0])
        steps = np.array([1, 3, 9, 1, 3, 1, 3, 1, 1, 9])
        np.testing.assert_allclose(seen.x[:, 1], 1.0 + np.log(steps / 9) / 5)
        assert seen.final.tolist() == [step == 9 for step in steps]

    def test_pending_is_who_told_nothing_yet(self):
        history, seen = self.record()
        assert np.array_equal(seen.pending, [[history.unit[5, 0], 1.0]])
        assert np.array_equal(seen.failed, [[history.unit[6, 0], 1.0]])

    def test_a_pruned_trial_that_told_nothing_counts_as_at_the_end(self):
        _, seen = self.record()
        assert seen.losses[-1] == 0.25


def trained(strategy, early, trials=60, scheduler=None, seed=0):
    """A study of trainings whose loss after one of nine epochs is ``early(x, y)``; the best is at (0.8, 0.3)."""
    spent = []

    def objective(trial):
        end = (trial["x"] - 0.8) ** 2 + (trial["y"] - 0.3) ** 2
        loss = end
        for epoch in trial.epochs(9):
            spent.append(1)
            share = epoch / 8
            loss = share * end + (1 - share) * early(trial["x"], trial["y"]) + 1 / (epoch + 1)
            trial.report(loss=loss)
        return loss

    space = tw.Space(x=tw.Float(0, 1), y=tw.Float(0, 1))
    study = tw.Study(space, minimize="loss", strategy=strategy, scheduler=scheduler or tw.ASHA(9), seed=seed)
    return study.optimize(objective, trials), len(spent)


def test_early_reports_that_tell_the_end_are_made_use_of():
    def late(strategy):
        study, _ = trained(strategy, lambda x, y: (x - 0.8) ** 2 + (y - 0.3) ** 2, trials=30)
        gaps = [(t.config["x"] - 0.8) ** 2 + (t.config["y"] - 0.3) ** 2 for t in study.trials[20:]]
        return float(np.median(gaps))

    assert late(tw.GaussianProcess()) < 1e-3
    assert late(tw.GaussianProcess()) < late(tw.GaussianProcess(fidelity="last"))


def test_early_reports_that_mislead_are_seen_through():
    study, _ = trained(tw.GaussianProcess(), lambda x, y: 1.0 - x, trials=60, scheduler=tw.ASHA(9, promotion=True))
    assert abs(study.best_config["y"] - 0.3) < 0.1 and abs(study.best_config["x"] - 0.8) < 0.15


def test_without_reports_it_makes_no_difference():
    def configs(fidelity):
        study = tw.Study(LINE, minimize="loss", strategy=tw.GaussianProcess(startup=4, fidelity=fidelity), seed=0)
        return [t.config for t in study.optimize(lambda trial: (trial["x"] - 0.3) ** 2, 10).trials]

    assert configs("all") == configs("last")


def test_it_can_be_switched_off():
    early = lambda x, y: x  # noqa: E731
    on, _ = trained(tw.GaussianProcess(startup=5), early, trials=25)
    off, _ = trained(tw.GaussianProcess(startup=5, fidelity="last"), early, trials=25)
    assert [t.config for t in on.trials] != [t.config for t in off.trials]
    with pytest.raises(ValueError, match="fidelity must be one of 'all', 'last'; got 'some'"):
        tw.GaussianProcess(fidelity="some")


def test_constraints_reported_on_the_way_are_learnt():
    def objective(trial):
        for epoch in trial.epochs(9):
            trial.report(loss=trial["x"] + 1 / (epoch + 1), size=1.0 - trial["x"])
        return {"loss": trial["x"], "size": 1.0 - trial["x"]}

    run = tw.Study(
        LINE, minimize="loss", constraints=["size <= 0.5"], strategy=tw.GaussianProcess(), scheduler=tw.ASHA(9), seed=0
    ).optimize(objective, 30)
    assert 0.5 <= run.best_config["x"] < 0.55


def test_the_front_of_two_objectives_is_found_from_what_trials_told_on_their_way():
    """Few trials are trained in full; who reads how they began finds the front, who does not searches on."""

    def volume(strategy):
        def objective(trial):
            x, y = trial["x"], trial["y"]
            for epoch in trial.epochs(9):
                wait = 0.5 / (epoch + 1)
                trial.report(a=x + y + wait, b=1.0 - x + y + wait)
            return {"a": x + y + wait, "b": 1.0 - x + y + wait}

        study = tw.Study(
            tw.Space(x=tw.Float(0.0, 1.0), y=tw.Float(0.0, 1.0)), minimize=["a", "b"], strategy=strategy,
            scheduler=tw.ASHA(9, promotion=True), seed=0,
        )  # fmt: skip
        return study.optimize(objective, 24).hypervolume({"a": 2.0, "b": 2.0})

    assert volume(tw.GaussianProcess()) > volume(tw.GaussianProcess(fidelity="last")) + 0.2


def test_before_any_trial_of_two_objectives_ended_its_beginning_is_believed():
    """No trial is complete: there is no front yet, and the reference lies behind what is predicted of all."""
    study = tw.Study(
        tw.Space(x=tw.Float(0.0, 1.0)), minimize=["a", "b"], strategy=tw.GaussianProcess(startup=3),
        scheduler=tw.ASHA(9, promotion=True), seed=0,
    )  # fmt: skip
    trials = study.ask(6)
    for trial in trials:
        trial.report(1, a=(trial["x"] - 0.8) ** 2, b=(trial["x"] - 0.8) ** 2)
    for trial in trials[:1]:
        study.tell(trial)
    promoted = study.ask()  # two rungs, and nobody at the end
    promoted.report(3, a=0.5, b=0.5)
    for number in range(4):
        assert 0.0 <= study.ask()["x"] <= 1.0, number
