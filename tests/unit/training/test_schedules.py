"""Schedules against PyTorch's and the published formulas, the values worked out by hand (base rate 1)."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunewright.training.schedules import (
    SCHEDULES,
    Constant,
    Cosine,
    CosineRestarts,
    Cyclic,
    Exponential,
    InverseSquareRoot,
    Linear,
    MultiStep,
    OneCycle,
    Polynomial,
    Step,
    Warmup,
    WarmupStableDecay,
    named_schedule,
)

HALF_ROOT = 0.7071067811865476  # √½ = cos(π/4)
HIGH, LOW = 0.8535533905932737, 0.1464466094067262  # (1 ± √½) / 2

TABLE = [
    ("constant", Constant(), {0: 1.0, 7: 1.0, 10**9: 1.0}),
    ("StepLR(3, 0.1)", Step(3, 0.1), {0: 1.0, 2: 1.0, 3: 0.1, 5: 0.1, 6: 0.01, 9: 0.001}),
    ("MultiStepLR([2, 5], 0.1)", MultiStep((2, 5), 0.1), {0: 1.0, 1: 1.0, 2: 0.1, 4: 0.1, 5: 0.01, 99: 0.01}),
    ("MultiStepLR([2, 2], 0.5)", MultiStep((2, 2), 0.5), {1: 1.0, 2: 0.25}),
    ("ExponentialLR(0.9)", Exponential(0.9), {0: 1.0, 1: 0.9, 2: 0.81, 3: 0.729}),
    ("PolynomialLR(4, 1)", Polynomial(4), {0: 1.0, 1: 0.75, 2: 0.5, 3: 0.25, 4: 0.0, 5: 0.0}),
    ("PolynomialLR(4, 2)", Polynomial(4, 2.0), {0: 1.0, 1: 0.5625, 2: 0.25, 3: 0.0625, 4: 0.0}),
    ("polynomial to 0.2", Polynomial(4, 2.0, floor=0.2), {0: 1.0, 2: 0.4, 4: 0.2}),
    ("LinearLR(0.5, 1, 4)", Linear(4, 0.5, 1.0), {0: 0.5, 1: 0.625, 2: 0.75, 3: 0.875, 4: 1.0, 9: 1.0}),
    ("LinearLR(1, 0, 4)", Linear(4), {0: 1.0, 1: 0.75, 4: 0.0}),
    ("CosineAnnealingLR(4)", Cosine(4), {0: 1.0, 1: HIGH, 2: 0.5, 3: LOW, 4: 0.0}),
    ("CosineAnnealingLR(4, 0.1)", Cosine(4, 0.1), {0: 1.0, 1: 0.8681980515339464, 2: 0.55, 4: 0.1, 6: 0.1}),
    (
        "CosineAnnealingWarmRestarts(4)",
        CosineRestarts(4),
        {0: 1.0, 1: HIGH, 2: 0.5, 3: LOW, 4: 1.0, 6: 0.5, 40: 1.0, 43: LOW},
    ),
    (
        "CosineAnnealingWarmRestarts(2, 2)",  # cycles of 2, 4, 8 from 0, 2, 6
        CosineRestarts(2, 2),
        {0: 1.0, 1: 0.5, 2: 1.0, 3: HIGH, 4: 0.5, 5: LOW, 6: 1.0, 8: HIGH, 10: 0.5, 12: LOW, 14: 1.0},
    ),
    (
        "CosineAnnealingWarmRestarts(1, 3, 0.2)",  # cycles of 1, 3, 9 from 0, 1, 4
        CosineRestarts(1, 3, 0.2),
        {0: 1.0, 1: 1.0, 2: 0.8, 3: 0.4, 4: 1.0, 7: 0.8, 10: 0.4, 13: 1.0},
    ),
    (
        "OneCycleLR(20)",  # peak at 0.3 · 20 - 1 = 5, end at 19
        OneCycle(20),
        {0: 0.04, 2.5: 0.52, 5: 1.0, 12: 0.500002, 19: 4e-6, 30: 4e-6},
    ),
    (
        "OneCycleLR(20, linear)",
        OneCycle(20, annealing="linear"),
        {0: 0.04, 1: 0.232, 4: 0.808, 5: 1.0, 6: 1.0 - 0.999996 / 14, 19: 4e-6},
    ),
    (
        "OneCycleLR(20, linear, three phases)",  # 5 up, back at 10, end at 19
        OneCycle(20, annealing="linear", three_phase=True),
        {0: 0.04, 5: 1.0, 6: 0.808, 10: 0.04, 13: 0.026668, 19: 4e-6},
    ),
    (
        "OneCycleLR(10, 0.5, divisors 10 and 100)",  # peak at 4, end at 9
        OneCycle(10, 0.5, 10.0, 100.0),
        {0: 0.1, 2: 0.55, 4: 1.0, 9: 0.001},
    ),
    ("one-cycle without a rise", OneCycle(11, rise=0.0), {0: 1.0, 5: 0.500002, 10: 4e-6}),
    ("CyclicLR(0.1, 1, 4)", Cyclic(4), {0: 0.1, 1: 0.325, 2: 0.55, 4: 1.0, 6: 0.55, 8: 0.1, 12: 1.0}),
    ("CyclicLR(0.1, 1, 2, 6)", Cyclic(2, 6), {0: 0.1, 1: 0.55, 2: 1.0, 5: 0.55, 8: 0.1, 10: 1.0}),
    ("CyclicLR triangular2", Cyclic(4, mode="triangular2"), {4: 1.0, 8: 0.1, 12: 0.55, 14: 0.325, 20: 0.325}),
    ("CyclicLR exp_range", Cyclic(4, mode="exp_range", gamma=0.9), {0: 0.1, 2: 0.4645, 4: 0.69049, 8: 0.1}),
    ("inverse square root", InverseSquareRoot(4), {0: 1.0, 12: 0.5, 60: 0.25}),
    (
        "Vaswani et al. 2017 eq. 3, 4 steps of warm-up, over its peak",  # min(s^-½, s · 4^-1.5) / 4^-½
        Warmup(4, InverseSquareRoot(4)),
        {1: 0.25, 2: 0.5, 3: 0.75, 4: 1.0, 16: 0.5, 64: 0.25},
    ),
    (
        "LinearLR(0.1, 1, 5), then constant",
        Warmup(5, Constant(), start=0.1),
        {0: 0.1, 1: 0.28, 2: 0.46, 3: 0.64, 4: 0.82, 5: 1.0, 6: 1.0},
    ),
    ("ConstantLR(0.5, 4)", Warmup(4, Constant(), start=0.5, shape="constant"), {0: 0.5, 3: 0.5, 4: 1.0}),
    ("warm-up, then cosine", Warmup(2, Cosine(4)), {0: 0.0, 1: 0.5, 2: 1.0, 3: HIGH, 4: 0.5, 6: 0.0}),
    ("warm-up to a schedule that starts low", Warmup(2, OneCycle(20)), {1: 0.02, 2: 0.04, 7: 1.0}),
    (
        "WSD, linear",
        WarmupStableDecay(4, 3, 4, "linear"),
        {0: 0.0, 1: 0.25, 3: 0.75, 4: 1.0, 7: 1.0, 8: 0.75, 9: 0.5, 11: 0.0, 20: 0.0},
    ),
    ("WSD, cosine", WarmupStableDecay(4, 3, 4, "cosine", floor=0.1), {7: 1.0, 9: 0.55, 11: 0.1}),
    ("WSD, 1 - √", WarmupStableDecay(0, 3, 4), {0: 1.0, 3: 1.0, 4: 0.5, 5: 1.0 - HALF_ROOT, 7: 0.0}),
]


@pytest.mark.parametrize(("schedule", "values"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_values_of_the_published_formula(schedule, values):
    for step, factor in values.items():
        assert schedule(step) == pytest.approx(factor, rel=1e-12, abs=1e-15), step


@pytest.mark.parametrize("multiplier", [2, 3])
def test_restarts_agree_with_pytorchs_logarithm_between_restarts(multiplier):
    first = 5
    schedule = CosineRestarts(first, multiplier)
    for step in range(200):
        n = int(math.log(step / first * (multiplier - 1) + 1 + 1e-12, multiplier))
        elapsed = step - first * (multiplier**n - 1) / (multiplier - 1)
        expected = 0.5 * (1 + math.cos(math.pi * elapsed / (first * multiplier**n)))
        assert schedule(step) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("name", SCHEDULES)
@given(
    steps=st.integers(1, 3000),
    step=st.integers(0, 5000),
    warm=st.floats(0, 0.999),
    shape=st.sampled_from(["linear", "constant"]),
)
def test_named_schedules_stay_between_nothing_and_the_whole(name, steps, step, warm, shape):
    schedule = named_schedule(name, steps, warmup=int(warm * steps), warmup_shape=shape)
    factor = schedule(step)
    assert isinstance(factor, float)
    assert -1e-15 <= factor <= 1.0 + 1e-12
    assert schedule(step) == factor


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_linear_warmup_wastes_no_update_and_ends_where_the_schedule_starts(name):
    warm, cold = named_schedule(name, 110, warmup=10), named_schedule(name, 100)
    if name == "inverse_sqrt":
        cold = InverseSquareRoot(10)
    ramp = [warm(step) / cold(0) for step in range(11)]
    assert ramp == pytest.approx([(step + 1) / 11 for step in range(11)])
    assert [warm(10 + step) for step in range(100)] == [cold(step) for step in range(100)]


def test_named_schedules_are_fitted_to_the_length():
    assert named_schedule("cosine", 100)(100) == 0.0
    assert named_schedule("cosine", 100, warmup=20)(60) == pytest.approx(0.5)
    assert named_schedule("exponential", 100)(100) == pytest.approx(0.01)
    assert named_schedule("wsd", 100, shape="linear")(90) == pytest.approx(0.5)
    assert named_schedule("cosine_restarts", 70)(10) == 1.0
    assert named_schedule("cosine_restarts", 70)(30) == 1.0
    assert named_schedule("multistep", 100, milestones=(10,), gamma=0.5)(10) == 0.5


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Constant(-1.0), "factor must be 0 or more"),
        (lambda: Step(0), "every must be greater than 0"),
        (lambda: Step(3, 1.5), "gamma must be between 0 and 1"),
        (lambda: MultiStep((5, 2)), "milestones must ascend"),
        (lambda: MultiStep((-1,)), "milestones must be 0 or more"),
        (lambda: Exponential(math.nan), "gamma must be finite"),
        (lambda: Polynomial(10, 0.0), "power must be greater than 0"),
        (lambda: Linear(-4), "length must be greater than 0"),
        (lambda: Cosine(math.inf), "length must be finite"),
        (lambda: CosineRestarts(5, 0.5), "multiplier must be 1 or more"),
        (lambda: OneCycle(10, rise=1.1), "rise must be between 0 and 1"),
        (lambda: OneCycle(10, rise=0.6, three_phase=True), "rise must be 0.5 or less"),
        (lambda: OneCycle(10, annealing="cubic"), "annealing must be one of 'cos', 'linear'; got 'cubic'"),
        (lambda: Cyclic(5, mode="square"), "mode must be one of"),
        (lambda: Cyclic(5, down=0), "down must be greater than 0"),
        (lambda: InverseSquareRoot(0), "timescale must be greater than 0"),
        (lambda: Warmup(-1, Constant()), "steps must be 0 or more"),
        (lambda: Warmup(3, Constant(), shape="cubic"), "shape must be one of"),
        (lambda: WarmupStableDecay(1, 1, 0), "decay must be greater than 0"),
        (lambda: named_schedule("sawtooth", 10), "schedule must be one of .*; got 'sawtooth'"),
        (lambda: named_schedule("cosine", 0), "steps must be 1 or more"),
        (lambda: named_schedule("cosine", 10, warmup=10), "warmup must be shorter than the 10 steps"),
        (lambda: named_schedule("cosine", 10, gamma=0.5), "option of cosine must be one of 'length', 'floor'"),
    ],
)
def test_bad_settings_are_refused_with_their_names(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_wrong_types_are_refused():
    with pytest.raises(TypeError, match="after must be a schedule"):
        Warmup(3, 0.5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="length must be a number, got '10'"):
        Cosine("10")  # type: ignore[arg-type]
