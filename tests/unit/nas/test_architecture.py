"""Architectures: when two graphs are one, and what is no graph."""

from itertools import permutations, product

import pytest

import tunewright as tw
from tunewright.nas import Architecture, Cell


def test_the_order_of_the_nodes_does_not_matter():
    operations, edges = (
        ("input", "a", "b", "c", "a", "output"),
        ((0, 1), (0, 2), (1, 3), (2, 4), (3, 5), (4, 5), (1, 4)),
    )
    first = Architecture(operations, edges)
    for order in permutations(range(1, 5)):
        place = {0: 0, 5: 5} | {node: k for k, node in enumerate(order, start=1)}
        pairs = [(place[i], place[j]) for i, j in edges]
        if all(i < j for i, j in pairs):
            names = ["input", *(operations[node] for node in order), "output"]
            assert Architecture(tuple(names), tuple(pairs)) == first
            assert Architecture(tuple(names), tuple(pairs)).key == first.key


def isomorphic(a, b):
    """By trying every numbering."""
    if sorted(a.operations) != sorted(b.operations) or len(a.edges) != len(b.edges):
        return False
    n = len(a.operations)
    for order in permutations(range(n)):
        if all(a.operations[i] == b.operations[order[i]] for i in range(n)):
            if sorted((order[i], order[j]) for i, j in a.edges) == sorted(b.edges):
                return True
    return False


def test_small_cells_are_equal_exactly_where_some_numbering_makes_them_so():
    cell = Cell(nodes=3, operations=("zero", "identity", "a", "b"), connected=False)
    graphs = []
    for chosen in product(cell.operations, repeat=3):
        config = dict(zip(cell.names, chosen, strict=True))
        if chosen[1] != "zero" or "zero" not in (chosen[0], chosen[2]):
            graphs.append(cell.architecture(config).canonical)
    for first in graphs:
        for second in graphs:
            assert (first == second) == isomorphic(first, second)


def test_zeros_dead_ends_and_identities_are_left_out():
    plain = Architecture(("input", "conv", "output"), ((0, 1), (1, 2)))
    dead_end = Architecture(("input", "conv", "conv", "output"), ((0, 1), (0, 2), (1, 3)))
    nothing_in = Architecture(("input", "conv", "zero", "conv", "output"), ((0, 1), (0, 2), (2, 3), (1, 4), (3, 4)))
    passed_on = Architecture(("input", "identity", "conv", "identity", "output"), ((0, 1), (1, 2), (2, 3), (3, 4)))
    assert len({plain, dead_end, nothing_in, passed_on}) == 1
    assert plain.size == 1


def test_what_comes_twice_counts_twice():
    once = Architecture(("input", "conv", "output"), ((0, 1), (1, 2)))
    twice = Architecture(("input", "conv", "identity", "output"), ((0, 1), (1, 2), (1, 3), (2, 3)))
    assert twice.canonical.edges == ((0, 1), (1, 2), (1, 2))
    assert once != twice


def test_one_operation_with_two_uses_is_not_two_operations():
    shared = Architecture(("input", "a", "b", "c", "output"), ((0, 1), (1, 2), (1, 3), (2, 4), (3, 4)))
    apart = Architecture(("input", "a", "a", "b", "c", "output"), ((0, 1), (0, 2), (1, 3), (2, 4), (3, 5), (4, 5)))
    assert shared != apart and (shared.size, apart.size) == (3, 4)


def test_sums_stay_where_parts_are_put_side_by_side():
    names = ("input", "a", "b", "identity", "identity", "concat")
    paired = Architecture(names, ((0, 1), (0, 2), (1, 3), (2, 3), (0, 4), (3, 5), (4, 5)))
    assert paired.canonical.operations == ("input", "a", "b", "identity", "concat")
    other = Architecture(("input", "a", "b", "concat"), ((0, 1), (0, 2), (0, 3), (1, 3), (2, 3)))
    assert paired != other


def test_many_equal_operations_side_by_side_are_numbered_at_once():
    n = 40
    wide = Architecture(
        ("input", *["conv"] * n, "output"),
        tuple((0, k) for k in range(1, n + 1)) + tuple((k, n + 1) for k in range(1, n + 1)),
    )
    assert wide.size == n
    assert wide.canonical == wide


@pytest.mark.parametrize(
    ("operations", "edges", "words"),
    [
        (("input", "zero", "output"), ((0, 1), (1, 2)), "nothing of an input"),
        (("input", "a", "output"), ((0, 1),), "nothing of an input"),
        (("input", "output"), (), "connect"),
        (("a", "output"), ((0, 1),), "begin with 'input'"),
        (("input", "a"), ((0, 1),), "end with 'output'"),
        (("input", "output", "output"), ((0, 1),), "one 'output'"),
        (("input", "a", "output"), ((1, 0),), "i < j"),
        (("input", "a", "output"), ((0, 7),), "< 3"),
        ("input", (), "names, one a node"),
    ],
)
def test_what_is_no_graph_is_refused(operations, edges, words):
    with pytest.raises(tw.errors.ArchitectureError, match=words):
        Architecture(operations, edges)
