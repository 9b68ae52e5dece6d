"""The options that schedulers share, checked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from tunewright.errors import StudyError

__all__ = ["first_look", "measure", "one_metric", "resources", "whole"]


def whole(scheduler: object, name: str, low: int) -> None:
    """Raise ``StudyError`` unless option ``name`` is a whole number from ``low`` upwards."""
    value = getattr(scheduler, name)
    if isinstance(value, bool) or not isinstance(value, int) or value < low:
        raise _refused(scheduler, name, f"a whole number from {low} upwards", value)


def measure(scheduler: object, name: str, low: float, high: float) -> None:
    """Raise ``StudyError`` unless option ``name`` is a number in [low, high]."""
    value: Any = getattr(scheduler, name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        upwards = f"a number from {low:g} upwards" if math.isinf(high) else f"a number from {low:g} to {high:g}"
        raise _refused(scheduler, name, upwards, value)


def resources(scheduler: Any) -> None:
    """Raise ``StudyError`` unless ``min_resource``, ``max_resource`` and ``reduction_factor`` make two rungs."""
    whole(scheduler, "min_resource", 1)
    whole(scheduler, "reduction_factor", 2)
    least = scheduler.min_resource * scheduler.reduction_factor
    value = scheduler.max_resource
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        what = (
            f"a whole number from min_resource * reduction_factor = {least} upwards (less leaves one rung, no choice)"
        )
        raise _refused(scheduler, "max_resource", what, value)


def first_look(max_resource: Any) -> int:
    """A 27th of ``max_resource``, rounded up; 1 of what is no whole number, which :func:`resources` refuses."""
    return max(1, -(-max_resource // 27)) if type(max_resource) is int else 1


def one_metric(scheduler: object, metric: str | None, directions: Mapping[str, str], *, several: bool = False) -> None:
    """Raise ``StudyError`` unless ``metric`` is an objective, or may be left out: for one, or where ``several`` do."""
    name = type(scheduler).__name__
    if metric is not None and metric not in directions:
        known = ", ".join(map(repr, directions))
        raise StudyError(f"{name}(metric={metric!r}): no objective of this study has that name; it has {known}")
    if metric is None and len(directions) > 1 and not several:
        first = next(iter(directions))
        raise StudyError(
            f"{name} compares trials by one metric, and this study has {', '.join(map(repr, directions))}: "
            f"say which, {name}(..., metric={first!r})"
        )


def _refused(scheduler: object, name: str, expected: str, value: object) -> StudyError:
    return StudyError(f"{type(scheduler).__name__}({name}=...) takes {expected}; got {value!r}")
