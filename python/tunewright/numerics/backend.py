"""Which kernels do the arithmetic: the compiled ones, or their NumPy twins when ``TUNEWRIGHT_BACKEND=numpy``.

Read once, at import. Both give the same numbers; the twins are slow and exist to check the others.
"""

from __future__ import annotations

__all__ = ["kernels"]

import importlib
import os
from typing import Any

VARIABLE = "TUNEWRIGHT_BACKEND"


def kernels(room: str) -> Any:
    """Return the module that holds the kernels of ``room``, as the environment asks.

    Raises:
        ValueError: ``TUNEWRIGHT_BACKEND`` is neither ``rust`` nor ``numpy``.
    """
    choice = os.environ.get(VARIABLE) or "rust"
    if choice == "rust":
        return importlib.import_module("tunewright._rust")
    if choice == "numpy":
        return importlib.import_module(f"tunewright.reference.{room}")
    raise ValueError(
        f"environment variable {VARIABLE}: expected 'rust' (the default) or 'numpy', got {choice!r}; "
        "correct it or unset it, then import tunewright again"
    )
