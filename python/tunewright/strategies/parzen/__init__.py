"""What the tree-structured Parzen estimator is made of: the order of trials, and densities of good and other ones."""

from __future__ import annotations

__all__: list[str] = []
