"""Trials that die and go on from what they saved."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

import tunewright as tw

SPACE = tw.Space(x=tw.Float(0.0, 1.0))


def dies_once(trial: tw.Trial) -> float:
    """Trains ten epochs; its worker dies in the sixth of the first run."""
    state = trial.load() or {"w": np.zeros(3), "died": False}
    for epoch in trial.epochs(10):
        if epoch == 5 and not state["died"]:
            trial.save({"w": state["w"], "died": True}, step=epoch)
            os._exit(9)
        state["w"] = state["w"] + 1.0
        trial.report(loss=float(10 - epoch))
        trial.save(state)
    return float(state["w"].sum())


def test_a_trial_whose_worker_was_killed_goes_on_from_its_state(tmp_path: Path) -> None:
    study = tw.Study(SPACE, minimize="loss", storage=tmp_path / "study.db", seed=0)
    study.optimize(
        dies_once, trials=2, workers=2, executor="processes", failures=tw.Failures(retry=(tw.errors.WorkerDiedError,))
    )
    for trial in study.trials:
        assert trial.value == 30.0  # ten epochs, none lost and none twice
        assert sorted(trial.reports) == list(range(1, 11))


_SCRIPT = textwrap.dedent(
    """
    import sys
    import tunewright as tw

    def objective(trial):
        done = trial.load() or []
        for epoch in trial.epochs(6):
            done = [*done, epoch]
            trial.report(loss=1.0 / (1 + epoch))
            trial.save(done)
            print(trial.number, epoch + 1, flush=True)
        return float(done == list(range(6)))

    study = tw.Study(tw.Space(x=tw.Float(0.0, 1.0)), maximize="loss", storage=sys.argv[1], seed=0)
    study.recover()
    study.optimize(objective, trials=8, progress=False)
    """
)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
def test_no_saved_epoch_is_lost_and_nothing_is_left_over_by_kills_at_any_point(tmp_path: Path) -> None:
    script, file = tmp_path / "run.py", tmp_path / "study.db"
    script.write_text(_SCRIPT)
    chance = random.Random(0)
    saved: dict[int, int] = {}
    for _ in range(12):
        run = subprocess.Popen([sys.executable, script, file], stdout=subprocess.PIPE, text=True)
        assert run.stdout is not None
        for _ in range(chance.randrange(1, 7)):
            words = run.stdout.readline().split()
            if words:
                number, epoch = map(int, words)
                assert epoch > saved.get(number, 0)  # an epoch that was saved is not run again
                saved[number] = epoch
        time.sleep(chance.random() * 0.002)
        run.kill()
        for line in run.stdout:
            if not line.endswith("\n"):  # the kill tore it
                continue
            number, epoch = map(int, line.split())
            saved[number] = epoch
        run.stdout.close()
        assert run.wait() in (0, -signal.SIGKILL)
    subprocess.run([sys.executable, script, file], check=True, stdout=subprocess.DEVNULL)
    study = tw.Study.load(file)
    assert [trial.value for trial in study.trials] == [1.0] * 8
    assert all(sorted(trial.reports) == [1, 2, 3, 4, 5, 6] for trial in study.trials)
    depot = study.home.depot(0)
    depot.sweep({study.home.saved(0)[0]}, older=0.0)  # type: ignore[index]
    assert len(depot.keys()) == 1
