"""Population-based training from its definition: who gives way to whom, with what, and when it ends."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import tunewright as tw
from tunewright.errors import ConfigError, StudyError

SPACE = tw.Space(x=tw.Float(0.1, 1.0))
PBT = tw.PopulationBasedTraining(max_resource=20, population=4, interval=5)
KINDS = [PBT, dataclasses.replace(PBT, exploit="tournament"), tw.PB2(max_resource=20, population=4, interval=5)]


def climb(trial: tw.Trial) -> None:
    """Every epoch adds x to the score: larger is better, whatever came before."""
    state = trial.load() or {"score": 0.0, "line": []}
    trial.applied(x=trial["x"])
    for _ in trial.epochs(20):
        state["score"] += trial["x"]
        state["line"].append(trial.number)
        trial.report(score=state["score"])
        trial.save(state)


def study_of(scheduler=PBT, **parts) -> tw.Study:
    return tw.Study(SPACE, **{"maximize": "score", "scheduler": scheduler, "seed": 3, "strategy": tw.Random(), **parts})


@pytest.mark.parametrize("scheduler", KINDS, ids=lambda kind: f"{type(kind).__name__}-{kind.exploit}")
def test_the_study_ends_by_itself_with_a_whole_population(scheduler) -> None:
    study = study_of(scheduler).optimize(climb)
    states = [trial.state.label for trial in study.trials]
    assert states.count("complete") == 4
    assert states.count("pruned") == sum(trial.parent is not None for trial in study.trials) > 0
    assert study.stop_reason == f"{type(scheduler).__name__} has come to its end"
    assert all(max(trial.reports) == 20 for trial in study.trials if trial.state.label == "complete")


def test_a_single_worker_trains_all_in_turn() -> None:
    seen = []

    def objective(trial):
        seen.append((trial.number, trial.resource))
        return climb(trial)

    study_of(dataclasses.replace(PBT, quantile=0.0)).optimize(objective)
    assert seen == [(number, stop) for stop in (5, 10, 15, 20) for number in range(4)]


def test_the_worst_gives_way_to_the_best_at_the_same_step() -> None:
    study = study_of()
    for x in (0.9, 0.2, 0.5, 0.4):
        study.enqueue({"x": x})
    for _ in range(4):
        climb_once(study)
    trial = study.ask()  # all have reported five epochs: the first is not the worst, and goes on
    assert (trial.number, trial.resource) == (0, 10)
    climb_once(study, trial)
    child = study.ask()  # the turn of trial 1, the worst
    assert (child.number, child.parent, child.resource) == (4, 0, 15)
    assert study.trials[1].state.label == "pruned" and study.trials[1].value == pytest.approx(1.0)
    assert study.trials[4].parent == 0 and study.trials[0].parent is None
    assert child.load()["score"] == pytest.approx(9.0)  # what trial 0 has saved by now, not at step five
    assert list(child.epochs(20)) == [10, 11, 12, 13, 14]


def climb_once(study: tw.Study, trial: tw.Trial | None = None) -> None:
    trial = trial or study.ask()
    study.tell(trial, climb(trial))


def test_the_schedule_of_the_best_says_what_its_weights_were_trained_with() -> None:
    study = study_of().optimize(climb)
    best, schedule = study.best_trial, study.best_schedule
    line = study.load_state(best)["line"]
    assert [schedule.config_at(epoch)["x"] for epoch in range(20)] == [study.trials[n].config["x"] for n in line]
    assert best.value == pytest.approx(sum(schedule.config_at(epoch)["x"] for epoch in range(20)))
    assert [segment.start for segment in schedule][1:] == [segment.stop for segment in schedule][:-1]
    assert (schedule.segments[0].start, schedule.stop, schedule.segments[-1].trial) == (0, 20, best.number)
    assert schedule.to_json()[0]["config"] == schedule.config_at(0)
    with pytest.raises(ValueError, match="config_at"):
        schedule.config_at(-1)


@pytest.mark.parametrize("scheduler", KINDS, ids=lambda kind: f"{type(kind).__name__}-{kind.exploit}")
def test_the_plan_is_what_is_spent_at_most(scheduler) -> None:
    plan = scheduler.plan()
    assert [(rung.resource, rung.trials, rung.cost) for rung in plan.rungs] == [(s, 4, 20) for s in (5, 10, 15, 20)]
    assert 60 < len(study_of(scheduler).optimize(climb).history.reports) <= plan.cost == plan.full_cost == 80
    assert "80; in full 80" in str(plan) and "at most" in str(plan)
    assert scheduler.plan(10_000) == plan
    assert scheduler.plan(1).trials == 1
    uneven = tw.PopulationBasedTraining(max_resource=12, population=3, interval=5).plan()
    assert [(rung.resource, rung.cost) for rung in uneven.rungs] == [(5, 15), (10, 15), (12, 6)]


def test_the_lineage_is_a_tree_of_who_began_with_whose_state() -> None:
    study = study_of().optimize(climb)
    tree = study.lineage
    assert tree.roots == [0, 1, 2, 3] and len(tree) == len(study.trials)
    for trial in study.trials:
        assert tree.parent(trial.number) == trial.parent
        assert (trial.parent is None) or trial.number in tree.children(trial.parent)
        line = tree.ancestors(trial.number)
        assert line[-1] == trial.number and tree.parent(line[0]) is None
        assert all(trial.number in tree.descendants(number) for number in line[:-1])
    assert sorted(tree.roots + [n for root in tree.roots for n in tree.descendants(root)]) == list(range(len(tree)))
    lines = str(tree).splitlines()
    assert len(lines) == len(tree)
    child = next(trial for trial in study.trials if trial.parent in tree.roots)
    start = study.schedule(child).segments[-1].start
    assert f"  {child.number}: steps {start}-{max(child.reports)}, {child.state.label}" in str(tree)
    assert str(tw.Study(SPACE, minimize="loss").lineage) == ""


def test_the_best_schedule_on_a_fresh_run_leads_to_the_same_score() -> None:
    """Replayed by another study that knows nothing of populations."""
    study = study_of().optimize(climb)
    schedule = study.best_schedule

    def replay(trial):
        score = 0.0
        for epoch in trial.epochs(schedule.stop):
            score += schedule.config_at(epoch)["x"]
            trial.report(score=score)
        return score

    fresh = tw.Study(SPACE, maximize="score", seed=9).optimize(replay, 1)
    assert fresh.best_value == pytest.approx(study.best_value)


def test_a_trial_without_parents_has_a_schedule_of_one_segment() -> None:
    study = tw.Study(SPACE, maximize="score", seed=0).optimize(lambda trial: 1.0, trials=1)
    assert len(study.best_schedule) == 0  # nothing was reported
    trial = study.ask()
    trial.report(score=1.0)
    assert [(s.start, s.stop, s.config) for s in study.schedule(1)] == [(0, 1, trial.config)]


@pytest.mark.parametrize("scheduler", KINDS, ids=lambda kind: f"{type(kind).__name__}-{kind.exploit}")
def test_the_same_seed_gives_the_same_lines_in_memory_and_in_a_file_interrupted_anywhere(scheduler, tmp_path) -> None:
    def lines(study):
        return [(t.number, t.parent, t.config, t.value, t.state) for t in study.trials]

    whole = study_of(scheduler).optimize(climb)
    parts = study_of(scheduler, storage=tmp_path / "study.db")
    interruptions = 0
    while True:
        study = tw.Study.load(tmp_path / "study.db")
        count = iter(range(3))

        def objective(trial, count=count):
            if next(count, None) is None:
                raise KeyboardInterrupt
            return climb(trial)

        try:
            study.optimize(objective)
            break
        except KeyboardInterrupt:
            interruptions += 1
    assert interruptions > 3
    assert lines(parts.load(tmp_path / "study.db")) == lines(whole)


def test_other_seeds_explore_otherwise() -> None:
    children = [[t.config for t in study_of(seed=s).optimize(climb).trials[4:]] for s in (1, 2)]
    assert children[0] != children[1]


@pytest.mark.parametrize("executor", ["threads", "processes"])
def test_many_workers(executor, tmp_path) -> None:
    study = study_of(storage=tmp_path / "study.db").optimize(climb, workers=3, executor=executor)
    assert sum(trial.state.label == "complete" for trial in study.trials) == 4
    for trial in study.trials:
        if trial.state.label == "complete":
            assert trial.value == pytest.approx(sum(study.schedule(trial).config_at(e)["x"] for e in range(20)))
    assert len(study.home.depot(0).keys()) == 1


def test_nan_is_worst() -> None:
    study = study_of()
    for x in (0.9, 0.2, 0.5, 0.4):
        study.enqueue({"x": x})
    for number in range(4):
        trial = study.ask()
        for _ in trial.epochs(5):
            trial.report(score=float("nan") if number == 2 else trial["x"])
            trial.save(number)
        study.tell(trial, None)
    parents = [study.ask().parent for _ in range(4)]
    assert parents == [None, None, 0, None]


def test_a_parent_that_saved_nothing_is_named() -> None:
    def objective(trial):
        for _ in trial.epochs(20):
            trial.report(score=trial["x"])

    with pytest.raises(StudyError, match=r"saved nothing .* call trial.save\(state\) after each trial.report"):
        study_of().optimize(objective)


def test_a_failed_trial_leaves_the_population() -> None:
    def objective(trial):
        if trial.number == 1:
            raise OSError("disk")
        return climb(trial)

    study = study_of().optimize(objective)
    assert sum(trial.state.label == "complete" for trial in study.trials) == 3


def test_what_is_not_in_force_is_an_error() -> None:
    trial = study_of().ask()
    trial.applied(x=np.float32(trial["x"]))
    trial.applied({"x": trial["x"]})
    with pytest.raises(ConfigError, match="'x' in force is 0.05, its configuration says"):
        trial.applied(x=0.05)
    with pytest.raises(ConfigError, match="no such active parameter"):
        trial.applied(y=1)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"population": 1}, "population"),
        ({"interval": 0}, "interval"),
        ({"max_resource": 5}, "max_resource"),
        ({"quantile": 0.6}, "quantile"),
        ({"resample": -0.1}, "resample"),
        ({"exploit": "best"}, "exploit"),
        ({"factors": (1.1, 1.2)}, "factors"),
    ],
)
def test_options_that_make_no_population_are_refused(options, match) -> None:
    with pytest.raises(StudyError, match=match):
        dataclasses.replace(PBT, **options)


@pytest.mark.parametrize("scheduler", KINDS, ids=lambda kind: f"{type(kind).__name__}-{kind.exploit}")
def test_json_round_trip(scheduler) -> None:
    from tunewright.schedulers import scheduler_from_json

    assert scheduler_from_json(scheduler.to_json()) == scheduler


def test_in_two_processes_a_child_never_begins_with_a_state_that_its_parent_has_let_go_of(tmp_path) -> None:
    """The parent saves anew between the decision and its record: the decision is made again."""
    place = tmp_path / "study.db"
    one, two = study_of(storage=place), tw.Study.load(place)
    for x in (0.9, 0.2, 0.5, 0.4):
        one.enqueue({"x": x})
    for _ in range(4):
        climb_once(one)
    best, replace = one.ask(), one.ledger.replace
    assert best.number == 0

    def late(*parts):
        if not saved_anew:
            saved_anew.append(0)
            two.ledger.refresh()
            climb(tw.Trial(0, best.config, two.home))  # five more epochs of the parent, elsewhere
        return replace(*parts)

    saved_anew: list[int] = []
    one.ledger.replace = late  # type: ignore[method-assign]
    child = one.ask()
    assert (child.number, child.parent, saved_anew) == (4, 0, [0])
    state = child.load()
    assert state["score"] == pytest.approx(0.9 * len(state["line"])) and len(state["line"]) > 5
    assert one.home.depot(4).has(one.home.saved(4)[0])


def test_skipped_and_disordered_steps_compare_nobody_and_end_the_study() -> None:
    def objective(trial):
        state = trial.load() or 0.0
        for step in (4, 3, 9, 20):  # no multiple of the interval but the last
            state += trial["x"]
            trial.report(step, score=state)
            trial.save(state, step=step)
        return state

    study = study_of().optimize(objective)
    assert [list(trial.reports) for trial in study.trials] == [[3, 4, 9, 20]] * 4
    assert study.stop_reason == "PopulationBasedTraining has come to its end"


def test_a_trial_that_never_reports_has_its_value_taken_for_the_comparison() -> None:
    def objective(trial):
        trial.save(trial.number, step=trial.resource)
        return trial["x"]

    study = study_of().optimize(objective)
    complete = [trial for trial in study.trials if trial.state.label == "complete"]
    assert len(complete) == 4
    assert all({*trial.reports} <= {5, 10, 15, 20} and max(trial.reports) == 20 for trial in complete)
