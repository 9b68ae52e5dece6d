"""What strategies for several objectives keep: one table × every one of them, and records as ugly as they come."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tunewright as tw
from tunewright.strategies import strategy_from_json

STRATEGIES = {
    "Random": tw.Random(),
    "Sobol": tw.QuasiRandom(),
    "GaussianProcess": tw.GaussianProcess(startup=6, candidates=32, climbs=2),
    "ParEGO": tw.ParEGO(startup=6, candidates=32, climbs=2),
    "NSGA2": tw.NSGA2(population=8),
    "NSGA3": tw.NSGA3(population=6),
    "RandomForest": tw.RandomForest(startup=6, candidates=32, climbs=2, trees=5),
    "TPE": tw.TPE(startup=6),
    "WeighedTPE": tw.TPE(startup=6, weights="value"),
}
EVOLUTION = ["NSGA2", "NSGA3"]
MODELS = {  # as they come, and as small as they can be
    "GaussianProcess": (tw.GaussianProcess(), tw.GaussianProcess(startup=1, candidates=16, climbs=2)),
    "ParEGO": (tw.ParEGO(), tw.ParEGO(startup=1, candidates=16, climbs=2)),
    "RandomForest": (tw.RandomForest(), tw.RandomForest(startup=1, candidates=16, climbs=2)),
    "TPE": (tw.TPE(), tw.TPE(startup=1, candidates=2)),
    "WeighedTPE": (tw.TPE(weights="value"), tw.TPE(startup=1, candidates=2, weights="value")),
}
SMALL = {name: small for name, (_, small) in MODELS.items()} | {
    "NSGA2": tw.NSGA2(population=2),
    "NSGA3": tw.NSGA3(population=3),
}


@pytest.fixture(params=STRATEGIES, ids=list(STRATEGIES))
def strategy(request):
    return STRATEGIES[request.param]


def mixed():
    return tw.Space(
        lr=tw.Float(1e-4, 1e-1, log=True),
        width=tw.Int(1, 100, log=True),
        optimizer=tw.Categorical("sgd", "adam", None),
        momentum=tw.Float(0.0, 0.9, step=0.1, when=tw.when("optimizer", "sgd")),
        size=tw.Ordinal(1, 2, 4),
        fixed=tw.Constant("same"),
    )


def objective(trial):
    config = trial.config
    loss = abs(np.log10(config["lr"]) + 2) + (config["optimizer"] is None) + config.get("momentum", 0.5)
    return {"accuracy": 1 / (1 + loss) + config["width"] / 1000, "latency": config["width"] * config["size"]}


def made(strategy, **options):
    options = {"maximize": "accuracy", "minimize": "latency", "seed": 3} | options
    return tw.Study(mixed(), strategy=strategy, **options)


def run(strategy, trials, **options):
    return made(strategy, **options).optimize(objective, trials)


def test_suggestions_are_in_the_space(strategy):
    study = run(strategy, 30)
    space = mixed()
    assert np.array_equal(space.natives([t.config for t in study.trials]), study.history.natives, equal_nan=True)


def test_the_same_seed_gives_the_same_study_and_another_seed_another(strategy):
    a, b, c = run(strategy, 20), run(strategy, 20), run(strategy, 20, seed=4)
    assert [t.config for t in a.trials] == [t.config for t in b.trials]
    assert [t.config for t in a.trials] != [t.config for t in c.trials]


def test_resumed_and_uninterrupted_studies_are_equal(strategy, tmp_path):
    straight = run(strategy, 20)
    run(strategy, 9, storage=tmp_path / "s.db", name="s")
    resumed = tw.Study.load(tmp_path / "s.db")
    assert resumed.strategy == strategy
    resumed.optimize(objective, 20)
    assert [t.config for t in resumed.trials] == [t.config for t in straight.trials]


def test_replaying_the_record_gives_every_suggestion_again(strategy):
    history = run(strategy, 20).history
    for number in range(history.n):
        row = strategy.suggest(history.at(int(history.seen[number])), 3, np.array([number]))
        assert np.array_equal(row[0], history.natives[number], equal_nan=True)


def test_batches_differ_within_and_leave_out_what_is_pending(strategy):
    study = run(strategy, 12)
    configs = [t.config for t in [*study.ask(5), *study.ask(3)]]
    assert all(a != b for i, a in enumerate(configs) for b in configs[:i])


def test_json_round_trip(strategy):
    written = json.loads(json.dumps(strategy.to_json(mixed())))
    assert strategy_from_json(written, mixed()) == strategy


def test_constraints_and_thresholds(strategy):
    study = made(strategy, constraints=["latency <= 50", "memory < 3"], thresholds={"accuracy": 0.9})
    for number in range(14):
        trial = study.ask()
        values = objective(trial) | {"memory": 2.0 + (number % 3)}
        study.tell(trial, values)
    assert len(study.ask(2)) == 2


@pytest.mark.parametrize("name", sorted({*MODELS} - {"RandomForest"}))  # thirty smooth trials tell a forest little
def test_the_model_beats_chance(name):
    strategy = MODELS[name][0]
    spaces = tw.Space({f"x{j}": tw.Float(0, 1) for j in range(4)})

    def volume(strategy, seed):
        study = tw.Study(spaces, minimize=["a", "b"], strategy=strategy, seed=seed)
        for _ in range(30):
            trial = study.ask()
            x = np.array(list(trial.config.values()))
            study.tell(trial, {"a": float(np.sum((x - 0.2) ** 2)), "b": float(np.sum((x - 0.7) ** 2))})
        return tw.pareto.hypervolume(study.history.losses, reference=[2.0, 2.0])

    gains = [volume(strategy, seed) - volume(tw.Random(), seed) for seed in range(4 if "TPE" in name else 2)]
    if "TPE" in name:
        assert np.mean(gains) > 0.1
    else:
        assert min(gains) > 0.3


UGLY = st.sampled_from([0.0, 1.0, -1.0, 1e12, -1e300, 1.7e308, np.inf, -np.inf, np.nan, 1e-300, 0.5])
KINDS = st.sampled_from(["tell"] * 8 + ["failed", "pruned", "pending"])


@pytest.mark.parametrize("name", [*MODELS, *EVOLUTION])
@settings(deadline=None, max_examples=60)
@given(
    rows=st.lists(st.tuples(KINDS, UGLY, UGLY, st.integers(0, 5)), max_size=14),
    thresholds=st.sampled_from([{}, {"a": -1e9}, {"a": 1.0, "b": 1e9}]),
    constraints=st.sampled_from([[], ["a <= 0.5"], ["size <= -1"]]),
)
def test_any_record_is_answered(name, rows, thresholds, constraints):
    """Constant objectives, identical points, one trial, all failed, infinite values, thresholds nobody reaches."""
    space = tw.Space(x=tw.Float(0, 1), k=tw.Int(0, 5), c=tw.Categorical("a", "b"))
    study = tw.Study(
        space, minimize=["a", "b"], strategy=SMALL[name], seed=0,
        thresholds=thresholds, constraints=constraints,
    )  # fmt: skip
    study.enqueue([{"x": k / 5, "k": k, "c": "ab"[k % 2]} for _, _, _, k in rows])
    for state, a, b, _ in rows:
        trial = study.ask()
        if state == "tell":
            study.tell(trial, {"a": a, "b": b} | ({"size": a} if constraints == ["size <= -1"] else {}))
        elif state != "pending":
            study.tell(trial, state=state)
    for trial in study.ask(3):
        assert 0 <= trial.config["x"] <= 1
        assert trial.config["k"] in range(6)
        assert trial.config["c"] in ("a", "b")


@pytest.mark.parametrize("objectives", [3, 5, 8])
@pytest.mark.parametrize("name", MODELS)
def test_more_objectives(name, objectives):
    names = [f"y{j}" for j in range(objectives)]
    study = tw.Study(
        tw.Space({f"x{j}": tw.Float(0, 1) for j in range(objectives)}), minimize=names,
        strategy=MODELS[name][1], seed=0,
    )  # fmt: skip
    for _ in range(14):
        trial = study.ask()
        study.tell(trial, {name: trial.config[f"x{j}"] ** 2 - trial.config["x0"] for j, name in enumerate(names)})
    assert len(study.trials) == 14


def test_what_does_not_combine_is_refused_when_the_study_is_built():
    space = tw.Space(x=tw.Float(0, 1))
    with pytest.raises(tw.errors.StudyError, match=r"acquisition='lcb' is for one objective"):
        tw.Study(space, minimize=["a", "b"], strategy=tw.GaussianProcess(acquisition="lcb"))
    with pytest.raises(tw.errors.StudyError, match="ParEGO weighs several objectives"):
        tw.Study(space, minimize="a", strategy=tw.ParEGO())
    with pytest.raises(ValueError, match="rho must be"):
        tw.ParEGO(rho=0.0)
