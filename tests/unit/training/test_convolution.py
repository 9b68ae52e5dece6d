"""Layers of images from their definitions, and the network made of them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import correlate2d

from tunewright.training import conv
from tunewright.training.layers import Flatten, Patches, Pool, Rows


def test_patches_hold_each_pixel_and_its_surroundings():
    x = np.array([[1.0], [2.0], [3.0], [4.0]])  # the image 1 2 / 3 4
    assert Patches(2, 2, 3).predict({}, x).tolist() == [
        [0, 0, 0, 0, 1, 2, 0, 3, 4],
        [0, 0, 0, 1, 2, 0, 3, 4, 0],
        [0, 1, 2, 0, 3, 4, 0, 0, 0],
        [1, 2, 0, 3, 4, 0, 0, 0, 0],
    ]
    assert np.array_equal(Patches(2, 2, 1).predict({}, x), x)


@pytest.mark.parametrize("kernel", [1, 3, 5])
def test_patches_times_filters_are_a_correlation(kernel):
    rng = np.random.default_rng(0)
    images, filters = rng.standard_normal((2, 4, 5, 3)), rng.standard_normal((kernel, kernel, 3, 2))
    found = Patches(4, 5, kernel).predict({}, images.reshape(-1, 3)) @ filters.reshape(-1, 2)
    for image, maps in zip(images, found.reshape(2, 4, 5, 2), strict=True):
        for out in range(2):
            expected = sum(correlate2d(image[..., c], filters[..., c, out], mode="same") for c in range(3))
            assert maps[..., out] == pytest.approx(expected, rel=1e-10, abs=1e-12)


def test_pools():
    image = np.array([[1.0, 5.0, 9.0], [3.0, 2.0, 9.0], [0.0, -1.0, 9.0], [-2.0, -5.0, 9.0], [9.0, 9.0, 9.0]])
    assert Pool(5, 3).predict({}, image.reshape(-1, 1)).tolist() == [[5.0], [0.0]]
    assert Pool(5, 3, "mean").predict({}, image.reshape(-1, 1)).tolist() == [[2.75], [-2.0]]


def test_the_first_of_equal_largest_pixels_has_the_slope():
    layer, x = Pool(2, 2), np.ones((4, 1))
    assert layer.backward({}, layer.forward({}, x, None)[1], np.array([[7.0]]), {}).ravel().tolist() == [7, 0, 0, 0]


def test_flatten_undoes_rows():
    x = np.arange(12.0).reshape(2, 6)
    assert np.array_equal(Flatten(3).predict({}, Rows(3).predict({}, x)), x)


def test_layers_in_order():
    layers = conv(8, 8, 1, 10, depth=4, filters=4, dropout=0.1, norm="batch", pool="mean")
    kinds = [type(layer).__name__ for layer in layers]
    block = ["Patches", "Linear", "BatchNorm", "ReLU", "Pool"]
    assert kinds == ["Rows", *block, *block, *block, *block[:-1], "Flatten", "Dropout", "Linear"]
    assert [layer for layer in layers if isinstance(layer, Pool)] == [Pool(side, side, "mean") for side in (8, 4, 2)]
    assert [layer.inputs for layer in layers if type(layer).__name__ == "Linear"] == [9, 36, 36, 36, 4]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: conv(8, 8, 1, 10, kernel=2), "kernel must be odd"),
        (lambda: conv(8, 8, 1, 10, filters=0), "filters must be 1 or more"),
        (lambda: conv(8, 8, 1, 10, depth=0, pool="min"), "pool must be one of 'max', 'mean'"),
        (lambda: conv(8, 8, 1, 10, depth=0, norm="group"), "norm must be one of"),
        (lambda: conv(8, 8, 1, 10, depth=0, activation="abs"), "activation must be one of"),
        (lambda: conv(8, 8, 1, 10, dropout=1.0), "dropout must be at least 0 and less than 1"),
        (lambda: Pool(1, 8), "height and width must be 2 or more to be pooled, got 1 and 8"),
    ],
)
def test_refusals(call, words):
    with pytest.raises(ValueError, match=words):
        call()
