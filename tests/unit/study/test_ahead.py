"""Suggestions made ahead of time are those that would be made in time."""

from __future__ import annotations

import numpy as np
import pytest

import tunewright as tw


class Generations:
    """Suggests how many tens of trials have ended, and the trial's number; counts how often it is called."""

    prescribed = False

    def __init__(self):
        self.calls = 0

    def check(self, space, directions):
        pass

    def horizon(self, history):
        return (history.ended // 10 + 1) * 10

    def suggest(self, history, seed, numbers):
        self.calls += 1
        rest = [np.nan] * (history.space.dimension - 2)
        return np.array([[history.ended // 10, float(number), *rest] for number in numbers])

    def to_json(self, space):
        return {"strategy": "Generations"}


PLANE = tw.Space(done=tw.Float(0, 100), number=tw.Float(0, 1000))
TOY = tw.Space(a=tw.Int(0, 5), b=tw.Categorical("x", "y", "z"), c=tw.Ordinal(1, 2, 4))


def two_objectives(trial):
    return {"f": float(trial["a"]), "g": (5 - trial["a"]) * trial["c"] + (trial["b"] == "x")}


def assert_replays(study):
    """Each suggestion follows from the record as the ask for it saw it, and from those before it in the same batch."""
    history = study.history
    made = sorted({*range(history.n)} - {*history.enqueued})
    for number in made:
        past = history.at(int(history.seen[number]))
        together = [other for other in made if other <= number and history.seen[other] == history.seen[number]]
        rows = study.ledger.proposer.__class__(study.strategy, study.seed, "avoid", study.space).propose(
            past, np.array(together)
        )
        assert np.array_equal(rows[-1], history.natives[number], equal_nan=True), number


@pytest.mark.parametrize("storage", ["memory", "file"])
def test_a_generation_takes_one_call_and_the_next_begins_in_time(tmp_path, storage):
    strategy = Generations()
    where = "memory" if storage == "memory" else tmp_path / "a.db"
    study = tw.Study(PLANE, minimize="loss", strategy=strategy, seed=0, storage=where)
    study.optimize(lambda trial: trial["number"], 35)
    assert [trial.config["done"] for trial in study.trials] == [float(k // 10) for k in range(35)]
    assert [trial.config["number"] for trial in study.trials] == list(range(35))
    assert strategy.calls == 4


def test_a_block_ends_with_the_generation_though_there_is_more_of_it():
    study = tw.Study(PLANE, minimize="loss", strategy=Generations(), seed=0)
    for trial in [*study.ask(8), study.ask(), study.ask()]:
        study.tell(trial, 0.0)
    assert study.ask().config == {"done": 1.0, "number": 10.0}


def test_where_every_outcome_matters_nothing_is_made_ahead():
    strategy = Generations()
    strategy.horizon = lambda history: history.ended
    study = tw.Study(PLANE, minimize="loss", strategy=strategy, seed=0)
    study.optimize(lambda trial: 0.0, 12)
    assert strategy.calls == 12


def test_trials_that_others_put_in_end_a_block():
    study = tw.Study(TOY, minimize=["f", "g"], strategy=tw.NSGA2(population=10), seed=0)
    for turn in range(30):
        if turn % 7 == 3:
            study.enqueue({"a": turn % 6, "b": "y", "c": 4})
        trial = study.ask()
        study.tell(trial, two_objectives(trial))
    assert_replays(study)


def test_a_trial_put_in_takes_no_point_of_a_sequence_even_if_it_is_the_next_one():
    twin, study = (tw.Study(PLANE, minimize="loss", strategy=tw.QuasiRandom(), seed=0) for _ in range(2))
    points = [twin.ask().config for _ in range(3)]
    study.ask()
    study.enqueue(points[1])
    assert [study.ask().config for _ in range(3)] == [points[1], points[1], points[2]]


def test_batches_and_single_asks_mix():
    mixed, single = (tw.Study(TOY, minimize=["f", "g"], strategy=tw.NSGA2(population=8), seed=2) for _ in range(2))
    for count in (1, 3, 1, 2, 1, 1, 5, 1, 1, 1, 4, 1, 1):
        trials = [mixed.ask()] if count == 1 else mixed.ask(count)
        for trial in trials:
            mixed.tell(trial, two_objectives(trial))
        assert all(trial.config == mixed.trials[trial.number].config for trial in trials)
    single.optimize(two_objectives, 8)
    assert [t.config for t in single.trials][:8] == [t.config for t in mixed.trials][:8]
    assert_replays(mixed)


@pytest.mark.parametrize("seed", range(3))
def test_studies_that_share_a_file_follow_from_the_record(tmp_path, seed):
    studies = [
        tw.Study(TOY, minimize=["f", "g"], strategy=tw.NSGA2(population=6), seed=seed, storage=tmp_path / "a.db")
        for _ in range(2)
    ]
    draws = np.random.default_rng(seed)
    running = []
    for turn in range(50):
        study = studies[int(draws.integers(2))]
        running.append((study, study.ask()))
        if turn == 20:
            study.enqueue({"a": 1, "b": "z", "c": 2})
        while len(running) > 3:
            owner, trial = running.pop(int(draws.integers(len(running))))
            owner.tell(trial, two_objectives(trial))
    again = tw.Study.load(tmp_path / "a.db")
    rows = again.history.natives
    assert len({row.tobytes() for row in rows}) >= len(rows) - 1  # the one put in may repeat another
    assert_replays(again)


@pytest.mark.parametrize("strategy", [tw.NSGA2(population=6), tw.QuasiRandom()], ids=["NSGA2", "QuasiRandom"])
def test_a_space_that_grows_and_trials_that_meet_less_than_was_suggested(strategy):
    study = tw.Study(minimize=["f", "g"], strategy=strategy, seed=1)

    def objective(trial):
        a = trial.suggest_int("a", 0, 3)
        b = trial.suggest_int("b", 0, 3) if a > 1 else 0
        c = trial.suggest_int("c", 0, 2 + (trial.number > 9))
        a += trial.suggest_float("d", 0.0, 1.0) if trial.number > 40 else 0.0
        return float(a + b), float(4 - a + c)

    study.optimize(objective, 60)
    straight = [trial.config for trial in study.trials]
    one = tw.Study(minimize=["f", "g"], strategy=strategy, seed=1)
    for _ in range(60):
        one.ledger._ahead.configs = []  # nothing is ever ahead
        trial = one.ask()
        one.tell(trial, objective(trial))
    assert [trial.config for trial in one.trials] == straight
