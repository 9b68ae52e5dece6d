"""PED-ANOVA: where the values of the good trials lie, beside those of all.

S. Watanabe, A. Bansal & F. Hutter, "PED-ANOVA: efficiently quantifying hyperparameter importance in arbitrary
subspaces", IJCAI 2023: the local variance of a parameter is (γ'/γ)² times the Pearson divergence of the density of
the best γ' from that of the best γ (equation 9).
"""

from __future__ import annotations

__all__ = ["ped_anova"]

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tunewright.analysis.importance.options import checked
from tunewright.analysis.importance.ranking import ranked
from tunewright.analysis.importance.result import Importance
from tunewright.analysis.importance.table import Table, table_of
from tunewright.study import Study

Array = NDArray[np.float64]

_CELLS = 64


def ped_anova(
    data: Study | ArrayLike,
    y: ArrayLike | None = None,
    *,
    names: Sequence[str] | None = None,
    objective: str | None = None,
    weights: Mapping[str, float] | None = None,
    quantile: float = 0.1,
    region: float = 1.0,
    resamples: int = 20,
    seed: int = 0,
) -> Importance:
    """Return how much the values of the good trials differ from those of the others, as shares that sum to 1.

    No model is fitted: it takes milliseconds for thousands of trials, and looks at each parameter alone.

    Args:
        data: a study, whose complete trials count; or points (n, d), one row a configuration.
        y: their scores (n,), less is better; not for a study.
        names: of the columns of points.
        objective: which, of a study with several.
        weights: of the objectives, each brought to [0, 1], instead of one of them.
        quantile: the share of trials that are good, above 0 and below ``region``.
        region: the share of trials that they are compared with, up to 1, which is all.
        resamples: how often all is repeated on trials drawn anew, for the intervals; 0: none.
        seed: of the draws.

    Raises:
        StudyError: there is too little to learn from; the message says what is missing.
        TypeError, ValueError: arguments that do not fit.
    """
    checked(resamples=resamples, seed=seed)
    if not 0.0 < quantile < region <= 1.0:
        raise ValueError(f"expected 0 < quantile < region <= 1, got quantile={quantile!r} and region={region!r}")
    table = table_of(data, y, names=names, objective=objective, weights=weights)

    def figures(part: Table, number: int, left: NDArray[np.intp]) -> Array:
        values = _divergences(part, quantile, region)
        shares: Array = values / max(values.sum(), 1e-300)
        return shares

    return ranked("PED-ANOVA", table, figures, resamples, seed)


def _divergences(table: Table, quantile: float, region: float) -> Array:
    """Of each parameter, (d,)."""
    n = len(table.y)
    order = np.argsort(table.y, kind="stable")
    good, wide = (order[: max(2, int(np.ceil(share * n)))] for share in (quantile, region))
    values = np.zeros(len(table.names))
    for j, count in enumerate(table.categories.tolist()):
        inner, outer = (_density(table.x[rows, j], count) for rows in (good, wide))
        if inner is not None and outer is not None:
            exists = float(np.mean(~np.isnan(table.x[wide, j])))
            values[j] = exists * (quantile / region) ** 2 * float(np.sum((inner / outer - 1.0) ** 2 * outer))
    return values


def _density(values: Array, count: int) -> Array | None:
    """Probabilities of the cells of one coordinate: its categories, or 64 parts of a number; ``None`` without any."""
    known = values[~np.isnan(values)]
    if not len(known):
        return None
    size = count or _CELLS
    cells = np.bincount(np.minimum((known * size).astype(np.intp), size - 1), minlength=size).astype(np.float64)
    if not count:
        cells = _smoothed(cells, known)
    cells += 1.0 / size  # one trial more, anywhere
    density: Array = cells / cells.sum()
    return density


def _smoothed(cells: Array, known: Array) -> Array:
    """``cells`` under a normal kernel of Scott's width, one cell at least, reflected at the ends."""
    width = max(1.059 * min(float(np.std(known)), float(np.ptp(np.quantile(known, [0.25, 0.75]))) / 1.34 or np.inf)
                * len(known) ** -0.2 * len(cells), 1.0)  # fmt: skip
    places = np.arange(len(cells)) + 0.5
    mirrored = np.concatenate([places, -places, 2 * len(cells) - places])
    kernel = np.exp(-0.5 * ((places[:, None] - mirrored) / width) ** 2)
    smooth = kernel @ np.tile(cells, 3)
    spread: Array = smooth * (cells.sum() / smooth.sum())
    return spread
