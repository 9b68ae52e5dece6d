"""Decisions by hand, from the definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tunewright as tw
from tunewright.schedulers import Decision
from tunewright.schedulers.extrapolation import probability_below

GO, STOP, PAUSE, FINISH = Decision.CONTINUE, Decision.STOP, Decision.PAUSE, Decision.FINISH


def decisions(scheduler, reports, **options):
    """What the trials of (trial, step, loss) are told, one after another."""
    s = tw.Study(tw.Space(x=tw.Float(0, 1)), **{"minimize": "loss", "seed": 0, "strategy": tw.Random()} | options)
    trials = s.ask(1 + max(trial for trial, _, _ in reports))
    for trial, step, loss in reports:
        trials[trial].report(step, loss=loss)
    judge = scheduler.judge(s.history)
    return [judge.decide(row) for row in range(len(reports))]


def test_asha_lets_the_best_of_three_go_on():
    reports = [(0, 1, 0.5), (1, 1, 0.6), (2, 1, 0.4), (3, 1, 0.3), (3, 2, 9.9), (3, 3, 1.0), (2, 4, 2.0), (3, 9, 5.0)]
    assert decisions(tw.ASHA(9), reports) == [GO, STOP, GO, GO, GO, GO, STOP, GO]
    assert decisions(tw.ASHA(9, promotion=True), reports) == [PAUSE] * 4 + [GO, PAUSE, PAUSE, GO]


def test_asha_looks_first_after_a_27th_of_the_training():
    assert [tw.ASHA(most).levels for most in (9, 27, 52, 81)] == [
        [1, 3, 9],
        [1, 3, 9, 27],
        [2, 6, 18, 52],
        [3, 9, 27, 81],
    ]
    assert tw.ASHA(52) == tw.ASHA(52, min_resource=2) and tw.ASHA(81, min_resource=1).levels == [1, 3, 9, 27, 81]
    assert tw.ASHA(100, reduction_factor=2).levels == [4, 8, 16, 32, 64, 100]


def test_equal_losses_let_the_lower_number_go_first():
    assert decisions(tw.ASHA(9), [(1, 1, 0.5), (0, 1, 0.5)]) == [GO, GO]
    assert decisions(tw.ASHA(9), [(0, 1, 0.5), (1, 1, 0.5)]) == [GO, STOP]


def test_the_median_of_running_averages():
    curves = [(t, step, float(t)) for t in range(5) for step in (1, 2)]
    # the averages at step 2 are 0 … 4: a best loss of 2.5 is behind three of five, one of 1.5 behind two
    scheduler = tw.MedianStopping(min_steps=2)
    assert decisions(scheduler, [*curves, (5, 1, 2.5), (5, 2, 7.0)])[-2:] == [GO, STOP]
    assert decisions(scheduler, [*curves, (5, 1, 1.5), (5, 2, 7.0)])[-1] is GO
    assert decisions(tw.PercentileStopping(30, min_steps=2), [*curves, (5, 1, 1.5), (5, 2, 7.0)])[-1] is STOP
    assert decisions(tw.MedianStopping(min_trials=6), [*curves, (5, 1, 9.0)])[-1] is GO
    assert decisions(tw.MedianStopping(interval=2), [*curves, (5, 1, 9.0), (5, 2, 9.0)])[-2:] == [GO, STOP]


def test_patience_counts_reports_without_a_new_best():
    losses = [5.0, 4.0, 4.0, 3.95, 3.0, 3.0, 3.0]
    reports = [(0, step + 1, loss) for step, loss in enumerate(losses)]
    assert decisions(tw.PatienceStopping(2), reports) == [GO, GO, GO, GO, GO, GO, FINISH]
    assert decisions(tw.PatienceStopping(2, min_delta=0.1), reports)[:4] == [GO, GO, GO, FINISH]
    assert decisions(tw.PatienceStopping(2, min_steps=9), reports)[-1] is GO


def test_a_trial_out_of_patience_is_complete():
    s = tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", scheduler=tw.PatienceStopping(3), seed=0)

    def flat(trial):
        for _ in trial.epochs(50):
            trial.report(loss=trial["x"])
        return trial["x"]

    s.optimize(flat, 3)
    assert [(t.state.label, len(t.reports)) for t in s.trials] == [("complete", 4)] * 3


def test_wilcoxon_stops_what_loses_on_most_folds():
    best = [(0, fold, 0.1) for fold in range(1, 9)]
    worse = [(1, fold, 0.1 + 0.01 * fold) for fold in range(1, 6)]
    mixed = [(2, fold, 0.1 + 0.01 * (-1) ** fold) for fold in range(1, 9)]
    assert decisions(tw.WilcoxonStopping(), best + worse + mixed) == [GO] * 12 + [STOP] + [GO] * 8
    assert decisions(tw.WilcoxonStopping(p=0.03), best + worse)[-1] is GO  # of five the least p-value is 1 / 32


@settings(deadline=None, max_examples=60)
@given(losses=st.lists(st.floats(allow_nan=False), min_size=9, max_size=9), data=st.data())
def test_who_goes_on_from_a_full_rung_does_not_depend_on_the_order_of_arrival(losses, data):
    order = data.draw(st.permutations(range(9)))
    s = tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", seed=0, scheduler=tw.SuccessiveHalving(9))
    trials = s.ask(9)
    for number in order:
        trials[number].report(1, loss=losses[number])
        s.tell(trials[number], losses[number] if np.isfinite(losses[number]) else 0.0)
    best = sorted(sorted(range(9), key=lambda t: (losses[t], t))[:3])
    assert [s.ask().number for _ in range(4)] == [*best, 9]
    assert [t.number for t in s.trials if t.state is tw.TrialState.PRUNED] == sorted(set(range(9)) - set(best))


def test_a_rung_is_over_when_the_last_has_failed():
    s = tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", seed=0, scheduler=tw.SuccessiveHalving(9))
    trials = s.ask(9)
    for trial in trials[:8]:
        trial.report(1, loss=1.0)
        s.tell(trial, 1.0)
    assert s.ask().number == 9  # of the next nine: the first are not all there
    s.tell(trials[8], state="failed")
    assert [s.ask(), s.ask(), s.ask()] and [t.state.label for t in s.trials[:3]] == ["running"] * 3
    assert s.ask().number == 10


def test_plans_are_what_is_spent():
    for scheduler, trials in ((tw.SuccessiveHalving(27), 30), (tw.Hyperband(27), 60), (tw.Hyperband(27), 49)):
        s = tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", seed=0, scheduler=scheduler)

        def objective(trial):
            for epoch in trial.epochs(27):
                trial.report(loss=trial["x"] / (epoch + 1))
            return trial["x"]

        s.optimize(objective, trials)
        plan = scheduler.plan(trials)
        assert plan.cost == sum(max(t.reports) for t in s.trials)
        assert ("stay paused" in str(plan)) == any(t.state is tw.TrialState.PAUSED for t in s.trials)
    table = tw.Hyperband(81).plan(143)
    assert [(r.bracket, r.resource, r.trials) for r in table.rungs[:6]] == [
        (0, 1, 81), (0, 3, 27), (0, 9, 9), (0, 27, 3), (0, 81, 1), (1, 3, 34)
    ]  # fmt: skip
    assert tw.ASHA(9).plan(90).cost == 90 + 30 * 2 + 10 * 6
    assert tw.ASHA(9).plan(90).seconds(10.0, workers=5) == 420.0 and tw.ASHA(9).plan(0).cost == 0


@pytest.mark.parametrize("law", ["power", "exponential"])
def test_the_stated_probability_is_about_the_share_of_mistakes(law):
    random = np.random.default_rng(0)
    steps = np.arange(1.0, 31.0)
    stopped = wrong = 0
    for _ in range(400):
        a, b, noise = random.uniform(0, 1), random.uniform(0.5, 2), 0.02
        shape = steps ** -random.uniform(0.3, 1.5) if law == "power" else np.exp(-random.uniform(1, 8) * steps / 30)
        curve = a + b * shape + noise * random.standard_normal(30)
        target = random.uniform(0, 1.5)
        for n in range(5, 30):
            if probability_below(steps[:n], curve[:n], 30, target) < 0.05:
                stopped += 1
                wrong += curve[-1] < target
                break
    assert stopped > 100
    assert wrong / stopped < 0.08


def test_extrapolation_of_constant_and_huge_curves_is_a_probability():
    steps = np.arange(1.0, 6.0)
    for losses in (np.zeros(5), np.full(5, 1e300), np.array([1e-300, 0, 0, 0, 1e-300]), np.arange(5.0) * 1e150):
        for target in (-1.0, 0.0, 1e200):
            assert 0.0 <= probability_below(steps, losses, 100, target) <= 1.0
    assert (
        probability_below(steps, np.full(5, 2.0), 10, 1.0)
        < 0.01
        < 0.99
        < probability_below(steps, np.full(5, 2.0), 10, 3.0)
    )


@pytest.mark.parametrize("kind", [tw.Hyperband, tw.SuccessiveHalving])
def test_a_rung_that_nobody_reached_is_over(kind):
    """All of the first trials fail before they report; the next ones are promoted among themselves."""
    study = tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", scheduler=kind(max_resource=9), seed=0)

    def objective(trial):
        if trial.number < 20:
            raise RuntimeError
        for _ in trial.epochs(9):
            trial.report(loss=trial["x"])
        return trial["x"]

    study.optimize(objective, 60)
    assert study.best_value < 0.3
