"""The shortest number within reach, by its definition: of all that have so many digits."""

from __future__ import annotations

from hypothesis import assume, example, given
from hypothesis import strategies as st

from tunewright.space.decimals import DIGITS, shortest

NUMBERS = st.floats(1e-300, 1e300) | st.floats(1e-6, 1e6) | st.decimals(-1000, 1000, places=4).map(float)


@given(NUMBERS, st.floats(-12.3, 0.0), st.floats(-1.0, 1.0))
@example(9.9999999, -6.0, 0.0)
@example(0.1 + 0.2, -12.0, 0.0)
@example(-0.00123, -12.0, 0.3)
def test_no_number_with_fewer_digits_is_within_reach(near, power, beside):
    reach = abs(near) * 10.0**power
    number = near + beside * reach
    assume(abs(number) > reach and abs(number - float(f"{number:.{DIGITS - 1}e}")) <= reach)
    rounded = [float(f"{number:.{digits}e}") for digits in range(DIGITS)]
    assert shortest(number, reach) == next(short for short in rounded if abs(number - short) <= reach)


def test_zero_is_the_shortest_of_all():
    assert shortest(1e-9, 1e-8) == 0.0
    assert shortest(0.0, 0.0) == 0.0
