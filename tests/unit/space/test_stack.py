"""Columns that go through their lines together come out as they would alone, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunewright.space import Categorical, Float, Int, Space

ENDS = st.tuples(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300)).map(sorted)
POSITIVE = st.tuples(st.floats(1e-300, 1e300), st.floats(1e-300, 1e300)).map(sorted)
DOMAINS = st.one_of(
    ENDS.map(lambda ends: Float(*ends)),
    st.tuples(st.floats(-10, 0), st.floats(0.1, 10)).map(lambda ends: Float(*ends)),
    POSITIVE.map(lambda ends: Float(*ends, log=True)),
    st.just(Float(1e-5, 0.1, log=True)),
    st.just(Int(1, 9)),
    st.just(Categorical("a", "b")),
)
COORDINATES = st.floats(0, 1) | st.just(np.nan)


@given(st.lists(DOMAINS, min_size=1, max_size=8), st.data())
def test_a_space_does_to_each_column_what_its_domain_does_alone(domains, data):
    space = Space({f"p{j}": domain for j, domain in enumerate(domains)})
    rows = data.draw(st.lists(st.tuples(*[COORDINATES] * len(domains)), min_size=0, max_size=3))
    unit = np.array(rows, dtype=np.float64).reshape(-1, len(domains))
    natives = space.decode(unit)
    back = space.encode(natives)
    for j, domain in enumerate(domains):
        assert np.array_equal(natives[:, j], domain.decode(unit[:, j]), equal_nan=True)
        assert np.array_equal(back[:, j], domain.encode(natives[:, j]), equal_nan=True)


@pytest.mark.parametrize("log", [False, True])
def test_values_that_no_formula_inverts_are_found_in_a_stack_too(log):
    space = Space(a=Float(0.1, 0.7, log=log), b=Float(1e-5, 3.0, log=log), c=Float(1.0, 2.0, log=log))
    natives = space.decode(np.random.default_rng(3).random((2000, 3)))
    assert np.array_equal(space.decode(space.encode(natives)), natives)
