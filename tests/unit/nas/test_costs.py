"""Costs of networks."""

from __future__ import annotations

import numpy as np
import pytest

from tunewright import nas
from tunewright.training import Network
from tunewright.training.layers import BatchNorm, Linear


def made():
    return Network([Linear(3, 2), BatchNorm(2)], np.random.default_rng(0))


def test_parameters_by_hand():
    assert nas.parameters(made()) == 3 * 2 + 2 + 2 + 2


def test_latency_is_the_median(monkeypatch):
    ticks = iter([0.0, 5.0, 10.0, 11.0, 20.0, 22.0])  # 5, 1 and 2 seconds
    monkeypatch.setattr("tunewright.nas.costs.time.perf_counter", lambda: next(ticks))
    assert nas.latency(made(), np.ones((4, 3)), repeats=3) == 2.0


def test_latency_leaves_the_network_alone():
    network = made()
    before = network.parameters.copy(), network.running.copy()
    assert nas.latency(network, np.ones((4, 3))) >= 0.0
    assert np.array_equal(before[0], network.parameters)
    assert np.array_equal(before[1], network.running)


def test_what_cannot_be():
    with pytest.raises(ValueError, match="repeats must be 1 or more"):
        nas.latency(made(), np.ones((4, 3)), repeats=0)
    with pytest.raises(ValueError, match="inputs must be examples"):
        nas.latency(made(), np.ones(3))
    with pytest.raises(TypeError, match="network must be"):
        nas.parameters(Linear(3, 2))
