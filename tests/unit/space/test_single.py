"""A single configuration goes through a space as one of many does, to the bit."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

import tunewright as tw

ODD = [0.0, 1.0, -1.0, 1e-5, 0.1, 1e-300, 1e22, 1e23, 1e40, 123.456]
ENDS = st.one_of(st.floats(-1e300, 1e300), st.sampled_from(ODD))
UNITS = st.one_of(st.floats(0.0, 1.0), st.sampled_from([0.0, -0.0, 5e-324, 0.25, 0.5, 1 - 2**-53, 1.0, 0.1, 1 / 3]))


def bits(array):
    return np.ascontiguousarray(array).view(np.uint64)


@settings(deadline=None, max_examples=150)
@given(ends=st.lists(st.tuples(ENDS, ENDS), min_size=2, max_size=5), units=st.lists(UNITS, min_size=5, max_size=5))
@example(ends=[(0.0, 1.0), (-5.0, 5.0)], units=[0.1, 0.3, 0.5, 1 / 3, 0.7])
@example(ends=[(0.0, 1e-30), (1e30, 1e31)], units=[0.1, 0.3, 0.5, 1 / 3, 0.7])
@example(ends=[(-1e-9, 1e9), (3.0, 3.0 + 2**-40)], units=[0.1, 0.5, 0.5, 1 / 3, 0.7])
def test_alone_and_among_others(ends, units):
    space = tw.Space({f"x{j}": tw.Float(min(pair), max(pair)) for j, pair in enumerate(ends)})
    row = np.array([units[: len(ends)]])
    many = np.repeat(row, 33, axis=0)  # more than go one by one
    natives, among = space.decode(row), space.decode(many)
    assert np.array_equal(bits(natives), bits(among[:1]))
    assert np.array_equal(bits(space.encode(natives)), bits(space.encode(among)[:1]))


def test_short_numbers_are_met():
    space = tw.Space(a=tw.Float(0.0, 1.0), b=tw.Float(-5.0, 5.0))
    unit = space.encode(space.natives([{"a": 0.3, "b": -1.7}]))
    assert space.configs(space.decode(unit)) == [{"a": 0.3, "b": -1.7}]
