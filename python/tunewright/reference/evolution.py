"""Evolution in NumPy: who survives, and what the survivors' offspring look like.

parents (n, d) genes in the unit cube, NaN where a parent has no such gene; standing (n,), less is better; cells (d,): 0
continuous, g an ordered and -g an unordered set of values at (i + 1/2) / g; losses (n, m), less is better; violations
(n,), NaN counts as infinite. mean (d,), covariance C (d, d), its factor L, paths (d,) and steps (k, d), the best first,
of a normal distribution that adapts.

Constrained dominance (K. Deb et al., IEEE TEVC 6, 2002, section VI): the smaller violation wins, and the losses speak
where violations are equal. A point with a NaN among its losses comes after all others.
"""

from __future__ import annotations

__all__ = ["adapted", "crowded_survivors", "niched_survivors", "offspring", "steps"]

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.reference.linalg import cholesky
from tunewright.reference.pareto import crowding_distance, nondominated_rank
from tunewright.reference.sampling import stream

Array = NDArray[np.float64]


Distribution = tuple[Array, float, Array, Array, Array, Array]


def adapted(
    mean: ArrayLike,
    sigma: float,
    covariance: ArrayLike,
    factor: ArrayLike,
    conjugate: ArrayLike,
    path: ArrayLike,
    *,
    steps: ArrayLike,
    generation: int,
) -> Distribution:
    """Return mean, sigma, C, L and the two paths after a generation (N. Hansen, arXiv:1604.00772, equations 41-47)."""
    y, lower, c = (np.asarray(a, dtype=np.float64) for a in (steps, factor, covariance))
    points, d = y.shape
    weights, c_sigma, damping, c_c, c_1, c_mu, effective = _constants(points, d)
    length = np.sqrt(d) * (1 - 1 / (4 * d) + 1 / (21 * d**2))
    z = np.linalg.solve(lower, y.T).T
    shift = weights[: points // 2] @ y[: points // 2]
    white = np.linalg.solve(lower, shift)
    along = (1 - c_sigma) * np.asarray(conjugate, dtype=np.float64)
    along = along + np.sqrt(c_sigma * (2 - c_sigma) * effective) * white
    reach = float(np.linalg.norm(along))
    steady = reach / np.sqrt(1 - (1 - c_sigma) ** (2 * (generation + 1))) < (1.4 + 2 / (d + 1)) * length
    drift = (1 - c_c) * np.asarray(path, dtype=np.float64) + steady * np.sqrt(c_c * (2 - c_c) * effective) * shift
    kept = (1 - steady) * c_c * (2 - c_c)
    scaled = np.where(weights >= 0, weights, weights * d / (np.sum(z**2, axis=1) + 1e-8))
    c = (1 + c_1 * kept - c_1 - c_mu * weights.sum()) * c + c_1 * np.outer(drift, drift) + c_mu * (y.T * scaled) @ y
    lower, added = cholesky(c)
    growth = min(1.0, c_sigma / damping * (reach / length - 1))
    centre: Array = np.asarray(mean, dtype=np.float64) + sigma * shift
    return centre, sigma * float(np.exp(growth)), c + added * np.eye(d), lower, along, drift


def _constants(points: int, d: int) -> tuple[Array, float, float, float, float, float, float]:
    """Weights, rate of sigma's path, its damping, rates of C's path and of its two parts, and mu_eff (Table 1)."""
    raw = np.log((points + 1) / 2) - np.log(np.arange(1, points + 1))
    better, worse = raw[: points // 2], raw[points // 2 :]
    effective, opposed = (part.sum() ** 2 / np.sum(part**2) for part in (better, worse))
    c_1 = 2 / ((d + 1.3) ** 2 + effective)
    c_mu = min(1 - c_1 - 1e-8, 2 * (effective - 2 + 1 / effective) / ((d + 2) ** 2 + effective))
    against = min(1 + c_1 / c_mu, 1 + 2 * opposed / (effective + 2), (1 - c_1 - c_mu) / (d * c_mu))
    weights = np.where(raw >= 0, raw / raw[raw > 0].sum(), raw * against / -raw[raw < 0].sum())
    c_sigma = (effective + 2) / (d + effective + 5)
    damping = 1 + 2 * max(0.0, np.sqrt((effective - 1) / (d + 1)) - 1) + c_sigma
    c_c = (4 + effective / d) / (d + 4 + 2 * effective / d)
    return weights, c_sigma, damping, c_c, c_1, c_mu, effective


def crowded_survivors(
    losses: ArrayLike, violations: ArrayLike, count: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the ``count`` rows that survive by rank and crowding distance, best first, and their distances.

    Of equal ones the later row comes first.
    """
    points = np.asarray(losses, dtype=np.float64)
    survivors: list[tuple[float, int]] = []
    for rows, _ in _fronts(points, violations, count):
        survivors += sorted(zip(-crowding_distance(points[rows]), (-i for i in rows), strict=True))
    best = survivors[:count]
    return np.array([-i for _, i in best], dtype=np.int64), np.array([-turned for turned, _ in best])


def niched_survivors(
    losses: ArrayLike,
    violations: ArrayLike,
    count: int,
    *,
    directions: ArrayLike,
    ideal: ArrayLike,
    draws: ArrayLike,
) -> NDArray[np.int64]:
    """Return the ``count`` rows that survive by rank and directions (K. Deb & H. Jain, IEEE TEVC 18, 2014, IV)."""
    points, ways = np.array(losses, dtype=np.float64), np.asarray(directions, dtype=np.float64)
    points[~np.isfinite(points)] = np.nan
    fronts = _fronts(points, violations, count)
    survivors = [i for rows, _ in fronts[:-1] for i in rows]
    if not fronts:
        return np.array([], dtype=np.int64)
    last, violation = fronts[-1]
    room = count - len(survivors)
    if room < len(last) and violation == 0.0:
        everyone = survivors + last
        scaled = _scaled(points[everyone], len(fronts[0][0]), np.asarray(ideal, dtype=np.float64))
        near, distance = _associated(scaled, ways)
        last = _niched(near, distance, len(survivors), last, room, np.asarray(draws), len(ways))
    return np.array(survivors + last[:room], dtype=np.int64)


def offspring(
    parents: ArrayLike,
    standing: ArrayLike,
    cells: ArrayLike,
    trials: ArrayLike,
    *,
    beats: ArrayLike | None = None,
    seed: int,
    purpose: int,
    attempt: int = 0,
    tournament: int = 2,
    crossover: float = 0.9,
    crossover_index: float = 15.0,
    mutation: float,
    mutation_index: float = 20.0,
) -> NDArray[np.float64]:
    """Return a child (d,) for each of k trials, shape (k, d); trials 2p and 2p + 1 are siblings."""
    genes, kinds = np.asarray(parents, dtype=np.float64), [int(cell) for cell in np.asarray(cells)]
    worth, none = np.asarray(standing, dtype=np.float64), np.zeros((len(genes), len(genes)), dtype=np.bool_)
    table = none if beats is None else np.asarray(beats)
    numbers = np.asarray(trials, dtype=np.uint64).tolist()
    children = np.zeros((len(numbers), len(kinds)))
    for child, trial in zip(children, numbers, strict=True):
        pair, younger = divmod(trial, 2)
        turns = [_turn(2 * tournament * pair + t, len(genes), seed, purpose, attempt) for t in range(2 * tournament)]
        winners = [_winner(worth, table, part) for part in (turns[:tournament], turns[tournament:])]
        a, b = (genes[winners[side]] for side in (younger, 1 - younger))
        shared = stream(seed, pair, (purpose + 1) % 2**64, 1 + 3 * len(kinds), attempt=attempt)
        own = stream(seed, trial, purpose, 2 + 2 * len(kinds), attempt=attempt)
        for j, (cross, spread, side) in enumerate(shared[1:].reshape(-1, 3)):
            child[j] = a[j]
            if shared[0] < crossover and (cross < 0.5 or np.isnan(a[j])):
                child[j] = _crossed(a[j], b[j], kinds[j], spread, side, crossover_index)
            if own[2 + 2 * j] < mutation and not np.isnan(child[j]):
                child[j] = _mutated(child[j], kinds[j], own[3 + 2 * j], mutation_index)
        able = [j for j, kind in enumerate(kinds) if abs(kind) != 1 and not np.isnan(child[j])]
        if np.array_equal(child, a, equal_nan=True) and able:
            j = able[int(own[0] * len(able))]
            child[j] = _mutated(child[j], kinds[j], own[1], mutation_index)
    return children


def steps(factor: ArrayLike, trials: ArrayLike, *, seed: int, purpose: int, attempt: int = 0) -> NDArray[np.float64]:
    """Return y = L z for each of k trials, (k, d), z by G. Box & M. Muller from the stream of the trial."""
    lower = np.asarray(factor, dtype=np.float64)
    d = len(lower)
    rows = np.zeros((len(np.asarray(trials)), d))
    for row, trial in zip(rows, np.asarray(trials, dtype=np.uint64).tolist(), strict=True):
        u, v = stream(seed, trial, purpose, 2 * ((d + 1) // 2), attempt=attempt).reshape(-1, 2).T
        radius = np.sqrt(-2 * np.log1p(-u))
        normal = np.stack([radius * np.cos(2 * np.pi * v), radius * np.sin(2 * np.pi * v)], axis=1).ravel()
        row[:] = np.tril(lower) @ normal[:d]
    return rows


def _fronts(points: Array, violations: ArrayLike, count: int) -> list[tuple[list[int], float]]:
    """Rows of each front and their violation, until there are ``count`` points."""
    amounts = np.asarray(violations, dtype=np.float64)
    amounts = np.where(np.isnan(amounts), np.inf, amounts)
    ordered = ~np.isnan(points).any(axis=1)
    fronts: list[tuple[list[int], float]] = []
    for amount in np.unique(amounts[ordered]).tolist():
        group = np.flatnonzero(ordered & (amounts == amount))
        ranks = nondominated_rank(points[group])
        fronts += [(group[ranks == rank].tolist(), amount) for rank in range(ranks.max() + 1)]
    fronts.append((np.flatnonzero(~ordered).tolist(), np.inf))
    sizes = np.cumsum([0, *(len(rows) for rows, _ in fronts)])
    return [front for front, before in zip(fronts, sizes[:-1], strict=True) if before < count]


def _scaled(points: Array, front: int, ideal: Array) -> Array:
    """Points from the ideal, in units of where the plane through the extremes of the first ``front`` meets the axes."""
    points = points - np.minimum(ideal, points.min(axis=0))
    best, ranges = points[:front], points.max(axis=0)
    reached = np.where(best < 1e-3 * ranges, 0.0, best)
    weights = np.where(np.eye(points.shape[1]) == 1.0, 1.0, 1e6)
    extremes = [best[int(np.argmin((reached * weight).max(axis=1)))] for weight in weights]
    scale = _intercepts(np.array(extremes))
    if scale is None or not np.all(scale > 1e-6 * ranges):
        scale = best.max(axis=0)
    scale = np.where(scale > 1e-6 * ranges, np.minimum(scale, ranges), ranges)
    return points / np.where(ranges == 0.0, 1.0, scale)


def _intercepts(points: Array) -> Array | None:
    """Where the plane through the rows meets the axes: Gaussian elimination of points · x = 1."""
    a = np.column_stack([points, np.ones(len(points))])
    with np.errstate(all="ignore"):
        for j in range(len(a)):
            pivot = j
            for i in range(j + 1, len(a)):
                pivot = i if abs(a[i, j]) > abs(a[pivot, j]) else pivot
            a[[j, pivot]] = a[[pivot, j]]
            for i in range(j + 1, len(a)):
                a[i, j:] -= a[i, j] / a[j, j] * a[j, j:]
        x = a[:, -1]
        for i in reversed(range(len(a))):
            for k in range(i + 1, len(a)):
                x[i] -= a[i, k] * x[k]
            x[i] /= a[i, i]
        found: Array = 1.0 / x
    return found if np.all((found > 0.0) & np.isfinite(found)) else None


def _associated(points: Array, directions: Array) -> tuple[NDArray[np.intp], Array]:
    """The nearest direction of each point, and the square of the distance to it."""
    along = np.zeros((len(points), len(directions)))
    apart = np.zeros((len(points), len(directions)))
    for k in range(points.shape[1]):
        along = along + points[:, k, None] * directions[None, :, k]
    for k in range(points.shape[1]):
        gap = points[:, k, None] - along * directions[None, :, k]
        apart = apart + gap * gap
    near = np.argmin(apart, axis=1)
    return near, apart[np.arange(len(points)), near]


def _niched(
    near: NDArray[np.intp], distance: Array, taken: int, rows: list[int], room: int, draws: Array, r: int
) -> list[int]:
    """``room`` of the ``rows``, chosen by the directions with the fewest points."""
    crowd = np.bincount(near[:taken], minlength=r)
    left = {j: [place for place in range(len(rows)) if near[taken + place] == j] for j in range(r)}
    chosen: list[int] = []
    while len(chosen) < room:
        j = min((j for j in range(r) if left[j]), key=lambda j: (crowd[j], draws[j], j))
        worth = [draws[r + rows[place]] if crowd[j] else distance[taken + place] for place in left[j]]
        chosen.append(rows[left[j].pop(int(np.argmin(worth)))])
        crowd[j] += 1
    return chosen


def _turn(turn: int, n: int, seed: int, purpose: int, attempt: int) -> int:
    """Whose turn it is: all n parents have one, in random order, before any has another."""
    rounds, place = divmod(turn, n)
    draws = stream(seed, rounds % 2**64, (purpose + 2) % 2**64, n, attempt=attempt)
    return int(np.argsort(draws, kind="stable")[place])


def _winner(standing: Array, beats: NDArray[np.bool_], contenders: list[int]) -> int:
    """The best of the contenders, of equal ones the first; who beats the best so far wins whatever their standing."""
    worth = np.where(np.isnan(standing), np.inf, standing)
    best = contenders[0]
    for other in contenders[1:]:
        if beats[other, best] or (worth[other] < worth[best] and not beats[best, other]):
            best = other
    return best


def _crossed(a: float, b: float, cells: int, spread: float, side: float, index: float) -> float:
    """Simulated binary crossover within [0, 1]; the child beside ``a`` when ``side`` is below 1/2."""
    if np.isnan(b) or abs(a - b) <= 1e-14:
        return a
    if np.isnan(a) or cells < 0:
        return b
    low, high = min(a, b), max(a, b)
    lower = (a <= b) == (side < 0.5)
    limit = 1.0 + 2.0 * (low if lower else 1.0 - high) / (high - low)
    alpha = 2.0 - limit ** -(index + 1.0)
    base = spread * alpha if spread * alpha <= 1.0 else 1.0 / (2.0 - spread * alpha)
    half = 0.5 * base ** (1.0 / (index + 1.0)) * (high - low)
    middle = 0.5 * (low + high)
    return _settled(float(middle - half if lower else middle + half), cells)


def _mutated(x: float, cells: int, draw: float, index: float) -> float:
    """Polynomial mutation, by one value at least; any other value where there is no order."""
    count = abs(cells)
    if count == 0:
        return _polynomial(x, draw, index)
    here, there = (min(int(y * count), count - 1) for y in (x, _polynomial(x, draw, index)))
    if cells < 0:
        there = int(draw * (count - 1))
        there += there >= here
    elif there == here:
        there += 1 if (here == 0 if draw < 0.5 else here < count - 1) else -1
    return x if count == 1 else (there + 0.5) / count


def _polynomial(x: float, draw: float, index: float) -> float:
    power = index + 1.0
    if draw < 0.5:
        step = (2.0 * draw + (1.0 - 2.0 * draw) * (1.0 - x) ** power) ** (1.0 / power) - 1.0
    else:
        step = 1.0 - (2.0 * (1.0 - draw) + 2.0 * (draw - 0.5) * x**power) ** (1.0 / power)
    return float(min(max(x + step, 0.0), 1.0))


def _settled(x: float, cells: int) -> float:
    """``x`` within [0, 1], at the centre of its cell where the gene has cells."""
    x = min(max(x, 0.0), 1.0)
    return (min(int(x * cells), cells - 1) + 0.5) / cells if cells else x
