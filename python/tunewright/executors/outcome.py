"""What came of one call of an objective, and how it crosses between processes."""

from __future__ import annotations

__all__ = ["Outcome", "RemoteTraceback", "decode", "encode", "evaluate"]

import pickle
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tunewright.executors.parcel import pack, unpack

_VALUE, _ERROR = b"v", b"e"


class RemoteTraceback(Exception):  # noqa: N818  it is a cause to read, not an error to catch
    """The traceback of a worker as text; the ``__cause__`` of an exception that came from there."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return "\n" + self.text


@dataclass(frozen=True, slots=True)
class Outcome:
    """Either a value or the exception raised instead."""

    value: Any = None
    error: Exception | None = None

    def get(self) -> Any:
        """The value; raises the error if that is what came."""
        if self.error is not None:
            raise self.error
        return self.value


def evaluate(call: Callable[..., Any], *args: Any) -> Outcome:
    """``call(*args)`` with its exception as a value. ``SystemExit`` and ``KeyboardInterrupt`` pass through."""
    try:
        return Outcome(value=call(*args))
    except Exception as error:  # noqa: BLE001  it is handed on, whatever it is
        return Outcome(error=error)


def encode(outcome: Outcome, *, what: str) -> bytes:
    """``outcome`` as bytes. Never fails: what cannot travel becomes a ``RuntimeError`` that says so.

    Args:
        outcome: value or error.
        what: what a value that cannot travel is called in that message, such as ``"the objective's result"``.
    """
    if outcome.error is None:
        try:
            return _VALUE + pack(outcome.value)
        except pickle.PicklingError as error:
            problem = RuntimeError(
                f"{what} ({type(outcome.value).__name__}) cannot be sent between processes: {error}. "
                "Use plain numbers, strings, lists and dicts"
            )
            return _encode_error(problem, "")
    return _encode_error(outcome.error, _trace(outcome.error))


def decode(data: bytes) -> Outcome:
    """The outcome that :func:`encode` wrote; an error carries the remote traceback as its cause."""
    try:
        content = unpack(data[1:])
    except Exception as error:  # noqa: BLE001  loading runs foreign code
        return Outcome(error=RuntimeError(f"what a worker sent back cannot be read here: {error!r}"))
    if data[:1] == _VALUE:
        return Outcome(value=content)
    packed, summary, trace = content
    raised = _unpack_error(packed, summary)
    if trace:
        raised.__cause__ = RemoteTraceback(trace)
    return Outcome(error=raised)


def _encode_error(error: Exception, trace: str) -> bytes:
    summary = "".join(traceback.format_exception_only(type(error), error)).strip()
    try:
        packed: bytes | None = pack(error)
    except pickle.PicklingError:
        packed = None  # the summary and the traceback still tell the story
    return _ERROR + pickle.dumps((packed, summary, trace))


def _unpack_error(packed: bytes | None, summary: str) -> Exception:
    """The exception itself where it travels, otherwise a ``RuntimeError`` with its text."""
    try:
        found = None if packed is None else unpack(packed)
    except Exception:  # noqa: BLE001  no such class here, or, quite common, one whose __init__ takes other arguments
        found = None
    if isinstance(found, Exception):
        return found
    return RuntimeError(f"{summary}  (the text of an exception that cannot be sent between processes)")


def _trace(error: Exception) -> str:
    """The traceback as text, from the frame below ours; empty for an error that has none."""
    frames = error.__traceback__
    if frames is None:
        return ""
    below = frames if frames.tb_next is None else frames.tb_next
    return "".join(traceback.format_exception(type(error), error, below)).rstrip()
