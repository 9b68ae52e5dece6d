"""The archive: what it refuses, and what it does not change."""

from __future__ import annotations

import numpy as np
import pytest

from tunewright.numerics.pareto import Archive


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Archive(3.0), ValueError, r"reference: expected one number for each objective, got shape \(\)"),
        (lambda: Archive([]), ValueError, "reference: expected one number for each objective"),
        (lambda: Archive([1, np.inf]), ValueError, "reference: expected finite"),
        (lambda: Archive(["a"]), TypeError, "reference: expected real numbers"),
        (lambda: Archive([1, 2], maximize=[True]), ValueError, "maximize: expected one bool for each of 2"),
        (lambda: Archive([1, 2]).insert([1, 2, 3]), ValueError, r"losses: expected 2 objectives, .* got shape \(3,\)"),
        (lambda: Archive([1, 2]).insert(["a", "b"]), TypeError, "losses: expected real numbers"),
        (lambda: Archive([1, 2]).insert(1.0), ValueError, "losses: expected shape"),
        (lambda: Archive([1, 2]).remove(0), ValueError, "numbers: expected an integer"),
        (lambda: Archive([1, 2]).remove([0.5]), TypeError, "numbers: expected an integer"),
    ],
)
def test_what_is_wrong_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_point_goes_once():
    archive = Archive([4.0, 4.0])
    archive.insert([[1, 3], [3, 1], [2, 2]])
    archive.remove(1)
    with pytest.raises(ValueError, match=r"numbers: .*\[1\] were removed before"):
        archive.remove([0, 1])
    assert archive.front.tolist() == [0, 2]  # nothing was removed by the call that failed


def test_nothing_handed_out_or_taken_in_is_shared():
    losses = np.array([[1.0, 3.0], [3.0, 1.0]])
    losses.flags.writeable = False
    archive = Archive([4.0, 4.0])
    archive.insert(losses)
    for handed in (archive.front, archive.points, archive.contributions):
        handed[:] = 9
    assert archive.front.tolist() == [0, 1]
    assert archive.points.tolist() == losses.tolist()
    assert archive.contributions.tolist() == [2.0, 2.0]


def test_no_points():
    archive = Archive([1, 2, 3])
    assert archive.insert([]).tolist() == archive.insert(np.empty((0, 3))).tolist() == []
    assert (len(archive), archive.hypervolume, archive.points.shape) == (0, 0.0, (0, 3))
    assert archive.contributions.tolist() == []
    archive.remove([])
