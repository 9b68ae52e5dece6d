"""Reinforce: the slope of what it climbs, its rewards by hand, and what it learns."""

import math
from itertools import pairwise

import numpy as np
import pytest

import tunewright as tw
from tunewright.strategies.policy.controller import controller_for
from tunewright.strategies.policy.learning import Learner

SPACE = tw.Space(
    op=tw.Categorical("a", "b", "c"),
    depth=tw.Int(1, 3, when=tw.when("op") != "c"),
    lr=tw.Float(1e-4, 1e-1, log=True),
)


def log_softmax(x):
    return x - x.max() - math.log(np.exp(x - x.max()).sum())


def objective(controller, theta, moves, advantage, entropy):
    """A log p + beta H, from the definition: one distribution after the other."""
    actions, total = controller.actions, 0.0
    hidden, before = None, -1
    if hasattr(controller, "width"):
        _, out, embedding, between = controller._parts(theta)
        hidden = np.zeros(controller.width)
    for j in actions.order:
        rows = slice(actions.starts[j], actions.starts[j] + actions.counts[j])
        logits = theta[: len(actions.prior)][rows]
        if hidden is not None:
            hidden = np.tanh(embedding[before] + between @ hidden)
            logits = logits + out[rows] @ hidden
            before = rows.start + moves[j] if moves[j] >= 0 else -1
        if moves[j] >= 0:
            log_p = log_softmax(logits)
            total += advantage * log_p[moves[j]] - entropy * (np.exp(log_p) * log_p).sum()
    return total


@pytest.mark.parametrize("kind", ["factorised", "recurrent"])
@pytest.mark.parametrize("moves", [(1, 2, 3), (2, -1, 0)])
def test_the_slope_is_that_of_the_objective(kind, moves):
    controller = controller_for(SPACE, kind, 4, 3)
    theta = controller.initial() + np.random.default_rng(0).normal(size=len(controller.initial())) * 0.5
    slope = controller.slope(theta, np.array(moves), 0.7, 0.3)
    for k in range(len(theta)):
        step = np.zeros(len(theta))
        step[k] = 1e-6
        rise = objective(controller, theta + step, moves, 0.7, 0.3) - objective(
            controller, theta - step, moves, 0.7, 0.3
        )
        assert slope[k] == pytest.approx(rise / 2e-6, abs=1e-8)


def test_first_weights_are_the_priors():
    space = tw.Space(op=tw.Categorical("a", "b", weights=[3.0, 1.0]), x=tw.Float(0.0, 1.0))
    for kind in ("factorised", "recurrent"):
        controller = controller_for(space, kind, 4, 8)
        which = np.random.default_rng(1).random((4000, 2))
        drawn = [controller.sample(controller.initial(), u, u)[0] for u in which]
        assert np.mean(np.array(drawn) < 0.5) == pytest.approx(0.75, abs=0.03)


def test_advantages_by_hand():
    learner = Learner(controller_for(SPACE, "factorised", 4, 3), 0.1, 0.0, 0.5)
    first = learner._advantage((0.0, 2.0, 0.0))
    assert first == 0.0  # nothing to beat: 1/2, which is the baseline
    variance = 0.5 / 12
    assert learner._advantage((0.0, 1.0, 0.0)) == pytest.approx(0.5 / math.sqrt(variance))  # beats all: 1 against 1/2
    variance = 0.5 * (variance + 0.5 * 0.25)
    tie = (0.0 + 0.5) / 2  # ties with one of two, beats none: 1/4 against 3/4
    assert learner._advantage((0.0, 2.0, 0.0)) == pytest.approx((tie - 0.75) / math.sqrt(variance))


def test_what_failed_is_behind_all_that_did_not():
    learner = Learner(controller_for(SPACE, "factorised", 4, 3), 0.1, 0.0, 0.9)
    study = tw.Study(SPACE, minimize="loss", strategy=tw.Random(), seed=0)
    for outcome in (1.0, 1e300, None):
        trial = study.ask()
        study.tell(trial, state="failed") if outcome is None else study.tell(trial, outcome)
    learner.weights(study.history)
    assert [merit[0] for merit in learner._merits] == [0.0, 0.0, 3.0]


@pytest.mark.parametrize("kind", ["factorised", "recurrent"])
def test_good_choices_become_likely(kind):
    space = tw.Space({f"c{k}": tw.Categorical("a", "b", "c", "d") for k in range(6)})
    study = tw.Study(space, maximize="score", strategy=tw.Reinforce(kind), duplicates="allow", seed=0)
    study.optimize(lambda trial: sum(value == "b" for value in trial.config.values()), 150)
    late = np.mean(study.history.values[-30:, 0])
    assert late > 4.0  # 1.5 by chance


def test_the_recurrent_controller_learns_what_fits_together():
    space = tw.Space({f"c{k}": tw.Categorical("a", "b", "c") for k in range(6)})

    def alike(trial):
        return sum(x == y for x, y in pairwise(trial.config.values()))

    late = []
    for seed in range(3):
        study = tw.Study(space, maximize="score", strategy=tw.Reinforce("recurrent"), duplicates="allow", seed=seed)
        study.optimize(alike, 150)
        late.append(np.mean(study.history.values[-40:, 0]))
    assert np.mean(late) > 2.3  # 5 / 3 by chance


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"controller": "lstm"}, "'recurrent' or 'factorised'"),
        ({"rate": 0.0}, "rate must be a number above 0"),
        ({"rate": math.nan}, "rate"),
        ({"entropy": -1.0}, "entropy"),
        ({"decay": 1.0}, "below 1"),
        ({"bins": 1}, "bins must be a whole number from 2"),
        ({"width": 2.5}, "width"),
    ],
)
def test_bad_options_are_refused(options, words):
    with pytest.raises(ValueError, match=words):
        tw.Reinforce(**options)


def test_several_objectives_are_refused():
    with pytest.raises(tw.errors.StudyError, match="Reinforce ranks"):
        tw.Study(SPACE, directions={"a": "minimize", "b": "minimize"}, strategy=tw.Reinforce())
