"""Reduce on plateau against PyTorch's rules, followed by hand."""

from __future__ import annotations

import math

import pytest

from tunewright.training.schedules import PlateauState, ReduceOnPlateau


def factors(schedule, metrics):
    """The factor after 0, 1, … metrics."""
    return [schedule.factor(metrics[:n]) for n in range(len(metrics) + 1)]


def test_reduces_after_more_than_patience_epochs_without_a_better_metric():
    # 4.0 is the best; three equal epochs follow, and the third is the one too many.
    assert factors(ReduceOnPlateau(patience=2), [5.0, 4.0, 4.0, 4.0, 4.0]) == pytest.approx([1, 1, 1, 1, 1, 0.1])


def test_counts_anew_after_a_reduction():
    found = factors(ReduceOnPlateau(gamma=0.5, patience=1), [1.0] * 6)
    assert found == [1.0, 1.0, 1.0, 0.5, 0.5, 0.25, 0.25]


def test_cooldown_epochs_are_not_counted():
    # Reduced at the second metric; the third and fourth cool; the fifth counts again.
    found = factors(ReduceOnPlateau(gamma=0.5, patience=0, cooldown=2), [1.0] * 5)
    assert found == [1.0, 1.0, 0.5, 0.5, 0.5, 0.25]


@pytest.mark.parametrize(
    ("settings", "better", "worse"),
    [
        ({"threshold": 0.1}, 0.89, 0.91),
        ({"threshold": 0.1, "threshold_mode": "abs"}, 0.89, 0.91),
        ({"threshold": 0.1, "mode": "max"}, 1.11, 1.09),
        ({"threshold": 0.1, "threshold_mode": "abs", "mode": "max"}, 1.11, 1.09),
    ],
)
def test_the_threshold_decides_what_is_better(settings, better, worse):
    schedule = ReduceOnPlateau(**settings)
    state = schedule.after(PlateauState(), 1.0)
    assert schedule.after(state, better) == PlateauState(1.0, better, 0, 0)
    assert schedule.after(state, worse) == PlateauState(1.0, 1.0, 1, 0)


def test_a_relative_threshold_scales_with_the_best():
    schedule = ReduceOnPlateau(threshold=0.1)
    state = schedule.after(PlateauState(), 10.0)
    assert schedule.after(state, 9.5).bad == 1
    assert schedule.after(state, 8.9).bad == 0


def test_nan_is_never_better_and_the_floor_holds():
    assert factors(ReduceOnPlateau(patience=0, floor=0.05), [math.nan] * 3) == pytest.approx([1, 0.1, 0.05, 0.05])


def test_an_infinite_first_metric_does_not_stick():
    schedule = ReduceOnPlateau(patience=5)
    state = schedule.after(schedule.after(PlateauState(), math.inf), 3.0)
    assert state.best == 3.0


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"gamma": 1.0}, "gamma must be less than 1"),
        ({"patience": -1}, "patience must be 0 or more"),
        ({"mode": "up"}, "mode must be one of"),
        ({"threshold": -1.0}, "threshold must be 0 or more"),
        ({"threshold_mode": "log"}, "threshold_mode must be one of"),
    ],
)
def test_bad_settings(settings, words):
    with pytest.raises(ValueError, match=words):
        ReduceOnPlateau(**settings)
