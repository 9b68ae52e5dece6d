"""What every strategy keeps: one table × every strategy."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

import tunewright as tw
from tunewright.strategies import strategy_from_json
from tunewright.trial import History


def mixed():
    return tw.Space(
        lr=tw.Float(1e-4, 1e-1, log=True),
        width=tw.Int(1, 100, log=True),
        batch=tw.PowerOfTwo(16, 64),
        size=tw.Ordinal(1, 2, 4),
        optimizer=tw.Categorical("sgd", "adam", None, (1, 2)),
        momentum=tw.Float(0.0, 0.9, step=0.1, when=tw.when("optimizer", "sgd")),
        nested=tw.Float(0.0, 1.0, when=tw.when("momentum") > 0.4),
        fixed=tw.Constant("same"),
    )


VALUES = {"lr": [1e-3, 1e-2], "width": [1, 10, 100], "nested": [0.0, 0.5]}
STRATEGIES = {
    "Random": tw.Random(),
    "Sobol": tw.QuasiRandom(),
    "Halton": tw.QuasiRandom("halton"),
    "Grid": tw.Grid(VALUES, points=2),
    "ShuffledGrid": tw.Grid(VALUES, points=2, order="random"),
    "TrustRegion": tw.TrustRegion(startup=6, candidates=32),
    "TwoTrustRegions": tw.TrustRegion(regions=2, startup=4, candidates=32),
    "NSGA2": tw.NSGA2(population=8),
    "NSGA3": tw.NSGA3(population=6),
    "GaussianProcess": tw.GaussianProcess(startup=6, candidates=32, climbs=2),
    "Manual": tw.Manual({"lr": 3e-3, "optimizer": "adam"}, VALUES | {"optimizer": ["sgd", "adam", None]}),
}


@pytest.fixture(params=STRATEGIES, ids=list(STRATEGIES))
def strategy(request):
    return STRATEGIES[request.param]


def objective(trial):
    config = trial.config
    return abs(np.log10(config["lr"]) + 2) + config["width"] / 100 + config.get("momentum", 1.0)


def run(strategy, trials, **options):
    study = tw.Study(mixed(), minimize="loss", strategy=strategy, **{"seed": 3} | options)
    return study.optimize(objective, trials)


def test_suggestions_are_in_the_space(strategy):
    study = run(strategy, 40)
    space = mixed()
    natives = space.natives([t.config for t in study.trials])  # raises for anything that is not
    assert np.array_equal(natives, study.history.natives, equal_nan=True)


def test_the_same_seed_gives_the_same_study_and_another_seed_another(strategy):
    a, b, c = run(strategy, 30), run(strategy, 30), run(strategy, 30, seed=4)
    assert [t.config for t in a.trials] == [t.config for t in b.trials]
    if not strategy.prescribed or getattr(strategy, "order", "") == "random":
        assert [t.config for t in a.trials] != [t.config for t in c.trials]


def test_resumed_and_uninterrupted_studies_are_equal(strategy, tmp_path):
    straight = run(strategy, 25)
    run(strategy, 10, storage=tmp_path / "s.db", name="s")
    resumed = tw.Study.load(tmp_path / "s.db")
    assert resumed.strategy == strategy
    resumed.optimize(objective, 25)
    assert [t.config for t in resumed.trials] == [t.config for t in straight.trials]
    assert np.array_equal(resumed.history.unit, straight.history.unit, equal_nan=True)


def test_replaying_the_record_gives_every_suggestion_again(strategy):
    study = run(strategy, 25)
    history = study.history
    for number in range(history.n):
        past = history.at(int(history.seen[number]))
        row = strategy.suggest(past, study.seed, np.array([number]))
        assert np.array_equal(row[0], history.natives[number], equal_nan=True)


def test_batches_and_single_asks_agree_where_outcomes_do_not_matter(strategy):
    if strategy.horizon(History(mixed(), {"loss": "minimize"})) < math.inf:
        pytest.skip("depends on outcomes")
    one = tw.Study(mixed(), minimize="loss", strategy=strategy, seed=3)
    many = tw.Study(mixed(), minimize="loss", strategy=strategy, seed=3)
    assert [one.ask().config for _ in range(20)] == [t.config for t in [*many.ask(7), *many.ask(13)]]


def test_any_number_of_workers_gives_the_same_configurations(strategy):
    if strategy.horizon(History(mixed(), {"loss": "minimize"})) < math.inf:
        pytest.skip("depends on outcomes")
    alone = run(strategy, 30)
    study = tw.Study(mixed(), minimize="loss", strategy=strategy, seed=3)
    study.optimize(objective, 30, workers=4, executor="threads")
    assert [t.config for t in study.trials] == [t.config for t in alone.trials]


def test_json_round_trip(strategy):
    written = json.loads(json.dumps(strategy.to_json(mixed())))
    assert strategy_from_json(written, mixed()) == strategy


def test_a_history_of_failures_does_no_harm(strategy):
    study = tw.Study(mixed(), minimize="loss", strategy=strategy, seed=0)
    for kind in ("failed", "pruned", "failed"):
        study.tell(study.ask(), state=kind)
    study.tell(study.ask(), float("nan"))
    study.ask()
    assert study.ask().config


def test_two_hundred_dimensions_and_single_points(strategy):
    wide = {f"x{i}": tw.Float(0, 1) for i in range(199)} | {"p": tw.Int(3, 3)}
    kind = type(strategy)
    chosen = {tw.Grid: lambda: tw.Grid({f"x{i}": [0.5] for i in range(199)}), tw.Manual: tw.Manual}
    study = tw.Study(tw.Space(wide), minimize="loss", strategy=chosen.get(kind, lambda: strategy)(), seed=0)
    config = study.ask().config
    assert len(config) == 200 and config["p"] == 3


def test_the_unknown_strategy_of_a_record_is_named():
    with pytest.raises(tw.errors.StudyError, match="'Mine'.*strategy="):
        strategy_from_json({"strategy": "Mine"}, mixed())
