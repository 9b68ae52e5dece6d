"""Studies on executors that are not ours: a process pool, and a real Dask cluster of two processes."""

from __future__ import annotations

import logging
import os
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import pytest

import tunewright as tw
from tunewright.schedulers import Decision, Judge


class Late(Judge):
    def __init__(self, history):
        self.history = history

    def decide(self, row):
        number, step, _, _ = self.history.reports.at(row)
        return Decision.STOP if number % 2 == 1 and step == 2 else Decision.CONTINUE


class StopLate:
    """Stops odd trials at step 2."""

    def check(self, directions):
        pass

    def judge(self, history):
        return Late(history)

    def to_json(self):
        return {"scheduler": "StopLate"}


def objective(trial):
    extra = trial.suggest_float("extra", 0.0, 1.0)
    trial.annotate("pid", os.getpid())
    for _ in trial.epochs(4):
        trial.report(loss=trial["x"])
    if trial.number == 5:
        raise ValueError("unlucky")
    return trial["x"] + extra


def check(executor, **options):
    study = tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", seed=0, strategy=tw.Random(), scheduler=StopLate())
    study.optimize(objective, 12, executor=executor, **options)
    alone = tw.Study(
        tw.Space(x=tw.Float(0, 1)), minimize="loss", seed=0, strategy=tw.Random(), scheduler=StopLate()
    ).optimize(objective, 12)
    for a, b in zip(alone.trials, study.trials, strict=True):
        assert (a.config, a.state, a.values, a.error, a.reports) == (b.config, b.state, b.values, b.error, b.reports)
    assert [t.state.label for t in study.trials][:6] == [
        "complete",
        "pruned",
        "complete",
        "pruned",
        "complete",
        "failed",
    ]
    return {t.metadata["pid"] for t in study.trials}


def test_a_thread_pool():
    with ThreadPoolExecutor(3) as pool:
        assert check(pool) == {os.getpid()}


def test_a_process_pool():
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        assert os.getpid() not in check(pool)


def test_our_processes_stay_warm_when_they_are_given():
    with tw.Processes(2) as pool:
        assert check(pool) == check(pool)


@pytest.mark.filterwarnings("ignore")  # the cluster's own libraries warn while they start and stop
def test_a_dask_cluster():
    distributed = pytest.importorskip("distributed")
    options = {"n_workers": 2, "processes": True, "threads_per_worker": 1, "silence_logs": logging.CRITICAL}
    with (
        distributed.LocalCluster(**options, dashboard_address="127.0.0.1:0") as cluster,
        distributed.Client(cluster) as client,
    ):
        pids = check(client.get_executor(), workers=2)
    assert os.getpid() not in pids and len(pids) == 2
