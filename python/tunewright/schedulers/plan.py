"""What a scheduler will spend, told before it is spent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Plan", "Rung"]


@dataclass(frozen=True)
class Rung:
    """One line of a plan.

    Attributes:
        bracket: which bracket, from 0.
        resource: a trial's resource when it is compared here.
        trials: how many reach it.
        cost: what they spend between the rung before and this one, in units of the resource in full: a step with less
            of a fidelity costs that part of it, with less of several the product.
        fidelity: values of the scheduler's fidelities on the way to this rung.
    """

    bracket: int
    resource: int
    trials: float
    cost: float
    fidelity: Mapping[str, float] = field(default_factory=dict)


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
        names = list(self.rungs[0].fidelity) if self.rungs else []
        wide = {name: max(len(name), 8) for name in names}
        head = [f"{'bracket':>7} {'resource':>9}", *(f"{name:>{wide[name]}}" for name in names)]
        lines = [" ".join([*head, f"{'trials':>8} {'cost':>10}"])]
        for r in self.rungs:
            values = [f"{r.fidelity[name]:>{wide[name]}.6g}" for name in names]
            lines.append(" ".join([f"{r.bracket:>7} {r.resource:>9}", *values, f"{r.trials:>8.6g} {r.cost:>10.6g}"]))
        share = self.cost / self.full_cost if self.full_cost else 0.0
        lines.append(f"{self.trials} trials cost {self.cost:.6g}; in full {self.full_cost} ({share:.0%})")
        return "\n".join(lines + [self.note] * bool(self.note))
