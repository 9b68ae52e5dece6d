"""The slope of the validation loss with respect to the architecture weights (Liu, Simonyan & Yang 2019, section 2.3).

α  architecture weights        w  shared weights        ξ  learning rate of one step of w looked ahead

    first order     ∇_α L_val(w, α)
    second order    ∇_α L_val(w', α) - ξ ∇²_αw L_train(w, α) ∇_w' L_val(w', α),    w' = w - ξ ∇_w L_train(w, α)  (7)

The product of the second derivative with the vector v = ∇_w' L_val is a central difference of slopes (equation 8):

    (∇_α L_train(w + ε v, α) - ∇_α L_train(w - ε v, α)) / 2ε,    ε = 0.01 / ‖v‖
"""

from __future__ import annotations

__all__ = ["Problem", "curvature", "first_order", "second_order"]

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tunewright.nas.sharing.gates import through_softmax
from tunewright.nas.sharing.weights import SharedWeights
from tunewright.training import global_norm
from tunewright.training.layers import Array

_STEP = 0.01  # of eq. 8, and of the differences of slopes in ``curvature``
Loss = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Problem:
    """Two losses of the same weights behind the same gates.

    ``training()`` and ``validation()`` compute a loss and leave its slopes in ``weights``, whose gates are ``hard``;
    slopes pass to α through the ``soft`` gates at ``temperature``.
    """

    weights: SharedWeights
    training: Loss
    validation: Loss
    soft: Array
    temperature: float

    def slope(self, loss: Loss) -> tuple[float, Array]:
        """(loss, ∇_α loss) at the present weights."""
        value = loss()
        return value, through_softmax(self.soft, self.weights.gate_slopes(), self.temperature)


def first_order(problem: Problem) -> tuple[float, Array]:
    """(L_val, ∇_α L_val) at the present weights."""
    return problem.slope(problem.validation)


def second_order(problem: Problem, xi: float, *, step: float = _STEP) -> tuple[float, Array]:
    """(L_val(w'), the slope of eq. 7 and 8); the weights are left as they were. Four losses with their slopes."""
    network = problem.weights.network
    w = network.parameters.copy()
    try:
        problem.training()
        network.parameters -= xi * network.gradient
        loss, slope = problem.slope(problem.validation)
        v = network.gradient.copy()
        norm = global_norm(v)
        if norm == 0.0:
            return loss, slope
        epsilon = step / norm
        sides = []
        for side in (epsilon, -epsilon):
            network.parameters[...] = w + side * v
            sides.append(problem.slope(problem.training)[1])
        return loss, slope - xi * (sides[0] - sides[1]) / (2.0 * epsilon)
    finally:
        network.parameters[...] = w


def curvature(slope_at: Callable[[Array], Array], alpha: Array, *, iterations: int = 10, step: float = _STEP) -> float:
    """The eigenvalue of largest magnitude of a Hessian with respect to α, by power iteration (Zela et al. 2020).

    ``slope_at(α)`` is the slope of the loss; products with the Hessian are central differences of it. The first
    vector is the slope itself, so that nothing is drawn. 0 where the slope vanishes.
    """
    vector, value = slope_at(alpha), 0.0
    for _ in range(iterations):
        norm = float(np.linalg.norm(vector))
        if norm == 0.0:
            return 0.0
        vector = vector / norm
        product = (slope_at(alpha + step * vector) - slope_at(alpha - step * vector)) / (2.0 * step)
        value = float(np.vdot(vector, product))  # Rayleigh's quotient
        vector = product
    return value
