"""``tw.recipe``: an expert's plan for a budget, and its execution."""

from __future__ import annotations

__all__ = ["TuningRecipe", "recipe"]

from collections.abc import Callable, Iterable, Mapping
from concurrent import futures
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, Any

from tunewright.errors import GuideError
from tunewright.executors import Executor
from tunewright.guide.amounts import amount
from tunewright.guide.recipes.outcome import Tuned, shown
from tunewright.guide.recipes.problem import Problem, problem_of
from tunewright.guide.recipes.run import carry_out
from tunewright.guide.recipes.shares import Shares, shares
from tunewright.space import Space
from tunewright.storage import Storage
from tunewright.study.forms import Objective

if TYPE_CHECKING:
    from tunewright.analysis.validation import SealedTest

_GUIDE = "practitioner's guide"
_REASONS = {
    "baseline": f"known good defaults first, over seeds: what everything later has to beat, and how noisy a training "
    f"is [{_GUIDE}, starting strategy, 1]",
    "learning rate": "the one setting that matters most; a range test finds its order of magnitude for less than an "
    f"epoch [{_GUIDE}, starting strategy, 2; L. Smith, WACV 2017]",
    "tier 1": "learning rate, schedule, batch size and architecture decide most, so that they are searched before "
    "the rest, by a model that learns from every earlier training; around the start, if training it got anywhere; "
    f"poor trainings end early [{_GUIDE}, tiers and pitfall 4]",
    "scaling": "the best network is tried wider, at a rate lower by the root of that, and deeper, as long as that "
    f"pays [{_GUIDE}, starting strategy, 3; G. Yang et al., arXiv 2203.03466]",
    "tiers 2 and 3": "optimiser, regularisation and training dynamics, around the best so far; the learning rate stays "
    f"open, as it interacts with all of them [{_GUIDE}, starting strategy, 4]",
    "confirmation": "the best of many noisy values flatters itself: the best trials race on seeds that nothing was "
    f"chosen by [{_GUIDE}, pitfalls 1 and 2]",
    "test": f"a set that is looked at once says what to expect of new data [{_GUIDE}, pitfall 1]",
}


@dataclass(frozen=True, eq=False)
class TuningRecipe:
    """A plan: ``print`` it before anything is spent, ``run()`` it; made by :func:`recipe`, which has the arguments.

    Attributes:
        amount: the budget in its unit: "epochs", "trials" (in full) or "seconds".
        reasons: why each step is there, and who says so.
    """

    objective: Objective
    problem: Problem
    directions: Mapping[str, str]
    amount: tuple[float, str]
    epochs: int | None
    cost_per_epoch: float | None
    probe: Callable[[dict[str, Any]], Any] | None
    test: SealedTest | None
    storage: str | PathLike[str] | Storage
    name: str
    seed: int
    workers: int
    executor: Executor | futures.Executor | str | None
    progress: bool | None
    reasons: Mapping[str, str]

    def run(self) -> Tuned:
        """Carry the plan out, or go on with it where it was interrupted: in the end all comes out the same.

        One process at a time: what is marked as running belongs to one that died.

        Raises:
            StudyError: the file has this recipe with another budget, start or space, or no training ever came to a
                finite value.
        """
        return carry_out(self)

    def shares(self, trainings: float) -> Shares:
        """The trainings of each step, for a budget of so many."""
        return shares(
            trainings,
            rate=self.problem.called.get("lr") in self.problem.names(1, 2, 3),
            probe=self.probe is not None,
            sizes=any(self.problem.called.get(size) in self.problem.names(1, 2, 3) for size in ("width", "depth")),
            first=bool(self.problem.names(1)),
            later=bool(self.problem.names(2, 3)),
            test=self.test is not None,
        )

    def terms(self) -> dict[str, Any]:
        """What must stay the same where a recipe goes on."""
        return {"budget": list(self.amount), "epochs": self.epochs, "test": self.test is not None}

    @cached_property
    def trainings(self) -> float | None:
        """Trainings in full that the budget pays for; None if that shows only once one was trained."""
        number, unit = self.amount
        if unit == "trials":
            return number
        if self.epochs is None or (unit == "seconds" and self.cost_per_epoch is None):
            return None
        epochs = number * self.workers / self.cost_per_epoch if self.cost_per_epoch and unit == "seconds" else number
        return epochs / self.epochs

    @property
    def short(self) -> bool:
        """Whether the budget is known to be smaller than one training."""
        return self.trainings is not None and self.trainings < 1.0

    @property
    def refusal(self) -> str:
        """What is said of such a budget."""
        return (
            f"the budget pays for {self.trainings or 0.0:.2g} of a training, so that nothing can be trained in full. "
            "Fallback: the defaults, untuned. Raise the budget, or make an epoch smaller (a part of the data)"
        )

    def __str__(self) -> str:
        if self.short:
            return self.refusal
        number, unit = self.amount
        goal = " ".join(f"{way} {metric}" for metric, way in self.directions.items())
        lines = [f"{goal} with {number:,.6g} {unit}, {self.epochs or 'as many as the first reports'} epochs a training"]
        planned = {} if self.trainings is None else _planned(self.shares(self.trainings), self.problem)
        for place, (step, why) in enumerate(self.reasons.items(), start=1):
            if step == "test" and self.test is None:
                continue
            cost = planned.get(step)
            lines.append(f"{place}. {step}{'' if cost is None else f' ({cost})'}: {why}")
        if not planned:
            lines.append("what each step gets shows once the first training says what an epoch is and costs")
        start = ", ".join(f"{name} {shown(value)}" for name, value in self.problem.complete({}).items())
        lines += ["", f"it starts from {start}", *(f"note: {remark}" for remark in self.problem.remarks)]
        return "\n".join(lines)


def _trainings(count: int) -> str:
    return f"{count} training{'s' if count > 1 else ''}"


def _planned(plan: Shares, problem: Problem) -> dict[str, str]:
    candidates, seeds = plan.race
    searched = {"tier 1": (plan.first, (1,)), "tiers 2 and 3": (plan.later, (2, 3))}
    return {
        "baseline": _trainings(plan.seeds),
        "learning rate": f"up to {_trainings(plan.rate)}" if plan.rate else "left out",
        "scaling": f"up to {_trainings(plan.larger)}" if plan.larger else "left out",
        "confirmation": f"{candidates} trials on {seeds} seeds" if candidates else "left out",
        "test": _trainings(plan.test) if plan.test else "left out",
        **{
            step: f"{', '.join(problem.names(*tiers))}: {trainings:.0f} trainings' worth" if trainings else "left out"
            for step, (trainings, tiers) in searched.items()
        },
    }


def recipe(
    objective: Objective,
    domain: str = "general",
    *,
    budget: float | str,
    epochs: int | None = None,
    cost_per_epoch: float | str | None = None,
    minimize: str | None = None,
    maximize: str | None = None,
    space: Space | None = None,
    start: Mapping[str, Any] | None = None,
    tiers: Mapping[str, int] | None = None,
    include: Iterable[str] = (),
    exclude: Iterable[str] = (),
    probe: Callable[[dict[str, Any]], Any] | None = None,
    test: SealedTest | None = None,
    storage: str | PathLike[str] | Storage = "recipe.db",
    name: str = "recipe",
    seed: int = 0,
    workers: int = 1,
    executor: Executor | futures.Executor | str | None = None,
    progress: bool | None = None,
) -> TuningRecipe:
    """The starting strategy of the guide for a budget: ``print`` the plan, then ``run()`` it.

    Baseline over seeds, learning rate, tier 1, larger networks, tiers 2 and 3, confirmation over fresh seeds, one look
    at the test set. Each step is a study in ``storage``, named ``"<name>/<step>"``.

    Args:
        objective: as for ``Study.optimize``: trains ``trial.config`` with ``trial.seed``, reports each epoch and
            returns the final value. The configuration has every parameter of the space, in each step.
        domain: "general", "vision", "nlp" or "llm": the workload whose defaults and ranges the guide has.
        budget: "500 epochs" or 500, "40 trials" worth of trainings in full, or a time: "8 h". It is not exceeded: a
            training begins only if the rest pays for it in full. Time is counted at what an epoch took so far.
        epochs: of a training in full; as many as the first one reports if left out.
        cost_per_epoch: "90 s" or seconds; only for the plan of a budget that is a time.
        minimize: the objective's name; ``"loss"`` if both are left out.
        maximize: the same, if more is better.
        space: the parameters, in place of the catalogue's. Names of the catalogue have its tiers and defaults.
        start: values to start from, in place of the defaults.
        tiers: by name, 1, 2 or 3 in place of the catalogue's.
        include: further names of the catalogue, whatever their workload.
        exclude: names that your model does not have.
        probe: called with the start's configuration, returns a step function for ``tw.find_learning_rate`` that has
            ``save`` and ``restore``, such as ``Probe(Trainer(...))``.
        test: ``tw.SealedTest(evaluate)``: opened once, for the winner; counts as one training.
        storage: SQLite file, or a storage object.
        name: of the recipe in that file.
        seed: of everything.
        workers: trainings at a time.
        executor: where they run; see ``Study.optimize``.
        progress: show bars; see ``Study.optimize``.

    Raises:
        GuideError: a workload, a tier or a name that the guide does not have; arguments that do not combine.
        ConfigError: a start outside its parameter's range.
        ValueError: a budget or a cost that is no amount, epochs or workers that are no counts.
    """
    if minimize is not None and maximize is not None:
        raise GuideError("a recipe follows one objective: give minimize= or maximize=, not both")
    for argument, count in (("epochs", 1 if epochs is None else epochs), ("workers", workers)):
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise ValueError(f"{argument} must be a whole number from 1 upwards; got {count!r}")
    if probe is not None and not callable(probe):
        raise GuideError(f"probe must be a function of a configuration that returns a step function; got {probe!r}")
    return TuningRecipe(
        objective=objective,
        problem=problem_of(domain, space, start, tiers, include, exclude),
        directions={maximize: "maximize"} if maximize is not None else {minimize or "loss": "minimize"},
        amount=_budget(budget),
        epochs=epochs,
        cost_per_epoch=None if cost_per_epoch is None else _seconds(cost_per_epoch),
        probe=probe,
        test=test,
        storage=storage,
        name=name,
        seed=seed,
        workers=workers,
        executor=executor,
        progress=progress,
        reasons=_REASONS,
    )


def _budget(budget: float | str) -> tuple[float, str]:
    """A number without a unit is epochs."""
    bare = isinstance(budget, (int, float)) and not isinstance(budget, bool)
    if bare or (isinstance(budget, str) and budget.strip().replace(".", "", 1).isdigit()):
        budget = f"{budget} epochs"
    return amount("budget", budget)


def _seconds(cost: float | str) -> float:
    number, unit = amount("cost_per_epoch", cost)
    if unit != "seconds":
        raise ValueError(f"cost_per_epoch must be a time, such as '90 s'; got {cost!r}")
    return number
