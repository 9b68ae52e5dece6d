"""Two objectives, a constraint, a threshold and standard errors, in processes on a file, killed and resumed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np

import tunewright as tw

WORKER = Path(__file__).with_name("goals_worker.py")
sys.path.insert(0, str(WORKER.parent))
import goals_worker  # noqa: E402  the test and its child process share it


def killed(file, after):
    """Run the study in another process and kill -9 it once so many trials are told; returns the numbers it told."""
    command = [sys.executable, str(WORKER), str(file), "100000"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    told = [process.stdout.readline() for _ in range(after)]
    process.kill()
    rest, _ = process.communicate(timeout=60)
    return {int(line) for line in [*told, *rest.splitlines(keepends=True)] if line.endswith("\n")}


def test_killed_and_resumed_it_ends_as_if_nothing_had_happened(tmp_path):
    file = tmp_path / "a.db"
    told = killed(file, 7) | killed(file, 5)
    study = goals_worker.study(file)
    assert told <= set(np.flatnonzero(study.history.complete).tolist())
    study.recover()
    n = study.history.n + 20
    study.optimize(goals_worker.objective, n, workers=2, executor="processes")
    alone = goals_worker.study("memory").optimize(goals_worker.objective, n)
    assert study.history.complete.all() and study.goals == alone.goals
    for column in ("natives", "measured", "sems", "slacks", "violations", "feasible"):
        assert np.array_equal(getattr(study.history, column), getattr(alone.history, column), equal_nan=True)
    assert 0 < study.history.feasible.sum() < n
    assert [trial.number for trial in study.pareto_front] == [trial.number for trial in alone.pareto_front]
    assert study.hypervolume() == alone.hypervolume() > 0.0
    assert study.choose(within={"latency": 4.0}).number == alone.choose(within={"latency": 4.0}).number
    again = tw.Study.load(file)
    assert np.array_equal(again.history.sems, study.history.sems, equal_nan=True)
