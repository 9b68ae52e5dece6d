"""What a running trial may ask of the study that runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from tunewright.space.domain import Domain

__all__ = ["Depot", "Link"]


class Depot(Protocol):
    """Where states lie, named by their content (see ``tunewright.checkpoints``)."""

    def put(self, state: Any) -> str:
        """Save ``state`` and return its key."""
        ...

    def get(self, key: str) -> Any:
        """The state of that key."""
        ...

    def has(self, key: str) -> bool:
        """Whether it is there."""
        ...


class Link(Protocol):
    """The line home of a trial: the study itself in one process, a connection to it from another."""

    def report(self, number: int, step: int, metrics: dict[str, float]) -> bool:
        """Record intermediate ``metrics`` of trial ``number`` at ``step``; true when it should stop now."""
        ...

    def suggest(self, number: int, name: str, domain: Domain) -> Any:
        """The value of parameter ``name`` in trial ``number``, drawn from ``domain`` when it is new."""
        ...

    def annotate(self, number: int, key: str, value: Any) -> None:
        """Write ``key = value`` into the metadata of trial ``number``."""
        ...

    def depot(self, number: int) -> Depot:
        """Where trial ``number`` saves its states."""
        ...

    def saved(self, number: int) -> tuple[str, int] | None:
        """Key and step of the state that trial ``number`` saved last, if it did."""
        ...

    def keep(self, number: int, step: int, key: str) -> bool:
        """From now on trial ``number`` keeps the state ``key``, saved at ``step``; false when it is not let."""
        ...
