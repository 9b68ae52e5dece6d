"""Several strategies in one study: who made which trial, and how credit turns into shares."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tunewright as tw
from tunewright.strategies.credit import Rule, credit, round_end, utilities
from tunewright.trial import History, TrialState

SPACE = tw.Space(x=tw.Float(0.0, 1.0), y=tw.Float(0.0, 1.0))
GP = tw.GaussianProcess(startup=4, candidates=32, climbs=2)


def bowl(trial):
    return (trial["x"] - 0.3) ** 2 + (trial["y"] - 0.6) ** 2


def record(losses, states=None):
    """A record of one objective: trial k was told ``losses[k]``, in order."""
    history = History(tw.Space(x=tw.Float(0.0, 1.0)), {"loss": "minimize"})
    for number, loss in enumerate(losses):
        history.open(number, TrialState.RUNNING, 2 * number, 2 * number + 1, 1.0)
        history.place(number, np.array([number / 100]))
        state = TrialState.COMPLETE if states is None else states[number]
        history.close(number, int(state), [loss], 2 * number + 2, 2.0)
        history.revision = 2 * number + 2
    return history


def test_every_trial_is_what_its_member_says_by_the_record_it_saw():
    members = [tw.Random(), tw.NSGA2(population=4), GP]
    study = tw.Study(SPACE, minimize="loss", strategy=tw.Ensemble(members), seed=5).optimize(bowl, 40)
    made = study.strategy.made_by(study.history)
    assert set(made) == {0, 1, 2}
    for number, k in enumerate(made.tolist()):
        past = study.history.at(int(study.history.seen[number]))
        row = members[k].suggest(past, study.seed, np.array([number]))
        assert np.array_equal(row[0], study.history.natives[number])


def test_who_made_a_trial_does_not_change_as_the_record_goes_on():
    ensemble = tw.Ensemble([tw.Random(), tw.QuasiRandom()])
    study = tw.Study(SPACE, minimize="loss", strategy=ensemble, seed=2)
    early = ensemble.made_by(study.optimize(bowl, 30).history)
    late = ensemble.made_by(study.optimize(bowl, 60).history)
    assert np.array_equal(late[:30], early)
    assert np.array_equal(ensemble.made_by(study.history.at(study.history.revision)), late)


def test_trials_of_many_workers_are_known_by_what_each_had_seen():
    ensemble = tw.Ensemble([tw.Random(), tw.LocalSearch()])
    study = tw.Study(SPACE, minimize="loss", strategy=ensemble, seed=2)
    running = [study.ask() for _ in range(5)]
    for _ in range(30):
        trial = running.pop(len(running) // 2)
        study.tell(trial, bowl(trial))
        running.append(study.ask())
    made = ensemble.made_by(study.history)
    for number, k in enumerate(made.tolist()):
        past = study.history.at(int(study.history.seen[number]))
        row = ensemble.members[k].suggest(past, study.seed, np.array([number]))
        assert np.array_equal(row[0], study.history.natives[number])


def test_enqueued_trials_are_made_by_nobody():
    study = tw.Study(SPACE, minimize="loss", strategy=tw.Ensemble([tw.Random(), tw.QuasiRandom()]), seed=0)
    study.enqueue([{"x": 0.5, "y": 0.5}] * 2)
    study.optimize(bowl, 10)
    made = study.strategy.made_by(study.history)
    assert made[:2].tolist() == [-1, -1]
    assert (made[2:] >= 0).all()


def test_who_finds_better_is_asked_oftener():
    study = tw.Study(SPACE, minimize="loss", strategy=tw.Ensemble([tw.Random(), GP]), seed=1).optimize(bowl, 60)
    made = study.strategy.made_by(study.history)
    assert (made[30:] == 1).mean() > 0.65
    assert (made == 0).any()


def test_the_utility_of_an_outcome_is_that_of_its_rank():
    # log(5 / 2) - log(rank), 0 from rank 2.5 on; the worst are those that failed
    history = record([3.0, 1.0, 2.0, 0.0], [TrialState.COMPLETE] * 3 + [TrialState.PRUNED])
    first, second = math.log(2.5), math.log(2.5) - math.log(2.0)
    assert utilities(history, np.arange(4)) == pytest.approx([0.0, first, second, 0.0])
    assert utilities(record([1.0, 1.0, 2.0, math.inf]), np.arange(4)) == pytest.approx(
        [(first + second) / 2, (first + second) / 2, 0.0, 0.0]
    )
    assert utilities(record([7.0]), np.arange(1)) == pytest.approx([0.0])


def test_ranks_see_through_any_monotone_transformation():
    losses = [3.0, -1.0, 2.0, 0.5, 9.0, 9.0]
    plain = utilities(record(losses), np.arange(6))
    assert np.array_equal(plain, utilities(record([math.exp(x) for x in losses]), np.arange(6)))


def test_shares_by_hand():
    # 2 members: a round has 4 outcomes. What the member of the best trial earns: its utilities and 2 of the mean's
    rule = Rule(2, 1.0, 0.1)
    history = record([3.0, 1.0, 2.0, 4.0])
    present = credit(history, rule, seed=0)
    makers = present.makers(history, np.arange(4))
    utility = utilities(history, np.arange(4))
    worth = [(utility[makers == k].sum() + 2 * utility.mean()) / ((makers == k).sum() + 2) for k in range(2)]
    expected = 0.1 + 0.8 * np.array(worth) / sum(worth)
    assert present.revisions == [0, 8]
    assert present.shares[0] == pytest.approx([0.5, 0.5])
    assert present.shares[1] == pytest.approx(expected)


def test_equal_outcomes_leave_equal_shares():
    for losses in ([1.0] * 30, [math.inf] * 30):
        assert credit(record(losses), Rule(3, 0.98, 0.1), seed=0).shares[-1] == pytest.approx([1 / 3] * 3)


def test_rounds_grow_by_a_tenth():
    assert [round_end(c, 2) for c in (0, 4, 39, 40, 400)] == [4, 8, 43, 44, 440]


def test_a_batch_of_several_members_has_no_repetition():
    space = tw.Space(a=tw.Int(0, 9), b=tw.Categorical("x", "y", "z"))
    ensemble = tw.Ensemble([tw.GaussianProcess(startup=2, candidates=16), tw.NSGA2(population=2), tw.LocalSearch()])
    study = tw.Study(space, minimize="loss", strategy=ensemble, seed=0, duplicates="allow")
    study.tell(study.ask(6), [3.0, 1.0, 2.0, 5.0, 4.0, 6.0])
    rows = ensemble.suggest(study.history, study.seed, np.arange(6, 12))
    assert len({row.tobytes() for row in rows} | {row.tobytes() for row in study.history.natives}) == 12
    assert study.history.n == 6


def test_several_objectives_are_ranked_by_fronts():
    ensemble = tw.Ensemble([tw.Random(), tw.NSGA2(population=6)])
    study = tw.Study(SPACE, minimize=["a", "b"], strategy=ensemble, seed=0)
    study.optimize(lambda trial: {"a": trial["x"], "b": 1 - trial["x"] + trial["y"]}, 60)
    assert set(ensemble.made_by(study.history)) == {0, 1}
    assert credit(study.history, ensemble._rule, 0).shares[-1][1] > 0.5


def test_it_says_whose_trials_there_are():
    study = tw.Study(SPACE, minimize="loss", strategy=tw.Ensemble([tw.Random(), GP]), seed=1).optimize(bowl, 20)
    made = study.strategy.made_by(study.history)
    first, second = study.strategy.explain(study.history)
    assert first.startswith(f"Random: {(made == 0).sum()} trials so far")
    assert second.startswith(f"GaussianProcess: {(made == 1).sum()} trials so far")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"members": [tw.Random()]}, "two strategies or more"),
        ({"members": "random"}, "two strategies or more"),
        ({"members": [tw.Random, tw.Random()]}, "GaussianProcess\\(\\)"),
        ({"decay": 0.0}, "decay must be"),
        ({"decay": True}, "decay must be"),
        ({"floor": 0.6}, "from 0 to 0.5"),
    ],
)
def test_bad_arguments_are_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        tw.Ensemble(**{"members": [tw.Random(), tw.QuasiRandom()]} | arguments)


def test_members_that_do_not_fit_are_refused():
    with pytest.raises(tw.errors.StudyError, match="Grid is a plan"):
        tw.Study(SPACE, minimize="loss", strategy=tw.Ensemble([tw.Random(), tw.Grid(points=2)]))
    with pytest.raises(tw.errors.StudyError, match="TrustRegion searches for one objective"):
        tw.Study(SPACE, minimize=["a", "b"], strategy=tw.Ensemble([tw.Random(), tw.TrustRegion()]))


def test_members_that_do_not_depend_on_each_other_are_asked_once_for_a_whole_batch(monkeypatch):
    asked = []
    suggest = tw.QuasiRandom.suggest

    def counted(self, history, seed, numbers):
        asked.append(len(numbers))
        return suggest(self, history, seed, numbers)

    monkeypatch.setattr(tw.QuasiRandom, "suggest", counted)
    study = tw.Study(SPACE, minimize="loss", strategy=tw.Ensemble([tw.Random(), tw.QuasiRandom()]), seed=0)
    batch = study.ask(1_000)
    assert asked == [(study.strategy.made_by(study.history) == 1).sum()]
    assert len({tuple(t.config.values()) for t in batch}) == 1_000
