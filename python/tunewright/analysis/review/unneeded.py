"""Parameters that a model of the losses does as well without."""

from __future__ import annotations

__all__ = ["EXPLAINED", "unneeded"]

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri
from scipy.stats import rankdata

from tunewright.analysis.review.evidence import Evidence
from tunewright.numerics.regression import Regression
from tunewright.space import Constant

Array = npt.NDArray[np.float64]

MOST = 150  # trials of the model; spread over the ranking
TRIED = 12  # parameters that are left out in turn: each costs a fit
EXPLAINED = 0.3  # share of variance that the model must foretell before it may call a parameter unneeded
LOSS = 0.01  # of the squared error: what a parameter may be worth and still be unneeded


def unneeded(found: Evidence) -> tuple[dict[str, float], float]:
    """Parameters without which the left-out trials are foretold no worse, with the change of the error; and the share.

    A Gaussian process of the ranking is asked to foretell each trial from the others, with and without the parameter:
    so that effects through others count too. At most twelve are called
    unneeded in one review. Parameters under conditions, or that others depend on, are not judged.

    Returns:
        The relative change of the squared error by name, and the share of variance that the whole model foretells.
    """
    rows = np.flatnonzero(found.complete)
    rows = rows[np.argsort(found.ranks[rows], kind="stable")]
    if len(rows) > MOST:
        rows = rows[np.linspace(0, len(rows) - 1, MOST).round().astype(int)]
    if len(rows) < 30:
        return {}, 0.0
    x, names = found.unit[rows], found.space.names
    y = ndtri((rankdata(found.ranks[rows]) - 0.5) / len(rows))
    categorical = np.array([domain.kind == "categorical" for domain in found.space.domains])
    varying = [j for j in range(len(names)) if np.unique(x[~np.isnan(x[:, j]), j]).size > 1]
    if not varying or not np.ptp(y) > 0:
        return {}, 0.0
    model = Regression.fit(x[:, varying], y, categorical=categorical[varying])
    whole = _errors(model)
    share = 1.0 - float((whole**2).mean() / y.var())
    if share < EXPLAINED:
        return {}, share
    parents = {parent for d in found.space.domains if d.when is not None for parent in d.when.parents}
    out: dict[str, float] = {}
    for j in _flattest(model, varying):
        domain = found.space.domains[j]
        if domain.when is not None or names[j] in parents or isinstance(domain, Constant):
            continue
        rest = [k for k in varying if k != j]
        if not rest:
            continue
        without = _errors(Regression.fit(x[:, rest], y, categorical=categorical[rest]))
        change = float((without**2).mean() / (whole**2).mean()) - 1.0
        gaps = without**2 - whole**2
        clear = float(gaps.mean()) > 1.28 * float(gaps.std(ddof=1)) / np.sqrt(len(gaps))  # worse at a level of a tenth
        if change <= LOSS and not clear:
            out[names[j]] = change
    return out, share


def _flattest(model: Regression, varying: list[int]) -> list[int]:
    """The parameters along which the model varies least, in their order: only these may be unneeded."""
    order = np.argsort(-model.theta[: len(varying)], kind="stable")[:TRIED]
    return [varying[k] for k in sorted(order.tolist())]


def _errors(model: Regression) -> Array:
    return np.asarray(model.y - model.leave_one_out().mean)
