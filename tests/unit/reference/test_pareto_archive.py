"""The twin of the archive, by hand."""

from __future__ import annotations

from tunewright.reference.pareto import Archive


def test_points_come_and_go():
    archive = Archive([4, 4])
    assert (len(archive), archive.front.tolist(), archive.hypervolume) == (0, [], 0)
    assert archive.insert([[1, 3], [3, 1]]).tolist() == [0, 1]
    assert archive.insert([3, 3]).tolist() == [2]  # dominated by both
    assert archive.insert([2, 2]).tolist() == [3]
    assert (archive.front.tolist(), archive.hypervolume) == ([0, 1, 3], 6)
    assert archive.contributions.tolist() == [1, 1, 1]
    archive.remove([0, 1])
    assert (archive.front.tolist(), archive.hypervolume) == ([3], 4)  # the third is behind the fourth, too
    archive.remove(3)
    assert (archive.front.tolist(), archive.points.tolist(), archive.hypervolume) == ([2], [[3, 3]], 1)
    assert archive.insert([3, 3]).tolist() == [4]
    assert (archive.front.tolist(), archive.contributions.tolist(), len(archive)) == ([2, 4], [0, 0], 2)


def test_what_is_maximised_is_measured_from_below():
    archive = Archive([0, 10], maximize=[True, False])
    archive.insert([[2, 9], [5, 7], [4, 8]])
    assert (archive.front.tolist(), archive.hypervolume) == ([1], 15)
    assert archive.points.tolist() == [[5, 7]]
