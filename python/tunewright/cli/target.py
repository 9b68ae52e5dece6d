"""``module:name`` on the command line, as the object it means."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from types import ModuleType
from typing import Any

from tunewright.errors import StudyError

__all__ = ["load_target"]


def load_target(text: str) -> Any:
    """The object ``name`` of ``module:name``; the module may also be a path, ``train.py:objective``.

    The current folder is looked in first, as for ``python -m``.

    Raises:
        StudyError: not of that form, no such module, or no such name in it.
    """
    where, colon, name = text.rpartition(":")
    if not colon or not where or not name:
        raise StudyError(f"expected module:name, for example train:objective or train.py:objective; got {text!r}")
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    module = _module(where)
    try:
        found: Any = module
        for part in name.split("."):
            found = getattr(found, part)
    except AttributeError:
        public = [known for known in vars(module) if not known.startswith("_")]
        raise StudyError(f"{where} has no {name!r}; it has {', '.join(public) or 'nothing'}") from None
    return found


def _module(where: str) -> ModuleType:
    if where.endswith(".py"):
        # imported by its plain name from its own folder, so that worker processes can import it again
        folder, file = os.path.split(os.path.abspath(where))
        if not os.path.isfile(os.path.join(folder, file)):
            raise StudyError(f"there is no file {where!r}")
        if folder not in sys.path:
            sys.path.insert(0, folder)
        return importlib.import_module(file[: -len(".py")])
    if importlib.util.find_spec(where.partition(".")[0]) is None:
        raise StudyError(f"there is no module {where!r} on the path or in {os.getcwd()}")
    return importlib.import_module(where)
