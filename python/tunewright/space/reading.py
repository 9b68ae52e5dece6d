"""Configurations read into natives, every one of them checked."""

from __future__ import annotations

__all__ = ["read_configs"]

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tunewright.errors import ConfigError
from tunewright.space.activity import silence
from tunewright.space.array import Array
from tunewright.space.condition import unknown_name
from tunewright.space.domain import Domain


def read_configs(configs: Sequence[Mapping[str, Any]], domains: Mapping[str, Domain], order: tuple[str, ...]) -> Array:
    """Return the natives of configurations as columns (d, n), NaN where a parameter does not exist.

    Raises:
        ConfigError: an unknown name, a missing parameter, a value outside its domain, or a value for a parameter
            whose condition does not hold.
    """
    known = domains.keys()
    for row, config in enumerate(configs):
        if not isinstance(config, Mapping):
            raise ConfigError(f"{_place(row, configs)}must map names to values, got {config!r}")
        if not config.keys() <= known:
            name = next(name for name in config if name not in known)
            raise ConfigError(f"{_place(row, configs)}{unknown_name(name, tuple(domains))}")
    columns = np.full((len(domains), len(configs)), np.nan)
    for column, (name, domain) in zip(columns, domains.items(), strict=True):
        _fill(column, name, domain, configs)
    _check_presence(columns, configs, domains, order)
    return columns


def _fill(column: Array, name: str, domain: Domain, configs: Sequence[Mapping[str, Any]]) -> None:
    rows = [row for row, config in enumerate(configs) if name in config]
    values = [configs[row][name] for row in rows]
    try:
        column[rows if len(rows) < len(configs) else slice(None)] = domain.column(values)
    except ConfigError:
        for row in rows:  # again one by one, to say which
            try:
                domain.native(configs[row][name])
            except ConfigError as error:
                raise ConfigError(f"{_place(row, configs)}parameter {name!r}: {error}") from None
        raise


def _check_presence(
    columns: Array, configs: Sequence[Mapping[str, Any]], domains: Mapping[str, Domain], order: tuple[str, ...]
) -> None:
    given = ~np.isnan(columns)
    allowed = np.zeros(columns.shape)
    if order:
        named = columns.copy()
        silence(named, domains, order)
        conditional = [place for place, name in enumerate(domains) if name in order]
        for place in conditional:
            name = list(domains)[place]
            condition = domains[name].when
            assert condition is not None
            allowed[place, ~condition.holds(dict(zip(domains, named, strict=True)), domains)] = np.nan
    exists = ~np.isnan(allowed)
    missing = exists & ~given
    wrong = missing if missing.any() else given & ~exists  # a missing parent would make its child look wrong
    if not wrong.any():
        return
    row, place = (int(index) for index in np.argwhere(wrong.T)[0])
    name = list(domains)[place]
    where = _place(row, configs)
    if missing[place, row]:
        raise ConfigError(f"{where}parameter {name!r} is missing; give a value of {domains[name]!r}")
    raise ConfigError(
        f"{where}parameter {name!r} = {configs[row][name]!r} does not exist here, because {domains[name].when!r} does "
        f"not hold; leave it out"
    )


def _place(row: int, configs: Sequence[Mapping[str, Any]]) -> str:
    return "" if len(configs) == 1 else f"configuration {row}: "
