"""What executors refuse, in one wording."""

from __future__ import annotations

__all__ = ["NOT_STARTED", "check_workers"]

NOT_STARTED = "this executor is not started: call start(objective, link) before submit(trial)"


def check_workers(workers: object) -> int:
    """``workers`` as a number of slots. Raises ``ValueError`` unless it is a whole number of at least 1."""
    if isinstance(workers, bool) or not isinstance(workers, int) or workers < 1:
        raise ValueError(
            f"workers must be a whole number of at least 1 (how many trials run at the same time); got {workers!r}"
        )
    return workers
