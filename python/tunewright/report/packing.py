"""Pictures and arrays as JSON values, each array written once."""

from __future__ import annotations

import base64
from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt

from tunewright.analysis.pictures import Axis, Mark, Panel, Picture

__all__ = ["Pool", "packed"]

_SMALL, _LARGE = 1e-37, 1e38  # what float32 holds at full precision


class Pool:
    """Arrays in base64, by their content: columns that several pictures share cost their space once."""

    def __init__(self) -> None:
        self.entries: list[dict[str, str]] = []
        self._places: dict[tuple[str, bytes], int] = {}

    def add(self, values: npt.NDArray[Any], *, exact: bool = False) -> int:
        """The place of an array: whole numbers in 32 bits, others in 32 (seven digits) or, if ``exact``, in 64."""
        kind, data = _bytes(np.ravel(values), exact=exact)
        place = self._places.get((kind, data))
        if place is None:
            place = self._places[kind, data] = len(self.entries)
            self.entries.append({"k": kind, "b": base64.b64encode(data).decode("ascii")})
        return place


def _bytes(values: npt.NDArray[Any], *, exact: bool) -> tuple[str, bytes]:
    if values.dtype.kind in "iub" and (not len(values) or np.abs(values).max() < 2**31):
        return "i", values.astype("<i4").tobytes()
    size = np.abs(values[np.isfinite(values) & (values != 0.0)])
    if exact or (len(size) and (size.min() < _SMALL or size.max() > _LARGE)):
        return "d", values.astype("<f8").tobytes()
    return "f", values.astype("<f4").tobytes()


def packed(picture: Picture, name: str, pool: Pool, *, wide: bool = False) -> dict[str, Any]:
    """A picture with its arrays in ``pool``, as the scripts read it; ``name`` is its own, ``wide`` gives it a row."""
    return {
        "id": name,
        "title": picture.title,
        "says": picture.says,
        "notes": list(picture.notes),
        "wide": wide,
        "panels": [_panel(panel, pool) for panel in picture.panels],
    }


def _panel(panel: Panel, pool: Pool) -> dict[str, Any]:
    axes = {
        name: None if axis is None else _axis(axis)
        for name, axis in zip("xyz", (panel.x, panel.y, panel.z), strict=True)
    }
    return {"title": panel.title, **axes, "marks": [_mark(mark, pool) for mark in panel.marks]}


def _axis(axis: Axis) -> dict[str, Any]:
    return {field.name: getattr(axis, field.name) for field in fields(axis)}


def _mark(mark: Mark, pool: Pool) -> dict[str, Any]:
    plain: dict[str, Any] = {"kind": type(mark).__name__.lower()}
    for field in fields(mark):
        value = getattr(mark, field.name)
        if isinstance(value, np.ndarray):
            plain[field.name] = pool.add(value)
        elif value is not None:
            plain[field.name] = value
    return plain
