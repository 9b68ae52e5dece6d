"""Regression forests in NumPy over the unit cube, with categories and coordinates that may be missing.

x (n, d), NaN where a coordinate does not exist; y (n,) finite; categories (d,): 0 numeric, g >= 2 unordered values at
(i + 1/2) / g. The gain of a split is what it takes off the weighted sum of squares, S^2 W / (Wl Wr) with S the sum of
w (y - mean) on the left; the first of the largest gains is taken. Rows that lack a coordinate go as one to the side
that gains more or are a side of their own; what a node never saw goes to the heavier side.

The draws of node k of tree t, in preorder, are the stream of (seed, t, purpose, k): d keys whose order is that of the
coordinates, then one number for each coordinate that places its threshold. Those of the bootstrap have k = 2**64 - 1.

L. Breiman, Machine Learning 45 (2001); variances: F. Hutter et al., Artificial Intelligence 206 (2014), section 4.3.2.
"""

from __future__ import annotations

__all__ = ["Forest"]

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.reference.sampling import stream

Array = NDArray[np.float64]
Column = NDArray[Any]

BOOTSTRAP = 2**64 - 1


class Forest:
    """Trees that were grown over the same coordinates; see the module and ``numerics.forest.Forest``."""

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
        self.x, self.y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        self.categories = [int(count) for count in np.asarray(categories)]
        self.seed, self.purpose = seed, purpose
        self.features = len(self.categories) if features is None else features
        self.min_leaf, self.min_split = min_leaf, min_split
        self.depth = math.inf if depth is None else depth
        self.thresholds, self.grouping = thresholds, grouping
        self.trees = [self._tree(first + t, bootstrap) for t in range(trees)]

    def __len__(self) -> int:
        return len(self.trees)

    def predict(self, points: ArrayLike, *, threads: int = 1) -> tuple[Array, Array]:
        """Return mean and variance at points (q, d): the law of total variance over the leaves of all trees."""
        rows = np.asarray(points, dtype=np.float64)
        leaves = [[self._leaf(tree, point) for point in rows] for tree in self.trees]
        means = np.array([[node["mean"] for node in row] for row in leaves]).reshape(len(leaves), len(rows))
        within = np.array([[node["variance"] for node in row] for row in leaves]).reshape(means.shape)
        mean = means.mean(axis=0)
        return mean, within.mean(axis=0) + ((means - mean) ** 2).mean(axis=0)

    def predict_near(self, bases: ArrayLike, points: ArrayLike, *, threads: int = 1) -> tuple[Array, Array]:
        """Return mean and variance at points (s m, d), whatever the bases (s, d) that they are near to."""
        return self.predict(points)

    def marginal(self, feature: int, points: ArrayLike, absent: ArrayLike | None = None) -> tuple[Array, Array]:
        """Return mean and spread over trees at values (q,) of one coordinate, all others averaged out."""
        values, chances = np.asarray(points, dtype=np.float64), self._chances(absent)
        means = np.zeros((len(self.trees), len(values)))
        for row, tree in zip(means, self.trees, strict=True):
            for sides, mean in self._boxes(tree, 0, [_Side(count) for count in self.categories]):
                share = math.prod(
                    s.measure(p) for k, (s, p) in enumerate(zip(sides, chances, strict=True)) if k != feature
                )
                row += mean * share * np.array([sides[feature].has(x) for x in values], dtype=bool)
        return means.mean(axis=0), means.std(axis=0)

    def marginal_pair(self, first: int, second: int, absent: ArrayLike | None = None, *, cells: int = 64) -> Array:
        """Return means over cells of two coordinates, all others averaged out."""
        chances = self._chances(absent)
        sizes = [self.categories[j] or cells for j in (first, second)]
        means = np.zeros((len(self.trees), sizes[0] + 1, sizes[1] + 1))
        for table, tree in zip(means, self.trees, strict=True):
            for sides, mean in self._boxes(tree, 0, [_Side(count) for count in self.categories]):
                share = mean * _product(sides, chances, {first, second})
                table += share * np.outer(sides[first].cover(sizes[0]), sides[second].cover(sizes[1]))
        average: Array = means.mean(axis=0)
        return average

    def _chances(self, absent: ArrayLike | None) -> list[float]:
        return [0.0] * len(self.categories) if absent is None else [float(chance) for chance in np.asarray(absent)]

    def _boxes(self, tree: list[dict[str, Any]], place: int, sides: list[_Side]) -> Iterator[tuple[list[_Side], float]]:
        """The box of each leaf, a side for each coordinate, and its mean."""
        node = tree[place]
        j = node["feature"]
        if j < 0:
            yield sides, node["mean"]
            return
        for left, below in ((True, place + 1), (False, node["right"])):
            yield from self._boxes(tree, below, [*sides[:j], sides[j].part(node, left=left), *sides[j + 1 :]])

    def nodes(self, tree: int) -> tuple[Column, ...]:
        """Return a tree as columns in preorder, see ``numerics.forest.Forest.nodes``."""
        words = max(-(-count // 64) for count in self.categories)
        rows = self.trees[tree]
        masks = [[node["mask"] >> (64 * k) & (2**64 - 1) for k in range(words)] for node in rows]
        columns = [
            np.array([node[name] for node in rows])
            for name in ("feature", "threshold", "missing_left", "right", "mean", "variance", "weight")
        ]
        return (*columns[:2], np.array(masks, dtype=np.uint64).reshape(len(rows), words), *columns[2:])

    def _leaf(self, tree: list[dict[str, Any]], point: Array) -> dict[str, Any]:
        place = 0
        while tree[place]["feature"] >= 0:
            place = place + 1 if self._goes_left(tree[place], point) else tree[place]["right"]
        return tree[place]

    def _goes_left(self, split: dict[str, Any], point: Array) -> bool:
        j = split["feature"]
        if np.isnan(point[j]):
            return bool(split["missing_left"])
        if self.categories[j]:
            return bool(split["mask"] >> _category(point[j], self.categories[j]) & 1)
        return bool(point[j] <= split["threshold"])

    # -- growing -----------------------------------------------------------------------------------

    def _tree(self, number: int, bootstrap: bool) -> list[dict[str, Any]]:  # noqa: FBT001
        n = len(self.y)
        weights = np.ones(n)
        if bootstrap:
            drawn = (stream(self.seed, number, self.purpose, n, attempt=BOOTSTRAP) * n).astype(int)
            weights = np.bincount(drawn, minlength=n).astype(np.float64)
        tree: list[dict[str, Any]] = []
        self._grow(tree, number, np.flatnonzero(weights), weights, 0)
        return tree

    def _grow(self, tree: list[dict[str, Any]], number: int, rows: Column, weights: Array, depth: int) -> None:
        """Append a node of ``rows``, ascending, and all below it."""
        w, y = weights[rows], self.y[rows]
        weight = _sum(w)
        mean = _sum(w * y) / weight
        c = w * (y - mean)
        node = {
            "feature": -1, "threshold": math.nan, "mask": 0, "missing_left": False, "right": 0,
            "mean": mean, "variance": _sum(w * ((y - mean) * (y - mean))) / weight, "weight": weight,
        }  # fmt: skip
        place = len(tree)
        tree.append(node)
        if (y == y[0]).all() or depth >= self.depth or weight < max(self.min_split, 2 * self.min_leaf):
            return
        split = self._best(
            self.x[rows], c, w, stream(self.seed, number, self.purpose, 2 * self.x.shape[1], attempt=place)
        )
        if split is None:
            return
        node |= split
        left = np.array([self._goes_left(split, point) for point in self.x[rows]])
        self._grow(tree, number, rows[left], weights, depth + 1)
        node["right"] = len(tree)
        self._grow(tree, number, rows[~left], weights, depth + 1)

    def _best(self, x: Array, c: Array, w: Array, draws: Array) -> dict[str, Any] | None:
        """The first split of largest gain among those of the first ``features`` coordinates that have one."""
        d = x.shape[1]
        splits = []
        for j in np.argsort(draws[:d], kind="stable").tolist():
            offer = self._by_category if self.categories[j] else self._by_number
            split = offer(j, x[:, j], c, w, float(draws[d + j]))
            if split is not None:
                splits.append(split)
            if len(splits) == self.features:
                break
        gain, best = max(splits, key=lambda found: found[0], default=(0.0, {}))
        return best if gain > 0.0 else None

    def _gain(self, total: float, left: float, weight: float) -> float:
        right = weight - left
        if left < self.min_leaf or right < self.min_leaf:
            return -math.inf
        return total * total * (weight / (left * right))

    def _by_number(self, j: int, x: Array, c: Array, w: Array, draw: float) -> tuple[float, dict[str, Any]] | None:
        weight, lacking = _sum(w), np.isnan(x)
        missing, missing_weight = _sum(c[lacking]), _sum(w[lacking])
        best, share = None, 0.5 if self.thresholds == "middle" else draw
        for total, light, low, high in self._cuts(x, c, w, draw):
            for there in (0, 1) if missing_weight and high < math.inf else (0,):
                left = light + there * missing_weight
                gain = self._gain(total + there * missing, left, weight)
                if gain > (-math.inf if best is None else best[0]):
                    goes = bool(there) if missing_weight else bool(left > weight - left)
                    best = gain, low, high, goes
        if best is None:
            return None
        gain, low, high, goes = best
        threshold = math.inf if high == math.inf else _between(low, high, share)
        return gain, {"feature": j, "threshold": threshold, "missing_left": goes}

    def _cuts(self, x: Array, c: Array, w: Array, draw: float) -> Iterator[tuple[float, float, float, float]]:
        """What is left of each cut, sum and weight, and the values on both sides of it; at last all that is known."""
        order = np.flatnonzero(~np.isnan(x))
        if not len(order):
            return
        if self.thresholds == "random":
            low, high = float(x[order].min()), float(x[order].max())
            left = order[x[order] <= _between(low, high, draw)]
            right = np.setdiff1d(order, left)
            if low < high:
                yield _sum(c[left]), _sum(w[left]), low, high
            if len(order) < len(x):
                yield _sum(c[left]) + _sum(c[right]), _sum(w[order]), high, math.inf
            return
        order = order[np.argsort(x[order], kind="stable")]
        sums, lefts = np.cumsum(c[order]), np.cumsum(w[order])
        for k, (low, high) in enumerate(itertools.pairwise([*x[order], math.inf])):
            if low < high:
                yield sums[k], lefts[k], low, high

    def _by_category(self, j: int, x: Array, c: Array, w: Array, draw: float) -> tuple[float, dict[str, Any]] | None:
        count, weight = self.categories[j], _sum(w)
        places = np.array([count if np.isnan(value) else _category(value, count) for value in x])
        sums = {i: _sum(c[places == i]) for i in sorted(set(places.tolist()))}
        weights = {i: _sum(w[places == i]) for i in sums}
        present = sorted(sums, key=lambda i: sums[i] / weights[i])
        if len(present) == 1:
            return None
        if self.grouping == "one":
            cuts = [[i] for i in present]
        else:
            cuts = [present[: k + 1] for k in range(len(present) - 1)]
        if self.thresholds == "random":
            cuts = cuts[int(draw * len(cuts)) :][:1]
        gains = [self._gain(_sum([sums[i] for i in cut]), _sum([weights[i] for i in cut]), weight) for cut in cuts]
        best = int(np.argmax(gains))
        if gains[best] == -math.inf:
            return None
        left = cuts[best]
        heavier = sum(weights[i] for i in left) > weight - sum(weights[i] for i in left)
        goes = [i in left if i in sums else heavier for i in range(count + 1)]
        mask = sum(1 << i for i in range(count) if goes[i])
        return gains[best], {"feature": j, "mask": mask, "missing_left": goes[count]}


@dataclass(frozen=True)
class _Side:
    """What of one coordinate a box has: numbers above ``low`` up to ``high``, or categories; and what is absent."""

    count: int
    low: float = -math.inf
    high: float = 1.0
    mask: int = -1
    absent: bool = True

    def part(self, node: dict[str, Any], *, left: bool) -> _Side:
        """What of it goes to one side of a split."""
        absent = self.absent and node["missing_left"] == left
        if self.count:
            return replace(self, absent=absent, mask=self.mask & (node["mask"] if left else ~node["mask"]))
        threshold = min(max(node["threshold"], self.low), self.high)
        return replace(self, absent=absent, **{"high" if left else "low": threshold})

    def has(self, x: float) -> bool:
        """Whether a value is in, NaN being absent."""
        if np.isnan(x):
            return self.absent
        return bool(self.mask >> _category(x, self.count) & 1) if self.count else self.low < x <= self.high

    def cover(self, size: int) -> Array:
        """The share of each of ``size`` cells that is in, and 1 or 0 for what is absent."""
        if self.count:
            cells = [float(self.mask >> i & 1) for i in range(size)]
        else:
            cells = [max(0.0, min(self.high, (i + 1) / size) - max(self.low, i / size)) * size for i in range(size)]
        return np.array([*cells, self.absent], dtype=np.float64)

    def measure(self, absent: float) -> float:
        """Its share of the coordinate, which is absent with that probability."""
        present = self.cover(self.count or 1)[:-1].mean()
        return float((1.0 - absent) * present + absent * self.absent)


def _product(sides: list[_Side], absent: list[float], left_out: set[int]) -> float:
    """The measure of a box in all coordinates but those left out."""
    return math.prod(side.measure(absent[k]) for k, side in enumerate(sides) if k not in left_out)


def _sum(values: ArrayLike) -> float:
    """One after the other, so that rounding is that of a loop."""
    array = np.asarray(values, dtype=np.float64)
    return float(np.cumsum(array)[-1]) if len(array) else 0.0


def _category(x: float, count: int) -> int:
    return min(max(math.floor(x * count), 0), count - 1)


def _between(low: float, high: float, share: float) -> float:
    """A number from ``low`` on and below ``high``."""
    threshold = low + share * (high - low)
    return float(threshold if threshold < high else low)
