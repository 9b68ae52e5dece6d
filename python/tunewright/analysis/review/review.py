"""A review of the space by the trials in it."""

from __future__ import annotations

__all__ = ["review"]

import numpy as np

from tunewright.analysis.review import choices, ranges
from tunewright.analysis.review.evidence import Evidence, evidence
from tunewright.analysis.review.finding import Finding, Review
from tunewright.analysis.review.unneeded import EXPLAINED, unneeded
from tunewright.space import Constant, Domain
from tunewright.study import Study


def review(study: Study) -> Review:
    """What the trials of a study say about its space: ends that good trials crowd at, parts that never were good.

    Args:
        study: with 20 trials or more that ended in the space that is searched now; pruned ones count as not good.

    Returns:
        Findings that print as sentences, the suggested space (``.space``, as code ``.code``) and the calls that change
        the running study to it (``.changes``). Too few trials, or equal values, are said there, not raised.

    Kinds of findings: *boundary* (the best tenth crowd at an end of a range), *dead* (a part of a range, or a choice,
    that none of them has, though it was tried), *scale* (linear where the logarithm fits better), *unneeded* (a
    Gaussian process foretells the ranking as well without it). All tests share a level of 0.01 (ends: 0.05).
    """
    found = evidence(study)
    if found.missing:
        return Review((), found.space, {}, len(found.ranks), found.missing)
    spare, share = unneeded(found)
    findings: list[Finding] = []
    suggested: dict[str, Domain] = {}
    for j, name in enumerate(found.space.names):
        if name in spare:
            text = f"{name}: the ranking is foretold as well without it ({share:.0%} of its variance): it may be fixed."
            domain = found.space[name]
            findings.append(Finding("unneeded", name, text))
            suggested[name] = Constant(domain.values(found.natives[[found.best], j])[0])
            continue
        told, new = _judged(found, j, matters=share >= EXPLAINED)
        findings += told
        if told and new != found.space[name]:
            suggested[name] = new
    return Review(tuple(findings), found.space, suggested, len(found.ranks))


def _judged(found: Evidence, j: int, *, matters: bool) -> tuple[list[Finding], Domain]:
    name, domain = found.space.names[j], found.space.domains[j]
    there = ~np.isnan(found.natives[:, j])
    natives, good = found.natives[there, j], found.good[there]
    tests = 4 * max(1, found.space.dimension)
    if domain.kind in ("categorical", "ordinal"):
        return choices.judged(name, domain, natives, good, tests)
    return ranges.judged(name, domain, natives, found.ranks[there], good, found.complete[there], tests, matters=matters)
