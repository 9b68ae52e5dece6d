"""Carrying a recipe out, step by step. Where it stands follows from the record alone, so that it can be killed."""

from __future__ import annotations

__all__ = ["carry_out"]

import json
import math
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tunewright.errors import StudyError
from tunewright.guide.recipes.ending import confirmed, tested
from tunewright.guide.recipes.outcome import Step, Tuned
from tunewright.guide.recipes.rate import affordable, neighbours, searched
from tunewright.guide.recipes.record import Outcome, Record
from tunewright.guide.recipes.shares import Shares
from tunewright.guide.recipes.trust import moved, told
from tunewright.schedulers import ASHA
from tunewright.space import LogNormal, Space
from tunewright.strategies import GaussianProcess
from tunewright.study import Study
from tunewright.study.stopping import Epochs

if TYPE_CHECKING:
    from tunewright.guide.recipes.recipe import TuningRecipe

_NOTE, _SUMMARY = "recipe", "summary"  # in the notes of the baseline's study
_STARTUP = 6  # outcomes before the model is used
_FIRST_LOOK, _LATE_LOOK = 9, 3  # a search looks at a training after this part of it for the first time
_WIDER = 2
_SIGMA = math.log(3.0)  # of the learning rate's prior: two thirds of it lie within a factor of three


class _Run:
    """One call of ``TuningRecipe.run``.

    Attributes:
        recipe: what to do.
        record: what was trained.
        steps: that are done.
        best: the best configuration so far.
        epochs: of a training in full, once that is known.
    """

    def __init__(self, recipe: TuningRecipe) -> None:
        self.recipe = recipe
        self.problem = recipe.problem
        self.record = Record(recipe.storage, recipe.name, recipe.directions, recipe.seed)
        self.sign = 1.0 if "minimize" in recipe.directions.values() else -1.0
        self.steps: list[Step] = []
        self.best = Outcome(self.problem.complete({}), (math.nan,), "")
        self.epochs = recipe.epochs or 0
        self._began = time.time()
        self.others = 0  # epochs of range tests and of the sealed test
        self.reports = True  # whether trainings report on their way
        self.moved = True  # whether training has left the place where it begins

    # -- the budget ------------------------------------------------------------------------------------

    @property
    def spent(self) -> int:
        """Epochs so far."""
        return self.others + sum(self.record.epochs(study, self.epochs) for study in self.record.studies)

    @property
    def budget(self) -> float:
        """Epochs that are paid for. Time counts at what an epoch has taken so far."""
        amount, unit = self.recipe.amount
        if unit == "seconds":
            seconds = sum(map(self.record.seconds, self.record.studies))
            return amount * self.recipe.workers / (seconds / self.spent)
        return amount * self.epochs if unit == "trials" else amount

    def left(self, plan: Shares) -> float:
        """Epochs that may be spent before the confirmation."""
        return self.budget - self.spent - plan.kept * self.epochs

    def train(self, study: Study, trials: int | None, limit: float = math.inf, carried: int = 0) -> None:
        """Run trials until there are so many, or until ``limit`` epochs are spent beside those carried over."""
        if math.isinf(limit):
            self._optimize(study, trials, trials or 1)
            return
        stop, before = Epochs(limit + carried * self.epochs, self.epochs), -1
        # Trainings side by side count in full until they end, and may leave room for more once they ended early.
        while before < study.history.n and stop(study) is None:
            before = study.history.n
            self._optimize(study, None, int(limit // self.epochs), timeout=self._time_left(), stop=stop)

    def _optimize(self, study: Study, trials: int | None, most: int, **ending: Any) -> None:
        """Run trials, at most ``most`` at a time."""
        recipe = self.recipe
        study.optimize(
            recipe.objective,
            trials,
            workers=max(1, min(recipe.workers, most)),
            executor=recipe.executor,
            progress=recipe.progress,
            **ending,
        )

    def _time_left(self) -> float | None:
        """Seconds until a budget of time is over, with what earlier calls trained and all that this one did."""
        amount, unit = self.recipe.amount
        if unit != "seconds":
            return None
        earlier = sum(self.record.seconds(study, self._began) for study in self.record.studies)
        return max(0.0, amount - earlier / self.recipe.workers - (time.time() - self._began))

    def close(self, title: str, why: str, study: Study | None, remarks: Sequence[str] = ()) -> None:
        """Write down what a step came to, and go on from the best configuration there is."""
        before = self.best.value
        if study is not None and (found := self.record.outcomes(self.problem.space)):
            self.best = found[0]
        gained = max(0.0, self.sign * (before - self.best.value)) if math.isfinite(before) else math.nan
        spent = sum(step.epochs for step in self.steps)
        trials = 0 if study is None else len(self.record.trials(study))
        epochs = (self.spent if self.epochs else 0) - spent
        name = None if study is None else study.name
        self.steps.append(
            Step(title, why, name, trials, epochs, self.best.config, self.best.value, gained, tuple(remarks))
        )

    # -- the steps -------------------------------------------------------------------------------------

    def baseline(self) -> Shares:
        """Train the start; what an epoch is and costs is known then, and so is what each step may take."""
        start = self.problem.complete({})
        study = self.record.open("baseline", self.problem.around(start, ()))
        self._settle(study)
        self.record.queue(study, [start])
        self.train(study, 1)
        if not self.epochs:
            self.epochs = study.history.reports.last_step(0) or 1
        self.reports = bool(study.history.reports.last_step(0))
        plan = self.recipe.shares(self.budget / self.epochs)
        self.record.queue(study, [start] * plan.seeds)
        self.train(study, plan.seeds)
        values = [view.value for view in study.top(study.history.n)]
        failed = study.history.n - len(values)
        remarks = [f"{failed} of {study.history.n} trainings failed or ended without a finite value"] if failed else []
        if failed == study.history.n:
            remarks.append("the start diverges: lower learning rates are tried first")
        self.close("baseline", self.recipe.reasons["baseline"], study, remarks)
        return plan

    def _settle(self, study: Study) -> None:
        """Refuse to go on with another budget: what was chosen by the first would not fit the second."""
        mine = json.loads(json.dumps(self.recipe.terms()))
        theirs = study.notes.setdefault(_NOTE, None)
        if theirs is None:
            study.note(_NOTE, mine)
        elif theirs != mine:
            raise StudyError(
                f"the recipe {self.recipe.name!r} in {self.recipe.storage} was begun with {theirs}; got {mine}: go on "
                "with the same, or give another name or storage"
            )

    def rate(self, plan: Shares) -> None:
        """The learning rate alone."""
        why, name = self.recipe.reasons["learning rate"], self.problem.called.get("lr")
        if name not in self.problem.names(1, 2, 3):
            self.close("learning rate", why, None, ["no parameter of the space is a learning rate (lr) that varies"])
            return
        start = self.problem.complete({})
        study = self.record.open("learning rate", self.problem.around(start, (name,), None))
        suggestion, remarks = None, ["without a step function (probe=...) two rates near the start are tried instead"]
        if self.recipe.probe is not None:
            room = self.left(plan) - self.epochs  # a rate that nobody can train at is of no use
            found = searched(study, self.recipe.probe, start, start[name], min(room, affordable(self.budget)))
            self.others += found.epochs
            suggestion, remarks = found.rate, [found.told]
        diverged = not math.isfinite(self.best.value)
        rates = [self.problem.nearest(name, rate) for rate in neighbours(start[name], suggestion, diverged=diverged)]
        if not rates:
            remarks.append("that is where the start is: nothing to train")
        most = min(plan.rate, int((self.left(plan) + self.record.epochs(study, self.epochs)) // self.epochs))
        configs = [{**start, name: rate} for rate in dict.fromkeys(rates) if rate != start[name]][:most]
        self.record.queue(study, configs)
        self.train(study, len(configs))
        self.close("learning rate", why, study, remarks)

    def judge(self) -> None:
        """Find out, once and for all searches, whether the start's values say anything of where to look."""
        baseline, metric = self.record.studies[0], next(iter(self.recipe.directions))
        curves = [view.reports for view in baseline.trials]
        first = [self.sign * curve[min(curve)].get(metric, math.nan) for curve in curves if curve]
        self.moved = moved(first, self.sign * self.best.value)

    def first(self, plan: Shares) -> None:
        """Tier 1."""
        if not plan.first:
            self.close("tier 1", self.recipe.reasons["tier 1"], None, [self._poor(1)])
            return
        left = self.left(plan) - plan.larger * self.epochs
        self._search("tier 1", self.problem.names(1), left * plan.first / (plan.first + plan.later))

    def larger(self, plan: Shares) -> None:
        """Wider and deeper networks than the best one, as long as that pays."""
        why = self.recipe.reasons["scaling"]
        if not plan.larger:
            self.close("scaling", why, None, ["no width or depth to scale, or too few trainings to spend any on it"])
            return
        names = [name for kind in ("width", "depth") if (name := self.problem.called.get(kind)) is not None]
        lr = self.problem.called.get("lr")
        study = self.record.open("scaling", self.problem.around(self.best.config, (*names, lr or ""), None))
        current, value, remarks, tried = dict(self.best.config), self.best.value, [], 0
        for name in names:
            while tried < plan.larger and (bigger := self._bigger(current, name, lr)) is not None:
                self.record.queue(study, [bigger] * (tried + 1))
                tried += 1
                self.train(study, tried)
                reached = study.trials[tried - 1].value
                better = reached is not None and self.sign * (value - reached) > 0
                remarks.append(f"{name} {current[name]} -> {bigger[name]}: {'better' if better else 'no better'}")
                if reached is None or not better:
                    break
                current, value = bigger, float(reached)
        self.close("scaling", why, study, remarks or ["the best network is the largest that the space has"])

    def _bigger(self, config: Mapping[str, Any], name: str, lr: str | None) -> dict[str, Any] | None:
        """Twice the width at a rate lower by its root, or half as many layers again; None at the end of the range."""
        if name not in config or name not in self.problem.names(1, 2, 3):
            return None
        wide = name == self.problem.called.get("width")
        size = self.problem.nearest(name, config[name] * _WIDER if wide else config[name] + max(1, config[name] // 2))
        if not size > config[name]:
            return None
        bigger = {**config, name: size}
        if wide and lr in self.problem.names(1, 2, 3) and lr in config:
            bigger[lr] = self.problem.nearest(lr, config[lr] * math.sqrt(config[name] / size))
        return bigger

    def later(self, plan: Shares) -> None:
        """Tiers 2 and 3 around the best of tier 1."""
        if not plan.later:
            self.close("tiers 2 and 3", self.recipe.reasons["tiers 2 and 3"], None, [self._poor(2, 3)])
            return
        self._search("tiers 2 and 3", self.problem.names(1, 2, 3), self.left(plan))

    def _poor(self, *tiers: int) -> str:
        if not self.problem.names(*tiers):
            return "the space has no such parameter"
        return "the budget leaves fewer than two trainings for it (fallback: the values of the start stay)"

    def _search(self, title: str, names: Sequence[str], limit: float) -> None:
        if limit < self.epochs:
            self.close(title, self.recipe.reasons[title], None, ["the earlier steps left no training for it"])
            return
        space = self._space(names)
        study = self.record.open(title, space, self._strategy(), self._scheduler())
        carried = self.record.outcomes(space, but=study)
        self.record.carry(study, carried)
        self.train(study, None, limit, len(carried))
        self.close(title, self.recipe.reasons[title], study, () if self.moved else (told(reports=self.reports),))

    def _space(self, names: Sequence[str]) -> Space:
        best, lr = self.problem.complete(self.best.config), self.problem.called.get("lr")
        if not self.moved:
            return self.problem.around(best, names, None)
        priors = {lr: LogNormal(best[lr], _SIGMA)} if lr in names and lr in best else {}
        return self.problem.around(best, names, "medium", priors)

    def _strategy(self) -> GaussianProcess:
        """Where the seed decides who leaves a plateau, the best value seen is luck and no mark to improve on."""
        return GaussianProcess(startup=_STARTUP, acquisition="log_ei" if self.moved else "log_nei")

    def _scheduler(self) -> ASHA | None:
        if not self.reports or self.epochs < 3:
            return None
        first = math.ceil(self.epochs / _FIRST_LOOK) if self.moved else self.epochs // _LATE_LOOK
        return ASHA(self.epochs, min_resource=first)

    def confirmation(self, plan: Shares) -> tuple[Study, int, tuple[float, ...]]:
        """The best trials over fresh seeds: the study that was chosen from, the winner, its values."""
        why = self.recipe.reasons["confirmation"]
        study = next((one for one in reversed(self.record.studies) if one.top(1)), None)
        if study is None:
            raise StudyError(
                "no training came to a finite value, so that there is nothing to choose: look at the model and its "
                "data at the values of the start first"
            )
        winner = study.best_trial.number
        if not plan.race[0]:
            self.close("confirmation", why, None, ["the budget leaves none (fallback: the best value of the search)"])
            return study, winner, ()
        race = confirmed(study, self.recipe, plan.race)
        self.others += race.trainings * self.epochs
        if race.winner is not None:
            winner = race.winner
            self.best = Outcome(study.trials[winner].config, race.values, race.study)
        spent = sum(step.epochs for step in self.steps)
        self.steps.append(
            Step(
                "confirmation", why, race.study, race.trainings, self.spent - spent, self.best.config, self.best.value,
                math.nan, (race.verdict,),
            )
        )  # fmt: skip
        return study, winner, race.values

    def test(self, plan: Shares, study: Study, winner: int) -> Mapping[str, float]:
        """The sealed test, once."""
        if self.recipe.test is None:
            return {}
        if not plan.test:
            self.close("test", self.recipe.reasons["test"], None, ["the budget leaves no training for it"])
            return {}
        values, verdict = tested(study, self.recipe.test, winner)
        self.others += self.epochs
        self.close("test", self.recipe.reasons["test"], None, [verdict])
        return values


def carry_out(recipe: TuningRecipe) -> Tuned:
    """Run or go on with a recipe."""
    if recipe.short:
        return _defaults(recipe)
    run = _Run(recipe)
    plan = run.baseline()
    run.rate(plan)
    run.judge()
    run.first(plan)
    run.larger(plan)
    run.later(plan)
    study, winner, values = run.confirmation(plan)
    tests = run.test(plan, study, winner)
    found = Tuned(
        config=run.problem.complete(run.best.config),
        start=run.problem.complete({}),
        metric=next(iter(recipe.directions)),
        maximize=run.sign < 0,
        steps=tuple(run.steps),
        baseline=tuple(float(view.value or 0.0) for view in run.record.studies[0].top(plan.seeds)),
        confirmed=values,
        tested=tests,
        budget=run.budget,
        epochs=run.epochs,
        remarks=run.problem.remarks,
    )
    run.record.studies[0].note(_SUMMARY, str(found))
    return found


def _defaults(recipe: TuningRecipe) -> Tuned:
    """The fallback of a budget that no training fits into."""
    start = recipe.problem.complete({})
    return Tuned(
        config=start,
        start=start,
        metric=next(iter(recipe.directions)),
        maximize="maximize" in recipe.directions.values(),
        steps=(),
        baseline=(),
        confirmed=(),
        tested={},
        budget=(recipe.trainings or 0.0) * (recipe.epochs or 1),
        epochs=recipe.epochs or 0,
        remarks=(recipe.refusal, *recipe.problem.remarks),
    )
