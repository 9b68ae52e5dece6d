"""Designs: their spaces, and the graphs of their configurations."""

import json
from itertools import product

import numpy as np
import pytest

import tunewright as tw
from tunewright.nas import Architecture, Cell, DartsCell, Hierarchy, Macro
from tunewright.nas.registry import design_from_json

DESIGNS = [
    Cell(),
    Cell(3, ("zero", "conv"), connected=False, prefix="x_"),
    DartsCell(2),
    Macro(),
    Macro(depth=3, widths=(), skips=0),
    Hierarchy(),
]


@pytest.fixture(params=DESIGNS, ids=lambda design: type(design).__name__)
def design(request):
    return request.param


def drawn(design, count=20):
    study = tw.Study(design.space, minimize="loss", strategy=tw.Random(), seed=1)
    return [trial.config for trial in study.ask(count)]


def test_designs_survive_json(design):
    assert design_from_json(json.loads(json.dumps(design.to_json()))) == design
    assert tw.Space.from_json(design.space.to_json()) == design.space


def test_every_configuration_of_a_connected_space_has_a_graph(design):
    if getattr(design, "connected", True):
        assert all(design.architecture(config).size >= 0 for config in drawn(design))


def test_other_parameters_are_searched_along_and_ignored(design):
    space = tw.Space({**design.space.by_name, "lr": tw.Float(1e-4, 1e-1, log=True)})
    config = drawn(design, 1)[0]
    assert design.architecture({**config, "lr": 0.1}) == design.architecture(config)
    assert "lr" in space


def test_a_cell_forbids_exactly_what_has_no_way_through():
    cell = Cell(4, ("zero", "conv"))
    configs = [dict(zip(cell.names, chosen, strict=True)) for chosen in product(cell.operations, repeat=6)]
    allowed = cell.space.feasible(cell.space.natives(configs))
    for config, fine in zip(configs, allowed, strict=True):
        if fine:
            cell.architecture(config)
        else:
            with pytest.raises(tw.errors.ArchitectureError, match="nothing of an input"):
                cell.architecture(config)
    assert 0 < allowed.sum() < 64


def test_a_cell_by_hand():
    config = dict.fromkeys(Cell().names, "zero") | {"edge_0_1": "a", "edge_1_3": "b", "edge_0_3": "identity"}
    by_hand = Architecture(("input", "a", "b", "output"), ((0, 1), (1, 2), (2, 3), (0, 3)))
    assert Cell(operations=("zero", "identity", "a", "b")).architecture(config) == by_hand


def test_a_darts_cell_by_hand():
    config = {"node_2_from": (0, 1), "node_2_first": "a", "node_2_second": "b"}
    graph = DartsCell(1, ("a", "b")).architecture(config)
    assert graph == Architecture(
        ("input0", "input1", "a", "b", "identity", "concat"), ((0, 2), (1, 3), (2, 4), (3, 4), (4, 5))
    )
    assert DartsCell(4, ("a",)).space.size == 1 * 3 * 6 * 10


def test_a_macro_network_by_hand():
    macro = Macro(("identity", "conv"), depth=(1, 3), widths=(8, 16), skips=1)
    config = {"depth": 2, "layer_1": "conv", "width_1": 16, "layer_2": "conv", "width_2": 8, "skip_0_2": True}
    assert macro.space.natives([config]).shape == (1, macro.space.dimension)
    graph = macro.architecture(config)
    assert graph == Architecture(("input", "conv:16", "conv:8", "output"), ((0, 1), (1, 2), (0, 2), (2, 3)))


def test_a_hierarchy_is_its_motifs_in_their_places():
    hierarchy = Hierarchy(("zero", "identity", "a", "b"), motifs=1, motif_nodes=2, nodes=3)
    config = {"motif_1_edge_0_1": "a", "edge_0_1": "motif_1", "edge_1_2": "motif_1", "edge_0_2": "identity"}
    graph = hierarchy.architecture(config)
    assert graph == Architecture(("input", "a", "a", "output"), ((0, 1), (1, 2), (2, 3), (0, 3)))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Cell(operations=()), "1 or more, got none"),
        (lambda: Cell(operations=("zero",)), "one or more beside 'zero'"),
        (lambda: Cell(operations=("a", "a")), "differ"),
        (lambda: Cell(operations=("a", "output")), "'output'"),
        (lambda: Cell(operations="conv"), "list of names"),
        (lambda: Cell(nodes=1), "from 2 to 8"),
        (lambda: DartsCell(operations=("zero", "a")), "'zero'"),
        (lambda: DartsCell(0), "from 1"),
        (lambda: Macro(operations=()), "1 or more"),
        (lambda: Macro(depth=(3, 2)), "from 1 to 2"),
        (lambda: Macro(depth=(1, 2, 3)), "fewest and the most"),
        (lambda: Macro(widths=(8, 8)), "ascend"),
        (lambda: Macro(skips=-1), "skips"),
        (lambda: Hierarchy(motifs=0), "motifs"),
        (lambda: Hierarchy(operations=()), "1 or more"),
        (lambda: Hierarchy(motif_nodes=1), "nodes"),
        (lambda: design_from_json({"design": "Ring"}), "'Ring'"),
    ],
)
def test_what_is_no_design_is_refused(make, words):
    with pytest.raises(tw.errors.ArchitectureError, match=words):
        make()


def test_the_room_is_opened_when_it_is_asked_for():
    import subprocess
    import sys

    code = "import sys, tunewright as tw; a = 'tunewright.nas' in sys.modules; tw.nas.Cell; print(a)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_drawn_cells_reach_the_output(design):
    natives = design.space.natives(drawn(design))
    assert np.all(design.space.feasible(natives))
