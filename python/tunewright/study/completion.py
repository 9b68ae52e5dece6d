"""A configuration that a person gave in part, made whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tunewright.errors import ConfigError
from tunewright.numerics.sampling import purpose, uniform
from tunewright.space import Space
from tunewright.trial.columns import Array

__all__ = ["completed"]


def completed(space: Space, config: Mapping[str, Any], seed: int, number: int) -> Array:
    """Native row, shape (d,), with the values of ``config``, and random ones for the names it leaves out.

    Args:
        space: the parameters.
        config: values by name.
        seed: of the study.
        number: the trial that the random values are drawn for.

    Raises:
        ConfigError: an unknown name, a value outside its domain, or a value for an inactive parameter.
    """
    row = _drawn(space, seed, number)
    for name, value in config.items():
        if name not in space:
            raise ConfigError(f"the space has no parameter {name!r}; it has {', '.join(map(repr, space.names))}")
        try:
            row[space.names.index(name)] = space[name].native(value)
        except ConfigError as error:
            raise ConfigError(f"parameter {name!r}: {error}") from None
    active = space.active(row[None, :])[0]
    for name in config:
        if not active[space.names.index(name)]:
            raise ConfigError(f"parameter {name!r} is not active with these values: {space[name].when} does not hold")
    return np.where(active, row, np.nan)


def _drawn(space: Space, seed: int, number: int) -> Array:
    """A draw of every parameter from its prior, active or not, shape (d,)."""
    if not space.names:
        return np.zeros(0)
    keys = np.array([purpose(f"random/{name}") for name in space.names], dtype=np.uint64)
    points = uniform(seed, np.array([number]), keys)[0]
    pairs = zip(space.domains, points[:, None], strict=True)
    return np.array([domain.decode(domain.quantile(point))[0] for domain, point in pairs])
