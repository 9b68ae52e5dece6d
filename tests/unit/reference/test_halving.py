"""The twins of the halving room, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tunewright.reference.halving import Ranking, Rungs, brackets, epsilon_net, leaders, levels


def test_levels_are_exact_powers():
    assert levels(1, 243, 3) == [1, 3, 9, 27, 81, 243]  # log(243, 3) is 4.999… in floating point
    assert levels(1, 1000, 10) == [1, 10, 100, 1000]
    assert levels(2, 50, 3) == [2, 6, 18, 50]
    assert levels(5, 5, 2) == [5]


def test_brackets_are_the_table_of_the_paper():
    table = {
        4: ([81, 27, 9, 3, 1], [1, 3, 9, 27, 81]),
        3: ([34, 11, 3, 1], [3, 9, 27, 81]),
        2: ([15, 5, 1], [9, 27, 81]),
        1: ([8, 2], [27, 81]),
        0: ([5], [81]),
    }
    assert brackets(1, 81, 3) == [table[s] for s in (4, 3, 2, 1, 0)]
    assert [len(sizes) for sizes, _ in brackets(1, 243, 3)] == [6, 5, 4, 3, 2, 1]
    assert brackets(1, 8, 2) == [([8, 4, 2, 1], [1, 2, 4, 8]), ([6, 3, 1], [2, 4, 8]), ([4, 2], [4, 8]), ([4], [8])]
    assert brackets(1, 100, 3)[0][1] == [1, 3, 11, 33, 100]


def test_a_ranking_counts():
    ranking = Ranking()
    assert [ranking.insert(*trial) for trial in [(0, 2.0), (1, 1.0), (2, 1.0), (3, 0.0, 5.0), (4, np.nan)]] == [
        0, 0, 1, 3, None
    ]  # fmt: skip
    assert len(ranking) == 4
    assert [ranking.better(1.0), ranking.better(2.0), ranking.better(9.0), ranking.better(0.0, 5.0)] == [0, 2, 3, 3]


def test_a_rung_by_hand():
    rungs = Rungs([1, 3, 9], 3)
    assert [rungs.enter(trial, 1, loss) for trial, loss in enumerate([0.5, 0.6, 0.4])] == [1, 2, 1]
    assert rungs.promotable(9) == [2]
    assert rungs.enter(2, 2, 0.0) == 0  # on its way to 3
    assert rungs.enter(2, 3, 0.3) == 1
    assert rungs.promotable(9) == []
    assert [rungs.enter(trial, 1, 0.45) for trial in (3, 4, 5)] == [2, 2, 2]
    assert rungs.promotable(9) == [3]  # two of six go on, and the first has: of equals the lower number is next
    rungs.settle(3)
    assert rungs.promotable(9) == []
    assert rungs.sizes() == [6, 1, 0] and rungs.rung(2) == 1 and rungs.rung(9) is None
    assert rungs.best(0, 2) == [2, 3]


def test_who_breaks_a_constraint_comes_last():
    rungs = Rungs([1, 3], 2)
    rungs.enter(0, 1, 0.1, 2.0)
    rungs.enter(1, 1, 0.9)
    assert rungs.promotable(9) == [1]


def test_the_ceiling_grows_when_places_are_swapped():
    rungs = Rungs([1, 2, 4, 8], 2, 0.1)
    for trial, loss in enumerate([0.5, 0.55, 0.9]):
        rungs.enter(trial, 1, loss)
    rungs.enter(0, 2, 0.5)
    rungs.enter(1, 2, 0.4)
    assert rungs.ceiling == 1  # they were closer than the tolerance
    rungs.enter(2, 2, 0.3)
    assert rungs.ceiling == 2
    assert rungs.promotable(9) == [2]


def test_a_net_is_spread_out():
    line = [[0.0, 1.0], [0.1, 0.9], [0.5, 0.5], [0.9, 0.1], [1.0, 0.0]]
    assert epsilon_net(line, 4).tolist() == [0, 4, 2, 1]
    assert epsilon_net([[1.0, 3.0], [1.0, 3.0]], 9).tolist() == [0, 1]
    assert epsilon_net([[np.nan, 0.0], [0.0, 0.0]], 9).tolist() == [1]
    assert epsilon_net([[np.inf, 0.0], [0.0, 0.0], [1.0, 0.0]], 2).tolist() == [1, 0]


def test_leaders_come_from_the_front():
    losses = [[1.0, 1.0], [0.0, 2.0], [2.0, 2.0], [0.0, 0.0]]
    assert leaders(losses, np.zeros(4), 1).tolist() == [3]
    assert leaders(losses, np.zeros(4), 2).tolist() == [1, 3]
    assert leaders(losses, [0.0, 0.0, 0.0, 1.0], 3).tolist() == [0, 1, 2]
    assert leaders(losses, [0.0, 9.0, 2.0, 1.0], 2).tolist() == [0, 3]


@pytest.mark.parametrize("resources", [(0, 9, 3), (10, 9, 3), (1, 9, 1)])
def test_refused(resources):
    with pytest.raises(ValueError, match="expected"):
        levels(*resources)
