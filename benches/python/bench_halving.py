"""Reports and whole asynchronous runs, through the public Python API, beside the schedulers of other libraries.

python benches/python/bench_halving.py            # ours: reports per second, cost by number of trials, whole runs
python benches/python/bench_halving.py --peers 1000 10000    # Optuna's pruner too, on the same flow
"""

from __future__ import annotations

import argparse
import random
import statistics
import time

import tunewright as tw

RUNGS = (1, 3, 9, 27, 81)


def asha() -> tw.ASHA:
    return tw.ASHA(243, min_resource=1)  # five rungs at which trials may be stopped


def study(scheduler: object) -> tw.Study:
    return tw.Study(tw.Space(x=tw.Float(0.0, 1.0)), minimize="loss", seed=0, strategy=tw.Random(), scheduler=scheduler)


def reporting(trials: int, scheduler: object, steps: tuple[int, ...] = RUNGS) -> tuple[float, list[float]]:
    """Reports per second of CPU when each trial reports every rung, told to stop or not; and seconds of each tenth.

    Trials that are told to pause leave.
    """
    s = study(scheduler)
    started = s.ask(trials)
    pausing = isinstance(scheduler, tw.ASHA) and scheduler.promotion
    draws = random.Random(0)
    losses = [draws.random() for _ in range(trials * len(steps))]
    tenths, reports, at = [], 0, iter(losses)
    for tenth in range(10):
        since = time.process_time()
        for trial in started[tenth * trials // 10 : (tenth + 1) * trials // 10]:
            report = trial.report
            for step in steps:
                reports += 1
                if report(step, loss=next(at)) and pausing:
                    break
        tenths.append(time.process_time() - since)
    return reports / sum(tenths), tenths


def flow(trials: int, scheduler: object) -> tuple[float, int]:
    """A whole run: ask, report until stopped, tell. Seconds and reports."""
    draws = random.Random(0)
    s = study(scheduler)
    reports, begun = 0, time.perf_counter()
    for _ in range(trials):
        trial = s.ask()
        loss = 0.0
        for step in RUNGS:
            loss = draws.random()
            reports += 1
            if trial.report(step, loss=loss):
                break
        s.tell(trial, loss)
    return time.perf_counter() - begun, reports


def optuna_flow(trials: int) -> tuple[float, int]:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    draws = random.Random(0)
    pruner = optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=3)
    s = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0), pruner=pruner)
    reports, begun = 0, time.perf_counter()
    for _ in range(trials):
        trial = s.ask()
        loss = 0.0
        for step in RUNGS:
            loss = draws.random()
            reports += 1
            trial.report(loss, step)
            if trial.should_prune():
                s.tell(trial, state=optuna.trial.TrialState.PRUNED)
                break
        else:
            s.tell(trial, loss)
    return time.perf_counter() - begun, reports


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--peers", type=int, nargs="*", default=[], help="trials of the runs beside Optuna")
    options = parser.parse_args()
    for name, scheduler in (
        ("no scheduler", None),
        ("ASHA", asha()),
        ("promotion ASHA", tw.ASHA(243, min_resource=1, promotion=True)),
    ):
        runs = [reporting(options.trials, scheduler) for _ in range(options.repeats)]
        rate = statistics.median(rate for rate, _ in runs)
        first, last = (statistics.median(tenths[i] for _, tenths in runs) for i in (0, -1))
        print(
            f"{name:>15}: {rate:>9,.0f} reports/s of CPU, {options.trials:,} trials; "
            f"last tenth / first {last / first:.2f}"
        )
    for trials in (1_000, 10_000, 100_000):
        seconds, reports = zip(*(flow(trials, asha()) for _ in range(options.repeats)), strict=True)
        print(f"whole run of {trials:>7,} trials, {reports[0]:,} reports: {statistics.median(seconds):.3f} s")
    if options.peers:
        for trials in options.peers:
            theirs, ours = optuna_flow(trials)[0], flow(trials, asha())[0]
            print(f"{trials:,} trials: optuna {theirs:.3f} s, ours {ours:.3f} s, {theirs / ours:.0f} times")


if __name__ == "__main__":
    main()
