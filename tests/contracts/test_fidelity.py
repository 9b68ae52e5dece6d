"""What a strategy that learns from all rungs keeps: every such strategy × every way to end a training early."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import tunewright as tw
from tunewright.strategies.coordinates import coordinates
from tunewright.strategies.gp.record import evidence

STRATEGIES = {
    "GaussianProcess": tw.GaussianProcess(startup=5, candidates=32, climbs=2),
    "WarpedGaussianProcess": tw.GaussianProcess(startup=5, candidates=32, climbs=2, warping=True),
    "NoisyGaussianProcess": tw.GaussianProcess(startup=5, candidates=32, climbs=2, acquisition="log_nei"),
    "ThompsonGaussianProcess": tw.GaussianProcess(startup=5, candidates=32, acquisition="thompson"),
    "TPE": tw.TPE(startup=5),
    # these read how trials end alone: who is paused is under way to them
    "LastGaussianProcess": tw.GaussianProcess(startup=5, candidates=32, climbs=2, fidelity="last"),
    "DifferentialEvolution": tw.DifferentialEvolution(population=4),
    "TrustRegion": tw.TrustRegion(startup=5, candidates=32),
}
SCHEDULERS = {
    "ASHA": tw.ASHA(9),
    "PromotionASHA": tw.ASHA(9, promotion=True),
    "Hyperband": tw.Hyperband(9),
    "MedianStopping": tw.MedianStopping(),
}
SPACE = tw.Space(
    x=tw.Float(0.0, 1.0),
    kind=tw.Categorical("a", "b"),
    rate=tw.Float(0.1, 2.0, log=True, when=tw.when("kind", "a")),
    size=tw.Int(1, 4),
)


@pytest.fixture(params=STRATEGIES, ids=list(STRATEGIES))
def strategy(request):
    return STRATEGIES[request.param]


@pytest.fixture(params=SCHEDULERS, ids=list(SCHEDULERS))
def scheduler(request):
    return SCHEDULERS[request.param]


def objective(trial):
    loss = 0.0
    for epoch in trial.epochs(9):
        loss = abs(trial["x"] - 0.3) + trial.config.get("rate", 0.5) / (epoch + 1) + 0.01 * trial["size"]
        trial.report(loss=loss)
    if trial.number % 7 == 6:
        raise RuntimeError("no luck")
    return loss


def run(strategy, scheduler, trials, **options):
    study = tw.Study(SPACE, **{"minimize": "loss", "seed": 2, "strategy": strategy, "scheduler": scheduler} | options)
    return study.optimize(objective, trials)


def replayed(study):
    history = study.history
    for number in range(history.n):
        past = history.at(int(history.seen[number]))
        row = study.strategy.suggest(past, study.seed, np.array([number]))
        assert np.array_equal(row[0], history.natives[number], equal_nan=True), number


def test_replaying_the_record_gives_every_suggestion_again(strategy, scheduler):
    study = run(strategy, scheduler, 22)
    assert len(np.unique(study.history.reports.step)) > 2
    replayed(study)


def test_with_workers_too(scheduler):
    study = run(STRATEGIES["GaussianProcess"], scheduler, 22).optimize(
        objective, more=10, workers=3, executor="threads"
    )
    replayed(study)


def test_resumed_and_uninterrupted_studies_are_equal(scheduler, tmp_path):
    strategy = STRATEGIES["GaussianProcess"]
    straight = run(strategy, scheduler, 24)
    run(strategy, scheduler, 12, storage=tmp_path / "s.db", name="s")
    resumed = tw.Study.load(tmp_path / "s.db")
    assert resumed.strategy == strategy
    resumed.optimize(objective, 24)
    if not isinstance(scheduler, tw.Hyperband):  # whose paused trials the first part trained further before it ended
        assert [t.config for t in resumed.trials] == [t.config for t in straight.trials]
    replayed(resumed)


def both(trial):
    loss = 0.0
    for epoch in trial.epochs(9):
        loss = abs(trial["x"] - 0.3) + 1.0 / (epoch + 1)
        trial.report(loss=loss, size=float(trial["size"]) + trial["x"])
    return {"loss": loss, "size": float(trial["size"]) + trial["x"]}


@pytest.mark.parametrize(
    "several", [tw.ParEGO(startup=3, candidates=32, climbs=2), tw.GaussianProcess(startup=3, candidates=32, climbs=2)]
)
def test_with_several_objectives_who_is_paused_is_under_way(several):
    goals = {"minimize": ["loss", "size"], "strategy": several, "seed": 1}
    study = tw.Study(SPACE, scheduler=tw.ASHA(9, promotion=True), **goals).optimize(both, 24)
    paused = study.history.states == tw.TrialState.PAUSED
    assert paused.sum() > 5 and study.history.pending[paused].all()
    seen = evidence(study.history, coordinates(study.history.space))
    assert len(seen.pending) == paused.sum() and len(seen.losses) == study.history.complete.sum() >= 3
    replayed(study)
    rows = study.history.natives
    assert len(np.unique(np.nan_to_num(rows, nan=-1.0), axis=0)) == len(rows)  # nobody is asked for twice


@pytest.mark.parametrize("constraints", [[], ["size <= 3.5"]])
def test_several_objectives_are_read_at_all_rungs_and_replayed(scheduler, constraints):
    strategy = tw.GaussianProcess(startup=5, candidates=32, climbs=2)
    goals = {"minimize": ["loss", "size"], "strategy": strategy, "seed": 1, "constraints": constraints}
    if isinstance(scheduler, tw.MedianStopping):
        scheduler = tw.MedianStopping(metric="loss")
    study = tw.Study(SPACE, scheduler=scheduler, **goals).optimize(both, 18)
    replayed(study)
    other = replace(strategy, fidelity="last")
    past = study.history.at(int(study.history.seen[17]))
    rows = [s.suggest(past, 1, np.array([17])) for s in (strategy, other)]
    assert not np.array_equal(*rows, equal_nan=True)  # what trials told on their way makes a difference
