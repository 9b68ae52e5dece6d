"""The commands over studies in a file. Each is a name, help, arguments and a function of the parsed options."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunewright.cli import importance, tune
from tunewright.cli.export import FORMATS, export
from tunewright.cli.strategies import STRATEGIES
from tunewright.cli.table import configuration, measurements, moment, number, table, trial_rows
from tunewright.cli.target import load_target
from tunewright.errors import StudyError
from tunewright.space import Space
from tunewright.storage import open_storage
from tunewright.study import Study
from tunewright.study.environment import lines
from tunewright.study.findings import nothing_best
from tunewright.trial import Trial

__all__ = ["COMMANDS", "Command"]


@dataclass(frozen=True)
class Command:
    """One sub-command."""

    name: str
    summary: str
    description: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], None]


def _demo_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--storage", default="digits.db", help="SQLite file of the study (default digits.db)")
    parser.add_argument("--seconds", type=float, default=40.0, help="time for the search (default 40)")
    parser.add_argument("--trials", type=int, default=100, help="trials to add at the most (default 100)")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1), help="trials at a time")


def _demo(options: argparse.Namespace) -> None:
    from tunewright.cli.demo import demo  # the trainer and its data are wanted here alone

    demo(options.storage, seconds=options.seconds, trials=options.trials, workers=options.workers)


def _existing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="the studies' SQLite file")
    parser.add_argument("--name", help="which study; not needed when the file holds one")


def _running(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--trials", type=int, help="how many trials the study shall have in all")
    parser.add_argument("--more", type=int, help="how many trials to add instead")
    parser.add_argument("--timeout", type=float, help="seconds after which no further trial begins")
    parser.add_argument("--workers", type=int, help="trials at a time (default 1)")
    parser.add_argument("--executor", choices=["inline", "threads", "processes"], help="where trials run")


def _load(options: argparse.Namespace, *, readonly: bool = True) -> Study:
    return Study.load(open_storage(_file(options.file), readonly=readonly), options.name)


def _file(path: str) -> str:
    if not Path(path).exists():
        raise StudyError(f"there is no file {path!r}")
    return path


def _run_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("objective", help="module:function or file.py:function, called with a trial")
    parser.add_argument("--space", help="module:space; left out, the space grows by trial.suggest_*")
    parser.add_argument("--minimize", action="append", metavar="METRIC", help="an objective (may be repeated)")
    parser.add_argument("--maximize", action="append", metavar="METRIC", help="an objective (may be repeated)")
    parser.add_argument("--constraint", action="append", metavar="TEXT", help="'memory_mb <= 2048' (may be repeated)")
    parser.add_argument("--threshold", action="append", metavar="METRIC=VALUE", help="reach it to be on the front")
    parser.add_argument("--strategy", choices=sorted(STRATEGIES), help="default: the study's own, auto for a new one")
    parser.add_argument("--storage", default="tunewright.db", help="SQLite file (default tunewright.db)")
    parser.add_argument("--name", default="study", help="of the study (default study)")
    parser.add_argument("--seed", type=int, help="key of all randomness (default: drawn and recorded)")
    _running(parser)


def _run(options: argparse.Namespace) -> None:
    objective = load_target(options.objective)
    space = None if options.space is None else load_target(options.space)
    if space is not None and not isinstance(space, Space):
        raise StudyError(f"--space {options.space} is a {type(space).__name__}, not a tunewright Space")
    study = Study(
        space,
        minimize=options.minimize,
        maximize=options.maximize,
        constraints=options.constraint or (),
        thresholds=dict(map(_threshold, options.threshold or ())),
        strategy=None if options.strategy is None else STRATEGIES[options.strategy](),
        storage=options.storage,
        name=options.name,
        seed=options.seed,
    )
    study.note("objective", options.objective)
    _optimize(study, options, objective)


def _threshold(text: str) -> tuple[str, float]:
    metric, _, value = text.partition("=")
    try:
        return metric.strip(), float(value)
    except ValueError:
        raise StudyError(f"--threshold takes METRIC=VALUE, as in accuracy=0.9; got {text!r}") from None


def _optimize(study: Study, options: argparse.Namespace, objective: Callable[[Trial], Any]) -> None:
    study.optimize(
        objective,
        options.trials,
        more=options.more,
        timeout=options.timeout,
        workers=options.workers,
        executor=options.executor,
    )
    _print_best(study, 1)


def _resume_arguments(parser: argparse.ArgumentParser) -> None:
    _existing(parser)
    parser.add_argument("--objective", help="module:function (default: the one the study was run with)")
    parser.add_argument("--recover", action="store_true", help="run interrupted trials again; no other run may be on")
    _running(parser)


def _resume(options: argparse.Namespace) -> None:
    study = _load(options, readonly=False)
    objective = _objective_of(study, options)
    if options.recover:
        print(f"{len(study.recover())} interrupted trials go back to the queue")
    _optimize(study, options, load_target(objective))


def _objective_of(study: Study, options: argparse.Namespace) -> str:
    objective: str | None = options.objective or study.notes.get("objective")
    if objective is None:
        raise StudyError("this study was not started with 'tunewright run': say --objective module:function")
    return objective


def _best_arguments(parser: argparse.ArgumentParser) -> None:
    _existing(parser)
    parser.add_argument("--top", type=int, default=1, help="how many (default 1; several objectives: the whole front)")


def _best(options: argparse.Namespace) -> None:
    _print_best(_load(options), options.top)


def _print_best(study: Study, top: int) -> None:
    chosen = study.top(top) if len(study.directions) == 1 else study.pareto_front
    if not chosen:
        print(f"{nothing_best(study.history, study.name)} ({study.history.n} trials)")
        return
    if len(study.directions) > 1:
        print(f"study {study.name!r}: {len(chosen)} of {study.history.n} trials are on the front")
    if len(chosen) > 1:
        print(table(["trial", "state", "values", "seconds", "configuration"], trial_rows(chosen)))
        return
    trial = chosen[0]
    print(f"study {study.name!r}: best of {study.history.n} trials is trial {trial.number}")
    for metric, value in measurements(trial).items():
        print(f"  {metric} = {value}")
    for name, value in trial.config.items():
        print(f"  {name}: {value!r}")


def _list_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="the studies' SQLite file")


def _list(options: argparse.Namespace) -> None:
    storage = open_storage(_file(options.file), readonly=True)
    rows = []
    for name in storage.names():
        header = storage.header(name)
        study = Study.load(storage, name)
        states = [trial.state.label for trial in study.trials]
        counts = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states)) or "no trials"
        objectives = ", ".join(f"{way} {metric}" for metric, way in header.objectives.items())
        rows.append([name, objectives, counts, moment(header.created)])
    print(table(["study", "objectives", "trials", "created"], rows) if rows else "no studies in this file")


def _show_arguments(parser: argparse.ArgumentParser) -> None:
    _existing(parser)
    parser.add_argument("--trial", type=int, help="one trial in full")
    parser.add_argument("--last", type=int, default=20, help="how many of the latest trials (default 20)")
    parser.add_argument("--sessions", type=int, default=1, help="how many of the latest processes (default 1)")


def _show(options: argparse.Namespace) -> None:
    study = _load(options)
    if options.trial is not None:
        _show_trial(study, options.trial)
        return
    print(study)
    for constraint in study.goals.constraints:
        print(f"  constraint: {constraint}")
    for metric, value in study.goals.thresholds.items():
        print(f"  threshold: {metric} {number(value)}")
    for line in study.explain():
        print(f"  {line}")
    print(study.space)
    for session in study.sessions[-options.sessions :] if options.sessions > 0 else []:
        print(f"process {session.number}, since {moment(session.started)}, {len(session.trials)} trials:")
        for name, text in lines(session.environment):
            print(f"  {name}: {text}")
    rows = trial_rows(study.trials[-options.last :] if options.last > 0 else [])
    print(table(["trial", "state", "values", "seconds", "configuration"], rows))


def _show_trial(study: Study, wanted: int) -> None:
    study.ledger.need(wanted)
    trial = study.trials[wanted]
    print(f"trial {trial.number} of study {study.name!r}: {trial.state.label}")
    print(f"  began {moment(trial.started)}, ended {moment(trial.finished)}")
    told = {"value": trial.values or {}, "standard error": trial.sems, "config": trial.config, "note": trial.metadata}
    for what, values in told.items():
        for name, value in values.items():
            print(f"  {what} {name} = {value!r}")
    for constraint, slack in trial.slacks.items():
        print(f"  {'kept' if slack <= 0 else 'broken'}: {constraint} ({number(slack)})")
    if trial.error is not None:
        print(f"  error: {trial.error}")
    for step, metrics in trial.reports.items():
        print(f"  step {step}: {configuration(metrics)}")


def _review_arguments(parser: argparse.ArgumentParser) -> None:
    _existing(parser)
    parser.add_argument("--code", action="store_true", help="print the suggested space in place of the calls to it")


def _review(options: argparse.Namespace) -> None:
    from tunewright.analysis.review import review  # with the libraries behind it, wanted here alone

    found = review(_load(options))
    print(found)
    if found.suggested:
        print(f"\n{found.code if options.code else found.changes}")


def _confirm_arguments(parser: argparse.ArgumentParser) -> None:
    _existing(parser)
    parser.add_argument("--objective", help="module:function (default: the one the study was run with)")
    parser.add_argument("--top", type=int, default=5, help="how many of the best trials take part (default 5)")
    parser.add_argument("--seeds", type=int, default=10, help="fresh seeds for each (default 10)")
    parser.add_argument("--recover", action="store_true", help="run interrupted runs again; no other may be on")
    parser.add_argument("--workers", type=int, help="runs at a time (default 1)")
    parser.add_argument("--executor", choices=["inline", "threads", "processes"], help="where they run")


def _confirm(options: argparse.Namespace) -> None:
    from tunewright.analysis.validation import confirm  # as above

    study = _load(options, readonly=False)
    print(
        confirm(
            study,
            load_target(_objective_of(study, options)),
            top=options.top,
            seeds=options.seeds,
            recover=options.recover,
            workers=options.workers,
            executor=options.executor,
        )
    )


def _export_arguments(parser: argparse.ArgumentParser) -> None:
    _existing(parser)
    parser.add_argument("--to", required=True, help="the file to write; its ending says the format")
    parser.add_argument("--format", choices=FORMATS, help="instead of the ending")


def _export(options: argparse.Namespace) -> None:
    study = _load(options)
    export(study, options.to, options.format)
    print(f"{study.history.n} trials of study {study.name!r} written to {options.to}")


def _importance_arguments(parser: argparse.ArgumentParser) -> None:
    _existing(parser)
    importance.arguments(parser)


def _report_arguments(parser: argparse.ArgumentParser) -> None:
    _existing(parser)
    parser.add_argument("--to", help="the page to write (default: the study's file with the ending .html)")


def _report(options: argparse.Namespace) -> None:
    from tunewright.report import write  # the pictures are wanted here alone

    study = _load(options)
    path = write(study, options.to or Path(options.file).with_suffix(".html"))
    print(f"report of {study.history.n} trials of study {study.name!r} written to {path}")


def _dashboard_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="the studies' SQLite file")
    parser.add_argument("--port", type=int, default=8765, help="to listen at (default 8765; 0: any that is free)")
    parser.add_argument("--open", action="store_true", help="open it in a browser")


def _dashboard(options: argparse.Namespace) -> None:
    from tunewright.report import Dashboard

    dashboard = Dashboard(_file(options.file), port=options.port)
    print(
        f"dashboard of {options.file} at {dashboard.url} (this machine alone, reading only); Ctrl-C ends it", flush=True
    )
    if options.open:
        import webbrowser

        webbrowser.open(dashboard.url)
    try:
        dashboard.run()
    except KeyboardInterrupt:
        print("the dashboard has ended")
    finally:
        dashboard.close()


def _delete_arguments(parser: argparse.ArgumentParser) -> None:
    _existing(parser)
    parser.add_argument("--yes", action="store_true", help="do not ask")


def _delete(options: argparse.Namespace) -> None:
    study = _load(options)
    if not options.yes:
        answer = input(f"delete study {study.name!r} and its {study.history.n} trials for good? [y/N] ")
        if answer.strip().lower() not in ("y", "yes"):
            print("nothing was deleted")
            return
    open_storage(options.file).delete(study.name)
    print(f"study {study.name!r} is deleted")


COMMANDS = (
    Command("demo", "tune a small network on handwritten digits", "Tune a NumPy-trained network on real handwritten "
            "digits within a minute, then compare the winner with the untuned defaults. Run again, it goes on.",
            _demo_arguments, _demo),
    Command("tune", "an expert's plan for a budget, carried out", "Baseline, learning rate, architecture, the rest, "
            "confirmation, test: the guide's starting strategy, each step with its reason. An interrupted run goes on "
            "with the same command.", tune.arguments, tune.tune),
    Command("run", "run an objective", "Run module:objective until the study has what was asked for. A study of that "
            "name in the file is continued.", _run_arguments, _run),
    Command("resume", "go on with a study", "Go on with a study exactly where it stopped.",
            _resume_arguments, _resume),
    Command("best", "the best trials", "Print the best trial, or the best few; all trials of the Pareto front if the "
            "study has several objectives.", _best_arguments, _best),
    Command("list", "the studies in a file", "List the studies in a file: name, objectives, how many trials there "
            "are in each state, and when it was created.", _list_arguments, _list),
    Command("show", "a study and its trials", "Print a study's space and its latest trials, or one trial in full.",
            _show_arguments, _show),
    Command("review", "what the trials say about the space", "Print what the trials say about the space: ranges whose "
            "ends are crowded or never good, wrong scales, parameters that do not matter, and what to change.",
            _review_arguments, _review),
    Command("confirm", "run the best trials again on fresh seeds", "Race the best trials on fresh seeds and name the "
            "winner. An interrupted run goes on with the same command.", _confirm_arguments, _confirm),
    Command("export", "write the trials as a table", "Write all trials as CSV, JSON or (with pandas and pyarrow) "
            "Parquet.", _export_arguments, _export),
    Command("importance", "which parameters mattered", "Print how much each parameter explains, how sure that is, what "
            "to tune next and which ranges to narrow.", _importance_arguments,
            lambda options: importance.show(_load(options), options)),
    Command("report", "write a report page", "Write what a study found as one HTML page that works offline: summary, "
            "pictures, every trial.", _report_arguments, _report),
    Command("dashboard", "follow studies in a browser", "Serve the reports of a file's studies at 127.0.0.1, following "
            "what running studies record. It only reads.", _dashboard_arguments, _dashboard),
    Command("delete", "remove a study from its file", "Remove a study and all of its trials.",
            _delete_arguments, _delete),
)  # fmt: skip
