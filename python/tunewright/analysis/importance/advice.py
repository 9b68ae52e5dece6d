"""What to do about it: what to tune next, what to leave, which ranges to narrow."""

from __future__ import annotations

__all__ = ["advice_of"]

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunewright.analysis.importance.result import tier_of
from tunewright.analysis.importance.table import Table

_BEST = 0.1  # share of the trials that are good
_FEWEST = 8  # of them, to speak of a range
_NARROW = 0.5  # of the range: what the good ones must fit into


def advice_of(table: Table, shares: NDArray[np.float64]) -> tuple[str, ...]:
    """Sentences on a table with the share of importance of each parameter, (d,)."""
    order = np.argsort(-shares, kind="stable").tolist()
    tiers = {
        tier: [j for j in order if tier_of(float(shares[j])) == tier] for tier in ("critical", "important", "fine")
    }
    sentences = []
    if tiers["critical"]:
        sentences.append(f"Tune first: {_names(table, tiers['critical'])}.")
    if tiers["important"]:
        sentences.append(f"Then: {_names(table, tiers['important'])}.")
    if tiers["fine"] and len(tiers["fine"]) < len(order):
        sentences.append(f"May stay where the best trial has them: {_settings(table, tiers['fine'])}.")
    return (*sentences, *_ranges(table, tiers["critical"] + tiers["important"]))


def _names(table: Table, chosen: list[int]) -> str:
    return ", ".join(table.names[j] for j in chosen)


def _settings(table: Table, chosen: list[int]) -> str:
    best = table.x[int(np.argmin(table.y))]
    shown = [f"{table.names[j]}={_value(table, j, best[j])}" for j in chosen if not np.isnan(best[j])]
    return ", ".join(shown) or _names(table, chosen)


def _ranges(table: Table, chosen: list[int]) -> list[str]:
    """A sentence for each number whose good values fit into half of its range."""
    count = int(_BEST * len(table.y))
    if table.space is None or count < _FEWEST:
        return []
    good = table.x[np.argsort(table.y, kind="stable")[:count]]
    sentences = []
    for j in chosen:
        known = good[~np.isnan(good[:, j]), j]
        if table.categories[j] or len(known) < _FEWEST:
            continue
        low, high = np.quantile(known, [0.05, 0.95])
        if high - low < _NARROW:
            ends = _value(table, j, low), _value(table, j, high)
            if ends[0] != ends[1]:
                sentences.append(f"{table.names[j]} may be narrowed to {ends[0]} … {ends[1]}: nine good ones in ten.")
    return sentences


def _value(table: Table, j: int, unit: float) -> str:
    if table.space is None:
        return f"{unit:.3g}"
    domain = table.space.space.domains[int(table.space.columns[j])]
    value: Any = domain.values(domain.decode(np.array([unit])))[0]
    return f"{value:.3g}" if isinstance(value, float) else str(value)
