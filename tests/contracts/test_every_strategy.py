"""That no strategy is left out of the tables, and bad input for those that the table of one objective cannot hold."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.contracts import test_multiobjective, test_strategies
from tests.contracts.test_strategies import SPACES

import tunewright as tw
from tunewright.nas import Cell, GraphEvolution, GraphProcess, GraphSpace, Macro, ZeroCost
from tunewright.trial import History

SEVERAL = test_multiobjective.STRATEGIES | {"Auto": tw.Auto(), "RarelyModelled": tw.Auto(trials=10_000)}
DESIGNS = {
    "Cell": Cell(4, ("zero", "identity", "conv3")),
    "one graph": Cell(3, ("conv3",)),
    "Macro": Macro(("identity", "conv3"), depth=(1, 4), widths=(8, 16)),
}
OF_GRAPHS = {
    "GraphEvolution": lambda design: GraphEvolution(design, 4, 2),
    "GraphProcess": lambda design: GraphProcess(startup=4, candidates=32),
    "ZeroCost": lambda design: ZeroCost(lambda config: float(design.architecture(config).size), draws=20),
}
OUTCOMES = {  # of two objectives
    "failed": [None],
    "pruned": ["pruned"],
    "equal": [(1.0, 1.0)],
    "NaN": [(math.nan, math.nan)],
    "half": [(math.nan, 1.0), (0.5, math.nan)],
    "huge": [(1e308, -1e308), (-1e308, 1e308), (math.inf, -math.inf)],
    "pending": ["pending"],
    "of every kind": [(0.5, 0), None, (math.nan, 1.0), "pending", "pruned", (math.inf, 0.0), (0.5, 0), (1e300, -1)],
}  # fmt: skip


def strategies_of(module):
    every = (getattr(module, name) for name in module.__all__)
    return {one for one in every if isinstance(one, type) and hasattr(one, "suggest") and hasattr(one, "horizon")}


def test_every_strategy_is_in_a_table():
    named = {type(one) for one in [*test_strategies.STRATEGIES.values(), *SEVERAL.values()]}
    named |= {type(make(DESIGNS["Cell"])) for make in OF_GRAPHS.values()}
    missing = (strategies_of(tw) | strategies_of(tw.nas)) - named
    assert not missing, f"put {sorted(one.__name__ for one in missing)} into STRATEGIES of a table of this folder"
    assert len(named) > 20


def fed(study, outcomes, count):
    """The study after up to ``count`` trials that ended as the outcomes say in turn."""
    for k in range(count):
        trial = study.begin()
        if trial is None:
            break
        outcome = outcomes[k % len(outcomes)]
        if outcome is None or outcome == "pruned":
            study.tell(trial, state=outcome or "failed")
        elif outcome != "pending":
            values = outcome if len(study.history.metrics) > 1 else outcome[:1]
            study.tell(trial, dict(zip(study.history.metrics, values, strict=True)))
    return study


def assert_in_the_space(study):
    natives = study.space.natives([t.config for t in study.trials])  # raises for what is not
    assert np.array_equal(natives, study.history.natives, equal_nan=True)
    assert study.space.feasible(natives).all()


@pytest.fixture(params=SEVERAL, ids=list(SEVERAL))
def strategy(request):
    return SEVERAL[request.param]


def of_two(space, strategy, **options):
    return tw.Study(space, minimize=["a", "b"], strategy=strategy, seed=3, **options)


@pytest.mark.parametrize("space", SPACES.values(), ids=SPACES)
def test_two_objectives_in_a_space_however_odd(strategy, space):
    study = of_two(space(), strategy, duplicates="allow")
    outcomes = [(0.3, 1.0), None, (0.1, 2.0), "pruned", (0.2, 0.5), "pending", (0.2, 0.5), (math.nan, 0.1)]
    fed(study, outcomes, 8 if study.space.dimension > 100 else 14)
    study.ask(2)
    assert_in_the_space(study)


@pytest.mark.parametrize("outcomes", OUTCOMES.values(), ids=OUTCOMES)
def test_two_objectives_and_a_record_however_ugly(strategy, outcomes):
    study = fed(of_two(test_strategies.mixed(), strategy), outcomes, 14)
    study.ask(4)
    assert_in_the_space(study)


def test_two_objectives_and_a_point_outside_the_space(strategy):
    refused, plain = (fed(of_two(test_strategies.mixed(), strategy), [(0.3, 1.0), (0.1, 2.0)], 8) for _ in range(2))
    with pytest.raises(tw.errors.ConfigError, match="lr"):
        refused.enqueue(refused.trials[0].config | {"lr": 1.0})
    assert refused.ask().config == plain.ask().config


@pytest.mark.parametrize("make", OF_GRAPHS.values(), ids=OF_GRAPHS)
@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
class TestGraphs:
    def study(self, make, design):
        space = GraphSpace(design, lr=tw.Float(1e-4, 1e-1, log=True))
        return tw.Study(space, minimize="loss", strategy=make(design), seed=3)

    @pytest.mark.parametrize("outcomes", OUTCOMES.values(), ids=OUTCOMES)
    def test_a_record_however_ugly(self, make, design, outcomes):
        study = fed(self.study(make, design), outcomes, 10)
        study.ask(2)
        assert_in_the_space(study)

    def test_nothing_and_one_trial(self, make, design):
        history = History(design.space, {"loss": "minimize"})
        assert make(design).suggest(history, 3, np.zeros(0, np.int64)).shape == (0, history.space.dimension)
        study = fed(self.study(make, design), [(0.5,)], 1)
        study.ask()
        assert_in_the_space(study)

    def test_a_point_outside_the_space(self, make, design):
        refused, plain = (fed(self.study(make, design), [(0.3,), (0.1,)], 5) for _ in range(2))
        with pytest.raises(tw.errors.ConfigError, match="lr"):
            refused.enqueue(refused.trials[0].config | {"lr": 1.0})
        assert refused.ask().config == plain.ask().config
