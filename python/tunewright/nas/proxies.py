"""Zero-cost proxies: what a network that was never trained tells of how well it would train.

They read a network of ``tunewright.training`` with its weights as they are, work on copies and leave it untouched.
Dropout plays no part, so that each is a function of the weights and the batch alone.
"""

from __future__ import annotations

__all__ = ["grad_norm", "naswot", "synflow"]

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tunewright.nas.rewiring import Copy, batch, deterministic
from tunewright.training import Network, cross_entropy, global_norm
from tunewright.training.argument import count
from tunewright.training.layers import Array, BatchNorm, Identity, Layer, LayerNorm, ReLU
from tunewright.training.layers.layer import Held


def synflow(network: Network, inputs: int) -> float:
    """Σ |θ ∂R/∂θ| over weights and biases θ, the synaptic flow (Tanaka et al. 2020, algorithm 1); no data.

    R is the sum of the outputs for one example of ones, with |θ| in the place of every θ. Normalisations are left out,
    as Abdelfattah et al. 2021 do, since they would undo the scale of what is measured. It grows
    exponentially with depth: take its logarithm where its size matters and not its rank alone.

    Args:
        network: any network; gates keep their values.
        inputs: numbers in one example.

    Raises:
        ValueError: fewer than one input, another number of inputs than the network reads, or a flow beyond the largest
            float.
    """
    copy = Copy(network, _without_norms)
    for name in copy.trained:
        np.abs(copy.held[name], out=copy.held[name])
    with np.errstate(all="ignore"):
        outputs = copy.forward(np.ones((1, count("inputs", inputs))))
        copy.backward(np.ones_like(outputs))
        flows = [np.abs(copy.held[name] * copy.slopes[name]).sum() for name in copy.trained]
    return _finite("synflow", float(sum(flows)))


def grad_norm(network: Network, inputs: Array, labels: npt.NDArray[np.intp]) -> float:
    """Euclidean norm of the slope of the cross-entropy of one batch (Abdelfattah et al. 2021).

    Over all weights and biases, with batch norms as in training.

    Args:
        network: any network.
        inputs: the examples, (n, d).
        labels: their classes, (n,) integers from 0.

    Raises:
        ValueError: arrays of other shapes, a class the network has no output for, or a slope that is not finite.
    """
    examples, classes = batch("inputs", inputs), np.asarray(labels)
    if classes.shape != examples.shape[:1] or classes.dtype.kind not in "iu":
        raise ValueError(
            f"labels must be one integer for each of the {len(examples)} examples, "
            f"got {classes.dtype} of shape {classes.shape}"
        )
    copy = Copy(network, deterministic)
    with np.errstate(all="ignore"):
        logits = copy.forward(examples)
        if classes.min() < 0 or classes.max() >= logits.shape[1]:
            raise ValueError(f"labels must be from 0 to {logits.shape[1] - 1}, got {classes.min()} to {classes.max()}")
        copy.backward(cross_entropy(logits, classes)[1])
        slopes = [copy.slopes[name].ravel() for name in copy.trained]
    return _finite("grad_norm", global_norm(np.concatenate([*slopes, np.zeros(0)])))


def naswot(network: Network, inputs: Array) -> float:
    """log det K, K_ij the rectifiers that examples i and j set alike (Mellor et al. 2021).

    A rectifier is on where its input is above 0; those of all layers and positions count, batch norms as in training.
    It is -inf when K is singular to working precision: two examples that the rectifiers cannot tell apart, say.
    K is exact; its determinant comes from LAPACK, whose last bits may differ between machines.

    Args:
        network: one with rectifiers; other activations are not counted.
        inputs: the examples, (n, d); values of batches of different n do not compare.

    Raises:
        ValueError: no rectifier in the network, inputs of another shape, or signs that are not defined (NaN).
    """
    examples, kept = batch("inputs", inputs), list[Array]()
    copy = Copy(network, lambda layer: _Watched(kept) if isinstance(layer, ReLU) else deterministic(layer))
    with np.errstate(all="ignore"):
        copy.forward(examples)
    if not kept:
        raise ValueError("naswot compares the signs of rectifiers, and the network has none: use synflow or grad_norm")
    # A row is an example or one of its positions, which lie together.
    before = np.concatenate([x.reshape(len(examples), -1) for x in kept], axis=1)
    if np.isnan(before).any():
        raise ValueError("naswot: inputs of rectifiers are NaN; the weights or the examples are too large")
    signs = np.where(before > 0.0, 1.0, -1.0)
    # Agreements less disagreements are s_i·s_j, and both together the number of rectifiers.
    return _log_determinant(0.5 * (signs.shape[1] + signs @ signs.T))


def _log_determinant(kernel: Array) -> float:
    """log det of a symmetric matrix without negative eigenvalues; -inf when one is 0 but for rounding."""
    eigenvalues = np.linalg.eigvalsh(kernel)
    if eigenvalues[0] <= len(kernel) * np.finfo(np.float64).eps * eigenvalues[-1]:
        return -math.inf
    return float(np.log(eigenvalues).sum())


def _without_norms(layer: Layer) -> Layer:
    return Identity() if isinstance(layer, (BatchNorm, LayerNorm)) else deterministic(layer)


def _finite(name: str, score: float) -> float:
    if not math.isfinite(score):
        raise ValueError(f"{name} is {score}: the network's weights, or its depth, are too large for it")
    return score


@dataclass(frozen=True, slots=True)
class _Watched(ReLU):
    """A rectifier that keeps what came in."""

    kept: list[Array] = field(compare=False)

    def predict(self, held: Held, x: Array) -> Array:
        """max(x, 0)."""
        self.kept.append(x)
        return np.maximum(x, 0.0)
