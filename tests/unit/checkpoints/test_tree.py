"""A state written and read again is the same, and equal states are equal bytes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hn

from tunewright.checkpoints.tree import MAGIC, packed, unpacked

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
_ARRAYS = hn.arrays(
    st.sampled_from(["f8", "f4", ">f8", "i8", "u1", "?", "c16", "U3", "S4", "M8[s]"]),
    hn.array_shapes(min_dims=0, min_side=0),
)
_STATES = st.recursive(
    _SCALARS | _ARRAYS,
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def same(a: Any, b: Any) -> bool:
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, float):
        return a == b or (math.isnan(a) and math.isnan(b))
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    return bool(a == b)


@given(_STATES)
def test_what_comes_back_is_what_went_in(state: Any) -> None:
    body = b"".join(packed(state))
    assert body.startswith(MAGIC)
    assert same(unpacked(body), state)
    assert b"".join(packed(unpacked(body))) == body


def test_numpy_scalars_stay_numpy_scalars() -> None:
    back = unpacked(b"".join(packed({"step": np.int32(7), "rate": np.float64(0.5)})))
    assert type(back["step"]) is np.int32 and back["step"] == 7
    assert type(back["rate"]) is np.float64 and back["rate"] == 0.5


def test_arrays_may_be_views_of_any_order_and_come_back_writable() -> None:
    array = np.arange(24.0).reshape(4, 6)[::2, ::-1].T
    back = unpacked(b"".join(packed(array)))
    assert np.array_equal(back, array)
    back[0, 0] = -1.0


@pytest.mark.parametrize(
    ("state", "where"),
    [
        ({"net": [1, object()]}, r"state\['net'\]\[1\] is object"),
        (np.array([object()]), "dtype object"),
        ({3: 1}, "the key 3"),
        ({1, 2}, "state is set"),
        (np.zeros(2, dtype=[("a", "f8")]), "dtype"),
    ],
)
def test_what_is_not_plain_is_refused_by_its_place(state: Any, where: str) -> None:
    with pytest.raises(TypeError, match=where):
        list(packed(state))


def test_other_bytes_are_no_state() -> None:
    with pytest.raises(ValueError, match="begins with"):
        unpacked(b"PK\x03\x04")
