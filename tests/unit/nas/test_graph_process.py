"""GraphProcess: what the process says, that isomorphic graphs are one point, and that a study finds its way."""

import json

import numpy as np
import pytest

import tunewright as tw
from tunewright.nas.process import Points, fitted
from tunewright.strategies import strategy_from_json

CELL = tw.nas.Cell(nodes=4, operations=("zero", "identity", "a", "b"))
MIXED = tw.Space({**CELL.space.by_name, "lr": tw.Float(1e-4, 1e-1, log=True), "norm": tw.Categorical("x", "y")})


def score(trial):
    graph = CELL.architecture(trial.config).canonical
    return (
        graph.operations.count("a") - 0.5 * graph.operations.count("b") + 0.3 * (("input", "a") == graph.operations[:2])
    )


def test_the_posterior_is_that_of_the_definition():
    draws = np.random.default_rng(0)
    features = draws.random((5, 3))
    points = Points(features / np.linalg.norm(features, axis=1, keepdims=True), draws.random((5, 2)))
    y, theta = draws.normal(size=4), (0.4, 0.7, 0.1)
    k = np.array([
        [
            np.exp((f @ g - 1.0) / theta[0]) * np.exp(-((r - s) ** 2).sum() / (2 * theta[1] ** 2))
            for g, s in zip(points.features, points.rest, strict=True)
        ]
        for f, r in zip(points.features, points.rest, strict=True)
    ])  # fmt: skip
    inverse = np.linalg.inv(k[:4, :4] + (theta[2] + 1e-8) * np.eye(4))
    scale = (y @ inverse @ y + 1.0) / 5
    seen, ahead = Points(points.features[:4], points.rest[:4]), Points(points.features[4:], points.rest[4:])
    mean, deviation = fitted(seen, y, theta).predict(ahead)
    assert mean == pytest.approx(k[4:, :4] @ inverse @ y)
    assert deviation**2 == pytest.approx(scale * (1.0 - k[4, :4] @ inverse @ k[:4, 4]))


def test_the_grid_tells_noise_from_none():
    x = np.linspace(0.0, 1.0, 40)[:, None]
    points = Points(np.zeros((40, 0)), x)
    smooth = np.sin(6.0 * x[:, 0])
    noisy = np.random.default_rng(1).normal(size=40)
    assert fitted(points, smooth).theta[2] < 0.01 < 0.1 < fitted(points, noisy).theta[2]


@pytest.mark.parametrize("encoding", ["neighbourhoods", "paths"])
def test_no_architecture_is_trained_twice(encoding):
    strategy = tw.nas.GraphProcess(CELL, encoding, startup=5, candidates=64)
    study = tw.Study(CELL.space, maximize="score", strategy=strategy, seed=0)
    study.optimize(score, 25)
    keys = [CELL.architecture(trial.config).key for trial in study.trials[5:]]
    assert len(set(keys)) == len(keys)


def test_it_finds_more_than_luck():
    def best(strategy, seed):
        study = tw.Study(CELL.space, maximize="score", strategy=strategy, seed=seed)
        return study.optimize(score, 25).best_value

    ours = [best(tw.nas.GraphProcess(CELL, startup=8, candidates=64), seed) for seed in range(3)]
    assert np.mean(ours) > np.mean([best(tw.Random(), seed) for seed in range(3)])


def test_other_parameters_are_searched_along_and_studies_resume(tmp_path):
    strategy = tw.nas.GraphProcess(CELL, startup=4, candidates=32)

    def objective(trial):
        return score(trial) - abs(np.log10(trial["lr"]) + 2) - (trial["norm"] == "x")

    straight = tw.Study(MIXED, maximize="score", strategy=strategy, seed=3).optimize(objective, 12)
    tw.Study(MIXED, maximize="score", strategy=strategy, seed=3, storage=tmp_path / "s.db").optimize(objective, 7)
    resumed = tw.Study.load(tmp_path / "s.db")
    assert resumed.strategy == strategy
    resumed.optimize(objective, 12)
    assert [t.config for t in resumed.trials] == [t.config for t in straight.trials]


def test_failures_and_disconnected_cells_do_no_harm():
    cell = tw.nas.Cell(nodes=3, operations=("zero", "a", "b"), connected=False)
    study = tw.Study(cell.space, minimize="loss", strategy=tw.nas.GraphProcess(cell, startup=4, candidates=16), seed=1)
    for number in range(20):
        trial = study.ask()
        study.tell(trial, state="failed") if number % 3 == 0 else study.tell(trial, float(number % 5))
    assert study.history.n == 20


def test_strategies_of_rooms_that_are_not_there_are_named():
    for written in (
        {"strategy": "Mine", "room": "nas"},
        {"strategy": "Mine", "room": "cellar"},
        {"strategy": "x", "room": "a.b"},
    ):
        with pytest.raises(tw.errors.StudyError, match=r"strategy="):
            strategy_from_json(written, MIXED)
    strategy = tw.nas.GraphProcess(CELL)
    assert strategy_from_json(json.loads(json.dumps(strategy.to_json(MIXED))), MIXED) == strategy


def test_what_does_not_fit_is_refused():
    with pytest.raises(tw.errors.StudyError, match="lacks 'edge_0_1'"):
        tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", strategy=tw.nas.GraphProcess(CELL))
    with pytest.raises(tw.errors.StudyError, match="one objective"):
        tw.Study(CELL.space, directions={"a": "minimize", "b": "minimize"}, strategy=tw.nas.GraphProcess(CELL))
    for options in ({"encoding": "adjacency"}, {"startup": 0}, {"candidates": 1}, {"points": 2.0}):
        with pytest.raises(ValueError, match=next(iter(options))):
            tw.nas.GraphProcess(CELL, **options)
