"""Population-based training of several objectives, and with constraints: who ranks before whom."""

from __future__ import annotations

import dataclasses
import math

import pytest

import tunewright as tw
from tunewright.errors import StudyError
from tunewright.schedulers.population import ranking

SPACE = tw.Space(x=tw.Float(0.0, 1.0))
PBT = tw.PopulationBasedTraining(max_resource=12, population=6, interval=3, quantile=0.34)


def order(reported):
    return [number for _, number in ranking(reported)]


def test_by_one_loss_and_what_breaks_constraints_last() -> None:
    assert order({3: [0.0, 2.0], 1: [0.0, 1.0], 2: [0.5, 0.0], 0: [0.0, 1.0], 4: [0.2, 9.0]}) == [0, 1, 3, 4, 2]
    assert ranking({0: [0.0, 1.0], 1: [0.0, 1.0]})[0][0] == ranking({0: [0.0, 1.0], 1: [0.0, 1.0]})[1][0]
    assert order({}) == []


def test_by_fronts_and_within_a_front_by_distance() -> None:
    # the front: (0, 4), (1, 1.5), (1.2, 1.2), (1.4, 1.0), (4, 0); behind it (2, 2), then (3, 3)
    points = {0: (3, 3), 1: (1.2, 1.2), 2: (0, 4), 3: (2, 2), 4: (4, 0), 5: (1, 1.5), 6: (1.4, 1.0)}
    # distances: ends inf; 5: 1.2/4 + 2.8/4 = 1; 1: 0.4/4 + 0.5/4 = 0.225; 6: 2.8/4 + 1.2/4 = 1
    assert order({number: [0.0, *map(float, p)] for number, p in points.items()}) == [2, 4, 5, 6, 1, 3, 0]
    assert order({0: [0.0, 9.0, 9.0], 1: [1.0, 0.0, 0.0], 2: [0.0, math.inf, math.inf]}) == [0, 2, 1]


def trade(trial: tw.Trial) -> None:
    """x is good for the one and bad for the other; every epoch counts."""
    state = trial.load() or {"up": 0.0, "down": 0.0}
    for _ in trial.epochs(12):
        state["up"] += trial["x"]
        state["down"] += math.sqrt(1.0 - trial["x"] ** 2)
        trial.report(up=state["up"], down=state["down"])
        trial.save(state)


def study_of(scheduler, **options) -> tw.Study:
    return tw.Study(SPACE, **{"maximize": ["up", "down"], "scheduler": scheduler, "seed": 3} | options)


@pytest.mark.parametrize("exploit", ["truncation", "tournament"])
def test_a_study_of_two_objectives_ends_with_a_front(exploit, tmp_path) -> None:
    scheduler = dataclasses.replace(PBT, exploit=exploit)
    study = study_of(scheduler, storage=tmp_path / "s.db").optimize(trade)
    assert sum(trial.state.label == "complete" for trial in study.trials) == 6
    assert any(trial.parent is not None for trial in study.trials)
    assert len(study.pareto_front) > 1
    for trial in study.pareto_front:
        assert study.schedule(trial).stop == 12
    assert [t.config for t in study_of(scheduler).optimize(trade).trials] == [t.config for t in study.trials]


def test_the_middle_of_a_crowded_front_gives_way_to_its_ends() -> None:
    study = study_of(PBT)
    for x in (0.0, 0.70, 0.71, 0.72, 0.73, 1.0):
        study.enqueue({"x": x})
    for _ in range(6):
        trial = study.ask()
        trade(trial)
        study.tell(trial)
    begun = [study.ask() for _ in range(6)]
    # the ends are the farthest; two of the four in between lie nearest to their neighbours
    assert [trial.parent for trial in begun if trial.parent is not None] and all(
        trial.parent in (0, 5) for trial in begun if trial.parent is not None
    )
    assert sum(trial.parent is not None for trial in begun) == 2
    assert {0, 5} <= {trial.number for trial in begun}


def test_one_metric_alone_ranks_if_it_is_named() -> None:
    study = study_of(dataclasses.replace(PBT, metric="up"))
    for x in (0.1, 0.2, 0.3, 0.4, 0.5, 0.9):
        study.enqueue({"x": x})
    for _ in range(6):
        trial = study.ask()
        trade(trial)
        study.tell(trial)
    parents = [study.ask().parent for _ in range(6)]
    assert {*parents[:2]} <= {4, 5} and parents[2:] == [None] * 4


def test_who_breaks_a_constraint_gives_way() -> None:
    study = tw.Study(SPACE, maximize="up", constraints=["size <= 1"], scheduler=PBT, seed=0)
    for x in (0.9, 0.2, 0.3, 0.4, 0.5, 0.6):
        study.enqueue({"x": x})
    for number in range(6):
        trial = study.ask()
        for _ in trial.epochs(12):
            trial.report(up=trial["x"], size=2.0 if number == 0 else 0.5)
            trial.save(number)
        study.tell(trial, {"up": trial["x"], "size": 2.0 if number == 0 else 0.5})
    assert study.ask().parent in (4, 5)  # in the place of trial 0, whose score is the highest


def test_pb2_models_one_metric_and_says_so() -> None:
    with pytest.raises(StudyError, match=r"PB2 compares trials by one metric.*PB2\(..., metric='up'\)"):
        study_of(tw.PB2(max_resource=12))
    assert study_of(tw.PB2(max_resource=12, metric="down")).scheduler.metric == "down"
