"""Generated signals: what is promised of them, and that their classes can be told apart."""

from __future__ import annotations

import numpy as np
import pytest

from tunewright.training import digit_signals
from tunewright.training.signals import _templates


def test_templates_begin_and_end_at_zero_and_differ():
    templates = _templates()
    assert templates.shape == (10, 12)
    assert np.allclose(templates[:, [0, -1]], 0.0)
    assert np.allclose((6 * templates).std(axis=1), 1.0)
    assert len(np.unique(templates.round(6), axis=0)) == 10


def test_a_pure_function_of_its_arguments():
    first, again, other = digit_signals(50, seed=3), digit_signals(50, seed=3), digit_signals(50, seed=4)
    assert np.array_equal(first.inputs, again.inputs)
    assert not np.array_equal(first.inputs, other.inputs)


def test_shape_labels_mean_and_deviation():
    dataset = digit_signals(200, length=30, seed=0)
    assert dataset.shape == (30, 1)
    assert np.bincount(dataset.labels).tolist() == [20] * 10
    assert dataset.inputs.mean() == pytest.approx(0.0, abs=1e-12)
    assert dataset.inputs.std() == pytest.approx(1.0)


def test_signals_move_and_lean():
    # The place of the largest value differs among examples of a class, and so does the slope from end to end.
    class_zero = digit_signals(500, seed=1).inputs[::10]
    assert len(set(class_zero.argmax(axis=1).tolist())) > 8
    assert (class_zero[:, -1] - class_zero[:, 0]).std() > 0.3


@pytest.mark.parametrize(
    ("settings", "message"), [({"n": 0}, "n must"), ({"length": 0}, "length"), ({"noise": -1}, "noise")]
)
def test_bad_arguments(settings, message):
    with pytest.raises(ValueError, match=message):
        digit_signals(**{"n": 10, **settings})
