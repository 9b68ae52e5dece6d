"""What to do when an objective raises."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from tunewright.errors import ReportError, StudyError

__all__ = ["Failures", "Verdict"]

Verdict = Literal["retry", "infeasible", "record", "abort"]

# what frameworks raise when an accelerator's memory is full; matched by name so that none has to be imported
_OUT_OF_MEMORY = frozenset({"OutOfMemoryError", "CudaOutOfMemoryError", "ResourceExhaustedError"})


@dataclass(frozen=True)
class Failures:
    """A policy by kind of exception. The first kind that fits decides, in the order of the arguments.

    Args:
        catch: recorded as failed, and the study goes on, whatever the lines below would say.
        retry: passing troubles. The same trial runs again, up to ``retries`` times, then counts as failed.
        retries: how often a trial may run again.
        infeasible: the configuration itself does not work (memory, overflow): recorded as failed and marked
            ``infeasible`` in its metadata, for strategies to learn from. Out-of-memory errors of the deep-learning
            frameworks always count as this.
        abort: programming errors. The trial is recorded as failed and the exception leaves ``optimize``.

    Every other exception costs its trial alone: it is recorded as failed, and the study goes on.
    """

    catch: tuple[type[BaseException], ...] = ()
    retry: tuple[type[BaseException], ...] = (ConnectionError, TimeoutError, InterruptedError, BlockingIOError)
    retries: int = 2
    infeasible: tuple[type[BaseException], ...] = (MemoryError, OverflowError, FloatingPointError, ZeroDivisionError)
    abort: tuple[type[BaseException], ...] = (
        TypeError,
        NameError,
        AttributeError,
        ImportError,
        SyntaxError,
        NotImplementedError,
        ReportError,
        StudyError,
    )

    def __post_init__(self) -> None:
        for name in ("catch", "retry", "infeasible", "abort"):
            kinds = getattr(self, name)
            if isinstance(kinds, type):
                kinds = (kinds,)
                object.__setattr__(self, name, kinds)
            kinds = tuple(kinds)
            object.__setattr__(self, name, kinds)
            for kind in kinds:
                if not (isinstance(kind, type) and issubclass(kind, BaseException)):
                    raise ValueError(f"{name} takes exception classes; got {kind!r}")
        if isinstance(self.retries, bool) or not isinstance(self.retries, int) or self.retries < 0:
            raise ValueError(f"retries must be a whole number from 0 upwards; got {self.retries!r}")

    def catching(self, kinds: type[BaseException] | tuple[type[BaseException], ...]) -> Failures:
        """The same policy, with ``kinds`` added to ``catch``."""
        return replace(self, catch=(*self.catch, *((kinds,) if isinstance(kinds, type) else kinds)))

    def verdict(self, error: BaseException, attempts: int) -> Verdict:
        """What becomes of a trial that raised ``error`` in its run number ``attempts`` (1 for the first)."""
        if isinstance(error, self.catch):
            return "record"
        if isinstance(error, self.retry):
            return "retry" if attempts <= self.retries else "record"
        if isinstance(error, self.infeasible) or type(error).__name__ in _OUT_OF_MEMORY:
            return "infeasible"
        return "abort" if isinstance(error, self.abort) else "record"
