"""What the losses may really be where they were measured with noise."""

from __future__ import annotations

__all__ = ["imagined"]

from dataclasses import replace
from typing import Any

import numpy as np

from tunewright.numerics import gp, linalg
from tunewright.numerics.sampling import generator, purpose, sobol
from tunewright.strategies.gp.belief import Belief
from tunewright.strategies.gp.model import HIGHEST, Model
from tunewright.trial.columns import Array

_COUNT = 32
_NUGGET = 1e-8  # of the signal variance: what ``numerics.gp.sample`` adds to the drawn functions
_MOST_DIMENSIONS = 1_111  # of the Sobol' sequence
_STREAM = purpose("gaussian-process/fantasies")


def imagined(belief: Belief, seed: int) -> tuple[Model, Array]:
    """32 processes without noise that pass through functions drawn from the model, and the best value of each.

    The processes are one model with ``alpha`` (32, n). The best values (32,) are the lowest at eligible points,
    :data:`HIGHEST` if there are none. The draws are quasi-random and the same at every ask of a study with that
    ``seed`` (Letham, Karrer, Ottoni & Bakshy, Bayesian Analysis 14, 2019, section 4).
    """
    model = belief.model
    posterior = model.x, model.theta, model.kinds, model.factor, model.alpha
    options: dict[str, Any] = {"family": model.fitting.family, "threads": model.fitting.threads}
    drawn = gp.sample(*posterior, model.x, _normals(len(model.x), seed), **options)
    theta = model.theta.copy()
    theta[-1] = theta[-2] + np.log(_NUGGET)
    factor, _, jitter = gp.factorise(model.x, np.zeros(len(drawn)), theta, model.kinds, **options)
    alpha = np.ascontiguousarray(linalg.solve(factor, drawn).T)
    bests = drawn[belief.eligible].min(axis=0, initial=HIGHEST)
    return replace(model, theta=theta, factor=factor, alpha=alpha, jitter=jitter), bests


def _normals(n: int, seed: int) -> Array:
    """Standard normals (n, 32): row k is the same for every n."""
    from scipy.special import ndtri  # here, because it would cost every import 0.1 s

    quasi = sobol(0, _COUNT, min(n, _MOST_DIMENSIONS), seed=seed).T
    beyond = generator(seed, 0, _STREAM).random((n - len(quasi), _COUNT))
    normals: Array = ndtri(np.clip(np.concatenate([quasi, beyond]), 1e-16, 1 - 1e-16))
    return normals
