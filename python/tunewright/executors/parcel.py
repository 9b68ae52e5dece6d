"""Values as bytes: how objectives, trials and results travel between processes.

``pickle`` is tried first: it is fast and keeps the identity of classes. ``cloudpickle``, when it is installed, takes
what pickle cannot (lambdas, closures, things defined in a notebook).
"""

from __future__ import annotations

__all__ = ["CANNOT_TRAVEL", "main_is_importable", "pack", "unpack"]

import os
import pickle
import sys
from typing import Any

_PROTOCOL = 5

CANNOT_TRAVEL = (
    "Define it at the top level of an importable module, or install cloudpickle (pip install 'tunewright[processes]'), "
    'or run trials in threads (executor="threads")'
)


def main_is_importable() -> bool:
    """Whether a worker process started by ``multiprocessing`` can import what the driver calls ``__main__``.

    True of a script or ``python -m``; false of a notebook, a prompt, ``python -c`` or a program read from a pipe.
    """
    main = sys.modules.get("__main__")
    # A program read from a pipe says that its file is "<stdin>".
    return getattr(main, "__spec__", None) is not None or os.path.exists(getattr(main, "__file__", None) or "")


def pack(value: Any, *, main_known: bool = True) -> bytes:
    """``value`` as bytes.

    Args:
        value: anything.
        main_known: whether the reader has the same ``__main__``. When not, what is defined there
            has to travel by value.

    Raises:
        pickle.PicklingError: neither pickle nor cloudpickle can write it; the text says why.
    """
    try:
        data = pickle.dumps(value, protocol=_PROTOCOL)
    except Exception as error:  # noqa: BLE001  a foreign __reduce__ raises whatever it likes
        return _pack_by_value(value, error)
    if main_known or b"__main__" not in data:
        return data
    return _pack_by_value(value, None)


def unpack(data: bytes) -> Any:
    """The value that :func:`pack` wrote. Raises whatever loading it raises (a module that is not there, ...)."""
    return pickle.loads(data)


def _pack_by_value(value: Any, failure: Exception | None) -> bytes:
    try:
        import cloudpickle
    except ImportError:
        why = "it is defined in __main__, which a worker cannot import here" if failure is None else _short(failure)
        raise pickle.PicklingError(f"{why}; cloudpickle is not installed") from failure
    try:
        data: bytes = cloudpickle.dumps(value, protocol=_PROTOCOL)
    except Exception as error:
        raise pickle.PicklingError(_short(error)) from error
    return data


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
