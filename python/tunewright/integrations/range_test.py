"""The picture of a learning-rate range test."""

from __future__ import annotations

import numpy as np

from tunewright.analysis.pictures import Picture
from tunewright.analysis.pictures.picture import Axis, Line, Mark, Panel, Rule
from tunewright.guide.learning_rate import LearningRateRange

__all__ = ["range_test"]


def range_test(found: LearningRateRange) -> Picture:
    """Loss against rate, losses and smoothed curve of each repeat, and the suggestion."""
    title = "Learning-rate range test"
    if not np.isfinite(found.losses).any():
        return Picture.empty(title, found.reason)
    marks: list[Mark] = []
    for row, (losses, curve) in enumerate(zip(found.losses, found.smoothed, strict=True)):
        name = "" if len(found.losses) == 1 else f" of repeat {row + 1}"
        marks.append(Line(found.rates, losses, f"losses{name}", "grey", width=1.0, opacity=0.6))
        if np.isfinite(curve).any():
            marks.append(Line(found.rates, curve, f"smoothed{name}", "blue"))
    marks.append(Rule(found.suggestion, "x", f"suggestion {found.suggestion:.2g} ({found.rule})"))
    panel = Panel(Axis("learning rate", scale="log"), Axis("loss of a batch"), tuple(marks))
    return Picture(title, (panel,), found.reason)
