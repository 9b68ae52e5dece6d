"""How learning rate, initialisation and batch move with the batch and the width of a network."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

__all__ = ["WidthRule", "critical_batch_size", "gradient_noise_scale", "scaled_learning_rate", "transferred"]


@dataclass(frozen=True)
class WidthRule:
    """What one layer of a wider network gets.

    Attributes:
        learning_rate: of the layer's weights.
        init_std: standard deviation of its weights at the start.
        multiplier: of what the layer puts out.
    """

    learning_rate: float
    init_std: float
    multiplier: float


def scaled_learning_rate(
    learning_rate: float, batch_size: int, new_batch_size: int, *, rule: Literal["linear", "sqrt"] = "linear"
) -> float:
    """The learning rate for another batch size.

    Args:
        learning_rate: that suits ``batch_size``.
        batch_size: as it was tuned.
        new_batch_size: as it shall be.
        rule: "linear", in proportion, for SGD with a warmup (P. Goyal et al., arXiv 1706.02677); "sqrt", with the
            square root, for Adam and its kin (A. Krizhevsky, arXiv 1404.5997; S. Malladi et al., NeurIPS 2022). Neither
            holds beyond the critical batch size.

    Raises:
        ValueError: an argument is not above 0, or an unknown rule.
    """
    _above_zero(learning_rate=learning_rate, batch_size=batch_size, new_batch_size=new_batch_size)
    if rule not in ("linear", "sqrt"):
        raise ValueError(f"rule must be 'linear' or 'sqrt'; got {rule!r}")
    ratio = new_batch_size / batch_size
    return learning_rate * (ratio if rule == "linear" else math.sqrt(ratio))


def transferred(
    learning_rate: float,
    init_std: float,
    width: int,
    new_width: int,
    *,
    layer: Literal["input", "hidden", "output"],
    optimizer: Literal["adam", "sgd"] = "adam",
    multiplier: float = 1.0,
) -> WidthRule:
    """Learning rate, initialisation and multiplier of a layer in a network of another width: μP.

    With m = ``new_width / width`` (G. Yang et al., "Tensor Programs V", arXiv 2203.03466, table 8, relative to the
    network that was tuned, which stays as it is at m = 1):

    ======  ===================  =================  ===================
    what    input and biases     hidden             output
    ======  ===================  =================  ===================
    rate    Adam 1, SGD m        Adam 1/m, SGD 1    Adam 1, SGD m
    std     1                    1/√m               1
    output  1                    1                  1/m
    ======  ===================  =================  ===================

    Args:
        learning_rate: of the layer, tuned at ``width``.
        init_std: of the layer at ``width``; of biases 0.
        width: of the network that was tuned.
        new_width: of the network to train.
        layer: "input" (from the data, whose size stays; embeddings and biases too), "hidden" (both its sizes grow), or
            "output" (to the classes, whose number stays).
        optimizer: "adam" (AdamW, RMSprop, and others that divide by the gradient's size), or "sgd".
        multiplier: of the layer at ``width``.

    Raises:
        ValueError: an argument out of range.
    """
    _above_zero(learning_rate=learning_rate, width=width, new_width=new_width, multiplier=multiplier)
    if not 0.0 <= init_std < math.inf:
        raise ValueError(f"init_std must be a finite number from 0 upwards; got {init_std!r}")
    if layer not in ("input", "hidden", "output"):
        raise ValueError(f"layer must be 'input', 'hidden' or 'output'; got {layer!r}")
    if optimizer not in ("adam", "sgd"):
        raise ValueError(f"optimizer must be 'adam' or 'sgd'; got {optimizer!r}")
    m = new_width / width
    hidden = layer == "hidden"
    rate = {"adam": 1.0 / m if hidden else 1.0, "sgd": 1.0 if hidden else m}[optimizer]
    return WidthRule(
        learning_rate * rate,
        init_std / math.sqrt(m) if hidden else init_std,
        multiplier / m if layer == "output" else multiplier,
    )


def gradient_noise_scale(small_batch: int, small_norm2: float, big_batch: int, big_norm2: float) -> float:
    """B_simple = tr Σ / |G|², in samples, from gradients of two batch sizes (S. McCandlish et al., arXiv 1812.06162).

    E|G_B|² = |G|² + tr Σ / B, so that two sizes give both (appendix A.1; unbiased each, their ratio is not): average
    the squared norms over many batches.

    Args:
        small_batch: samples in the smaller batches.
        small_norm2: mean squared norm of their gradients.
        big_batch: samples in the bigger ones.
        big_norm2: the same there.

    Raises:
        ValueError: an argument is not above 0, or the norms are so noisy that they give no gradient, or no noise.
    """
    _above_zero(small_batch=small_batch, small_norm2=small_norm2, big_batch=big_batch, big_norm2=big_norm2)
    if not small_batch < big_batch:
        raise ValueError(f"big_batch must be larger than small_batch; got {big_batch!r} and {small_batch!r}")
    gradient = (big_batch * big_norm2 - small_batch * small_norm2) / (big_batch - small_batch)
    noise = (small_norm2 - big_norm2) / (1.0 / small_batch - 1.0 / big_batch)
    if gradient <= 0.0 or noise < 0.0:
        raise ValueError(
            f"small_norm2 must lie between big_norm2 and big_batch / small_batch times that; got {small_norm2:g} and "
            f"{big_norm2:g}: average over more batches"
        )
    return noise / gradient


def critical_batch_size(minimal_steps: float, minimal_samples: float) -> float:
    """B_crit = E_min / S_min, in samples (S. McCandlish et al., arXiv 1812.06162, section 2.3).

    A training at it takes twice the fewest steps and twice the fewest samples. The gradient noise scale, which needs
    one training alone, estimates it.

    Args:
        minimal_steps: S_min, updates to the goal with very large batches.
        minimal_samples: E_min, samples to the goal with very small batches.

    Raises:
        ValueError: an argument is not above 0.
    """
    _above_zero(minimal_steps=minimal_steps, minimal_samples=minimal_samples)
    return minimal_samples / minimal_steps


def _above_zero(**arguments: float) -> None:
    for name, value in arguments.items():
        if isinstance(value, bool) or not 0.0 < value < math.inf:
            raise ValueError(f"{name} must be above 0 and finite; got {value!r}")
