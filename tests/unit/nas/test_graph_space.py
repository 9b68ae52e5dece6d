"""Spaces in which configurations with equal graphs are one."""

import pickle
from itertools import product

import numpy as np
import pytest

import tunewright as tw
from tunewright.nas import Cell, GraphSpace, Macro

CELL = Cell(3, ("zero", "identity", "conv3"))
STRATEGIES = {
    "Random": tw.Random(),
    "QuasiRandom": tw.QuasiRandom(),
    "RegularizedEvolution": tw.RegularizedEvolution(5, 3),
    "TPE": tw.TPE(),
    "GaussianProcess": tw.GaussianProcess(),
    "RandomForest": tw.RandomForest(),
    "Reinforce": tw.Reinforce(),
    "Progressive": tw.Progressive(),
    "LocalSearch": tw.LocalSearch(),
    "GraphProcess": tw.nas.GraphProcess(CELL),
    "GraphEvolution": tw.nas.GraphEvolution(CELL, 5, 3),
}


def every_graph():
    configs = [dict(zip(CELL.names, chosen, strict=True)) for chosen in product(CELL.operations, repeat=3)]
    allowed = CELL.space.feasible(CELL.space.natives(configs))
    return {CELL.architecture(config) for config, fine in zip(configs, allowed, strict=True) if fine}


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_study_tries_every_graph_once_and_ends(name):
    study = tw.Study(GraphSpace(CELL), maximize="size", strategy=STRATEGIES[name], seed=0)
    study.optimize(lambda trial: CELL.architecture(trial.config).size, trials=27, progress=False)
    graphs = [CELL.architecture(trial.config) for trial in study.trials]
    assert len(graphs) == len(set(graphs)) == len(every_graph()) < 20
    assert "every configuration" in study.stop_reason


def test_values_are_reused_between_equal_graphs():
    ran = []

    def objective(trial):
        ran.append(CELL.architecture(trial.config))
        return float(len(ran))

    study = tw.Study(GraphSpace(CELL), minimize="loss", strategy=tw.Random(), seed=0, duplicates="reuse")
    study.optimize(objective, trials=300, progress=False)
    assert len(ran) == len(set(ran)) == len(every_graph())
    values = {CELL.architecture(trial.config): trial.values["loss"] for trial in study.trials}
    assert all(values[CELL.architecture(trial.config)] == trial.values["loss"] for trial in study.trials)


def test_other_parameters_keep_configurations_apart():
    space = GraphSpace(CELL, lr=tw.Ordinal(0.1, 0.2))
    one = {"edge_0_1": "conv3", "edge_0_2": "zero", "edge_1_2": "identity"}
    other = {"edge_0_1": "identity", "edge_0_2": "zero", "edge_1_2": "conv3"}
    parallel = {"edge_0_1": "zero", "edge_0_2": "conv3", "edge_1_2": "conv3"}
    rows = space.natives([{**config, "lr": lr} for config in (one, other, parallel) for lr in (0.1, 0.2)])
    a = space.identities(rows)
    assert a[0] == a[2] == a[4] != a[1] == a[3] == a[5]


def test_nothing_flows_is_one_graph_and_no_configuration_is_none():
    cell = Cell(3, ("zero", "conv3"), connected=False)
    space = GraphSpace(cell)
    rows = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [np.nan] * 3])
    keys = space.identities(rows)
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


def test_it_survives_json_and_pickle_and_differs_from_a_plain_space():
    for design in (CELL, Macro(depth=(1, 3))):
        space = GraphSpace(design, lr=tw.Float(1e-4, 1e-1, log=True))
        space.forbid("lr > 0.05")
        for copy in (tw.Space.from_json(space.to_json()), pickle.loads(pickle.dumps(space))):
            assert copy == space
            assert isinstance(copy, GraphSpace)
            assert copy.constraints == space.constraints
    assert GraphSpace(CELL) != CELL.space
    assert CELL.space != GraphSpace(CELL)
    assert GraphSpace(CELL) != GraphSpace(Cell(3, ("zero", "identity", "conv3"), connected=False))


def test_a_stored_study_goes_on_as_it_was(tmp_path):
    def run(trials):
        study = tw.Study(
            GraphSpace(CELL), minimize="loss", strategy=tw.Random(), seed=3, storage=tmp_path / "cells.db", name="one"
        )
        study.optimize(lambda trial: float(trial.number), trials=trials, progress=False)
        return study

    run(4)
    assert isinstance(tw.Study.load(tmp_path / "cells.db").history.space, GraphSpace)
    study = run(27)
    whole = tw.Study(GraphSpace(CELL), minimize="loss", strategy=tw.Random(), seed=3)
    whole.optimize(lambda trial: float(trial.number), trials=27, progress=False)
    assert [trial.config for trial in study.trials] == [trial.config for trial in whole.trials]


def test_a_narrowed_study_still_knows_its_graphs():
    study = tw.Study(GraphSpace(CELL), minimize="loss", strategy=tw.Random(), seed=0)
    study.optimize(lambda trial: 0.0, trials=3, progress=False)
    space = study.narrow(edge_0_1=tw.Categorical("identity", "conv3"))
    assert isinstance(space, GraphSpace)
    rows = space.natives(
        [
            {"edge_0_1": "conv3", "edge_0_2": "zero", "edge_1_2": "identity"},
            {"edge_0_1": "identity", "edge_0_2": "zero", "edge_1_2": "conv3"},
        ]
    )
    assert len(set(space.identities(rows))) == 1


def test_a_parameter_of_the_design_is_refused():
    with pytest.raises(tw.errors.SpaceError, match="'edge_0_1' is one of the design's"):
        GraphSpace(CELL, edge_0_1=tw.Float(0, 1))


@pytest.mark.parametrize("make", [GraphSpace, tw.nas.GraphProcess, tw.nas.Skeleton])
@pytest.mark.parametrize("given", [3, Cell, tw.Space(x=tw.Float(0, 1))], ids=["number", "class", "space"])
def test_what_is_no_design_is_refused(make, given):
    with pytest.raises(tw.errors.ArchitectureError, match="design must be a Cell, DartsCell, Macro, Hierarchy or like"):
        make(given)
