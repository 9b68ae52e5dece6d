"""Search-space review: what the trials say about the space they came of."""

from __future__ import annotations

__all__ = ["Finding", "Review", "review"]

from tunewright.analysis.review.finding import Finding, Review
from tunewright.analysis.review.review import review
