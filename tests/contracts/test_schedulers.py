"""What every scheduler keeps: one table × every scheduler."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

import tunewright as tw
from tunewright.errors import ReportError
from tunewright.schedulers import Decision, scheduler_from_json

SCHEDULERS = {
    "ASHA": tw.ASHA(9),
    "PromotionASHA": tw.ASHA(9, promotion=True),
    "GrowingASHA": tw.ASHA(9, promotion=True, growing=True, tolerance=0.01),
    "SuccessiveHalving": tw.SuccessiveHalving(9),
    "Hyperband": tw.Hyperband(9),
    "MedianStopping": tw.MedianStopping(),
    "PercentileStopping": tw.PercentileStopping(25, min_steps=2),
    "PatienceStopping": tw.PatienceStopping(2, min_delta=0.05),
    "CurveStopping": tw.CurveStopping(9, min_steps=3, probability=0.2),
    "WilcoxonStopping": tw.WilcoxonStopping(p=0.2, min_steps=3),
    "LearnedStopping": tw.LearnedStopping(9, [(1, 0.8), (3, 0.4)]),
}
PAUSING = {"PromotionASHA", "GrowingASHA", "SuccessiveHalving", "Hyperband"}
BY_FRONTS = {"ASHA", "PromotionASHA", "SuccessiveHalving", "Hyperband"}


@pytest.fixture(params=SCHEDULERS, ids=list(SCHEDULERS))
def scheduler(request):
    return SCHEDULERS[request.param]


def space():
    return tw.Space(x=tw.Float(0.0, 1.0), slope=tw.Float(0.1, 2.0))


def objective(trial):
    loss = math.nan
    for epoch in trial.epochs(9):
        loss = trial["x"] + trial["slope"] / (epoch + 1) + 0.1 * math.sin(97 * trial["x"] * (epoch + 1))
        trial.report(loss=loss)
    return loss


def study(scheduler, **options):
    return tw.Study(
        space(), **{"minimize": "loss", "seed": 1, "strategy": tw.Random(), "scheduler": scheduler} | options
    )


def outcome(s):
    return [(t.config, t.state, t.values, t.reports) for t in s.trials]


def test_some_go_on_and_some_do_not(scheduler):
    s = study(scheduler).optimize(objective, 40)
    assert len({len(t.reports) for t in s.trials}) > 1
    assert s.best_trial.state is tw.TrialState.COMPLETE
    assert len(s.history.reports) < 40 * 9


def test_the_same_study_again_is_the_same(scheduler):
    assert outcome(study(scheduler).optimize(objective, 40)) == outcome(study(scheduler).optimize(objective, 40))


def test_a_fresh_judge_of_the_record_decides_the_same(scheduler):
    s = study(scheduler).optimize(objective, 40)
    history = s.history
    followed = scheduler.judge(history)
    decisions = [followed.decide(row) for row in range(len(history.reports))]
    for row in range(0, len(history.reports), 7):
        assert scheduler.judge(history).decide(row) is decisions[row]
        past = history.at(int(history.reports.revision[row]))
        assert scheduler.judge(past).decide(len(past.reports) - 1) is decisions[row]
    # and these are the decisions that the trials followed
    ends = {Decision.STOP: "pruned", Decision.FINISH: "complete"}
    for trial in s.trials:
        rows = [history.reports.row(trial.number, step) for step in trial.reports]
        last = decisions[rows[-1]]
        assert Decision.STOP not in [decisions[row] for row in rows[:-1]]
        if last in ends:
            assert trial.state.label == ends[last]


def test_who_is_next_is_a_function_of_the_record(scheduler):
    s = study(scheduler)
    asked = {}
    for _ in range(60):
        fresh, again = (scheduler.judge(s.history) for _ in range(2))
        assert fresh.promote() == fresh.promote() == again.promote()
        assert list(fresh.dismissed()) == list(again.dismissed())
        trial = s.ask()
        asked[trial.number] = trial.resource
        assert trial.resource == scheduler.judge(s.history).resource(trial.number)
        result = objective(trial)
        s.tell(trial, result)


def test_a_study_that_was_interrupted_anywhere_goes_on_as_if_it_had_not(scheduler, tmp_path):
    straight = study(scheduler).optimize(objective, 24)
    place = tmp_path / "s.db"
    study(scheduler, storage=place, name="s").optimize(objective, 5)
    for trials in (6, 13, 24):
        loaded = tw.Study.load(place)
        assert loaded.scheduler == scheduler
        loaded.optimize(objective, trials)
    assert [t.config for t in loaded.trials] == [t.config for t in straight.trials]
    if scheduler not in (SCHEDULERS[name] for name in PAUSING):  # those promote whenever a run comes to its end
        assert outcome(loaded) == outcome(straight)


@pytest.mark.parametrize("executor", ["threads", "processes"])
def test_workers(scheduler, executor):
    s = study(scheduler).optimize(objective, 20, workers=2, executor=executor)
    assert s.history.n == 20
    judge = scheduler.judge(s.history)
    decisions = [judge.decide(row) for row in range(len(s.history.reports))]
    stopped = {int(s.history.reports.trial[row]) for row, d in enumerate(decisions) if d is Decision.STOP}
    dismissed = set() if judge.promote() is None and not judge.dismissed() else None
    assert dismissed == set()  # nothing was left to do
    assert stopped <= {t.number for t in s.trials if t.state is tw.TrialState.PRUNED}


def test_json_round_trip(scheduler):
    assert scheduler_from_json(json.loads(json.dumps(scheduler.to_json()))) == scheduler


def test_a_nan_stops_its_trial_alone(scheduler):
    s = study(scheduler)
    bad, good = s.ask(2)
    assert bad.report(1, loss=math.nan)
    good.report(1, loss=1.0)
    assert not good.should_stop or scheduler in (SCHEDULERS[name] for name in PAUSING)
    s.tell(bad, 1.0)
    assert s.trials[0].state is tw.TrialState.PRUNED


def test_infinite_skipped_and_disordered_steps(scheduler):
    s, left_out = study(scheduler), 0
    for losses in ({9: 1.0}, {2: math.inf, 1: -math.inf}, {5: 2.0, 3: math.inf, 8: 0.0}, {100: 5.0, 1: 2.0}):
        trial = s.ask()
        for step, loss in losses.items():
            told = trial.should_stop and scheduler in (SCHEDULERS[name] for name in PAUSING)
            before = len(s.history.reports)
            trial.report(step, loss=loss)
            left_out += len(s.history.reports) == before
            assert not told or (trial.should_stop and len(s.history.reports) == before)
        s.tell(trial, 1.0)
    assert left_out == 0 or scheduler in (SCHEDULERS[name] for name in PAUSING)
    # a step that was skipped enters the rung below it, and the record says what it decided again
    judge = scheduler.judge(s.history)
    assert [judge.decide(row) for row in range(len(s.history.reports))]


def test_a_step_is_reported_once(scheduler):
    s = study(scheduler)
    trial = s.ask()
    assert trial.report(4, loss=1.0) in (True, False)
    if scheduler in (SCHEDULERS[name] for name in PAUSING):  # told to pause: what follows is left out
        assert trial.report(4, loss=0.5)
    else:
        with pytest.raises(ReportError, match="trial 0 already reported step 4; each step is reported once"):
            trial.report(4, loss=0.5)
    assert s.trials[0].reports == {4: {"loss": 1.0}}


def test_trials_that_never_report(scheduler):
    s = study(scheduler).optimize(lambda trial: trial["x"], 12)
    assert s.history.n == 12
    assert all(t.state.label in {"complete", "pruned", "paused"} for t in s.trials)
    if not getattr(scheduler, "growing", False):  # all agree at every resource: the higher rungs are not needed
        assert any(t.state is tw.TrialState.COMPLETE for t in s.trials)


def test_failures_cost_their_trials_alone(scheduler):
    def unlucky(trial):
        if trial.number % 4 == 1:
            raise ValueError("no luck")
        for epoch in trial.epochs(9):
            trial.report(loss=trial["x"] / (epoch + 1))
            if trial.number % 4 == 2 and epoch == 1:
                raise ValueError("no luck either")
        return trial["x"]

    s = study(scheduler).optimize(unlucky, 30, catch=ValueError)
    assert s.history.n == 30
    assert all(t.state is tw.TrialState.FAILED for t in s.trials if t.number % 4 == 1)


def test_maximising_is_minimising_the_negative(scheduler):
    down = study(scheduler).optimize(objective, 30)

    def negated(trial):
        loss = math.nan
        for epoch in trial.epochs(9):
            loss = trial["x"] + trial["slope"] / (epoch + 1) + 0.1 * math.sin(97 * trial["x"] * (epoch + 1))
            trial.report(score=-loss)
        return -loss

    up = tw.Study(space(), maximize="score", seed=1, strategy=tw.Random(), scheduler=scheduler).optimize(negated, 30)
    assert [list(t.reports) for t in up.trials] == [list(t.reports) for t in down.trials]


def both(trial):
    loss = math.nan
    for epoch in trial.epochs(9):
        loss = trial["x"] + trial["slope"] / (epoch + 1)
        trial.report(loss=loss, size=1.0 - trial["x"])
    return {"loss": loss, "size": 1.0 - trial["x"]}


@pytest.mark.parametrize("name", SCHEDULERS)
def test_several_objectives(name):
    scheduler = SCHEDULERS[name]
    options = {"minimize": ["loss", "size"], "seed": 1}
    if name not in BY_FRONTS:
        with pytest.raises(tw.errors.StudyError, match="metric="):
            tw.Study(space(), **options, scheduler=scheduler)
    else:
        s = tw.Study(space(), **options, scheduler=scheduler).optimize(both, 30)
        assert s.pareto_front and len({len(t.reports) for t in s.trials}) > 1
    one = type(scheduler)(**{k: v for k, v in scheduler.to_json().items() if k != "scheduler"} | {"metric": "size"})
    s = tw.Study(space(), **options, scheduler=one).optimize(both, 12)
    assert s.history.n == 12
    with pytest.raises(tw.errors.StudyError, match="'loss', 'size'"):
        wrong = type(scheduler)(**{k: v for k, v in one.to_json().items() if k != "scheduler"} | {"metric": "height"})
        tw.Study(space(), **options, scheduler=wrong)


@pytest.mark.parametrize("name", sorted(BY_FRONTS))
def test_who_breaks_a_constraint_comes_last(name):
    s = study(SCHEDULERS[name], constraints=["memory <= 1"])
    for number, trial in enumerate(s.ask(9)):
        trial.report(1, loss=float(number), memory=2.0 if number < 4 else 0.5)
        s.tell(trial, {"loss": float(number), "memory": 2.0 if number < 4 else 0.5})
    if name in PAUSING:
        assert s.ask().number == 4
    else:
        assert [t.state.label for t in s.trials[:5]] == ["complete", *["pruned"] * 3, "complete"]


def test_the_unknown_scheduler_of_a_record_is_named():
    with pytest.raises(tw.errors.StudyError, match="'Mine'.*scheduler="):
        scheduler_from_json({"scheduler": "Mine"})


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: tw.ASHA(2), "max_resource.*min_resource \\* reduction_factor = 3"),
        (lambda: tw.ASHA(9.0), "max_resource"),
        (lambda: tw.ASHA(9, min_resource=0), "min_resource"),
        (lambda: tw.ASHA(9, reduction_factor=1), "reduction_factor"),
        (lambda: tw.ASHA(9, growing=True), "promotion=True"),
        (lambda: tw.ASHA(9, tolerance=-1.0), "tolerance"),
        (lambda: tw.SuccessiveHalving(9, min_resource=4), "max_resource.*12"),
        (lambda: tw.SuccessiveHalving(9, size=8), "size=8.*9 or more"),
        (lambda: tw.Hyperband(True), "max_resource"),
        (lambda: tw.MedianStopping(min_trials=0), "min_trials"),
        (lambda: tw.PercentileStopping(101), "percentile.*0 to 100"),
        (lambda: tw.PatienceStopping(0), "patience"),
        (lambda: tw.PatienceStopping(min_delta=math.nan), "min_delta"),
        (lambda: tw.CurveStopping(5), "max_resource.*6"),
        (lambda: tw.CurveStopping(50, probability=2), "probability"),
        (lambda: tw.WilcoxonStopping(p=-0.1), r"p=\.\.\."),
        (lambda: tw.LearnedStopping(9, []), r"looks=\.\.\.\) takes pairs .* from 1 to 8, .*got \[\]"),
        (lambda: tw.LearnedStopping(9, [(1, 0.5), (9, 0.5)]), "looks"),
        (lambda: tw.LearnedStopping(9, [(3, 0.5), (1, 0.5)]), "looks"),
        (lambda: tw.LearnedStopping(9, [(1, 1.5)]), "looks"),
        (lambda: tw.LearnedStopping(9, [(1, math.nan)]), "looks"),
        (lambda: tw.LearnedStopping(9, "ab"), "looks"),
        (lambda: tw.LearnedStopping(1, [(1, 0.5)]), "max_resource"),
    ],
)
def test_refused_options(make, words):
    with pytest.raises(tw.errors.StudyError, match=words):
        make()


def test_columns_of_reports_are_untouched_by_judging(scheduler):
    s = study(scheduler).optimize(objective, 10)
    before = s.history.reports.values.copy()
    judge = scheduler.judge(s.history)
    judge.decide(len(before) - 1), judge.promote(), judge.dismissed(), judge.resource(3)
    assert np.array_equal(before, s.history.reports.values, equal_nan=True)
