"""Evolution by changes of graphs."""

import numpy as np
import pytest

import tunewright as tw
from tunewright.nas import Cell, DartsCell, GraphEvolution, GraphSpace, Hierarchy, Macro
from tunewright.nas.chain_moves import Link, Room, crossed, mutated

DESIGNS = {
    "Cell": Cell(4, ("zero", "identity", "conv3")),
    "one operation": Cell(4, ("conv3",)),
    "DartsCell": DartsCell(3, ("identity", "conv3", "mean3")),
    "Macro": Macro(("identity", "conv3"), depth=(1, 4), widths=(8, 16)),
    "plain Macro": Macro(("conv3",), depth=1, widths=(), skips=0),
    "Hierarchy": Hierarchy(("zero", "conv3", "identity")),
}


@pytest.fixture(params=DESIGNS)
def design(request):
    return DESIGNS[request.param]


def drawn(design, count=30):
    return [trial.config for trial in tw.Study(design.space, minimize="loss", strategy=tw.Random(), seed=1).ask(count)]


def test_children_are_configurations_of_the_design(design):
    draws = np.random.default_rng(0)
    configs = drawn(design)
    for a, b in zip(configs, [*configs[1:], *configs], strict=False):
        design.space.natives([design.mutated(a, draws), design.crossed(a, b, draws)])  # raises for what is none


def differing(a, b):
    return {name for name in a.keys() | b.keys() if a.get(name) != b.get(name)}


def test_a_cell_changes_one_operation_or_swaps_two_edges_that_meet():
    cell, draws, kinds = DESIGNS["Cell"], np.random.default_rng(0), set()
    for config in drawn(cell):
        for _ in range(10):
            child = cell.mutated(config, draws)
            changed = differing(config, child)
            kinds.add(len(changed))
            if len(changed) == 2:
                a, b = changed
                assert (child[a], child[b]) == (config[b], config[a])
                (i, j), (k, m) = (name.split("_")[1:] for name in changed)
                assert i == k or j == m
    assert kinds == {1, 2}


def test_a_darts_cell_moves_one_edge_or_changes_one_operation():
    cell, draws = DESIGNS["DartsCell"], np.random.default_rng(0)

    def edges(config):
        found = set()
        for node in range(2, 5):
            first, second = config[f"node_{node}_from"]
            assert first < second < node
            found |= {(node, first, config[f"node_{node}_first"]), (node, second, config[f"node_{node}_second"])}
        return found

    kinds = set()
    for config in drawn(cell):
        for _ in range(10):
            child = cell.mutated(config, draws)
            gone, new = edges(config) - edges(child), edges(child) - edges(config)
            assert len(gone) == len(new) == 1
            (node, source, operation), (at, now, other) = *gone, *new
            assert node == at
            assert (source == now) != (operation == other)
            kinds.add("source" if source != now else "operation")
    assert kinds == {"source", "operation"}


def test_crossing_takes_whole_parts_from_the_parents():
    draws = np.random.default_rng(0)
    cell = DESIGNS["Cell"]
    a, b = dict.fromkeys(cell.names, "conv3"), dict.fromkeys(cell.names, "identity")
    seen = set()
    for _ in range(40):
        child = cell.crossed(a, b, draws)
        for node in "123":
            assert len({operation for name, operation in child.items() if name.endswith(node)}) == 1
        seen.add(tuple(child.values()))
    assert len(seen) == 8
    hierarchy = DESIGNS["Hierarchy"]
    a, b = drawn(hierarchy, 2)
    for _ in range(10):
        child = hierarchy.crossed(a, b, draws)
        for level in ("motif_1_", "motif_2_", "edge_"):
            names = [name for name in child if name.startswith(level)]
            assert any(all(child[name] == parent[name] for name in names) for parent in (a, b))


ROOM = Room(("a", "b"), (8, 16), 3, 1, 4)


def links(text):
    return tuple(Link(operation, 8, frozenset()) for operation in text)


def test_chains_grow_and_shrink_anywhere():
    draws, seen = np.random.default_rng(0), set()
    for _ in range(400):
        seen.add("".join(link.operation for link in mutated(links("ab"), ROOM, draws)))
    assert seen == {"ab", "bb", "aa", "a", "b", "aab", "bab", "abb", "aba"}  # "ab": of a width or a skip
    kept = tuple(Link(name, 8, frozenset({2}) if name == "b" else frozenset()) for name in "aab")
    longer = {mutated(kept, ROOM, draws) for _ in range(300)}
    assert any(len(chain) == 4 and chain[0].operation == "b" and 2 in chain[3].skips for chain in longer)


def test_chains_keep_within_their_depths():
    draws = np.random.default_rng(0)
    chain = links("ab")
    for _ in range(300):
        chain = mutated(chain, ROOM, draws)
        assert 1 <= len(chain) <= 4
        assert all(1 < back <= 3 for link in chain for back in link.skips)
    for a, b in (("a", "bbbb"), ("aaaa", "b"), ("aaaa", "bbbb")):
        made = {"".join(link.operation for link in crossed(links(a), links(b), ROOM, draws)) for _ in range(60)}
        assert all(1 <= len(chain) <= 4 and chain.rstrip("b").count("b") == 0 for chain in made)
        assert any("b" in chain for chain in made)


@pytest.mark.parametrize("beside", [{}, {"lr": tw.Float(1e-4, 1e-1, log=True), "kind": tw.Categorical("x", "y")}])
def test_no_graph_is_tried_twice_and_all_are_valid(design, beside):
    space = GraphSpace(design, beside)
    study = tw.Study(space, maximize="size", strategy=GraphEvolution(design, 6, 3), seed=0)
    study.optimize(lambda trial: design.architecture(trial.config).size, trials=30, progress=False)
    graphs = [(design.architecture(trial.config), *(trial.config[name] for name in beside)) for trial in study.trials]
    assert len(graphs) == len(set(graphs)) == (30 if space.size is None or space.size > 30 else space.size)


def test_it_knows_graphs_where_the_space_does_not():
    cell = DESIGNS["Cell"]
    study = tw.Study(cell.space, maximize="size", strategy=GraphEvolution(cell, 6, 3), seed=0)
    study.optimize(lambda trial: cell.architecture(trial.config).size, trials=60, progress=False)
    assert len({cell.architecture(trial.config) for trial in study.trials}) == 60


def test_other_parameters_come_from_parents_or_near_them():
    design = DESIGNS["Cell"]
    space = GraphSpace(design, lr=tw.Float(0, 1), kind=tw.Categorical("x", "y"))
    study = tw.Study(space, minimize="loss", strategy=GraphEvolution(design, 10, 5, crossover=0.0), seed=0)
    study.optimize(lambda trial: trial["lr"] + (trial["kind"] == "x"), trials=120, progress=False)
    changes = []
    for trial in study.trials[10:]:
        before = study.trials[: trial.number]
        same_rest = any({"lr", "kind"}.isdisjoint(differing(one.config, trial.config)) for one in before)
        changes.append((same_rest, any(differing(one.config, trial.config) <= {"lr", "kind"} for one in before)))
    assert all(same_rest or same_graph for same_rest, same_graph in changes)
    assert 10 < sum(same_rest for same_rest, _ in changes) < 110
    assert np.median([trial.config["lr"] for trial in study.trials[80:]]) < 0.2


def test_it_is_a_function_of_the_record():
    design = DESIGNS["Cell"]

    def run(storage):
        study = tw.Study(design.space, maximize="size", strategy=GraphEvolution(design, 5, 3), seed=4, storage=storage)
        study.optimize(lambda trial: design.architecture(trial.config).size, trials=15, progress=False)
        return study

    whole = run("memory")
    assert [trial.config for trial in whole.trials] == [trial.config for trial in run("memory").trials]


def test_a_stored_one_goes_on(tmp_path):
    design, path = DESIGNS["Macro"], tmp_path / "macro.db"

    def objective(trial):
        return design.architecture(trial.config).size

    whole = tw.Study(design.space, maximize="size", strategy=GraphEvolution(design, 5, 3), seed=4)
    whole.optimize(objective, trials=20, progress=False)
    study = tw.Study(design.space, maximize="size", strategy=GraphEvolution(design, 5, 3), seed=4, storage=path)
    study.optimize(objective, trials=9, progress=False)
    study = tw.Study.load(path)
    study.optimize(objective, trials=20, progress=False)
    assert study.strategy == GraphEvolution(design, 5, 3)
    assert [trial.config for trial in study.trials] == [trial.config for trial in whole.trials]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"population": 1}, "population must be"),
        ({"sample": 0}, "sample must be a whole number from 1 to population=10; got 0"),
        ({"sample": 11}, "sample must be"),
        ({"crossover": 1.5}, "crossover must be a number from 0 to 1; got 1.5"),
        ({"crossover": True}, "crossover must be"),
        ({"mutation_index": -1}, "mutation_index must be"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        GraphEvolution(Cell(), **options)


def test_bad_designs_and_spaces():
    with pytest.raises(TypeError, match="design must be a Cell, DartsCell, Macro, Hierarchy"):
        GraphEvolution("cell")
    with pytest.raises(tw.errors.StudyError, match="the space lacks 'edge_0_1'"):
        tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", strategy=GraphEvolution(Cell()))
    with pytest.raises(tw.errors.StudyError, match="one objective"):
        tw.Study(Cell().space, minimize=["a", "b"], strategy=GraphEvolution(Cell()))
