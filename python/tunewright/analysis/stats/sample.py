"""The scores of one configuration: read, checked, paired.

a, b     scores of two configurations, one a seed, shapes (n,) and (m,)
key      what a score was measured on: its seed or fold, where a mapping says so, else its position
"""

from __future__ import annotations

__all__ = ["Sample", "pair", "read"]

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """Finite scores of one configuration.

    Attributes:
        name: of the configuration, for sentences.
        values: the scores, shape (n,).
        keys: the seed of each.
        keyed: the seeds were told (a mapping); otherwise they are positions.
        note: what was left out, as a sentence; empty if nothing was.
    """

    name: str
    values: Array
    keys: tuple[Hashable, ...]
    keyed: bool
    note: str

    @property
    def n(self) -> int:
        """How many scores there are."""
        return len(self.values)

    @property
    def mean(self) -> float:
        """Their mean, NaN of none."""
        return float(self.values.mean()) if self.n else float("nan")


def read(name: str, scores: Mapping[Any, float] | Sequence[float] | npt.ArrayLike | Sample) -> Sample:
    """``scores`` as a sample; those that are NaN or infinite are left out, and the note says so.

    Raises:
        TypeError, ValueError: no numbers, or more than one axis.
    """
    if isinstance(scores, Sample):
        return scores
    keyed = isinstance(scores, Mapping)
    keys = tuple(scores) if isinstance(scores, Mapping) else None
    raw = list(scores.values()) if isinstance(scores, Mapping) else scores
    try:
        values = np.array(raw, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"scores of {name} must be numbers, one a seed; got {raw!r}") from error
    if values.ndim != 1:
        raise ValueError(
            f"scores of {name} must be one list of numbers, one a seed; got an array of shape {values.shape}. "
            "Compare several configurations with compare_many({'name': scores, ...})"
        )
    keys = tuple(range(len(values))) if keys is None else keys
    finite = np.isfinite(values)
    lost = int((~finite).sum())
    note = f"{lost} of {len(values)} scores of {name} {'are' if lost > 1 else 'is'} not finite and left out"
    kept = tuple(key for key, fine in zip(keys, finite, strict=True) if fine)
    return Sample(name, values[finite], kept, keyed, note if lost else "")


def pair(a: Sample, b: Sample) -> tuple[Sample, Sample, str]:
    """The scores of both on the seeds that they share, in the order of ``a``; what was left out, as a sentence.

    Raises:
        ValueError: one of them tells its seeds and the other does not.
    """
    if a.keyed != b.keyed:
        told, silent = (a, b) if a.keyed else (b, a)
        raise ValueError(
            f"{told.name} tells its seeds (a mapping) and {silent.name} does not: pairing needs both as "
            "{seed: score}, or both as lists in the same order of seeds"
        )
    place = {key: j for j, key in enumerate(b.keys)}
    rows = [i for i, key in enumerate(a.keys) if key in place]
    columns = [place[a.keys[i]] for i in rows]
    keys = tuple(a.keys[i] for i in rows)
    left = a.n + b.n - 2 * len(rows)
    note = f"{left} score{'s' if left > 1 else ''} without a partner of the same seed left out" if left else ""
    pairs = (Sample(s.name, s.values[at], keys, s.keyed, s.note) for s, at in ((a, rows), (b, columns)))
    first, second = pairs
    return first, second, note
