"""The half of a study that hands over to what is built on it. Those rooms are opened when they are asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from tunewright.analysis.validation import Confirmation
    from tunewright.study.forms import Objective

__all__ = ["Analyses"]


class Analyses:
    """Questions to a study that ``tunewright.analysis`` answers."""

    def confirm(self, objective: Objective, *, top: int = 5, seeds: int = 10, **options: Any) -> Confirmation:
        """Run the best trials again on fresh seeds and name the winner; see :func:`tunewright.confirm`."""
        found = _room("validation").confirm(self, objective, top=top, seeds=seeds, **options)
        return cast("Confirmation", found)


def _room(name: str) -> Any:
    return import_module(f"tunewright.analysis.{name}")
