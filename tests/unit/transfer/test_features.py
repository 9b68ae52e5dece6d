"""What is known of a task: every number by hand on data small enough for it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tunewright.errors import StudyError
from tunewright.space import Float, Space
from tunewright.transfer import Task, curve_features, data_features, network_features, relatives
from tunewright.transfer.kinship import distances


class TestData:
    def test_two_classes_told_by_one_column(self):
        found = data_features([[0.0], [0.0], [0.0], [1.0], [1.0], [1.0]], [0, 0, 0, 1, 1, 1])
        assert found == pytest.approx(
            {
                "data/log_rows": math.log(6),
                "data/log_columns": 0.0,
                "data/log_ratio": -math.log(6),
                "data/missing": 0.0,
                "data/skewness": 0.0,
                "data/kurtosis": 2.0,  # two values: a fourth moment of 1, and 3 is the normal's
                "data/correlation": 0.0,
                "data/components": 1.0,
                "data/log_classes": math.log(2),
                "data/class_entropy": 1.0,
                "data/smallest_class": 0.5,
                "data/information": 1.0,  # the column tells the class
                "landmark/neighbour": 1.0,
                "landmark/stump": 1.0,
                "landmark/linear": 1.0,
                "landmark/trivial": 1 / 6,  # without row 0 or 5 classes tie and the first counts; else the other leads
            },
            abs=1e-12,
        )

    def test_numbers_as_target(self):
        x = np.arange(6.0)[:, None]
        found = data_features(x, 2.5 * np.arange(6.0) + 0.1)
        assert found["landmark/neighbour"] == pytest.approx(1 - 12 / 35)  # each is one step off; the variance is 35/12
        assert found["landmark/linear"] == pytest.approx(1.0, abs=1e-3)
        assert found["data/target_correlation"] == pytest.approx(1.0)
        assert found["data/target_skewness"] == pytest.approx(0.0, abs=1e-12)
        assert "data/class_entropy" not in found

    def test_entropy_and_information(self):
        # three of four labels are "a": entropy .8113 bits; the column is independent of them
        labels = ["a", "a", "a", "b"] * 4
        column = np.repeat([0.0, 1.0], 8)[:, None]
        found = data_features(column, labels)
        assert found["data/class_entropy"] == pytest.approx(0.811278, abs=1e-6)
        assert found["data/smallest_class"] == 0.25
        assert found["data/information"] == pytest.approx(0.0, abs=1e-12)

    def test_columns_that_repeat_each_other_and_missing_numbers(self):
        x = np.array([[0.0, 5.0], [1.0, 4.0], [2.0, 3.0], [3.0, 2.0], [4.0, 1.0], [5.0, 0.0]])
        found = data_features(x, [0, 1, 0, 1, 0, 1])
        assert found["data/correlation"] == pytest.approx(1.0)
        assert found["data/components"] == 0.5
        x[2, 1] = math.nan
        assert data_features(x, [0, 1, 0, 1, 0, 1])["data/missing"] == pytest.approx(1 / 12)

    def test_a_stump_finds_the_column(self):
        rng = np.random.default_rng(0)
        x = rng.normal(size=(200, 3))
        found = data_features(x, (x[:, 1] > 0.3).astype(int))
        assert found["landmark/stump"] > 0.97 > found["landmark/linear"] > found["landmark/trivial"]

    def test_images_constant_columns_and_many_rows(self):
        rng = np.random.default_rng(1)
        x = np.concatenate([rng.normal(size=(3000, 2, 2)), np.ones((3000, 2, 1))], axis=2)
        labels = rng.integers(0, 3, 3000)
        found = data_features(x, labels)
        assert all(math.isfinite(value) for value in found.values())
        assert found["data/log_columns"] == pytest.approx(math.log(6))
        assert found == data_features(x, labels)

    @pytest.mark.parametrize(
        ("x", "y", "words"),
        [
            (np.zeros((4, 2)), np.arange(4), "n >= 5"),
            (np.zeros((6, 2)), np.arange(5), r"\(6, 2\) and \(5,\)"),
            (np.zeros(6), np.arange(6), "shape"),
            (np.full((6, 1), math.inf), np.arange(6), "infinite"),
            (np.zeros((6, 1)), np.zeros(6), "one class alone"),
            (np.zeros((6, 1)), np.full(6, 0.5), "constant"),
            ([["red"]] * 6, np.arange(6), "data_features: x must be numbers .*'red'"),
        ],
    )
    def test_refused(self, x, y, words):
        with pytest.raises(ValueError, match=words):
            data_features(x, y)

    def test_refused_kind(self):
        with pytest.raises(ValueError, match="kind must be"):
            data_features(np.zeros((6, 1)), np.arange(6), kind="ranking")


class TestNetworkAndCurve:
    def test_shapes_by_hand(self):
        found = network_features([(4, 3), (4,), (2, 4), (2,)], flops=math.e)
        assert found == pytest.approx(
            {
                "network/log_parameters": math.log(26),
                "network/log_layers": math.log(2),
                "network/log_width": 1.5 * math.log(2),
                "network/taper": -math.log(2),
                "network/log_kernel": 0.0,
                "network/log_flops": 1.0,
            }
        )
        assert network_features([(8, 3, 3, 3)])["network/log_kernel"] == pytest.approx(math.log(9))

    def test_a_curve_by_hand(self):
        # best so far 4 2 2 1: two thirds of the way after two; second differences 3, -3 in a range of 3
        assert curve_features([4.0, 2.0, 3.0, 1.0]) == pytest.approx(
            {"curve/first": 2 / 3, "curve/half": 2 / 3, "curve/tail": 0.0, "curve/rough": 1.0}
        )
        assert curve_features([1.0, 1.0, 1.0, 1.0]) == {
            "curve/first": 0.0, "curve/half": 0.0, "curve/tail": 0.0, "curve/rough": 0.0,
        }  # fmt: skip
        assert curve_features([3.0, 1.0, 1.0, 2.0])["curve/tail"] == 0.5

    def test_refused(self):
        for shapes in ([], [(3,)], [(0, 2)], [(2.5, 2)]):
            with pytest.raises(ValueError, match="network_features: expected"):
                network_features(shapes)
        with pytest.raises(ValueError, match="flops"):
            network_features([(2, 2)], flops=0.0)
        for losses in ([1.0, 2.0, 3.0], [1.0, math.nan, 2.0, 3.0]):
            with pytest.raises(ValueError, match="four finite losses"):
                curve_features(losses)
        with pytest.raises(ValueError, match="curve_features: losses must be numbers"):
            curve_features(["low", "high"])


def task(name, **features):
    return Task(name, Space(x=Float(0, 1)), np.zeros((3, 1)), np.arange(3.0), features=features)


class TestRelatives:
    def test_distances_by_hand(self):
        past = [task("a", f=0.0, g=10.0), task("b", f=1.0, g=20.0), task("c", f=0.5), task("d", h=1.0)]
        # ranges 1 and 10; what c lacks counts as half a range
        assert distances(past, {"f": 0.2, "g": 20.0}) == pytest.approx([0.6, 0.4, 0.4, math.inf])
        assert [t.name for t in relatives(past, {"f": 0.2, "g": 20.0}, 4)] == ["b", "c", "a"]
        assert [t.name for t in relatives(past, {"f": 0.2, "g": 20.0, "far": 1e9}, 1)] == ["b"]

    def test_the_new_task_stretches_the_range(self):
        assert distances([task("a", f=0.0), task("b", f=1.0)], {"f": 4.0}) == pytest.approx([1.0, 0.75])

    def test_equal_features_and_infinite_ones(self):
        past = [task("a", f=1.0, g=math.inf), task("b", f=1.0)]
        assert distances(past, {"f": 1.0, "g": 2.0}).tolist() == [0.0, 0.0]

    def test_nothing_in_common(self):
        with pytest.raises(StudyError, match="they have f, it has g, h; describe both by the same"):
            relatives([task("a", f=1.0)], {"g": 1.0, "h": 2.0})
        with pytest.raises(StudyError, match="it has none; describe both"):
            relatives([task("a", f=1.0)], {})
        with pytest.raises(StudyError, match="no past task to compare with: search first"):
            relatives([], {"g": 1.0})
        with pytest.raises(StudyError, match="none of the 2 past tasks has features: give them some"):
            relatives([task("a"), task("b")], {"g": 1.0})
        with pytest.raises(ValueError, match="count"):
            relatives([task("a", f=1.0)], {"f": 1.0}, 0)
