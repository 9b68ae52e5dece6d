"""Encodings of architectures, by hand."""

import numpy as np
import pytest

import tunewright as tw
from tunewright.nas import Architecture, encoded, kernel, neighbourhoods, paths

CHAIN = Architecture(("input", "a", "b", "output"), ((0, 1), (1, 2), (2, 3)))
DIAMOND = Architecture(("input", "a", "b", "c", "output"), ((0, 1), (0, 2), (1, 3), (2, 3), (3, 4), (0, 4)))


def test_paths_by_hand():
    assert paths(CHAIN) == {"input>a>b>output": 1}
    assert paths(DIAMOND) == {"input>a>c>output": 1, "input>b>c>output": 1, "input>output": 1}
    assert paths(DIAMOND, length=1) == {"input>output": 1}


def test_a_way_that_is_there_twice_counts_twice():
    twice = Architecture(("input", "a", "output"), ((0, 1), (1, 2), (1, 2)))
    assert paths(twice) == {"input>a>output": 2}


def test_neighbourhoods_by_hand():
    assert neighbourhoods(CHAIN, depth=0) == {"input": 1, "a": 1, "b": 1, "output": 1}
    counts = neighbourhoods(DIAMOND, depth=1)
    assert sum(counts.values()) == 10 and counts["c"] == 1
    swapped = Architecture(("input", "b", "a", "output"), ((0, 1), (1, 2), (2, 3)))
    assert neighbourhoods(CHAIN, depth=0) == neighbourhoods(swapped, depth=0)
    assert neighbourhoods(CHAIN, depth=1) != neighbourhoods(swapped, depth=1)


def test_isomorphic_graphs_have_one_encoding():
    other = Architecture(
        ("input", "b", "zero", "a", "c", "output"), ((0, 1), (0, 2), (0, 3), (1, 4), (3, 4), (2, 5), (4, 5), (0, 5))
    )
    rows, names = encoded([DIAMOND, other, CHAIN])
    assert np.array_equal(rows[0], rows[1]) and not np.array_equal(rows[0], rows[2])
    assert rows.shape == (3, len(names)) and list(names) == sorted(names)


def test_the_kernel_is_the_cosine_of_the_counts():
    k = kernel([CHAIN, DIAMOND], [CHAIN, DIAMOND], lambda graph: neighbourhoods(graph, depth=0))
    assert np.allclose(k, [[1.0, 4 / np.sqrt(4 * 5)], [4 / np.sqrt(4 * 5), 1.0]])
    assert np.linalg.eigvalsh(kernel([CHAIN, DIAMOND], [CHAIN, DIAMOND])).min() > -1e-12


def test_an_empty_list_is_refused():
    with pytest.raises(tw.errors.ArchitectureError, match="empty"):
        kernel([], [CHAIN])
