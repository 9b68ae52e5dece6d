"""What the Rust must equal: the same names and signatures as ``tunewright.numerics``, short and obvious, in NumPy."""

from __future__ import annotations

__all__: list[str] = []
