"""Scaling laws: how a loss falls with size, how hyperparameters move with batch and width, and how far to believe it.

=============  =============================================================================
symbol         meaning
=============  =============================================================================
N, D           parameters of the model and samples (tokens) it is trained on, above 0
L              loss in the end, above 0
E, A, α        L(N) = E + A N^-α: the floor, and what size still takes off it
B, β           L(N, D) = E + A N^-α + B D^-β
C              training compute in floating-point operations, C = 6 N D
                (J. Kaplan et al., arXiv 2001.08361, section 2.1)
=============  =============================================================================

Fits minimise Huber losses of log L, predicted minus observed (J. Hoffmann et al., arXiv 2203.15556, equation 3).
"""

from __future__ import annotations

__all__ = [
    "ComputeOptimal",
    "HeldOut",
    "JointLaw",
    "PowerLaw",
    "WidthRule",
    "compute_optimal",
    "critical_batch_size",
    "fit_joint_law",
    "fit_power_law",
    "gradient_noise_scale",
    "scaled_learning_rate",
    "transferred",
]

from tunewright.guide.scaling.joint import ComputeOptimal, JointLaw, compute_optimal, fit_joint_law
from tunewright.guide.scaling.power import HeldOut, PowerLaw, fit_power_law
from tunewright.guide.scaling.transfer import (
    WidthRule,
    critical_batch_size,
    gradient_noise_scale,
    scaled_learning_rate,
    transferred,
)
