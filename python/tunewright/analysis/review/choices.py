"""Choices: those that no good trial has."""

from __future__ import annotations

__all__ = ["judged"]

import numpy as np
import numpy.typing as npt

from tunewright.analysis.review.ends import unused
from tunewright.analysis.review.finding import Finding
from tunewright.space import Categorical, Domain, Ordinal

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def judged(name: str, domain: Domain, natives: Array, good: Mask, tests: int) -> tuple[list[Finding], Domain]:
    """Findings about one parameter with choices, and the domain to search instead."""
    if not isinstance(domain, (Categorical, Ordinal)) or len(domain.choices) < 2:
        return [], domain
    counts = [(int((natives == k).sum()), int(good[natives == k].sum())) for k in range(len(domain.choices))]
    n, n_good = len(natives), int(good.sum())
    idle = [k for k, (tried, well) in enumerate(counts) if not well and unused(n, tried, n_good, tests)]
    found, new = [], domain
    if idle:
        told = ", ".join(f"{domain.choices[k]!r} ({counts[k][0]} trials)" for k in idle)
        found.append(Finding("dead", name, f"{name}: none of the good trials has {told}."))
        left = [choice for k, choice in enumerate(domain.choices) if k not in idle]
        weights = getattr(domain, "weights", None)
        if isinstance(domain, Ordinal):
            new = Ordinal(left, when=domain.when)
        else:
            kept = None if weights is None else [weight for k, weight in enumerate(weights) if k not in idle]
            new = Categorical(left, weights=kept if kept and sum(kept) else None, when=domain.when)
    if isinstance(domain, Ordinal) and n_good:
        for k, end in ((0, "first"), (len(counts) - 1, "last")):
            tried, well = counts[k]
            if well >= 0.8 * n_good and tried < 0.6 * n:
                text = f"{name}: {well / n_good:.0%} of the good trials have its {end} choice, {domain.choices[k]!r}: "
                found.append(Finding("boundary", name, text + "better ones may lie beyond."))
    return found, new
