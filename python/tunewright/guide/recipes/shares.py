"""Who gets how much of the budget. All amounts are trainings in full."""

from __future__ import annotations

__all__ = ["Shares", "shares"]

from dataclasses import dataclass

_SEEDS = ((24.0, 3), (10.0, 2))  # of the baseline, from so many trainings on
_KEPT = 0.2  # of the budget for the confirmation, at most
_RACES = ((3, 5), (3, 4), (3, 3), (2, 3), (2, 2))  # candidates and seeds, the dearest first
_SCALED = 20.0  # trainings from which on larger networks are tried
_LARGER = 2
_FIRST = 0.5  # of what is searched with, for tier 1
_LEAST = 2.0  # trainings that a search is worth beginning with


@dataclass(frozen=True)
class Shares:
    """The trainings of each step.

    Attributes:
        seeds: of the baseline.
        rate: single trainings at other learning rates.
        first: of the search of tier 1.
        larger: single trainings of larger networks, at most.
        later: of the search of tiers 2 and 3.
        race: candidates and seeds of the confirmation; (0, 0) for none.
        test: of the sealed test.
    """

    seeds: int
    rate: int
    first: float
    larger: int
    later: float
    race: tuple[int, int]
    test: int

    @property
    def kept(self) -> int:
        """For confirmation and test."""
        return self.race[0] * self.race[1] + self.test


def shares(total: float, *, rate: bool, probe: bool, sizes: bool, first: bool, later: bool, test: bool) -> Shares:
    """Share out a budget.

    Args:
        total: of the budget, 1 or more.
        rate: there is a learning rate.
        probe: it is looked for by a range test.
        sizes: there is a width or a depth.
        first: there are parameters of tier 1.
        later: there are parameters of tiers 2 and 3.
        test: there is a sealed test.
    """
    seeds = next((seeds for least, seeds in _SEEDS if total >= least), 1)
    tested = int(test and total >= seeds + 1)
    left = total - seeds - tested
    race = next((race for race in _RACES if race[0] * race[1] <= _KEPT * total), (0, 0))
    left -= race[0] * race[1]
    tried = max(0, min(1 if probe else 2, int(left))) if rate else 0
    left -= tried
    larger = _LARGER if sizes and total >= _SCALED else 0
    left = max(0.0, left - larger)
    mine = left * (_FIRST if first and later and left >= 2 * _LEAST else float(first))
    others = left - mine if later else 0.0
    return Shares(
        seeds, tried, mine if mine >= _LEAST else 0.0, larger, others if others >= _LEAST else 0.0, race, tested
    )
