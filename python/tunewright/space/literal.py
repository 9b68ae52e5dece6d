"""One Python value of a choice: the key that tells it from others, and its form in JSON.

Plain values (None, bool, int, float, str and tuples, lists, dicts of them) are written as themselves. Anything else is
opaque: only its label is written, and reading it back needs the object itself, found by that label.
"""

from __future__ import annotations

__all__ = ["Known", "key", "label", "opaque", "plain", "read", "same", "write"]

import math
import re
from collections.abc import Hashable, Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np

from tunewright.errors import SpaceError

Known: TypeAlias = Mapping[str, Any]  # opaque objects by label

_DIRECT = (type(None), bool, int, str)
_ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]+")


def plain(value: object) -> Any:
    """Return ``value`` with a NumPy scalar turned into the Python value it holds."""
    return value.item() if isinstance(value, np.generic) else value


def key(value: object) -> Hashable:
    """Return what identifies ``value`` among choices: type and value, so that 1, 1.0 and True differ.

    Raises:
        TypeError: the value is not hashable.
    """
    if type(value) is tuple:
        return (tuple, tuple(key(element) for element in value))
    if type(value) is float and math.isnan(value):
        return (float, "nan")
    hash(value)
    return (type(value), value)


def same(first: object, second: object) -> bool:
    """Return whether two values are the same choice; unhashable ones are compared by type and ``==``."""
    try:
        return key(first) == key(second)
    except TypeError:
        return type(first) is type(second) and bool(first == second)


def label(value: object) -> str:
    """Return the name of an opaque value: the qualified name of a class or function, else its repr without address."""
    name = getattr(value, "__qualname__", None)
    if isinstance(name, str):
        return f"{getattr(value, '__module__', '')}.{name}"
    return _ADDRESS.sub("", repr(value))


def write(value: object) -> Any:
    """Return the JSON form of ``value``."""
    if type(value) in _DIRECT:
        return value
    if type(value) is float:
        return value if math.isfinite(value) else {"float": repr(value)}
    if type(value) is tuple:
        return {"tuple": [write(element) for element in value]}
    if type(value) is list:
        return [write(element) for element in value]
    if type(value) is dict:
        return {"dict": [[write(name), write(element)] for name, element in value.items()]}
    return {"opaque": label(value)}


def read(data: Any, known: Known) -> Any:
    """Return the value that ``write`` wrote.

    Args:
        data: what ``json.loads`` gave for it.
        known: the opaque objects that may occur, by label.

    Raises:
        SpaceError: an opaque value that is not known, or a form this version does not write.
    """
    if isinstance(data, list):
        return [read(element, known) for element in data]
    if not isinstance(data, dict):
        return data
    form: str
    content: Any
    form, content = next(iter(data.items())) if len(data) == 1 else ("", None)
    if form == "float":
        return float(content)
    if form == "tuple":
        return tuple(read(element, known) for element in content)
    if form == "dict":
        return {read(name, known): read(element, known) for name, element in content}
    if form == "opaque" and content in known:
        return known[content]
    if form == "opaque":
        raise SpaceError(
            f"the value {content} is an object that JSON cannot hold; give the space it came from: "
            f"Space.from_json(text, like=space)"
        )
    raise SpaceError(f"not a value this version of tunewright writes: {data!r}")


def opaque(values: Iterable[object]) -> dict[str, Any]:
    """Return the opaque ones of ``values`` by label.

    Raises:
        SpaceError: two different ones have the same label.
    """
    found: dict[str, Any] = {}
    for value in values:
        form = write(value)
        if isinstance(form, dict) and "opaque" in form:
            name = form["opaque"]
            if name in found and not same(found[name], value):
                raise SpaceError(
                    f"two choices read {name}: in JSON they could not be told apart; give their class a __repr__ "
                    f"that shows the difference"
                )
            found[name] = value
    return found
