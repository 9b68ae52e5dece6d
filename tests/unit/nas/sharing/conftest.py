"""A design and data so small that a search takes a fraction of a second."""

from __future__ import annotations

import pytest

from tunewright.nas import Cell, Skeleton
from tunewright.training import digit_signals, split


@pytest.fixture(scope="session")
def splits():
    return split(digit_signals(150, length=16, noise=0.05), seed=0)


@pytest.fixture(scope="session")
def design():
    return Skeleton(Cell(3, ("zero", "identity", "conv3")), cells=2, filters=3)
