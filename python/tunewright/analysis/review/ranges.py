"""Ranges: findings about a number, and the range to search instead."""

from __future__ import annotations

__all__ = ["judged"]

import math
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tunewright.analysis.review.ends import ZONE, Edges, edges
from tunewright.analysis.review.finding import Finding
from tunewright.analysis.stats.outcome import number
from tunewright.errors import DomainError
from tunewright.space import Domain, Float, Int, PowerOfTwo

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

WIDE = 20.0  # high / low from which a linear range may be meant as a logarithmic one
BETTER = 10.0  # of the log likelihood ratio times two: how much better another scale must fit


class Range(NamedTuple):
    """Low, high, and whether the scale is logarithmic."""

    low: float
    high: float
    log: bool

    def at(self, u: float) -> float:
        """The value at a coordinate, which may lie outside [0, 1]."""
        if self.log:
            return float(self.low * (self.high / self.low) ** u)
        return self.low + u * (self.high - self.low)


def judged(
    name: str, domain: Domain, natives: Array, ranks: Array, good: Mask, complete: Mask, tests: int, *, matters: bool
) -> tuple[list[Finding], Domain]:
    """Findings about one number and the domain to search instead (``domain`` itself if nothing stands out).

    ``matters``: it is known that the losses depend on it.
    """
    if not isinstance(domain, (Float, Int, PowerOfTwo)) or domain.low == domain.high:
        return [], domain
    u = domain.encode(natives)
    zone = max(ZONE, 0.0 if domain.size is None else 1.0 / domain.size)
    ends = edges(u, good, tests, zone, matters=matters)
    log = isinstance(domain, PowerOfTwo) or bool(domain.log)
    new, found = Range(float(domain.low), float(domain.high), log), []
    scale = None if isinstance(domain, PowerOfTwo) else _scale(name, new, natives, ranks, good, complete, ends)
    if scale is not None:
        finding, new = scale
        found.append(finding)
        ends = edges(_coordinate(natives, new), good, tests, ZONE, matters=matters)
        ends = replace(ends, hit=(False, ends.hit[1]))  # a linear scale has hardly looked there
    cut = _cut(name, new, ends)
    if cut is not None:
        found.append(cut[0])
    grown = _grown(name, new, ends)
    if grown is not None:
        found.append(grown[0])
    low = grown[1].low if grown and ends.hit[0] else cut[1].low if cut else new.low
    high = grown[1].high if grown and ends.hit[1] else cut[1].high if cut else new.high
    return (found, _domain(domain, Range(low, high, new.log))) if found else ([], domain)


def _scale(
    name: str, old: Range, natives: Array, ranks: Array, good: Mask, complete: Mask, ends: Edges
) -> tuple[Finding, Range] | None:
    """Whether the logarithm of a linear range explains the losses better, or all that is good is at its low end."""
    if old.log or old.low < 0.0:
        return None
    positive = natives[complete & (natives > 0)]
    if not positive.size:
        return None
    low = old.low if old.low > 0 else float(positive.min())
    at_zero = old.low == 0.0 and float((natives[good] == 0.0).mean()) > 0.2  # a value that no logarithm has
    if old.high / low < WIDE or at_zero:
        return None
    kept = complete & (natives > 0)
    linear = _explained(natives[kept], ranks[kept])
    logarithm = _explained(np.log(natives[kept]), ranks[kept])
    crowded = ends.hit[0] and float(np.median((natives[good] - old.low) / (old.high - old.low))) < 0.05
    ratio = int(kept.sum()) * math.log((1.0 - linear + 1e-9) / (1.0 - logarithm + 1e-9))
    if not crowded and (ratio < BETTER or logarithm < 0.05):
        return None
    best = natives[good & (natives > 0)]
    floor = low if old.low > 0 or not best.size else min(low, _round(float(best.min()) / 10.0, up=False))
    why = (
        "its good values are all near its low end, where a linear scale has hardly any room"
        if crowded
        else f"its logarithm explains {logarithm:.0%} of the ranking, the plain value {linear:.0%}"
    )
    text = f"{name}: a logarithmic scale fits better: {why}."
    return Finding("scale", name, text), Range(floor, old.high, True)


def _explained(x: Array, ranks: Array) -> float:
    """Share of the variance of the ranks that a parabola in x explains, corrected for its two terms."""
    n = len(x)
    if n < 8 or not np.ptp(x) > 0 or not np.ptp(ranks) > 0:
        return 0.0
    z = (x - x.mean()) / x.std()
    design = np.column_stack([np.ones(n), z, z**2])
    coefficients = np.linalg.lstsq(design, ranks, rcond=None)[0]
    left = float(((ranks - design @ coefficients) ** 2).sum() / ((ranks - ranks.mean()) ** 2).sum())
    return max(0.0, 1.0 - left * (n - 1) / (n - 3))


def _coordinate(natives: Array, new: Range) -> Array:
    inside = np.clip(natives, new.low, new.high)
    return np.asarray(np.log(inside / new.low) / math.log(new.high / new.low))


def _cut(name: str, new: Range, ends: Edges) -> tuple[Finding, Range] | None:
    low, high = ends.used
    parts, cut = [], new
    if low > 0.0:
        limit = _round(new.at(low), up=False)
        parts.append(f"below {number(limit)} ({ends.idle[0]} trials)")
        cut = cut._replace(low=max(new.low, limit))
    if high < 1.0:
        limit = _round(new.at(high), up=True)
        parts.append(f"above {number(limit)} ({ends.idle[1]} trials)")
        cut = cut._replace(high=min(new.high, limit))
    if not parts or not cut.low < cut.high:
        return None
    return Finding("dead", name, f"{name}: none of the good trials is {' or '.join(parts)}."), cut


def _grown(name: str, new: Range, ends: Edges) -> tuple[Finding, Range] | None:
    sides = [side for side, hit in zip(("low", "high"), ends.hit, strict=True) if hit]
    if not sides:
        return None
    step = max(0.5, math.log(10.0) / math.log(new.high / new.low)) if new.log else 0.5
    grown, parts = new, []
    for side in sides:
        share = ends.shares[side == "high"]
        limit = new.low if side == "low" else new.high
        wider = _round(new.at(-step if side == "low" else 1.0 + step), up=side == "high")
        wider = _natural(new, side, wider)
        told = f"{share:.0%} of the good trials are at its {side} end, {number(limit)}"
        if wider == limit:
            parts.append(f"{told}, which looks like a natural limit: perhaps it need not vary")
        else:
            parts.append(f"{told}: better ones may lie beyond")
            grown = grown._replace(low=wider) if side == "low" else grown._replace(high=wider)
    return Finding("boundary", name, f"{name}: {'; '.join(parts)}."), grown


def _natural(old: Range, side: str, wider: float) -> float:
    """Not below 0 where the range is of positive numbers, nor across 1 where it looks like that of a share."""
    if side == "low" and old.low >= 0.0:
        return max(wider, 0.0)
    if side == "high" and 0.0 <= old.low and 0.5 < old.high <= 1.0 and not old.log:
        return min(wider, 1.0)
    return wider


def _round(value: float, *, up: bool) -> float:
    """Two digits, outwards."""
    if not value or not math.isfinite(value):
        return value
    unit = 10.0 ** (math.floor(math.log10(abs(value))) - 1)
    steps = math.ceil(value / unit - 1e-9) if up else math.floor(value / unit + 1e-9)
    return float(f"{steps * unit:.2g}")


def _domain(old: Domain, new: Range) -> Domain:
    when: Any = old.when
    try:
        if isinstance(old, PowerOfTwo):
            low, high = (2 ** min(53, max(0, round(math.log2(end)))) for end in (new.low, new.high))
            return PowerOfTwo(low, high, when=when)
        if isinstance(old, Int):
            low = max(1, math.floor(new.low)) if new.log else math.floor(new.low)
            return Int(low, math.ceil(new.high), log=new.log, when=when)
        return Float(new.low, new.high, log=new.log, when=when)
    except DomainError:
        return old
