"""What a storage says when it refuses: one place, so that every storage says the same."""

from __future__ import annotations

__all__ = [
    "already_waiting",
    "check_count",
    "check_final",
    "check_notes",
    "check_proposed",
    "different_study",
    "finished",
    "misplaced",
    "nested",
    "repeated_step",
    "unknown_study",
    "unknown_trial",
]

import json
from collections.abc import Mapping, Sequence

from tunewright.errors import (
    ReportError,
    StorageError,
    StudyError,
    StudyExistsError,
    StudyNotFoundError,
    TrialFinishedError,
    UnknownTrialError,
)
from tunewright.storage.record import STATES, Header
from tunewright.trial.state import FINAL


def check_count(count: int) -> None:
    """Raise ValueError unless a number of trials can be taken."""
    if count < 0:
        raise ValueError(f"count must be 0 or more, not {count!r}")


def check_notes(configs: Sequence[object], notes: Sequence[object] | None) -> None:
    """Raise ValueError unless there are as many notes as configurations."""
    if notes is not None and len(notes) != len(configs):
        raise ValueError(f"metadata must hold one dict (or None) per configuration: {len(notes)}, not {len(configs)}")


def check_final(state: int) -> None:
    """Raise ValueError unless the state ends a trial."""
    if state not in FINAL:
        raise ValueError(f"state must be 1 (complete), 2 (pruned) or 3 (failed) to end a trial, not {state!r}")


def check_proposed(configs: Sequence[object], numbers: Sequence[int]) -> None:
    """Raise ValueError if ``propose`` returned more configurations than it was asked for."""
    if len(configs) > len(numbers):
        raise ValueError(f"propose was asked for {len(numbers)} configurations and returned {len(configs)}")


def different_study(there: Header, wanted: Header, where: str) -> StudyExistsError | None:
    """The error for two studies of one name, or None if both are the same study."""
    differ = [
        part
        for part, same in (
            ("space", there.space == wanted.space or _compact(there.space) == _compact(wanted.space)),
            ("objectives", list(there.objectives.items()) == list(wanted.objectives.items())),
            ("seed", there.seed == wanted.seed),
        )
        if not same
    ]
    if not differ:
        return None
    shown = [f"{part} {_shown(there, part)}, not {_shown(wanted, part)}" for part in differ if part != "space"]
    details = f" (there: {'; '.join(shown)})" if shown else ""
    return StudyExistsError(
        f"{where} already has a study {wanted.name!r} with a different {' and '.join(differ)}{details}; "
        "choose another name, delete that study, or load it without describing it again"
    )


def unknown_study(name: str, names: Sequence[str], where: str) -> StudyNotFoundError:
    """The error for a name that is not there."""
    there = f"it has {', '.join(map(repr, names))}" if names else "it has no study yet"
    return StudyNotFoundError(f"no study {name!r} in {where}; {there}")


def unknown_trial(name: str, number: int, trials: int) -> UnknownTrialError:
    """The error for a number that was never taken."""
    there = f"its trials are numbered 0 to {trials - 1}" if trials else "it has no trials yet"
    return UnknownTrialError(f"study {name!r} has no trial {number}; {there}")


def finished(name: str, number: int, state: int, values: Mapping[str, float]) -> TrialFinishedError:
    """The error for a change of a trial that has ended."""
    shown = f" with {', '.join(f'{metric}={value!r}' for metric, value in values.items())}" if values else ""
    return TrialFinishedError(
        f"trial {number} of study {name!r} is already {STATES[state]}{shown}; a finished trial is not changed. "
        "Ask for a new trial to measure again"
    )


def already_waiting(name: str, number: int) -> StudyError:
    """The error for a second place in the queue."""
    return StudyError(f"trial {number} of study {name!r} is waiting already")


def misplaced(name: str, number: int, state: int, wanted: int) -> StudyError:
    """The error for a trial that is not in the state from which it could be paused or resumed."""
    return StudyError(f"trial {number} of study {name!r} is {STATES[state]}, not {STATES[wanted]}")


def repeated_step(name: str, number: int, step: int) -> ReportError:
    """The error for a second report of one step."""
    return ReportError(
        f"trial {number} of study {name!r} has already reported step {step}; each step is reported once: "
        "put all metrics of a step into one report, or count the step up"
    )


def nested() -> StorageError:
    """The error for a change from inside ``propose``."""
    return StorageError("propose must not change the storage that called it; write when ask has returned")


def _compact(text: str) -> str:
    try:
        return json.dumps(json.loads(text))
    except ValueError:
        return text


def _shown(header: Header, part: str) -> str:
    return repr(dict(header.objectives)) if part == "objectives" else repr(getattr(header, part))
