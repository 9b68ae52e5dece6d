"""One trial in somebody else's worker: what travels there, and what is done on arrival."""

from __future__ import annotations

__all__ = ["Home", "Ticket", "close_home", "open_home", "visit"]

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tunewright.errors import StudyError
from tunewright.executors.line import Mark, RemoteLink
from tunewright.executors.outcome import Outcome, decode, encode, evaluate
from tunewright.executors.parcel import unpack
from tunewright.executors.switchboard import Address, Caller
from tunewright.executors.worker import load

if TYPE_CHECKING:
    from tunewright.executors.protocol import Objective
    from tunewright.trial.link import Link
    from tunewright.trial.trial import Trial

_KEPT_OBJECTIVES = 4


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a worker is given; small, and always picklable.

    Attributes:
        home: name of the study's home, a random text.
        visit: which of its visits this is, from 0.
        address: where to call home.
        key: the secret both ends of that call know.
        trial: the packed trial, or ``None`` when it cannot be packed.
        refusal: why it cannot be packed.
    """

    home: str
    visit: int
    address: Address
    key: bytes = field(repr=False)
    trial: bytes | None = field(repr=False)
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Home:
    """What a visit needs when it takes place in the study's own process (an executor of threads)."""

    objective: Objective
    link: Link
    trials: dict[int, Trial] = field(default_factory=dict)  # by visit
    pid: int = field(default_factory=os.getpid)


_homes: dict[str, Home] = {}
_objectives: dict[str, Objective] = {}  # in a worker: the objectives fetched last, by home


def open_home(name: str, home: Home) -> None:
    """Make ``home`` known to visits in this process."""
    _homes[name] = home


def close_home(name: str) -> None:
    """Forget it."""
    _homes.pop(name, None)


def visit(ticket: Ticket) -> Outcome | bytes:
    """Run the trial of ``ticket``: its outcome in the study's own process, the encoded outcome elsewhere."""
    home = _homes.get(ticket.home)
    if home is not None and home.pid == os.getpid():  # a forked worker has a copy of the dictionary
        return evaluate(home.objective, home.trials[ticket.visit].attach(home.link))
    caller = Caller(ticket.address, ticket.key)
    link = RemoteLink(lambda body: caller.ask(Mark.CALL, body))
    try:
        return encode(evaluate(_run, ticket, caller, link), what="what the objective returned")
    finally:
        link.close()
        caller.close()


def _run(ticket: Ticket, caller: Caller, link: RemoteLink) -> Any:
    if ticket.trial is None:
        raise StudyError(ticket.refusal)
    objective = _objectives.get(ticket.home)
    if objective is None:
        objective = _objectives[ticket.home] = load(decode(caller.ask(Mark.FETCH)).get())
        for old in list(_objectives)[:-_KEPT_OBJECTIVES]:
            _objectives.pop(old, None)
    trial: Trial = unpack(ticket.trial)
    return objective(trial.attach(link))
