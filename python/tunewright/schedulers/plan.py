"""What a scheduler will spend, told before it is spent."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Plan", "Rung"]


@dataclass(frozen=True)
class Rung:
    """One line of a plan.

    Attributes:
        bracket: which bracket, from 0.
        resource: a trial's resource when it is compared here.
        trials: how many reach it.
        cost: what they spend between the rung before and this one, in units of the resource.
    """

    bracket: int
    resource: int
    trials: float
    cost: float


@dataclass(frozen=True)
class Plan:
    """Rungs, resources and cost of so many trials. ``print`` it.

    Attributes:
        trials: how many trials.
        max_resource: what one trial in full costs.
        rungs: from the first bracket's first to the last bracket's last; trials of later rounds are added up.
        note: what the numbers leave open.
    """

    trials: int
    max_resource: int
    rungs: tuple[Rung, ...]
    note: str = ""

    @property
    def cost(self) -> float:
        """All that is spent, in units of the resource (epochs, as a rule)."""
        return sum(rung.cost for rung in self.rungs)

    @property
    def full_cost(self) -> int:
        """What the same trials cost without a scheduler."""
        return self.trials * self.max_resource

    def seconds(self, each: float, workers: int = 1) -> float:
        """Time in all when a unit of the resource takes ``each`` seconds on one of ``workers``."""
        return self.cost * each / workers

    def __str__(self) -> str:
        lines = [f"{'bracket':>7} {'resource':>9} {'trials':>8} {'cost':>10}"]
        lines += [f"{r.bracket:>7} {r.resource:>9} {r.trials:>8.6g} {r.cost:>10.6g}" for r in self.rungs]
        share = self.cost / self.full_cost if self.full_cost else 0.0
        lines.append(f"{self.trials} trials cost {self.cost:.6g}; in full {self.full_cost} ({share:.0%})")
        return "\n".join(lines + [self.note] * bool(self.note))
