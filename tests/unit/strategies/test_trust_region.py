"""Trust regions: their lives by hand, and what they find."""

from __future__ import annotations

import numpy as np
import pytest

import tunewright as tw
from tunewright.strategies.gp.regions import LENGTH_LEAST, Life, lives


class TestLife:
    def told(self, losses, design=2, patience=4):
        life = Life()
        for number, loss in enumerate(losses):
            life.learn(number, loss, design, patience)
        return life

    def test_the_design_does_not_move_the_side(self):
        assert self.told([5.0, 4.0]).length == 0.8

    def test_three_improvements_in_a_row_double_it(self):
        assert self.told([5.0, 4.0, 3.0, 2.0]).length == 0.8
        assert self.told([5.0, 4.0, 3.0, 2.0, 1.0]).length == 1.6
        assert self.told([5.0, 4.0, 3.0, 2.0, 9.0, 1.0, 0.5]).length == 0.8
        assert self.told([9.0, 8.0, *range(7, -30, -1)]).length == 1.6

    def test_patience_without_one_halves_it(self):
        assert self.told([5.0, 4.0, 6.0, 6.0, 6.0]).length == 0.8
        assert self.told([5.0, 4.0, 6.0, 6.0, 6.0, 6.0]).length == 0.4

    def test_a_smaller_violation_is_an_improvement_whatever_the_loss(self):
        life = Life()
        for loss, violation in [(1.0, 5.0), (0.0, np.inf), (9.0, 2.0), (8.0, 2.0), (99.0, 0.0), (-5.0, 0.1)]:
            life.learn(0, loss, 0, 4, violation)
        assert (life.violation, life.best) == (0.0, 99.0)
        assert (life.length, life.lucky, life.unlucky) == (1.6, 0, 1)

    def test_a_hair_is_no_improvement_and_failures_are_none(self):
        assert self.told([5.0, 4.0, 3.9999, 3.9998, 3.9997, np.inf]).length == 0.4
        assert self.told([np.inf, np.inf, np.inf, 1.0]).best == 1.0


class Scripted:
    """Suggests points of a line; for records made by hand."""

    prescribed = True

    def check(self, space, directions):
        pass

    def horizon(self, history):
        return history.ended

    def suggest(self, history, seed, numbers):
        return np.array([[number / 1000] for number in numbers])

    def to_json(self, space):
        return {"strategy": "Scripted"}


def scripted(losses):
    study = tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", strategy=Scripted(), seed=0)
    for loss in losses:
        study.tell(study.ask(), loss)
    return study


def test_trials_belong_to_regions_in_turn():
    present = lives(scripted([5.0, 6.0, 4.0, 7.0]).history, 2, 1, 4)
    assert [life.trials for life in present] == [[0, 2], [1, 3]]
    assert [life.best for life in present] == [4.0, 6.0]


def test_a_region_that_shrinks_away_begins_anew_without_its_old_trials():
    losses = [1.0] + [2.0] * 28
    (life,) = lives(scripted(losses).history, 1, 1, 4)
    assert life.length == 0.8 and life.trials == [] and life.born > 0
    assert 0.8 / 2**7 < LENGTH_LEAST <= 0.8 / 2**6
    study = scripted(losses[:-1])
    late, early = study.ask(), study.ask()
    study.tell(early, 2.0)  # the region dies here
    study.tell(late, 0.5)  # asked for by the dead one
    (life,) = lives(study.history, 1, 1, 4)
    assert life.trials == []


def test_reading_on_and_reading_anew_agree():
    study = scripted([])
    rng = np.random.default_rng(3)
    for _ in range(60):
        study.tell(study.ask(), float(rng.normal()))
        lives(study.history, 2, 3, 4)
    again = lives(study.history.at(study.history.revision), 2, 3, 4)
    for a, b in zip(lives(study.history, 2, 3, 4), again, strict=True):
        assert (a.length, a.trials, a.best, a.lucky, a.unlucky, a.born) == (
            b.length, b.trials, b.best, b.lucky, b.unlucky, b.born
        )  # fmt: skip


def sphere(trial):
    return sum((x - 0.7) ** 2 for x in trial.config.values())


def test_it_closes_in_on_the_minimum_in_twenty_dimensions():
    space = {f"x{i}": tw.Float(0, 1) for i in range(20)}
    found = {}
    for name, strategy in (("random", tw.Random()), ("region", tw.TrustRegion(candidates=300))):
        study = tw.Study(tw.Space(space), minimize="loss", strategy=strategy, seed=1).optimize(sphere, 120)
        found[name] = study.best_value
    assert found["region"] < found["random"] / 3


@pytest.mark.parametrize(
    "outcome", [lambda t: 1.0, lambda t: float("nan"), lambda t: 10.0**t.number, lambda t: -float("inf")]
)
def test_dull_failed_and_wild_outcomes(outcome):
    space = tw.Space(a=tw.Categorical("p", "q"), x=tw.Float(0, 1, when=tw.when("a", "p")), k=tw.Int(0, 50))
    study = tw.Study(space, minimize="loss", strategy=tw.TrustRegion(startup=3, candidates=16), seed=0)
    study.optimize(outcome, 25)
    assert len(study.trials) == 25


def test_constraints_and_batches():
    space = tw.Space(x=tw.Float(0, 1), y=tw.Float(0, 1))
    space.forbid("x + y > 1")
    study = tw.Study(space, minimize="loss", strategy=tw.TrustRegion(regions=3, startup=3), seed=0)
    for _ in range(6):
        batch = study.ask(6)
        assert len({tuple(t.config.values()) for t in batch}) == 6
        assert all(t["x"] + t["y"] <= 1 for t in batch)
        study.tell(batch, [-t["x"] for t in batch])
    assert study.best_value < -0.9


@pytest.mark.parametrize("acquisition", ["thompson", "log_ei"])
def test_trials_under_way_keep_the_next_away(acquisition):
    space = tw.Space(x=tw.Float(0, 1), y=tw.Float(0, 1))
    strategy = tw.TrustRegion(acquisition=acquisition, startup=4)
    study = tw.Study(space, minimize="loss", strategy=strategy, seed=0).optimize(sphere, 5)
    for points in (study.ask(4), [study.ask() for _ in range(4)]):
        rows = np.array([list(trial.config.values()) for trial in points])
        gaps = np.abs(rows[:, None] - rows).max(axis=2)[np.triu_indices(4, 1)]
        assert gaps.min() > 0.01


@pytest.mark.parametrize("acquisition", ["thompson", "log_ei"])
def test_a_constraint_on_a_metric_is_kept_at_the_centre(acquisition):
    space = tw.Space(x=tw.Float(0, 1), y=tw.Float(0, 1))
    study = tw.Study(
        space, minimize="loss", constraints=["size <= 1"], seed=0,
        strategy=tw.TrustRegion(acquisition=acquisition, startup=4),
    )  # fmt: skip
    for _ in range(30):
        trial = study.ask()
        study.tell(trial, {"loss": -trial["x"] - trial["y"], "size": trial["x"] + trial["y"]})
    feasible = study.history.feasible
    assert study.history.violations[-8:].max() < 0.1
    assert study.history.losses[feasible, 0].min() < -0.97


@pytest.mark.parametrize(
    "bad",
    [{"acquisition": "ei"}, {"regions": 0}, {"startup": 1}, {"candidates": 2}, {"points": 1.5}, {"threads": True}],
)
def test_impossible_options(bad):
    with pytest.raises(ValueError, match=next(iter(bad))):
        tw.TrustRegion(**bad)


def test_one_objective():
    with pytest.raises(tw.errors.StudyError, match="one objective"):
        tw.Study(tw.Space(x=tw.Float(0, 1)), minimize=["a", "b"], strategy=tw.TrustRegion())
