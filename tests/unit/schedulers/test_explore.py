"""Explored configurations: what moves, how far, and what stays allowed."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

import tunewright as tw
from tunewright.schedulers.explore import explored, moved


@pytest.mark.parametrize(
    ("domain", "native", "up", "down"),
    [
        (tw.Float(1e-5, 1e-1, log=True), 1e-3, 1.2e-3, 0.8e-3),
        (tw.Float(1e-5, 1e-1, log=True), 0.09, 0.1, 0.072),  # held within its range
        (tw.Float(0.0, 1.0), 0.5, 0.6, 0.4),
        (tw.Float(0.0, 1.0), 0.0, 0.02, 0.0),  # zero times anything would stay zero
        (tw.Float(-1.0, 1.0), -0.5, -0.4, -0.6),
        (tw.Float(0.0, 1.0, step=0.25), 0.5, 0.75, 0.25),  # a fifth of it is less than a step
        (tw.Int(1, 100), 50.0, 60.0, 40.0),
        (tw.Int(1, 100), 2.0, 4.0, 1.0),
        (tw.Int(1, 8, log=True), 2.0, 3.0, 1.0),
        (tw.PowerOfTwo(16, 512), 64.0, 128.0, 32.0),
        (tw.PowerOfTwo(16, 512), 512.0, 512.0, 256.0),
        (tw.Ordinal("s", "m", "l"), 1.0, 2.0, 0.0),
        (tw.Ordinal("s", "m", "l"), 2.0, 2.0, 1.0),
        (tw.Categorical("a", "b"), 1.0, 1.0, 1.0),
    ],
)
def test_how_far_each_kind_moves(domain, native, up, down) -> None:
    assert moved(domain, native, 1.2) == pytest.approx(up, rel=1e-12)
    assert moved(domain, native, 0.8) == pytest.approx(down, rel=1e-12)


def test_a_distribution_without_bounds_moves_within_its_bulk() -> None:
    space = tw.Space(x=scipy.stats.norm(0.0, 1.0))
    assert 0.0 < moved(space["x"], 0.0, 1.2) < 1.0


SPACE = tw.Space(
    lr=tw.Float(1e-5, 1e-1, log=True),
    width=tw.PowerOfTwo(16, 512),
    depth=tw.Int(1, 4),
    kind=tw.Categorical("sgd", "adam"),
    momentum=tw.Float(0.8, 0.99, when=tw.when("kind", "sgd")),
    size=tw.Ordinal(1, 2, 4),
)
SPACE.forbid("width * depth > 1024")


@given(seed=st.integers(0, 10_000), resample=st.sampled_from([0.0, 0.25, 1.0]))
def test_a_child_is_a_configuration_of_the_space(seed: int, resample: float) -> None:
    draws = np.random.default_rng(seed)
    parent = SPACE.decode(draws.random((1, 6)))
    if not SPACE.feasible(parent)[0]:
        return
    child = explored(SPACE, parent[0], draws, resample=resample, factors=(0.8, 1.2))
    assert SPACE.feasible(child[None, :])[0]
    config = SPACE.configs(child[None, :])[0]
    assert np.array_equal(SPACE.natives([config])[0], child, equal_nan=True)
    assert ("momentum" in config) == (config["kind"] == "sgd")
    if resample == 0.0:
        assert child[3] == parent[0, 3]
        assert child[0] / parent[0, 0] == pytest.approx(0.8, rel=1e-6) or child[0] == pytest.approx(
            min(parent[0, 0] * 1.2, 0.1), rel=1e-6
        ) or child[0] == 1e-5  # fmt: skip


def test_what_becomes_active_is_drawn() -> None:
    parent = SPACE.natives([{"lr": 1e-3, "width": 64, "depth": 2, "kind": "adam", "size": 2}])[0]
    children = [explored(SPACE, parent, np.random.default_rng(k), resample=1.0, factors=(0.8, 1.2)) for k in range(20)]
    active = [child[4] for child in children if child[3] == 0.0]
    assert len(set(active)) == len(active) > 3 and all(0.8 <= value <= 0.99 for value in active)


def test_where_nothing_is_allowed_the_parent_stays() -> None:
    space = tw.Space(x=tw.Float(0.0, 1.0))
    space.forbid("x != 0.5")
    parent = np.array([0.5])
    assert explored(space, parent, np.random.default_rng(0), resample=0.0, factors=(0.8, 1.2)) is parent
