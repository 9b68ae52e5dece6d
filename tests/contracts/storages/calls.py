"""Calls of a storage in as few words as they take."""

from __future__ import annotations

import struct

from tunewright.storage import Header
from tunewright.trial import TrialState


def header(name="digits", **parts):
    given = {"space": '{"lr": [0, 1]}', "objectives": {"loss": "minimize", "accuracy": "maximize"}, "seed": 7}
    return Header(name, **{**given, "strategy": {"kind": "random"}, "options": {"a": 1}, "created": 1.5, **parts})


def numbered(numbers, changes):
    return [{"x": float(number)} for number in numbers]


def ask(storage, count=1, since=0, propose=numbered, name="digits"):
    return storage.ask(name, count, since, propose, started=10.0)


def tell(storage, number, value=0.5, state=TrialState.COMPLETE, **parts):
    return storage.tell("digits", number, state=state, values={"loss": value}, finished=20.0, **parts)


def bits(value: float) -> bytes:
    return struct.pack("<d", value)


def revision(storage, name="digits"):
    return storage.changes(name, 0).revision
