"""What is known of a task before anything is searched: its data, its network, a few curves, as numbers by name.

n  rows        d  columns        c  classes        All features are finite, and cheap: seconds on any data.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from tunewright.numerics.sampling import generator, purpose
from tunewright.transfer.landmarks import landmarks
from tunewright.trial.columns import Array, Ints

__all__ = ["curve_features", "data_features", "network_features"]

_ROWS = purpose("transfer/features/rows")


def data_features(x: ArrayLike, y: ArrayLike, *, kind: str | None = None, rows: int = 1000) -> dict[str, float]:
    """Characteristics of a data set.

    Simple: ``data/log_rows``, ``data/log_columns``, ``data/log_ratio`` (of columns to rows), ``data/missing`` (share
    of NaN). Statistical: ``data/skewness``, ``data/kurtosis`` (excess), ``data/correlation`` (means of absolute values
    over columns and their pairs), ``data/components`` (share of the principal components that hold 95 % of the variance
    of standardised columns). Information-theoretic, for classes: ``data/log_classes``, ``data/class_entropy`` (of the
    labels, over that of equal classes), ``data/smallest_class`` (its share), ``data/information`` (mutual information
    of a column, in up to ten bins of equal counts, with the labels, over their entropy; mean over columns). For
    numbers: ``data/target_skewness``, ``data/target_correlation``. ``landmark/…``: what cheap learners reach, see
    :func:`~tunewright.transfer.landmarks.landmarks`. After P. Brazdil et al., "Metalearning", 2022, chapter 4.

    Args:
        x: (n, …) numbers, one row an example, flattened to (n, d); NaN where one is missing.
        y: (n,) labels or numbers.
        kind: ``"classification"`` or ``"regression"``; by default the latter if ``y`` has fractions.
        rows: how many rows are looked at beside their number, drawn without replacement by a fixed seed.

    Raises:
        ValueError: shapes that do not fit, infinite numbers, fewer than five rows, or a target that is constant.
    """
    points, target = _numbers("data_features: x", x), np.asarray(y)
    if points.ndim < 2 or target.ndim != 1 or len(points) != len(target) or len(target) < 5 or not points[0].size:
        raise ValueError(
            f"data_features: expected x of shape (n, d) and y of shape (n,) with n >= 5 and d >= 1; got "
            f"{points.shape} and {target.shape}"
        )
    points = points.reshape(len(points), -1)
    if np.isinf(points).any():
        raise ValueError("data_features: x has infinite numbers; clip them, or say NaN where a value is missing")
    kind = _kind(target) if kind is None else kind
    if kind not in ("classification", "regression"):
        raise ValueError(f"data_features: kind must be 'classification' or 'regression', got {kind!r}")
    n, d = points.shape
    found = {
        "data/log_rows": math.log(n),
        "data/log_columns": math.log(d),
        "data/log_ratio": math.log(d / n),
        "data/missing": float(np.isnan(points).mean()),
    }
    chosen = np.sort(generator(0, n, _ROWS).permutation(n)[:rows])
    sample, target = _standardised(points[chosen]), target[chosen]
    found |= _statistical(sample)
    found |= _of_classes(sample, _labels(target)) if kind == "classification" else _of_numbers(sample, _finite(target))
    return {name: float(value) for name, value in found.items()}


def network_features(shapes: Sequence[Sequence[int]], *, flops: float | None = None) -> dict[str, float]:
    """Characteristics of a network by the shapes of its parameters, ``[p.shape for p in model.parameters()]``.

    ``network/log_parameters``, ``network/log_layers`` (arrays of two dimensions and more), ``network/log_width`` (mean
    of the logarithms of the layers' outputs, their first dimension), ``network/taper`` (logarithm of the last layer's
    outputs over the widest one's), ``network/log_kernel`` (mean of the logarithms of the sizes behind the first two
    dimensions), ``network/log_flops`` where given.

    Raises:
        ValueError: no shape of a layer, or a dimension that is no whole number from 1 upwards.
    """
    given = [tuple(shape) for shape in shapes]
    if not given or any(not isinstance(s, (int, np.integer)) or s < 1 for shape in given for s in shape):
        raise ValueError(f"network_features: expected shapes of whole numbers from 1 upwards, got {shapes!r}")
    if flops is not None and not 0 < flops < math.inf:
        raise ValueError(f"network_features: flops must be a positive number, got {flops!r}")
    layers = [shape for shape in given if len(shape) >= 2]
    if not layers:
        raise ValueError(f"network_features: expected a shape of two dimensions at least, got {shapes!r}")
    widths = np.log([shape[0] for shape in layers])
    found = {
        "network/log_parameters": math.log(sum(math.prod(shape) for shape in given)),
        "network/log_layers": math.log(len(layers)),
        "network/log_width": float(widths.mean()),
        "network/taper": float(widths[-1] - widths.max()),
        "network/log_kernel": float(np.mean([math.log(math.prod(shape[2:])) for shape in layers])),
    }
    return found if flops is None else found | {"network/log_flops": math.log(flops)}


def curve_features(losses: ArrayLike) -> dict[str, float]:
    """Characteristics of a learning curve of k losses, less is better: of the default configuration, as a rule.

    ``curve/first`` and ``curve/half``: the share of the way from the first to the best loss that the first tenth (at
    least two losses) and the first half have gone. In units of the curve's range ``curve/tail``, how far the last loss
    is above the best, and ``curve/rough``, the mean absolute second difference.

    Raises:
        ValueError: fewer than four losses, or one that is not finite.
    """
    curve = _numbers("curve_features: losses", losses)
    if curve.ndim != 1 or len(curve) < 4 or not np.isfinite(curve).all():
        raise ValueError(f"curve_features: expected at least four finite losses, got {losses!r}")
    best = np.minimum.accumulate(curve)
    spread = curve.max() - curve.min()
    way = best[0] - best[-1]
    gone = (best[0] - best) / (way if way > 0 else 1.0)
    unit = spread if spread > 0 else 1.0
    return {
        "curve/first": float(gone[max(math.ceil(len(curve) / 10), 2) - 1]),
        "curve/half": float(gone[math.ceil(len(curve) / 2) - 1]),
        "curve/tail": float((curve[-1] - best[-1]) / unit),
        "curve/rough": float(np.abs(np.diff(curve, 2)).mean() / unit),
    }


def _numbers(name: str, given: ArrayLike) -> Array:
    try:
        return np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be numbers ({error}); encode categories, such as by their place") from None


def _kind(target: np.ndarray) -> str:
    fractions = target.dtype.kind == "f" and bool((target != np.floor(target)).any())
    return "regression" if fractions else "classification"


def _labels(target: np.ndarray) -> Ints:
    """Numbers of the classes, in the order of the labels."""
    names, labels = np.unique(target, return_inverse=True)
    if len(names) < 2:
        raise ValueError(f"data_features: y has one class alone, {names[0]}")
    numbers: Ints = labels.astype(np.int64)
    return numbers


def _finite(target: np.ndarray) -> Array:
    values = target.astype(np.float64)
    if not np.isfinite(values).all() or values.std() == 0.0:
        raise ValueError("data_features: y must be finite and not constant")
    standard: Array = (values - values.mean()) / values.std()
    return standard


def _standardised(points: Array) -> Array:
    """Columns of mean 0 and variance 1, NaN at the mean; constant ones are left out unless all are."""
    known = ~np.isnan(points)
    counts = np.maximum(known.sum(axis=0), 1)
    centred = np.where(known, points - np.where(known, points, 0.0).sum(axis=0) / counts, 0.0)
    deviations = np.sqrt((centred**2).sum(axis=0) / counts)
    varying = deviations > 1e-12 * np.maximum(1.0, np.abs(np.where(known, points, 0.0)).max(axis=0))
    standard: Array = centred[:, varying] / deviations[varying] if varying.any() else np.zeros((len(points), 1))
    return standard


def _statistical(sample: Array) -> dict[str, float]:
    n, d = sample.shape
    powers = np.linalg.svd(sample, compute_uv=False) ** 2
    total = powers.sum()
    needed = int(np.searchsorted(np.cumsum(powers) / total, 0.95 - 1e-12)) + 1 if total > 0 else d
    correlations = np.abs(sample.T @ sample / n)[np.triu_indices(d, 1)]
    return {
        "data/skewness": np.abs((sample**3).mean(axis=0)).mean(),
        "data/kurtosis": np.abs((sample**4).mean(axis=0) - 3.0).mean(),
        "data/correlation": correlations.mean() if d > 1 else 0.0,
        "data/components": needed / d,
    }


def _of_classes(sample: Array, labels: Ints) -> dict[str, float]:
    shares = np.bincount(labels) / len(labels)
    entropy = -(shares * np.log(shares)).sum()
    information = np.mean([_mutual(_binned(column), labels) for column in sample.T]) / entropy
    return {
        "data/log_classes": math.log(len(shares)),
        "data/class_entropy": entropy / math.log(len(shares)),
        "data/smallest_class": shares.min(),
        "data/information": information,
    } | landmarks(sample, np.eye(len(shares))[labels])


def _of_numbers(sample: Array, target: Array) -> dict[str, float]:
    return {
        "data/target_skewness": abs((target**3).mean()),
        "data/target_correlation": np.abs(sample.T @ target / len(target)).mean(),
    } | landmarks(sample, target[:, None])


def _binned(column: Array) -> Ints:
    """Which of up to ten bins of about equal counts each number is in; equal numbers are in one."""
    edges = np.unique(np.quantile(column, np.arange(1, 10) / 10, method="lower"))
    bins: Ints = np.searchsorted(edges, column, side="left").astype(np.int64)
    return bins


def _mutual(bins: Ints, labels: Ints) -> float:
    joint = np.zeros((bins.max() + 1, labels.max() + 1))
    np.add.at(joint, (bins, labels), 1.0 / len(labels))
    both = joint > 0
    product = np.outer(joint.sum(axis=1), joint.sum(axis=0))
    return float((joint[both] * np.log(joint[both] / product[both])).sum())
