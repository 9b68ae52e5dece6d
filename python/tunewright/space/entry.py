"""What a space is given, checked: the name of a parameter and its domain."""

from __future__ import annotations

__all__ = ["as_domain", "as_name"]

from typing import Any

from tunewright.errors import SpaceError
from tunewright.space.distribution import Distribution, is_frozen
from tunewright.space.domain import Domain


def as_name(name: object) -> str:
    """``name`` if it is text."""
    if not isinstance(name, str):
        raise SpaceError(f"Space: names must be strings, got {name!r} ({type(name).__name__})")
    return name


def as_domain(name: str, value: Any) -> Domain:
    """``value`` as the domain of parameter ``name``; a frozen distribution stands for its ``Distribution``."""
    if isinstance(value, Domain):
        return value
    if is_frozen(value):
        return Distribution(value)
    hint = "Categorical(...) for choices" if isinstance(value, (list, tuple, set)) else f"Constant({value!r})"
    raise SpaceError(f"Space: parameter {name!r} must be a domain such as Float(0, 1), got {value!r}; use {hint}")
