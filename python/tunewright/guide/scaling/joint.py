"""How a loss falls with the model and its data together, and how to share compute between them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tunewright.guide.scaling.fitting import falling, law, paired, positive, searched
from tunewright.trial.columns import Array

__all__ = ["ComputeOptimal", "JointLaw", "compute_optimal", "fit_joint_law"]


@dataclass(frozen=True)
class JointLaw:
    """L(N, D) = floor + size_amplitude N^-size_exponent + data_amplitude D^-data_exponent.

    Attributes:
        floor: E.
        size_amplitude: A.
        size_exponent: α.
        data_amplitude: B.
        data_exponent: β.
        error: the largest |predicted / observed - 1| of the trainings that it was fitted to.
    """

    floor: float
    size_amplitude: float
    size_exponent: float
    data_amplitude: float
    data_exponent: float
    error: float

    def predict(self, sizes: ArrayLike, samples: ArrayLike) -> Array:
        """(k,) losses of (k,) models trained on (k,) samples."""
        n, d = positive("sizes", sizes, 1), positive("samples", samples, 1)
        values: Array = (
            self.floor + self.size_amplitude * n**-self.size_exponent + self.data_amplitude * d**-self.data_exponent
        )
        return values


@dataclass(frozen=True)
class ComputeOptimal:
    """The best model for a compute budget: ``size`` N, ``samples`` D to train it on, and the ``loss`` it reaches."""

    size: float
    samples: float
    loss: float


def fit_joint_law(sizes: ArrayLike, samples: ArrayLike, losses: ArrayLike) -> JointLaw:
    """Fit L(N, D) = E + A N^-α + B D^-β (J. Hoffmann et al., arXiv 2203.15556, section 3.3).

    Args:
        sizes: (n,) parameters of each model, at least three different ones.
        samples: (n,) what each was trained on, at least three different ones.
        losses: (n,) in the end, six at least.

    Raises:
        ValueError: too few or non-positive numbers, losses that rise, or sizes and samples that grow together.
    """
    n, y = paired(sizes, losses, 6)
    d = positive("samples", samples, 6)
    if len(d) != len(n):
        raise ValueError(f"samples must be as many as sizes; got {len(d)} and {len(n)}")
    for name, values in (("sizes", n), ("samples", d)):
        if len(np.unique(values)) < 3:
            raise ValueError(f"{name} must have 3 different values or more; got {len(np.unique(values))}")
        falling("losses", values, y, name)
    logs = np.log(np.stack([n, d]))
    if abs(np.corrcoef(logs)[0, 1]) > 0.999:
        raise ValueError(
            "samples grow in step with sizes: train some models on more or less, or the two cannot be told"
        )
    span = float(np.ptp(y))
    starts = [[e * float(y.min()), span, a, span, b] for e in (0.3, 0.8) for a in (0.2, 0.6) for b in (0.2, 0.6)]
    terms = [n / n.min(), d / d.min()]
    q = searched(terms, y, starts)
    error = float(np.abs(law(q, terms) / y - 1.0).max())
    e, a, alpha, b, beta = q.tolist()
    return JointLaw(e, a * float(n.min()) ** alpha, alpha, b * float(d.min()) ** beta, beta, error)


def compute_optimal(law: JointLaw, compute: float) -> ComputeOptimal:
    """The N and D with 6 N D = ``compute`` at which ``law`` is lowest (Hoffmann et al., equation 4).

    N = G (C / 6)^(β / (α + β)) and D = (C / 6)^(α / (α + β)) / G with G = (α A / (β B))^(1 / (α + β)).

    Raises:
        ValueError: ``compute`` is not above 0, or size or data make no difference in ``law``.
    """
    if not 0.0 < compute < math.inf:
        raise ValueError(f"compute must be a number of operations above 0; got {compute!r}")
    alpha, beta = law.size_exponent, law.data_exponent
    if min(law.size_amplitude, law.data_amplitude, alpha, beta) <= 0.0:
        raise ValueError(f"law must fall with size and with data, or no allocation is best; got {law}")
    ratio = (alpha * law.size_amplitude / (beta * law.data_amplitude)) ** (1.0 / (alpha + beta))
    size = ratio * (compute / 6.0) ** (beta / (alpha + beta))
    samples = compute / 6.0 / size
    return ComputeOptimal(size, samples, float(law.predict([size], [samples])[0]))
