"""The states that trials save on their way: written once, named by their content, kept while somebody needs them."""

from __future__ import annotations

from tunewright.checkpoints.store import Checkpoints

__all__ = ["Checkpoints"]
