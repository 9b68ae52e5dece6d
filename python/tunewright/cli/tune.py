"""``tunewright tune``: an expert's plan for a budget, and its execution."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tunewright.cli.target import load_target
from tunewright.errors import StudyError

if TYPE_CHECKING:
    from tunewright.guide import TuningRecipe

__all__ = ["arguments", "tune"]

_BUILT_IN = ("digits", "conv", "sort")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that :func:`tune` reads."""
    add = parser.add_argument
    add("objective", nargs="?", default="digits", help="module:function or file.py:function, called with a trial whose "
        f"config has the space's names; or one that is built in: {', '.join(_BUILT_IN)} (default digits)")  # fmt: skip
    add("--domain", help="general, vision, nlp or llm: whose defaults and ranges (default general)")
    add("--budget", default="50 trials", help="'500' or '500 epochs', '50 trials' in full, '8 h' (default 50 trials)")
    add("--epochs", type=int, help="of a training in full (default: as many as the first one reports)")
    add("--space", help="module:space, in place of the guide's")
    add("--exclude", nargs="+", default=[], metavar="NAME", help="parameters of the guide that your model lacks")
    add("--start", nargs="+", default=[], metavar="NAME=VALUE", help="values to start from, in place of the defaults")
    add("--minimize", metavar="METRIC", help="the objective (default loss)")
    add("--maximize", metavar="METRIC", help="the same, if more is better")
    add("--probe", help="module:function of a configuration that returns a step function for the range test")
    add("--test", help="module:function of a configuration that trains and scores on data nothing else has seen")
    add("--storage", default="recipe.db", help="SQLite file of all studies (default recipe.db)")
    add("--name", help="of the recipe in that file (default recipe; of what is built in, its own name)")
    add("--seed", type=int, default=0, help="key of all randomness (default 0)")
    add("--workers", type=int, default=1, help="trainings at a time (default 1)")
    add("--plan", action="store_true", help="print the plan and spend nothing")
    add("--summary", metavar="FILE", help="write the summary there too")


def tune(options: argparse.Namespace) -> None:
    """Print the plan, carry it out or go on with it, print the summary."""
    plan = _built_in(options) if options.objective in _BUILT_IN else _given(options)
    print(plan, flush=True)
    if options.plan:
        return
    print(flush=True)
    found = plan.run()
    print(found)
    if options.summary is not None:
        Path(options.summary).write_text(f"{plan}\n\n{found}\n", encoding="utf-8")
    print(f"\nEvery study is in {options.storage}: tunewright list {options.storage}")


def _given(options: argparse.Namespace) -> TuningRecipe:
    from tunewright.analysis.validation import SealedTest  # with the libraries behind them, wanted here alone
    from tunewright.guide import recipe

    return recipe(
        load_target(options.objective),
        options.domain or "general",
        epochs=options.epochs,
        minimize=options.minimize,
        maximize=options.maximize,
        space=None if options.space is None else load_target(options.space),
        start=dict(map(_start, options.start)),
        exclude=options.exclude,
        probe=None if options.probe is None else load_target(options.probe),
        test=None if options.test is None else SealedTest(load_target(options.test)),
        name=options.name or "recipe",
        **_shared(options),
    )


def _built_in(options: argparse.Namespace) -> TuningRecipe:
    """One of the workloads that come along; what it is made of is not the user's to change."""
    from tunewright.analysis.validation import SealedTest
    from tunewright.cli.workloads import WORKLOADS
    from tunewright.guide import recipe

    fixed = ("domain", "epochs", "space", "exclude", "start", "minimize", "maximize", "probe", "test")
    if said := [f"--{name}" for name in fixed if getattr(options, name)]:
        raise StudyError(
            f"{', '.join(said)}: {options.objective!r} is built in and brings its own; give module:function"
        )
    workload = WORKLOADS[options.objective]
    print(f"{workload.name}: {workload.what}\n")
    return recipe(
        workload.objective,
        workload.domain,
        epochs=workload.epochs,
        space=workload.space,
        start=workload.beginning,
        probe=workload.probe,
        test=SealedTest(workload.test),
        name=options.name or workload.name,
        **_shared(options),
    )


def _shared(options: argparse.Namespace) -> dict[str, Any]:
    return {name: getattr(options, name) for name in ("budget", "storage", "seed", "workers")}


def _start(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise StudyError(f"--start takes NAME=VALUE, as in depth=2; got {text!r}")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value  # a text, such as schedule=cosine
