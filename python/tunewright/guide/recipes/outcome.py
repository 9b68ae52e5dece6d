"""What a recipe came to: step by step, and in the end."""

from __future__ import annotations

__all__ = ["Step", "Tuned", "shown"]

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tunewright.errors import GuideError
from tunewright.guide import lookup
from tunewright.numerics.average import mean, standard_error_of_mean


@dataclass(frozen=True)
class Step:
    """One step of a recipe.

    Attributes:
        title: what it is called.
        why: why it comes here, and who says so.
        study: name of its study in the recipe's file; None if it was left out.
        trainings: how many it began, in full or not.
        epochs: that it took.
        config: the best configuration by then.
        value: of it in the search; NaN while none has one.
        gained: by how much this step made ``value`` better, 0 or more; NaN where there was none before.
        remarks: what happened, in sentences.
    """

    title: str
    why: str
    study: str | None
    trainings: int
    epochs: int
    config: Mapping[str, Any]
    value: float
    gained: float
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Tuned:
    """A recipe that was carried out; ``print`` it for the summary of what was gained where.

    Attributes:
        config: the configuration that won.
        start: the configuration it began with.
        metric: that was tuned.
        maximize: more is better.
        steps: in order.
        baseline: values of ``start`` over seeds.
        confirmed: values of ``config`` over fresh seeds; empty if the budget left none for that.
        tested: values of the sealed test by name; empty without one.
        budget: epochs that were paid for.
        epochs: of a training in full.
    """

    config: Mapping[str, Any]
    start: Mapping[str, Any]
    metric: str
    maximize: bool
    steps: tuple[Step, ...]
    baseline: tuple[float, ...]
    confirmed: tuple[float, ...]
    tested: Mapping[str, float]
    budget: float
    epochs: int
    remarks: tuple[str, ...] = field(default=())

    @property
    def spent(self) -> int:
        """Epochs that it took."""
        return sum(step.epochs for step in self.steps)

    @property
    def changed(self) -> dict[str, tuple[Any, Any]]:
        """By name, the value before and after, where they differ."""
        names = dict.fromkeys([*self.start, *self.config])
        pairs = {name: (self.start.get(name), self.config.get(name)) for name in names}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}

    def __str__(self) -> str:
        lines = [
            f"{self.metric} ({'more' if self.maximize else 'less'} is better), {self.spent:,} of {self.budget:,.0f} "
            f"epochs, {self.epochs:,} a training in full",
            "",
            *_table(self.steps),
            "",
            f"defaults:  {_mean(self.baseline)}",
        ]
        if self.confirmed:
            lines.append(f"confirmed: {_mean(self.confirmed)}, on seeds that nothing was chosen by")
        elif self.steps:
            lines.append("not confirmed: the best value of a search flatters itself; raise the budget for fresh seeds")
        if self.tested:
            lines.append("test, once: " + ", ".join(f"{name} {value:.5g}" for name, value in self.tested.items()))
        lines += ["", "what changed:" if self.changed else "nothing changed: the defaults are as good as anything seen"]
        lines += [f"  {_change(name, *pair)}" for name, pair in self.changed.items()]
        lines.append("")
        for number, step in enumerate(self.steps, start=1):
            lines.append(f"{number}. {step.title}: {step.why}")
            lines += [f"   {remark}" for remark in step.remarks]
        lines += [f"note: {remark}" for remark in self.remarks]
        return "\n".join(lines)


def shown(value: Any) -> str:
    """A value for people."""
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _table(steps: tuple[Step, ...]) -> list[str]:
    head = ["step", "trainings", "epochs", "best", "gained"]
    rows = [head]
    for step in steps:
        rows.append(
            [step.title, str(step.trainings), str(step.epochs), _number(step.value), _number(step.gained)]
            if step.study is not None
            else [step.title, "-", str(step.epochs), "-", "left out"]
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _number(value: float) -> str:
    return f"{value:.5g}" if math.isfinite(value) else "-"


def _mean(values: tuple[float, ...]) -> str:
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return "no finite value"
    if len(finite) == 1:
        return f"{finite[0]:.5g} (1 seed)"
    return f"{mean(finite):.5g} ± {standard_error_of_mean(finite):.2g} (standard error, {len(finite)} seeds)"


def _change(name: str, before: Any, after: Any) -> str:
    try:
        reason = f"  ({lookup.entry(name).what})"
    except GuideError:
        reason = ""
    return f"{name}: {shown(before)} -> {shown(after)}{reason}"
