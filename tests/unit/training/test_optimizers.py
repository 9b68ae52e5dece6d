"""Optimisers against steps worked by hand (PyTorch's semantics), one parameter starting at 1, rate 0.1."""

from __future__ import annotations

import numpy as np
import pytest

from tunewright.training.optimizers import OPTIMIZERS, SGD, Adam, AdamW, OptimizerState, RMSprop, named_optimizer

# (optimiser, gradients, parameter after each step)
WORKED = {
    "sgd": (SGD(), [1.0, 0.5], [0.9, 0.85]),
    # v = 1, then 0.9 + 0.5 = 1.4
    "momentum": (SGD(0.9), [1.0, 0.5], [0.9, 0.76]),
    # u = 1 + 0.9, then 0.5 + 0.9 · 1.4 = 1.76
    "nesterov": (SGD(0.9, nesterov=True), [1.0, 0.5], [0.81, 0.634]),
    # v = 1 (the first is not dampened), then 0.9 + 0.25
    "dampening": (SGD(0.9, dampening=0.5), [1.0, 0.5], [0.9, 0.785]),
    # g = 1.1; then 0.5 + 0.089, v = 0.99 + 0.589
    "coupled": (SGD(0.9, weight_decay=0.1), [1.0, 0.5], [0.89, 0.7321]),
    # 0.99 - 0.1; then 0.89 · 0.99 - 0.14
    "decoupled": (SGD(0.9, weight_decay=0.1, decoupled=True), [1.0, 0.5], [0.89, 0.7411]),
    # s = 1, u = 2 / (1 + 0.5); then s = 1, u = 1 / 1.5
    "rmsprop": (RMSprop(0.75, 0.5), [2.0, 1.0], [1 - 0.2 / 1.5, 0.8]),
    # b = 4/3, then 2/3 + 2/3
    "rmsprop momentum": (RMSprop(0.75, 0.5, 0.5), [2.0, 1.0], [1 - 0.4 / 3, 1 - 0.8 / 3]),
    # mean 0.5, spread 1 - 0.25, u = 2 / (√0.75 + 0.5) = 1.4641016151377546
    "rmsprop centered": (RMSprop(0.75, 0.5, centered=True), [2.0], [0.8535898384862246]),
    # m = 1, v = 1, m̂ = 2, v̂ = 4: 2/3; then m = 1, v = 1, m̂ = 4/3, v̂ = 16/7: 0.5308155917419796
    "adam": (Adam(0.5, 0.75, 1.0), [2.0, 1.0], [1 - 0.2 / 3, 0.8802517741591354]),
    # g = 2.1: 2.1 / 3.1
    "adam coupled": (Adam(0.5, 0.75, 1.0, weight_decay=0.1), [2.0], [1 - 0.21 / 3.1]),
    # 0.99 - 0.2 / 3
    "adamw": (AdamW(0.5, 0.75, 1.0, weight_decay=0.1), [2.0], [0.99 - 0.2 / 3]),
    # Kingma & Ba section 2.1: whatever the gradient's size, the first step is the rate (ε aside)
    "adam's first step": (Adam(eps=1e-300), [1e-7], [0.9]),
}


@pytest.mark.parametrize(("optimizer", "gradients", "expected"), WORKED.values(), ids=WORKED.keys())
def test_steps_worked_by_hand(optimizer, gradients, expected):
    parameters, state = np.ones(1), optimizer.start(1)
    for step, (gradient, value) in enumerate(zip(gradients, expected, strict=True)):
        given = np.array([gradient])
        optimizer.update(state, parameters, given, 0.1)
        assert parameters[0] == pytest.approx(value, rel=1e-13), step
        assert given[0] == gradient
        assert state.step == step + 1


@pytest.mark.parametrize("decoupled", [False, True])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_decay_applies_where_it_is_asked_for(name, decoupled):
    optimizer = named_optimizer(name, weight_decay=0.1, decoupled=decoupled)
    parameters = np.array([2.0, 2.0])
    optimizer.update(optimizer.start(2), parameters, np.zeros(2), 0.01, decays=np.array([1.0, 0.0]))
    assert parameters[0] < 2.0
    assert parameters[1] == 2.0


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_state_rebuilt_from_its_record_goes_on_with_the_same_bits(name):
    optimizer = named_optimizer(name, **({"momentum": 0.9} if name in ("sgd", "rmsprop") else {}))
    rng = np.random.default_rng(0)
    parameters, state = rng.normal(size=5), optimizer.start(5)
    for _ in range(3):
        optimizer.update(state, parameters, rng.normal(size=5), 0.01)
    twin = OptimizerState(state.step, {key: value.copy() for key, value in state.moments.items()})
    other, gradient = parameters.copy(), rng.normal(size=5)
    optimizer.update(state, parameters, gradient, 0.01)
    optimizer.update(twin, other, gradient, 0.01)
    assert parameters.tobytes() == other.tobytes()
    assert tuple(twin.moments) == optimizer.moments


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_each_goes_down_a_quadratic(name):
    optimizer, parameters = named_optimizer(name), np.array([3.0, -2.0])
    state = optimizer.start(2)
    for _ in range(2000):
        optimizer.update(state, parameters, 2 * parameters, 0.01)
    assert np.abs(parameters).max() < 0.02


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("lion", {}, "optimizer must be one of 'sgd', 'rmsprop', 'adam', 'adamw'; got 'lion'"),
        ("adam", {"beta3": 0.5}, "option of adam must be one of .*; got 'beta3'"),
        ("adam", {"beta1": 1.0}, "beta1 must be at least 0 and less than 1"),
        ("adam", {"beta2": -0.1}, "beta2"),
        ("adam", {"eps": 0.0}, "eps must be greater than 0"),
        ("adamw", {"weight_decay": -0.1}, "weight_decay must be 0 or more"),
        ("sgd", {"momentum": 1.0}, "momentum"),
        ("sgd", {"nesterov": True}, "nesterov needs momentum above 0"),
        ("sgd", {"nesterov": True, "momentum": 0.9, "dampening": 0.1}, "nesterov needs .* dampening 0"),
        ("rmsprop", {"beta2": 1.5}, "beta2"),
    ],
)
def test_bad_settings(name, options, words):
    with pytest.raises(ValueError, match=words):
        named_optimizer(name, **options)
