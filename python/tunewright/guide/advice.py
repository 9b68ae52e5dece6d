"""Resource-aware advice: which strategy and scheduler suit a budget, and what that will cost, before it is spent."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, cast

from tunewright.guide.amounts import amount, duration
from tunewright.guide.simulation import Expectation, expectation, spending
from tunewright.schedulers import ASHA, PopulationBasedTraining
from tunewright.schedulers.plan import Plan
from tunewright.schedulers.protocol import Scheduler
from tunewright.space import Space
from tunewright.strategies import Auto, QuasiRandom, RandomForest, Strategy
from tunewright.strategies.situation import Situation, rules, situation

__all__ = ["Advice", "Reason", "advise"]

_FEWEST, _FEW = 20, 50  # trials up to which a search counts as poor: without stopping, and with it
_LONG = 100  # epochs from which on a training is long enough for a population to learn a schedule in
_RICH = (40, 200)  # trainings in full that a population is advised for; its paper has 10 to 80 members
_MANY = 1000  # trials from which on, if they are cheap, a model's milliseconds matter
_CHEAP = 1.0  # seconds of a training that a model's suggestion is no small part of
_DOZEN = 12
_NOISY = 0.3
_CONFIRMED = (3, 5)  # finalists and seeds
_GUIDE = "practitioner's guide, resource-aware tuning"


@dataclass(frozen=True)
class Reason:
    """A rule that applied: its name, why, and who says so."""

    rule: str
    why: str
    source: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.why} [{self.source}]"


@dataclass(frozen=True, eq=False)
class Advice:
    """What to run with a budget. ``print`` it: the plan.

    Attributes:
        rule: "poor", "multi-fidelity", "forest", "population", "evolution", or "fallback" where the budget is smaller
            than one training.
        strategy: for the study.
        scheduler: for the study; None where nothing is stopped.
        trials: how many to run; of a population, how many train side by side.
        epochs: of a training in full; the objective should train so many.
        workers: side by side.
        plan: the scheduler's plan of it; None without a scheduler.
        cost: epochs expected in all, without what is kept for confirmation.
        confirmation: epochs kept back to confirm finalists (``tw.confirm``).
        budget: epochs that the budget pays for.
        seconds_per_epoch: or None if that was not told.
        expected: of this plan, simulated on a model of learning curves.
        baseline: the same of random search without stopping, with the same epochs.
        reasons: the rules that applied.
    """

    rule: str
    strategy: Strategy
    scheduler: Scheduler | None
    trials: int
    epochs: int
    workers: int
    plan: Plan | None
    cost: float
    confirmation: int
    budget: float
    seconds_per_epoch: float | None
    expected: Expectation
    baseline: Expectation
    reasons: tuple[Reason, ...]

    @property
    def hours(self) -> float | None:
        """Expected hours of the search on all workers, or None if nobody told what an epoch takes."""
        return None if self.seconds_per_epoch is None else self.cost * self.seconds_per_epoch / self.workers / 3600.0

    def study(self) -> dict[str, Any]:
        """Arguments of a study: ``tw.Study(space, minimize="loss", **advice.study())``."""
        return {"strategy": self.strategy, "scheduler": self.scheduler}

    def run(self) -> dict[str, Any]:
        """Arguments of the search: ``study.optimize(objective, **advice.run())``; a population ends by itself.

        Where it is known what an epoch takes, ``timeout`` is the budget without what is kept for confirmation: the cost
        is an expectation, and single searches may take half as much again.
        """
        options: dict[str, Any] = {"trials": None if self.rule == "population" else self.trials}
        options["workers"] = self.workers
        if self.seconds_per_epoch is not None:
            options["timeout"] = (self.budget - self.confirmation) * self.seconds_per_epoch / self.workers
        return options

    def __str__(self) -> str:
        scheduler = "no scheduler" if self.scheduler is None else type(self.scheduler).__name__
        lines = [
            f"{self.rule}: {type(self.strategy).__name__} with {scheduler}",
            f"{self.trials:,} trials of up to {_counted(self.epochs, 'epoch')} on {_counted(self.workers, 'worker')}: "
            f"{self._spent(self.cost)} of {self._spent(self.budget)} expected",
        ]
        if self.confirmation:
            lines.append(f"kept for confirming finalists over seeds (tw.confirm): {self._spent(self.confirmation)}")
        if self.plan is not None:
            lines += ["", str(self.plan)]
        lines += [
            "",
            "of the way from a typical random configuration to the best, on a model of learning curves (not measured):",
            f"  this plan                        {self.expected}",
            f"  random search, same epochs       {self.baseline}",
            "",
            *(f"- {reason}" for reason in self.reasons),
        ]
        return "\n".join(lines)

    def _spent(self, epochs: float) -> str:
        if self.seconds_per_epoch is None:
            return f"{epochs:,.0f} epochs"
        return f"{epochs:,.0f} epochs ({duration(epochs * self.seconds_per_epoch / self.workers)})"


def advise(
    space: Space,
    *,
    budget: float | str,
    epochs: int,
    cost_per_epoch: float | str | None = None,
    workers: int = 1,
    noise: float | Literal["low", "medium", "high"] = "medium",
    objectives: int = 1,
) -> Advice:
    """Choose strategy, scheduler and number of trials for a budget, and say what to expect, before anything is spent.

    Args:
        space: what is searched.
        budget: time on the clock, "8 h" or seconds, in which all workers train; or "600 epochs", or "40 trials" worth
            of trainings in full, over all workers.
        epochs: of a training in full (steps of its reports).
        cost_per_epoch: time of one epoch on one worker, "90 s" or seconds; may be left out if the budget is no time.
        workers: trainings side by side.
        noise: standard deviation of a loss from seed to seed, as a share of how much better the best configuration is
            than a typical one; "low" is 0.03, "medium" 0.1, "high" 0.3.
        objectives: how many.

    Raises:
        TypeError: ``space`` is none.
        ValueError: an argument out of range, a unit that is not known, a budget smaller than one epoch.
    """
    seconds = _seconds_per_epoch(cost_per_epoch)
    deviation = _checked(space, epochs, workers, noise, objectives)
    total = _epochs(budget, epochs, seconds, workers)
    if total < 1.0:
        raise ValueError(
            f"budget is smaller than one epoch (it pays for {total:.2g}): raise it, or make an epoch cheaper with a "
            f"part of the data; got {budget!r}"
        )
    if situation(space, objectives, None).parameters == 0:
        raise ValueError("space has no parameter that varies: there is nothing to search")
    means = _Means(space, total, epochs, workers, deviation, objectives, seconds)
    return means.fallback() if total < epochs else means.choice()


@dataclass(frozen=True)
class _Means:
    """What there is to spend, and on what."""

    space: Space
    total: float
    epochs: int
    workers: int
    noise: float
    objectives: int
    seconds: float | None

    def choice(self) -> Advice:
        """By the number of trainings in full."""
        kept = self._confirmation()
        left = self.total - kept
        trainings = int(left // self.epochs)
        facts = situation(self.space, self.objectives, None)
        if self.epochs >= _LONG and _RICH[0] <= trainings < _RICH[1] and not facts.conditional:
            return self._population(trainings, kept)
        scheduler = self._stopping()
        trials = trainings if scheduler is None else _affordable(scheduler, left)
        if trials <= (_FEWEST if scheduler is None else _FEW):
            return self._poor(scheduler, trials, kept)
        facts = situation(self.space, self.objectives, trials)
        if trials >= _MANY and self.seconds is not None and self.seconds * self.epochs < _CHEAP:
            last = rules(facts)[-1]
            reason = Reason(
                "evolution",
                f"{trials:,} trials that take {duration(self.seconds * self.epochs)} at most: a model would cost more "
                f"than it saves; {last.why}",
                "strategies/situation.py",
            )
            return self._advice("evolution", last.strategy, scheduler, trials, kept, (reason,), "evolution")
        return self._modelled(scheduler, facts, trials, kept)

    def fallback(self) -> Advice:
        """Shorter trainings: the budget does not pay for one in full."""
        each = max(1, int(self.total) // 8)
        trials = int(self.total // each)
        reason = Reason(
            "fallback",
            f"the budget pays for {self.total:.3g} epochs and a training takes {self.epochs:,}, so that none can be "
            f"completed: {trials} short trainings of {_counted(each, 'epoch')} are compared instead; what is best so "
            "early need not be best in the end",
            "L. Li et al., JMLR 18(185), 2018",
        )
        short = _Means(self.space, self.total, each, self.workers, self.noise, self.objectives, self.seconds)
        return short._advice("fallback", QuasiRandom(), None, trials, 0, (reason,), "random", full=self.epochs)

    def _poor(self, scheduler: ASHA | None, trials: int, kept: int) -> Advice:
        reason = Reason(
            "poor",
            f"the budget pays for {self.total / self.epochs:.3g} trainings in full: {_counted(trials, 'point')} "
            f"spread evenly{'' if scheduler is None else ', and stopped early,'} see more of "
            "the space than a model could learn from so few",
            f"{_GUIDE}; J. Bergstra & Y. Bengio, JMLR 13, 2012",
        )
        few = Reason(
            "fewer than 20",
            f"{trials} fit: tune tier 1 alone (tw.guide.space(..., tiers=[1])), or a smaller model first",
            _GUIDE,
        )
        return self._advice(
            "poor", QuasiRandom(), scheduler, trials, kept, (reason, few) if trials < _FEWEST else (reason,), "random"
        )

    def _modelled(self, scheduler: ASHA | None, facts: Situation, trials: int, kept: int) -> Advice:
        if self.objectives == 1 and facts.categorical + facts.conditional >= _DOZEN:
            reason = Reason(
                "forest",
                f"{facts}: where categories and conditions go by the dozen distances mean little, and trees need none",
                "docs/strategies.md; F. Hutter et al., LION 5, 2011",
            )
            return self._advice("forest", RandomForest(), scheduler, trials, kept, (reason,), "model")
        reasons = [
            Reason(type(rule.strategy).__name__, rule.why, "strategies/situation.py")
            for rule in rules(facts)
            if rule.outcomes < trials
        ]
        return self._advice("multi-fidelity", Auto(trials=trials), scheduler, trials, kept, tuple(reasons), "model")

    def _population(self, trainings: int, kept: int) -> Advice:
        scheduler = PopulationBasedTraining(
            max_resource=self.epochs, population=trainings, interval=max(1, self.epochs // 20)
        )
        reason = Reason(
            "population",
            f"{trainings} trainings of {self.epochs:,} epochs: long enough to change hyperparameters on the way, so "
            "that schedules are found too; the objective must save and load its state, and parameters that set the "
            "shape of the weights cannot change",
            "M. Jaderberg et al., arXiv 1711.09846",
        )
        return self._advice("population", QuasiRandom(), scheduler, trainings, kept, (reason,), "population")

    def _stopping(self) -> ASHA | None:
        if self.epochs < 3:
            return None
        eta = 2 if self.noise >= _NOISY else 3
        return ASHA(max_resource=self.epochs, reduction_factor=eta)

    def _confirmation(self) -> int:
        """Epochs for finalists over seeds: a fifth of the budget at most, and nothing where that is no comparison."""
        most = int(0.2 * self.total // self.epochs)
        wanted = math.prod(_CONFIRMED)
        return 0 if most < 4 else min(most, wanted) * self.epochs

    def _advice(
        self, rule: str, strategy: Strategy, scheduler: ASHA | PopulationBasedTraining | None, trials: int, kept: int,
        reasons: tuple[Reason, ...], search: str, full: int | None = None,
    ) -> Advice:  # fmt: skip
        levels, eta, plan = [self.epochs], 3, None
        if isinstance(scheduler, ASHA):
            levels, eta, plan = scheduler.levels, scheduler.reduction_factor, scheduler.plan(trials)
        elif scheduler is not None:
            plan = scheduler.plan()
            levels = [rung.resource for rung in plan.rungs]
        cost = _cost(scheduler, trials) if isinstance(scheduler, ASHA) else float(trials * self.epochs)
        facts = situation(self.space, self.objectives, trials)
        trainings = max(1, int(cost // self.epochs))
        return Advice(
            rule, strategy, scheduler, trials, self.epochs, self.workers, plan, cost, kept, self.total, self.seconds,
            expectation(trials, facts.parameters, self.noise, levels, full=full, eta=eta, search=search),
            expectation(trainings, facts.parameters, self.noise, [self.epochs], full=full),
            reasons + self._remarks(scheduler, kept),
        )  # fmt: skip

    def _remarks(self, scheduler: object, kept: int) -> tuple[Reason, ...]:
        made = []
        if isinstance(scheduler, ASHA):
            noisy = f"; with noise of {self.noise:.2g} one of two goes on, not of three" if self.noise >= _NOISY else ""
            why = (
                f"most configurations show early that they are poor, and nobody waits for others{noisy}; who comes "
                "first goes on more often, which the sum above counts and the table does not"
            )
            made.append(Reason("early stopping", why, "L. Li et al., MLSys 2020 (ASHA)"))
        if kept:
            why = f"{kept // self.epochs} trainings are kept back: the best of many noisy losses flatters itself"
            made.append(Reason("confirmation", why, "practitioner's guide, pitfalls 1 and 2"))
        return tuple(made)


def _cost(scheduler: ASHA, trials: int) -> float:
    """Expected epochs of so many trials in an order that says nothing: as simulated, then as the plan adds."""
    known = spending(tuple(scheduler.levels), scheduler.reduction_factor)
    if trials <= len(known):
        return float(known[trials - 1])
    return float(known[-1]) + (trials - len(known)) * scheduler.plan(1).cost


def _affordable(scheduler: ASHA, epochs: float) -> int:
    """The most trials whose expected cost is within ``epochs``, 1 at least."""
    low, high = 1, max(2, int(epochs / cast(int, scheduler.min_resource)) + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _cost(scheduler, middle) <= epochs else (low, middle)
    return low


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _seconds_per_epoch(value: float | str | None) -> float | None:
    if value is None:
        return None
    number, unit = amount("cost_per_epoch", value)
    if unit != "seconds":
        raise ValueError(f"cost_per_epoch must be a time such as '90 s'; got {value!r}")
    return number


def _epochs(budget: float | str, epochs: int, seconds: float | None, workers: int) -> float:
    number, unit = amount("budget", budget)
    if unit == "trials":
        return number * epochs
    if unit == "epochs":
        return number
    if seconds is None:
        raise ValueError(f"cost_per_epoch must be told where the budget is a time; got budget={budget!r} alone")
    return number * workers / seconds


def _checked(space: Space, epochs: int, workers: int, noise: float | str, objectives: int) -> float:
    if not isinstance(space, Space):
        raise TypeError(f"space must be a tunewright Space; got {type(space).__name__}")
    for name, value in (("epochs", epochs), ("workers", workers), ("objectives", objectives)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ValueError(f"{name} must be a whole number from 1 upwards; got {value!r}")
    levels = {"low": 0.03, "medium": 0.1, "high": 0.3}
    if isinstance(noise, str):
        if noise not in levels:
            raise ValueError(f"noise must be a number or one of {', '.join(map(repr, levels))}; got {noise!r}")
        return levels[noise]
    if isinstance(noise, bool) or not isinstance(noise, (int, float)) or not 0.0 <= noise < math.inf:
        raise ValueError(f"noise must be a finite number from 0 upwards; got {noise!r}")
    return float(noise)
