"""LearnedStopping: shares, limits and decisions by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.unit.schedulers.test_decisions import GO, STOP, decisions

import tunewright as tw
from tunewright.errors import StudyError
from tunewright.schedulers.looks import keep_of, limits_of, looks_of, price_of, shares_of
from tunewright.transfer import Task


def task(losses, steps=None, name="past"):
    """A task whose curves are the rows of ``losses``, at steps 1, 2, …; NaN where one has ended."""
    losses = np.asarray(losses, dtype=float)
    steps = range(1, losses.shape[1] + 1) if steps is None else steps
    curves = [(row, s, v) for row, curve in enumerate(losses) for s, v in zip(steps, curve, strict=True) if v == v]
    space = tw.Space(x=tw.Float(0, 1))
    return Task(name, space, np.full((len(losses), 1), 0.5), losses[:, -1], curves=np.array(curves))


# the winner is the first curve: two of five are ahead of it at step 1, one at step 2
SLOW = [[3.0, 2.0, 0.0], [1.0, 1.5, 1.0], [2.0, 3.0, 2.0], [4.0, 4.0, 3.0], [5.0, 5.0, 4.0]]
# the winner is the second curve: one ahead at step 1, none at step 2
FAST = [[1.0, 2.0, 2.0], [2.0, 1.0, 1.0], [3.0, 3.0, 3.0], [4.0, 4.0, 4.0], [5.0, 5.0, 5.0]]


class TestLimits:
    def test_shares_by_hand(self):
        losses = np.array([[3.0, 1.0], [1.0, math.nan], [2.0, 1.0], [4.0, 9.0]])
        assert shares_of(losses).tolist() == [[0.5, 0.0], [0.0, 0.75], [0.25, 0.0], [0.75, 0.5]]

    def test_limits_are_the_lowest_quantile_that_keeps_enough_winners(self):
        past = [task(SLOW), task(FAST)]
        assert limits_of(past, [1, 2], 3, 0.5, 5) == [0.2, 0.0]  # the winner of FAST alone
        assert limits_of(past, [1, 2], 3, 0.6, 5) == [0.4, 0.2]  # both

    def test_more_than_one_winner_of_a_task(self):
        # of FAST the best two: the first curve is ahead of all at step 1, behind one at step 2
        assert limits_of([task(FAST)], [1, 2], 3, 1.0, 2) == [0.2, 0.2]

    def test_curves_that_ended_before_count_as_behind(self):
        stopped = [*SLOW, [0.0, math.nan, math.nan], [0.1, math.nan, math.nan]]
        assert limits_of([task(stopped)], [1, 2], 3, 1.0, 7) == pytest.approx([4 / 7, 1 / 7])

    def test_looks_stand_at_steps_that_all_tasks_report(self):
        long = task(np.tile(np.arange(1.0, 53.0), (5, 1)))
        assert looks_of([long], None) == ([1, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45], 52)
        assert looks_of([long], 20)[0] == [1, 2, 3, 4, 6, 8, 11, 16]
        rare = task(np.tile(np.arange(1.0, 6.0), (5, 1)), steps=[10, 20, 30, 40, 50])
        assert looks_of([long, rare], None) == ([10, 20, 30, 40], 50)

    def test_what_fit_makes_of_them(self):
        fitted = tw.LearnedStopping.fit([task(SLOW), task(FAST)], keep=0.6, search=5)
        assert fitted == tw.LearnedStopping(3, [(1, 0.4), (2, 0.2)])


class TestKeeping:
    def test_the_price_of_a_winner_by_hand(self):
        slow = np.array(SLOW)
        # nobody is stopped: five curves of three steps for two winners (search=2: the best two of five)
        assert price_of(slow, [1.0, 1.0], [1, 2], 3, 2) == 15 / 2
        # shares at step 1 are .4 0 .2 .6 .8: three go on; at step 2 .2 0 .4 of all five: two go on, both winners
        assert price_of(slow, [0.4, 0.2], [1, 2], 3, 2) == (5 + 3 + 2) / 2
        # at step 1 the second alone goes on, one of the two winners
        assert price_of(slow, [0.0, 1.0], [1, 2], 3, 2) == 5 + 1 + 1

    def test_without_winners_half_a_one_counts_and_curves_that_ended_are_stopped(self):
        losses = np.array([[2.0, 2.0, 0.0], [1.0, math.nan, math.nan]])
        assert price_of(losses, [0.0, 1.0], [1, 2], 3, 2) == (2 + 1 + 0) / 0.5

    def test_a_winner_from_the_very_back_is_given_up_and_one_that_costs_nothing_is_not(self):
        parallel = np.tile(np.linspace(0.0, 1.0, 100)[:, None], (1, 9))
        assert keep_of([task(parallel)] * 4, [1, 3, 6], 9, 20) == 1.0  # all five are in front at every look
        late = parallel.copy()
        late[99, -1] = -1.0  # of the best five one is behind all others until the last step
        assert 0.6 <= keep_of([task(late)] * 4, [1, 3, 6], 9, 20) <= 0.8

    def test_the_tasks_choose_unless_it_is_given(self):
        past = [task(np.random.default_rng(k).random((40, 1)) + np.linspace(1, 0, 9) ** 2) for k in range(3)]
        steps, last = looks_of(past, None)
        chosen = keep_of(past, steps, last, 8)
        assert tw.LearnedStopping.fit(past, search=8) == tw.LearnedStopping.fit(past, search=8, keep=chosen)
        assert keep_of(past[:1], steps, last, 8) == 0.7


def test_decisions_by_hand():
    scheduler = tw.LearnedStopping(9, [(1, 0.5), (3, 0.25)])
    reports = [
        (0, 1, 0.5),  # nobody else
        (1, 1, 0.6),  # 1 ahead > 0.5 * 2? no
        (2, 1, 0.7),  # 2 > 1.5
        (3, 1, 0.4),  # the best
        (0, 2, 9.0),  # no look
        (0, 3, 0.3),
        (1, 3, 0.35),  # 1 ahead > 0.25 * 4? no
        (3, 4, 0.36),  # the look at 3, a step late: 2 > 1
        (1, 9, 9.0),
    ]
    assert decisions(scheduler, reports) == [GO, GO, STOP, GO, GO, GO, GO, STOP, GO]


def test_a_look_is_taken_once_and_an_earlier_step_is_none():
    scheduler = tw.LearnedStopping(9, [(1, 0.0), (3, 0.0)])
    assert decisions(scheduler, [(0, 1, 0.1), (1, 3, 0.2), (1, 1, 9.0), (1, 4, 9.0), (0, 3, 9.0)]) == [
        GO, GO, GO, GO, STOP,
    ]  # fmt: skip


def test_a_report_of_the_last_step_stops_nobody():
    assert decisions(tw.LearnedStopping(9, [(1, 0.0)]), [(0, 1, 0.1), (1, 9, 5.0)]) == [GO, GO]


class TestRefusals:
    def test_tasks(self):
        with pytest.raises(StudyError, match="learns of tasks with learning curves; got none"):
            tw.LearnedStopping.fit([])
        with pytest.raises(StudyError, match=r"'past' has 0 curves that reach step 9 .*step 3.*lower max_resource"):
            tw.LearnedStopping.fit([task(SLOW)], 9)
        with pytest.raises(StudyError, match="'short' has 4 curves"):
            tw.LearnedStopping.fit([task(SLOW), task(SLOW[:4], name="short")])
        with pytest.raises(StudyError, match="nowhere to look"):
            tw.LearnedStopping.fit([task([[1.0]] * 5)])
        with pytest.raises(StudyError, match="takes tw.transfer.Task objects; got Study"):
            tw.LearnedStopping.fit([tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss")])
        plain = Task("plain", tw.Space(x=tw.Float(0, 1)), np.zeros((9, 1)), np.zeros(9))
        with pytest.raises(StudyError, match="'plain' has 0 curves"):
            tw.LearnedStopping.fit([plain])

    @pytest.mark.parametrize(("name", "value"), [("keep", 0.0), ("keep", 1.5), ("keep", True), ("search", 1)])
    def test_options(self, name, value):
        with pytest.raises(StudyError, match=rf"fit\({name}=\.\.\.\).*got {value!r}"):
            tw.LearnedStopping.fit([task(SLOW)], **{name: value})
