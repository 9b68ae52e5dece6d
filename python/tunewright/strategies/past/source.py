"""What a study keeps of one past task: points in its own coordinates, and how good each was among the others.

n  configurations kept        c  parameters that the task and the study share
"""

from __future__ import annotations

__all__ = ["Source", "matched", "moved", "normal_scores", "representative"]

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import Any

import numpy as np

from tunewright.errors import ConfigError, StudyError
from tunewright.space import Domain, Space
from tunewright.strategies.coordinates import coordinates
from tunewright.trial import Task
from tunewright.trial.columns import Array, Ints

Bools = np.ndarray[Any, np.dtype[np.bool_]]

_NUMBERS = ("float", "int")
_POINTS = 256


@dataclass(frozen=True, eq=False)
class Source:
    """One past task as a study remembers it.

    Attributes:
        name: of the task.
        names: (c,) parameters of the study that the task had too.
        domains: (c,) what each of them was when the coordinates were made, in words.
        x: (n, c) coordinates in the study's space, NaN where a parameter did not exist.
        z: (n,) scores of the losses among all of the task's usable ones, normal ones as a rule: less is better,
            whatever their unit.
        usable: how many configurations those were.
    """

    name: str
    names: tuple[str, ...]
    domains: tuple[str, ...]
    x: Array
    z: Array
    usable: int

    @cached_property
    def digest(self) -> bytes:
        """What two sources share exactly when they hold the same."""
        parts = (repr((self.name, self.names, self.domains, self.usable)).encode(), self.x.tobytes(), self.z.tobytes())
        return hashlib.blake2b(b"".join(parts), digest_size=16).digest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Source) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def to_json(self) -> dict[str, Any]:
        """The source as JSON values, to the last bit."""
        numbers = np.ascontiguousarray(np.column_stack([self.x, self.z]), dtype="<f8").tobytes()
        return {
            "name": self.name,
            "names": list(self.names),
            "domains": list(self.domains),
            "usable": self.usable,
            "numbers": base64.b64encode(numbers).decode("ascii"),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Source:
        """The inverse of :meth:`to_json`."""
        names = tuple(data["names"])
        table = np.frombuffer(base64.b64decode(data["numbers"]), dtype="<f8").reshape(-1, len(names) + 1)
        x, z = np.array(table[:, :-1], dtype=np.float64), np.array(table[:, -1], dtype=np.float64)
        return cls(data["name"], names, tuple(data["domains"]), x, z, int(data["usable"]))


def matched(
    task: Task,
    space: Space,
    objective: str,
    direction: str,
    scores: Callable[[Array], Array] | None = None,
) -> Source:
    """What ``task`` tells a study of ``space`` that wants ``objective`` in that ``direction``.

    Parameters are matched by name and compared by value, so that another scale, a wider or a narrower range are no
    matter. Those of the task alone are left out, and those of the study alone have no say in what is believed of the
    task. Configurations with a value that the study's space does not have do not count, nor do those without a finite
    loss. Of more than 256 as many of every rank are kept. How good each was ``scores`` says, of all
    losses that count; :func:`normal_scores` unless given.

    Raises:
        StudyError: another objective, no parameter in common, no configuration that counts.
    """
    if task.objective != objective:
        raise StudyError(
            f"the past task {task.name!r} measured {task.objective!r}, this study {objective!r}: if they mean the same "
            f"say so, task.renamed({{{task.objective!r}: {objective!r}}}); otherwise leave it out"
        )
    varying = [space.names[j] for j in coordinates(space).columns]
    shared = tuple(name for name in varying if name in task.names)
    if not shared:
        raise StudyError(
            f"the past task {task.name!r} has no parameter in common with this study: it has {', '.join(task.names)}; "
            f"the study varies {', '.join(varying)}. Where only names differ use task.renamed({{past name: name}})"
        )
    losses = task.losses if task.direction == direction else -task.losses
    good = np.isfinite(losses)
    x = np.empty((int(good.sum()), len(shared)))
    inside = np.ones(len(x), dtype=np.bool_)
    for k, name in enumerate(shared):
        j = task.names.index(name)
        x[:, k], there = moved(task.space.domains[j], space[name], task.natives[good, j])
        inside &= there
    if not inside.any():
        trouble = "no trial with a finite loss" if not len(x) else "no trial whose values are within this study's space"
        raise StudyError(f"the past task {task.name!r} has {trouble}: there is nothing to learn from it; leave it out")
    x, z = x[inside], (scores or normal_scores)(losses[good][inside])
    kept = representative(z, _POINTS)
    domains = tuple(repr(space[name]) for name in shared)
    return Source(task.name, shared, domains, x[kept], z[kept], len(z))


def normal_scores(losses: Array) -> Array:
    """The normal quantile of each loss's rank, (rank - 1/2) / n, mean ranks where losses are equal (Salinas 2020)."""
    _, place, counts = np.unique(losses, return_inverse=True, return_counts=True)
    shares = (np.cumsum(counts) - counts / 2.0) / len(losses)
    return np.array([NormalDist().inv_cdf(share) for share in shares.tolist()])[place]


def representative(z: Array, most: int) -> Ints:
    """Ascending places, at most ``most``: the best, the worst, and as many of every rank between.

    Of no rank more than of others: hyperparameters fitted to a choice of what is good do not suit the whole.
    """
    if len(z) <= most:
        return np.arange(len(z))
    order = np.argsort(z, kind="stable")
    return np.sort(order[np.linspace(0, len(z) - 1, most).astype(np.intp)]).astype(np.int64)


def moved(past: Domain, present: Domain, natives: Array) -> tuple[Array, Bools]:
    """Coordinates (n,) in ``present`` of natives of ``past``, and which of the values are there too; NaN are."""
    unit, inside = np.full(len(natives), np.nan), np.ones(len(natives), dtype=np.bool_)
    known = np.flatnonzero(~np.isnan(natives))
    if past == present:
        unit[known] = present.encode(natives[known])
        return unit, inside
    values = past.values(natives[known])
    native = np.array([_native(present, value) for value in values], dtype=np.float64)
    if present.kind in _NUMBERS:
        low, high = present.decode(np.array([0.0, 1.0]))
        native[(native < low) | (native > high)] = np.nan
    inside[known] = ~np.isnan(native)
    unit[known] = present.encode(native)
    return unit, inside


def _native(domain: Domain, value: Any) -> float:
    """The native of a value, NaN if the domain has none; a number between the steps of a domain is as good."""
    if domain.kind in _NUMBERS:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return float(value) if number else np.nan
    try:
        return domain.native(value)
    except ConfigError:
        return np.nan
