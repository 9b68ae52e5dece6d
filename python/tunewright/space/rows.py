"""Natives read back as configurations: column by column, then a dictionary a row."""

from __future__ import annotations

__all__ = ["Rows", "config_of"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import eq
from typing import Any

import numpy as np

from tunewright.space.array import Array, Column, Mask
from tunewright.space.domain import Domain


class _Missing:
    """The mark of a parameter that does not exist in a row."""


@dataclass(frozen=True, slots=True)
class Rows:
    """n configurations as native columns (d, n), NaN where a parameter does not exist."""

    domains: Mapping[str, Domain]
    columns: Array

    def exist(self, names: Sequence[str]) -> Mask:
        """Return the rows (n,) in which all the named parameters exist."""
        order = list(self.domains)
        missing: Mask = np.isnan(self.columns[[order.index(name) for name in names]])
        there: Mask = np.logical_not(missing.any(axis=0))
        return there

    def meanings(self, names: Sequence[str], where: Mask) -> dict[str, Column]:
        """Return the named columns in the rows of ``where``, as numbers or objects (see ``Domain.meaning``)."""
        order = list(self.domains)
        return {name: self.domains[name].meaning(self.columns[order.index(name)][where]) for name in names}

    def configs(self) -> list[dict[str, Any]]:
        """Return a dictionary a row, with the parameters that exist in it, in order."""
        names = tuple(self.domains)
        if not names:
            return [{} for _ in range(self.columns.shape[1])]
        missing = np.isnan(self.columns)
        if not missing.any():
            lists = [domain.values(column) for domain, column in zip(self.domains.values(), self.columns, strict=True)]
            if self.columns.shape[1] == 1:
                return [{name: values[0] for name, values in zip(names, lists, strict=True)}]
            return list(map(dict, map(zip, repeat(names), zip(*lists, strict=True))))
        lists = [
            _with_gaps(domain, column, gaps)
            for domain, column, gaps in zip(self.domains.values(), self.columns, missing, strict=True)
        ]
        return [
            {name: value for name, value in zip(names, row, strict=True) if value is not _Missing}
            for row in zip(*lists, strict=True)
        ]


def config_of(row: Sequence[float], domains: Mapping[str, Domain], *, bare: bool) -> dict[str, Any]:
    """Return the dictionary of one row of natives (d,); ``bare``: the natives of all domains are their values."""
    if bare and all(map(eq, row, row)):
        return dict(zip(domains, row, strict=True))
    pairs = zip(domains.items(), row, strict=True)
    return {name: domain.value_of(native) for (name, domain), native in pairs if native == native}


def _with_gaps(domain: Domain, column: Array, gaps: Mask) -> list[Any]:
    if not gaps.any():
        return domain.values(column)
    values = iter(domain.values(column[~gaps]))
    return [_Missing if gap else next(values) for gap in gaps.tolist()]
