"""A state as bytes and back: plain values, arrays, and lists, tuples and mappings of them. Nothing is ever unpickled.

A file is ``MAGIC``, the length of the header (8 bytes, little endian), the header, and the blobs. The header is JSON:
``{"tree": node, "blobs": [[dtype, shape], …]}``, where a node is a plain JSON scalar or a mapping with a
single key that says what it is: ``list``, ``tuple``, ``dict``, ``array``, ``scalar``, ``bytes`` (the last three hold
the index of a blob). Equal states give equal bytes.
"""

from __future__ import annotations

__all__ = ["MAGIC", "packed", "unpacked"]

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

MAGIC = b"tunewright state 1\n"
_LENGTH = 8  # bytes of the header's length
_Blobs = list[npt.NDArray[Any]]


def packed(state: Any) -> Iterator[bytes | memoryview]:
    """The pieces of the file, in order.

    Raises:
        TypeError: something in ``state`` is not plain; the message says where.
    """
    blobs: _Blobs = []
    tree = _node(state, "state", blobs)
    shapes = [[blob.dtype.str, list(blob.shape)] for blob in blobs]
    header = json.dumps({"tree": tree, "blobs": shapes}, separators=(",", ":")).encode()
    yield MAGIC
    yield len(header).to_bytes(_LENGTH, "little")
    yield header
    for blob in blobs:
        yield blob.reshape(-1).view(np.uint8).data if blob.size else b""


def unpacked(body: bytes | memoryview) -> Any:
    """The state in a file's bytes; arrays are writable copies.

    Raises:
        ValueError: the bytes are not a state.
    """
    view = memoryview(body)
    if bytes(view[: len(MAGIC)]) != MAGIC:
        raise ValueError(f"a saved state begins with {MAGIC!r}; got {bytes(view[: len(MAGIC)])!r}")
    start = len(MAGIC) + _LENGTH
    stop = start + int.from_bytes(view[len(MAGIC) : start], "little")
    header = json.loads(bytes(view[start:stop]))
    blobs: _Blobs = []
    for name, shape in header["blobs"]:
        dtype = np.dtype(name)
        size = dtype.itemsize * math.prod(shape)
        blobs.append(np.frombuffer(view[stop : stop + size], dtype).reshape(shape).copy())
        stop += size
    return _value(header["tree"], blobs)


def _node(value: Any, where: str, blobs: _Blobs) -> Any:
    """``value`` as JSON, its arrays and bytes appended to ``blobs``."""
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, (np.ndarray, np.generic)):
        blobs.append(_plain(np.asarray(value), where))
        return {"array" if isinstance(value, np.ndarray) else "scalar": len(blobs) - 1}
    if isinstance(value, (bytes, bytearray, memoryview)):
        blobs.append(np.frombuffer(value, np.uint8))
        return {"bytes": len(blobs) - 1}
    if isinstance(value, (list, tuple)):
        kind = "list" if isinstance(value, list) else "tuple"
        return {kind: [_node(item, f"{where}[{i}]", blobs) for i, item in enumerate(value)]}
    if isinstance(value, Mapping):
        odd = next((key for key in value if type(key) is not str), None)
        if odd is not None:
            raise TypeError(f"{where} has the key {odd!r}; a saved mapping is keyed by text: write {str(odd)!r}")
        return {"dict": {key: _node(item, f"{where}[{key!r}]", blobs) for key, item in value.items()}}
    raise TypeError(
        f"{where} is {type(value).__name__}; save() takes bytes, numbers, text, NumPy arrays, lists, tuples and "
        "mappings of them, or the path of a directory. Turn other things into bytes (pickle.dumps) or files first"
    )


def _plain(array: npt.NDArray[Any], where: str) -> npt.NDArray[Any]:
    if array.dtype.kind not in "biufcSUmM":
        raise TypeError(f"{where} is an array of dtype {array.dtype}; save() takes arrays of numbers, text or times")
    return np.ascontiguousarray(array).reshape(array.shape)


def _value(node: Any, blobs: _Blobs) -> Any:
    if not isinstance(node, dict):
        return node
    ((kind, inside),) = node.items()
    if kind == "list":
        return [_value(item, blobs) for item in inside]
    if kind == "tuple":
        return tuple(_value(item, blobs) for item in inside)
    if kind == "dict":
        return {key: _value(item, blobs) for key, item in inside.items()}
    blob = blobs[inside]
    if kind == "bytes":
        return blob.tobytes()
    return blob if kind == "array" else blob[()]
