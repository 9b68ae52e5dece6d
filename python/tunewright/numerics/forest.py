"""Regression forests over the unit cube, with categories and coordinates that may be missing.

==========  ==========================================================================  ============
symbol      meaning                                                                     shape, range
==========  ==========================================================================  ============
x           points; NaN where a coordinate does not exist                               (n, d)
y           outputs, finite                                                             (n,)
categories  of each coordinate: 0 numeric, g >= 2 unordered values at (i + 1/2) / g     (d,)
==========  ==========================================================================  ============
"""

from __future__ import annotations

__all__ = ["Forest"]

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.numerics.arguments import WORD, integer, matrix
from tunewright.numerics.backend import kernels

_kernels = kernels("forest")

_MOST = 2**31
_LARGEST = 1e100  # of an output: the square of a sum of many must be a number
_THRESHOLDS = ("middle", "uniform", "random")
_GROUPINGS = ("subset", "one")


class Forest:
    """Trees grown over a table (L. Breiman, Machine Learning 45, 2001), and what they predict.

    A node is split where that takes most off the sum of squares, among the first ``features`` coordinates, in a random
    order, that can split it. Rows that lack a coordinate go as one to the side that gains more or are a side of their
    own. What a node never saw goes to its heavier side. All draws are streams of (seed, number of the tree, purpose,
    node), see :mod:`tunewright.numerics.sampling`: trees do not depend on how many there are, nor on threads.

    Args:
        x: (n, d) points, n >= 1, see the module; numbers may be any finite ones, categories lie in [0, 1].
        y: (n,) finite outputs, up to 1e100 in size.
        categories: (d,) integers, see the module.
        seed: of the draws.
        purpose: of the draws.
        first: number of the first tree.
        trees: how many.
        bootstrap: whether each tree sees n rows drawn with replacement, or all.
        features: how many coordinates a node looks at; ``None``: all.
        min_leaf: the fewest rows of a leaf, counted as often as they were drawn.
        min_split: the fewest rows of a node that is split.
        depth: the most splits above a leaf; ``None``: any number.
        thresholds: ``"middle"`` or ``"uniform"``: where in the best gap between two values a threshold stands;
            ``"random"``: anywhere in the range of the node (P. Geurts et al., Machine Learning 63, 2006).
        grouping: which categories may go left: the best ``"subset"``, or ``"one"`` alone.
        threads: how many.

    Raises:
        TypeError: an argument is not of its kind.
        ValueError: one is out of range, or shapes do not fit together.
    """

    def __init__(
        self,
        x: ArrayLike,
        y: ArrayLike,
        categories: ArrayLike,
        *,
        seed: int,
        purpose: int,
        first: int = 0,
        trees: int = 10,
        bootstrap: bool = True,
        features: int | None = None,
        min_leaf: int = 3,
        min_split: int = 3,
        depth: int | None = None,
        thresholds: str = "uniform",
        grouping: str = "subset",
        threads: int = 1,
    ) -> None:
        points = matrix("x", x)
        self.categories = _categories(categories, points.shape[1])
        for name, value, choices in (("thresholds", thresholds, _THRESHOLDS), ("grouping", grouping, _GROUPINGS)):
            if value not in choices:
                raise ValueError(f"{name}: expected one of {', '.join(map(repr, choices))}, got {value!r}")
        self._kernel: Any = _kernels.Forest(
            self._points("x", points),
            _outputs(y, len(points)),
            self.categories,
            seed=integer("seed", seed, WORD),
            purpose=integer("purpose", purpose, WORD),
            first=integer("first", first, WORD),
            trees=_positive("trees", trees),
            bootstrap=bool(bootstrap),
            features=len(self.categories) if features is None else _positive("features", features),
            min_leaf=_positive("min_leaf", min_leaf),
            min_split=_positive("min_split", min_split),
            depth=_MOST if depth is None else integer("depth", depth, _MOST),
            thresholds=thresholds,
            grouping=grouping,
            threads=_positive("threads", threads),
        )

    def __len__(self) -> int:
        return len(self._kernel)

    def predict(self, points: ArrayLike, *, threads: int = 1) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return mean and variance at ``points`` (q, d), shape (q,) each.

        The law of total variance over the leaves: the mean of their variances, and the variance of their means
        (F. Hutter et al., Artificial Intelligence 206, 2014, section 4.3.2).

        Raises:
            TypeError, ValueError: points that are no such array.
        """
        rows = np.asarray(points)
        if rows.ndim == 2 and not len(rows):
            return np.zeros(0), np.zeros(0)
        mean, variance = self._kernel.predict(self._points("points", matrix("points", rows)), threads=threads)
        return mean, variance

    def predict_near(
        self, bases: ArrayLike, points: ArrayLike, *, threads: int = 1
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return what :meth:`predict` returns at ``points``, sooner if they differ from ``bases`` in few coordinates.

        Args:
            bases: (s, d) points.
            points: (s * m, d), the first m near the first of ``bases``, and so on.
            threads: how many.

        Raises:
            TypeError, ValueError: arrays that are none of points, or whose numbers of rows do not fit together.
        """
        rows, anchors = np.asarray(points), np.asarray(bases)
        if rows.ndim == 2 and not len(rows):
            return np.zeros(0), np.zeros(0)
        origins, rows = self._points("bases", matrix("bases", anchors)), self._points("points", matrix("points", rows))
        if not len(origins) or len(rows) % len(origins):
            raise ValueError(f"points: expected as many for each of {len(origins)} bases, got {len(rows)} in all")
        mean, variance = self._kernel.predict_near(origins, rows, threads=threads)
        return mean, variance

    def marginal(
        self, feature: int, points: ArrayLike, absent: ArrayLike | None = None
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return what is predicted at values of one coordinate when all others are averaged out, exactly.

        The average is over the boxes of the leaves: coordinates are independent, each is absent with a probability of
        its own and else uniform over [0, 1] or its categories (F. Hutter et al., ICML 2014, section 4).

        Args:
            feature: the coordinate.
            points: (q,) its values, NaN where it is absent.
            absent: (d,) probabilities; ``None``: zeros.

        Returns:
            The mean over trees and its standard deviation from tree to tree, (q,) each.

        Raises:
            TypeError, ValueError: there is no such coordinate, or arrays that do not fit.
        """
        values = np.asarray(points, dtype=np.float64)
        if values.ndim != 1 or ((values < 0.0) | (values > 1.0)).any():
            raise ValueError(f"points: expected a one-dimensional array of numbers from 0 to 1 or NaN, got {points!r}")
        mean, spread = self._kernel.marginal(
            integer("feature", feature, len(self.categories)), np.ascontiguousarray(values), self._absent(absent)
        )
        return mean, spread

    def marginal_pair(
        self, first: int, second: int, absent: ArrayLike | None = None, *, cells: int = 64
    ) -> NDArray[np.float64]:
        """Return what is predicted on the average over each cell of two coordinates, exactly.

        Args:
            first: the one coordinate.
            second: the other one.
            absent: as in :meth:`marginal`.
            cells: equal parts of the range of a number; categories have a cell for each of their values.

        Returns:
            (cells of the first + 1, cells of the second + 1): the last row and column are where they are absent.

        Raises:
            TypeError, ValueError: there are no such coordinates, or both are the same.
        """
        d = len(self.categories)
        pair = integer("first", first, d), integer("second", second, d)
        if pair[0] == pair[1]:
            raise ValueError(f"second: expected another coordinate than first={pair[0]}")
        means: NDArray[np.float64] = self._kernel.marginal_pair(
            *pair, self._absent(absent), cells=_positive("cells", cells)
        )
        return means

    def _absent(self, absent: ArrayLike | None) -> NDArray[np.float64]:
        d = len(self.categories)
        chances = np.zeros(d) if absent is None else np.ascontiguousarray(absent, dtype=np.float64)
        if chances.shape != (d,) or not ((chances >= 0.0) & (chances <= 1.0)).all():
            raise ValueError(f"absent: expected {d} probabilities, got {absent!r}")
        return chances

    def nodes(self, tree: int) -> tuple[NDArray[Any], ...]:
        """Return a tree as columns, nodes in preorder: the left child of a node follows it.

        Returns:
            feature (-1 at a leaf), threshold (numbers up to it go left; inf where only what lacks the coordinate goes
            right), masks (words of 64 bits: bit i says whether category i goes left), missing_left, right (child, 0 at
            a leaf), mean, variance and weight of the outputs.

        Raises:
            ValueError: there is no such tree.
        """
        columns: tuple[NDArray[Any], ...] = self._kernel.nodes(integer("tree", tree, len(self)))
        return columns

    def _points(self, name: str, points: NDArray[np.float64]) -> NDArray[np.float64]:
        if points.shape[1] != len(self.categories):
            raise ValueError(f"{name}: expected {len(self.categories)} columns, got {points.shape[1]}")
        if np.isinf(points).any():
            raise ValueError(f"{name}: expected finite numbers, or NaN where a coordinate does not exist")
        return points


def _categories(categories: ArrayLike, d: int) -> NDArray[np.int64]:
    counts = np.asarray(categories)
    if counts.dtype.kind not in "ui" or counts.shape != (d,) or (counts < 0).any() or (counts == 1).any():
        raise ValueError(
            f"categories: expected an integer for each of {d} columns, 0 for numbers, else 2 or more; got {counts!r}"
        )
    if counts.max(initial=0) > 2**20:
        raise ValueError(f"categories: expected at most {2**20}, got {counts.max()}")
    return np.ascontiguousarray(counts, dtype=np.int64)


def _outputs(y: ArrayLike, n: int) -> NDArray[np.float64]:
    outputs = np.asarray(y)
    if outputs.dtype.kind not in "fiub":
        raise TypeError(f"y: expected real numbers, got {outputs.dtype}; convert with .astype('float64')")
    if outputs.shape != (n,) or not n:
        raise ValueError(f"y: expected one output for each of {n} rows of x, at least one; got shape {outputs.shape}")
    if not (np.abs(outputs) <= _LARGEST).all():
        raise ValueError(f"y: expected finite numbers up to {_LARGEST:g} in size; leave out or clip the others")
    return np.ascontiguousarray(outputs, dtype=np.float64)


def _positive(name: str, value: int) -> int:
    number = integer(name, value, _MOST)
    if not number:
        raise ValueError(f"{name}: expected an integer from 1 on, got 0")
    return number
