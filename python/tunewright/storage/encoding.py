"""JSON text of what is stored, with every float kept to the bit.

JSON has no NaN and no infinities, so there are two notations. *Numbers* (metrics, standard errors) are always numbers:
the non-finite ones are the strings ``"nan"``, ``"inf"``, ``"-inf"``. *Objects* (configurations, metadata, options) may
hold any string, so there a non-finite float is the object ``{"$float": "nan"}``, and an object that happens to have a
key beginning with ``$`` is wrapped as ``{"$object": {...}}``.
"""

from __future__ import annotations

__all__ = ["SCALARS", "numbers_from_text", "numbers_to_text", "object_from_text", "object_to_text", "plain_copy"]

import json
import math
from collections.abc import Mapping
from typing import Any

SCALARS = frozenset({str, int, float, bool, type(None)})
"""Types that come back from JSON as they went in."""

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_encode_ascii = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode
_decode = json.JSONDecoder().decode


def object_to_text(value: Mapping[str, Any], what: str) -> str:
    """JSON text of an object; ``what`` names the argument in errors.

    Raises:
        TypeError: something in it is not a JSON value.
    """
    try:
        text = _text(value)
    except ValueError:  # a non-finite float somewhere
        return _tagged_text(value, what)
    except TypeError as error:
        raise TypeError(_not_json(what, error)) from None
    return _tagged_text(value, what) if '"$' in text else text


def object_from_text(text: str) -> Any:
    """The value that ``object_to_text`` wrote."""
    value = _decode(text)
    return _untagged(value) if '"$' in text else value


def numbers_to_text(values: Mapping[str, float], what: str) -> str:
    """JSON text of named numbers.

    Raises:
        TypeError: a value is not a number.
    """
    try:
        numbers = {name: float(value) for name, value in values.items()}
    except (TypeError, ValueError) as error:
        raise TypeError(f"{what} must map names to numbers: {error}") from None
    try:
        return _text(numbers)
    except ValueError:
        return _text({name: value if math.isfinite(value) else str(value) for name, value in numbers.items()})


def numbers_from_text(text: str) -> dict[str, float]:
    """The numbers that ``numbers_to_text`` wrote."""
    values: dict[str, Any] = _decode(text)
    if '"' in text[-2:] or '",' in text:  # a value is text
        return {name: float(value) for name, value in values.items()}
    return values


def plain_copy(value: Mapping[str, Any], what: str) -> dict[str, Any]:
    """The object as it would come back from a file: plain values that share nothing with the argument."""
    if SCALARS.issuperset(map(type, value.values())):
        return dict(value)
    copy: dict[str, Any] = object_from_text(object_to_text(value, what))
    return copy


def _text(value: Any) -> str:
    text = _encode(value)
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:  # half of a surrogate pair: no database takes it, \\uXXXX does
            return _encode_ascii(value)
    return text


def _tagged_text(value: Any, what: str) -> str:
    try:
        return _text(_tagged(value))
    except (TypeError, ValueError) as error:
        raise TypeError(_not_json(what, error)) from None
    except RecursionError:
        raise TypeError(_not_json(what, "it contains itself")) from None


def _tagged(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else {"$float": str(float(value))}
    if isinstance(value, dict):
        items = {key: _tagged(item) for key, item in value.items()}
        return {"$object": items} if any(str(key).startswith("$") for key in value) else items
    return [_tagged(item) for item in value] if isinstance(value, (list, tuple)) else value


def _untagged(value: Any) -> Any:
    if isinstance(value, list):
        return [_untagged(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"$float"}:
        return float(value["$float"])
    items = value["$object"] if value.keys() == {"$object"} else value
    return {key: _untagged(item) for key, item in items.items()}


def _not_json(what: str, why: object) -> str:
    return f"{what} must hold JSON values (numbers, text, booleans, None, lists, dicts with text keys) only: {why}"
