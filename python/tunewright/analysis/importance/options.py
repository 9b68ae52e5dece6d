"""What the options of every importance keep."""

from __future__ import annotations

__all__ = ["checked"]


def checked(*, least: int = 0, **options: int) -> None:
    """Raise ``ValueError`` for one that is not a whole number from ``least`` on."""
    for name, value in options.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ValueError(f"{name}: expected a whole number from {least} on, got {value!r}")
