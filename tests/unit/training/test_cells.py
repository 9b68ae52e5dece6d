"""Filters, gates and cells from their definitions; networks that share arrays."""

from __future__ import annotations

import numpy as np
import pytest

from tunewright.training import Network
from tunewright.training.cellular import cell_sides, cellular, positions
from tunewright.training.layers import (
    Chain,
    Convolution,
    Depthwise,
    Gated,
    Graph,
    Identity,
    Linear,
    MaxFilter,
    MeanFilter,
    PairPool,
    Patches,
    ReLU,
    Residual,
    Windows,
    Zero,
)
from tunewright.training.operations import OPERATIONS, operation, operation_cost
from tunewright.training.part import Part


def column(*values):
    return np.array(values, dtype=float)[:, None]


class TestFilters:
    def test_windows_by_hand(self):
        assert Windows(3, 3).predict({}, column(1, 2, 3)).tolist() == [[0, 1, 2], [1, 2, 3], [2, 3, 0]]

    def test_windows_do_not_look_into_the_next_signal(self):
        assert Windows(2, 3).predict({}, column(1, 2, 3, 4)).tolist() == [[0, 1, 2], [1, 2, 0], [0, 3, 4], [3, 4, 0]]

    def test_a_mean_counts_only_what_is_there(self):
        assert MeanFilter((3,)).predict({}, column(1, 2, 6)).tolist() == [[1.5], [3], [4]]
        square = MeanFilter((2, 2)).predict({}, column(1, 2, 3, 6))
        assert square.tolist() == [[3]] * 4

    def test_a_mean_wider_than_the_signal_is_that_of_all(self):
        assert np.allclose(MeanFilter((3,), 9).predict({}, column(1, 2, 6)), 3.0)

    def test_pairs_by_hand(self):
        x = column(1, 5, 4, 2, 9)
        assert PairPool(5, "max").predict({}, x).tolist() == [[5], [4]]
        assert PairPool(5, "mean").predict({}, x).tolist() == [[3], [3]]

    @pytest.mark.parametrize("kernel", [1, 3, 5])
    def test_a_convolution_is_its_patches_times_its_weights(self, kernel):
        rng = np.random.default_rng(0)
        layer, x = Convolution((3, 2), kernel, 2, 4), rng.standard_normal((12, 2))
        held = layer.initial(rng)
        expected = Patches(3, 2, kernel).predict({}, x) @ held["weight"].reshape(-1, 4)
        assert np.allclose(layer.predict(held, x), expected, rtol=1e-13)

    @pytest.mark.parametrize("sides", [(), (2, 2, 2), (0,)])
    def test_sides_of_neither_signals_nor_images(self, sides):
        with pytest.raises(ValueError, match="sides must be"):
            Convolution(sides, 3, 1, 1)
        with pytest.raises(ValueError, match="sides must be"):
            MeanFilter(sides)

    @pytest.mark.parametrize("make", [lambda: Windows(4, 2), lambda: MeanFilter((4,), 2)])
    def test_even_kernels(self, make):
        with pytest.raises(ValueError, match="odd"):
            make()

    def test_one_sample_cannot_be_paired(self):
        with pytest.raises(ValueError, match="2 or more"):
            PairPool(1)


class TestGated:
    def test_a_weighted_sum(self):
        layer = Gated((Zero(), Identity(), ReLU()))
        x = column(-1, 2)
        assert layer.predict({"gates": np.array([5.0, 2.0, 0.5])}, x).tolist() == [[-2], [5]]

    def test_closed_operations_are_not_computed_and_have_no_slope(self):
        class Refusing(Identity):
            def predict(self, held, x):
                raise AssertionError("computed behind a closed gate")

        layer = Gated((Refusing(), Linear(2, 2)))
        rng = np.random.default_rng(0)
        held = {**layer.initial(rng), "gates": np.array([0.0, 1.0])}
        slopes = {slot.name: np.full(slot.shape, 7.0) for slot in layer.slots}
        x = rng.standard_normal((3, 2))
        y, cache = layer.forward(held, x, None)
        dx = layer.backward(held, cache, np.ones((3, 2)), slopes)
        assert np.allclose(y, x @ held["1.weight"])
        assert np.allclose(dx, np.ones((3, 2)) @ held["1.weight"].T)
        assert slopes["gates"][0] == 0.0

    def test_all_gates_closed(self):
        layer = Gated((Identity(), Linear(1, 1)))
        held = {**layer.initial(np.random.default_rng(0)), "gates": np.zeros(2)}
        slopes = {slot.name: np.full(slot.shape, 7.0) for slot in layer.slots}
        y, cache = layer.forward(held, column(1, 2), None)
        assert not y.any()
        assert not layer.backward(held, cache, column(1, 1), slopes).any()
        assert not any(slope.any() for slope in slopes.values())

    def test_no_operations(self):
        with pytest.raises(ValueError, match="operations must hold at least one layer"):
            Gated(())


class TestGraph:
    def test_nodes_are_sums(self):
        # a = relu(x), b = a + x, y = relu(b) + x
        layers, sources = (ReLU(), Identity(), ReLU(), Identity()), ((0,), (0, 1), (2,), (3, 0))
        assert Graph((1,), layers, sources).predict({}, column(-1, 2)).tolist() == [[-1], [6]]

    def test_parts_side_by_side_and_sums_of_different_widths(self):
        x = np.array([[1.0, 2.0, 5.0]])
        parts = Graph((2, 1), (Identity(), Identity()), ((1,), (2, 0)), beside=frozenset({1}))
        assert parts.predict({}, x).tolist() == [[5, 1, 2]]
        assert Graph((2, 1), (Identity(),), ((1, 0),)).predict({}, x).tolist() == [[6, 2]]

    def test_inputs_stay_as_they_are(self):
        x = column(1, 2)
        Graph((1,), (Identity(), Identity()), ((0, 0), (0, 1))).forward({}, x, None)
        assert x.tolist() == [[1], [2]]

    def test_what_has_no_sources_is_not_computed_and_what_nobody_reads_has_no_slope(self):
        class Refusing(Linear):
            def predict(self, held, x):
                raise AssertionError("computed")

        graph = Graph((2,), (Refusing(2, 2), Linear(2, 2), Linear(2, 2)), ((), (0,), (0,)))
        assert {slot.name for slot in graph.slots} == {"1.weight", "1.bias", "2.weight", "2.bias"}
        held = graph.initial(np.random.default_rng(0))
        slopes = {name: np.full(array.shape, 7.0) for name, array in held.items()}
        y, cache = graph.forward(held, np.ones((3, 2)), None)
        graph.backward(held, cache, np.ones_like(y), slopes)
        assert not slopes["1.weight"].any()
        assert (slopes["2.weight"] == 3.0).all()

    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            (((1,), (), ()), "one or more"),
            (((1,), (Identity(),), ()), "1 layers and sources"),
            (((1,), (Identity(),), ((),)), "at least one for the last"),
            (((1,), (Identity(),), ((1,),)), r"places from 0 to 0 that are computed, got \(1,\) at place 1"),
            (((1,), (Identity(), Identity()), ((), (1,))), "that are computed"),
            (((), (Identity(),), ((0,),)), "widths must be"),
        ],
    )
    def test_graphs_that_cannot_be(self, settings, message):
        with pytest.raises(ValueError, match=message):
            Graph(*settings)

    def test_other_channels(self):
        with pytest.raises(ValueError, match="x must have 3 channels"):
            Graph((2, 1), (Identity(),), ((0,),)).predict({}, column(1))


class TestSurroundings:
    def test_a_filter_of_each_channel(self):
        x = np.array([[1.0, 10.0], [2.0, 20.0], [4.0, 40.0]])
        weight = np.array([[1.0, 0.0], [0.0, 2.0], [0.5, 0.0]])
        assert Depthwise((3,), 3, 2).predict({"weight": weight}, x).tolist() == [[1, 20], [3, 40], [2, 80]]

    def test_dilation_reads_further_away(self):
        weight = np.array([[1.0], [0.0], [10.0]])
        y = Depthwise((4,), 3, 1, 2).predict({"weight": weight}, column(1, 2, 3, 4))
        assert y.tolist() == [[30], [40], [1], [2]]

    def test_the_largest_around(self):
        assert MaxFilter((4,)).predict({}, column(1, 5, 2, -3)).tolist() == [[5], [5], [5], [2]]
        assert MaxFilter((2, 2)).predict({}, column(1, 2, 3, 6)).tolist() == [[6]] * 4

    def test_of_equal_ones_the_first_has_the_slope(self):
        layer, x = MaxFilter((3,)), column(2, 2, 1)
        _, cache = layer.forward({}, x, None)
        assert layer.backward({}, cache, column(1, 10, 100), {}).tolist() == [[11], [100], [0]]

    @pytest.mark.parametrize("make", [lambda: Depthwise((4,), 2, 1), lambda: MaxFilter((4,), 2)])
    def test_even_kernels(self, make):
        with pytest.raises(ValueError, match="odd"):
            make()


def test_a_residual_is_its_input_and_a_chain():
    layers = (Linear(3, 2), ReLU(), Linear(2, 3))
    held, x = Chain(layers).initial(np.random.default_rng(0)), np.random.default_rng(1).standard_normal((4, 3))
    assert np.array_equal(Residual(layers).predict(held, x), x + Chain(layers).predict(held, x))


class TestCellular:
    @pytest.mark.parametrize(
        ("shape", "dimensions", "expected"),
        [
            ((40,), None, ((40,), 1)),
            ((40, 1), None, ((40,), 1)),
            ((8, 8), None, ((8, 8), 1)),
            ((8, 6, 3), None, ((8, 6), 3)),
            ((8, 6), 1, ((8,), 6)),
        ],
    )
    def test_positions(self, shape, dimensions, expected):
        assert positions(shape, dimensions) == expected

    @pytest.mark.parametrize(("shape", "dimensions"), [((2, 2, 2, 2), None), ((8,), 2), ((8, 8), 3)])
    def test_shapes_of_neither(self, shape, dimensions):
        with pytest.raises(ValueError, match="shape must be"):
            positions(shape, dimensions)

    def test_maps_are_halved_down_to_four(self):
        assert cell_sides((40,), 5) == [(20,), (10,), (5,), (5,), (5,)]
        assert cell_sides((8, 9), 2) == [(4, 4), (4, 4)]

    def test_costs_by_hand(self):
        assert operation_cost("conv3", (5,), 4, 4) == (3 * 16, 3 * 16 * 5)
        assert operation_cost("conv5", (2, 3), 1, 1) == (25, 25 * 6)
        assert operation_cost("mean3", (5,), 4, 4) == (0, 20)
        assert operation_cost("mean3", (5,), 4, 2) == (8, 8 * 5 + 20)
        assert operation_cost("identity", (5,), 4, 4) == (0, 0)
        assert operation_cost("separable3", (5,), 4, 2) == (12 + 16 + 12 + 8, (12 + 16 + 12 + 8) * 5)

    @pytest.mark.parametrize("name", OPERATIONS)
    def test_operations_keep_positions_and_change_channels(self, name):
        layer, rng = operation(name, (3, 2), 2, 5), np.random.default_rng(0)
        held = layer.initial(rng)
        assert layer.predict(held, rng.standard_normal((12, 2))).shape == (12, 5)

    def test_an_unknown_operation(self):
        with pytest.raises(ValueError, match="'conv7'"):
            operation("conv7", (8,), 1, 1)

    def test_every_cell_is_told_where_it_stands(self):
        told = []

        def cell(sides, states, last):
            told.append((sides, states, last))
            return Identity(), states

        Network(cellular((16,), 1, 3, cell, cells=3, filters=2), np.random.default_rng(0))
        assert told == [((8,), (2,), False), ((4,), (2,), False), ((4,), (2,), True)]


class TestPart:
    def pair(self):
        rng = np.random.default_rng(0)
        return Network((Linear(2, 2),), rng), Network((Linear(3, 4),), rng)

    def test_takes_the_leading_block(self):
        part, whole = self.pair()
        Part(part, whole).take()
        assert np.array_equal(part.arrays["0.weight"], whole.arrays["0.weight"][:2, :2])

    def test_gives_back_and_leaves_the_rest(self):
        part, whole = self.pair()
        before = whole.arrays["0.weight"].copy()
        part.parameters[...] = 9.0
        Part(part, whole).give()
        assert (whole.arrays["0.weight"][:2, :2] == 9.0).all()
        assert np.array_equal(whole.arrays["0.weight"][2:], before[2:])

    def test_gradients_add_up_in_place(self):
        part, whole = self.pair()
        part.gradient[...] = 1.0
        whole.gradient[...] = 0.5
        Part(part, whole).add_gradient()
        assert whole.slopes["0.weight"].tolist() == [[1.5, 1.5, 0.5, 0.5], [1.5, 1.5, 0.5, 0.5], [0.5] * 4]

    def test_what_does_not_fit(self):
        part, whole = self.pair()
        with pytest.raises(ValueError, match="must fit into"):
            Part(whole, part)
        with pytest.raises(ValueError, match=r"must have an array '7\.bias'"):
            Part(part, whole, lambda name: "0.weight" if "weight" in name else "7.bias")
