"""Schedulers that pause, promote and exploit, killed again and again: the same decisions, nothing lost or left over."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

import tunewright as tw

KILLS = 10  # a study; 340 were run by hand, half of them at any time after the start
SCHEDULERS = {
    "population": "tw.PopulationBasedTraining(max_resource=12, population=4, interval=3)",
    "tournament": "tw.PopulationBasedTraining(max_resource=12, population=4, interval=3, exploit='tournament')",
    "pb2": "tw.PB2(max_resource=12, population=4, interval=3, candidates=32)",
    "promotion": "tw.ASHA(max_resource=9, promotion=True)",
    "hyperband": "tw.Hyperband(max_resource=9)",
}
SCRIPT = textwrap.dedent(
    """
    import sys
    import tunewright as tw

    def objective(trial):
        state = trial.load() or {"score": 0.0, "epochs": []}
        for epoch in trial.epochs(12):
            state["score"] += trial["x"] + 0.1 * ((trial.number * 7 + epoch * 3) % 5)
            state["epochs"].append(epoch)
            trial.report(score=state["score"])
            print(trial.number, epoch, flush=True)
            trial.save(state)

    def study(file):
        return tw.Study(
            tw.Space(x=tw.Float(0.1, 1.0), y=tw.Float(1e-3, 1.0, log=True)), maximize="score", scheduler=SCHEDULER,
            storage=file, seed=0, strategy=tw.Random(), checkpoints=tw.Checkpoints(file + ".states", keep="all"),
        )

    if __name__ == "__main__":
        run = study(sys.argv[1])
        run.recover()
        run.optimize(objective, trials=TRIALS)
    """
)


def script(directory: Path, scheduler: str) -> Path:
    path = directory / "run.py"
    bounded = "population" in SCHEDULERS[scheduler]  # it ends by itself
    path.write_text(SCRIPT.replace("SCHEDULER", SCHEDULERS[scheduler]).replace("TRIALS", "None" if bounded else "14"))
    return path


def lines(file: Path) -> list[tuple[object, ...]]:
    study = tw.Study.load(file)
    return [(t.number, t.parent, t.config, t.state, t.value, t.reports) for t in study.trials]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_kills_at_random_points_change_nothing(scheduler: str, tmp_path: Path) -> None:
    run = script(tmp_path, scheduler)
    whole, broken = tmp_path / "whole.db", tmp_path / "broken.db"
    subprocess.run([sys.executable, run, whole], check=True, stdout=subprocess.DEVNULL)
    chance = random.Random(scheduler)
    for _ in range(KILLS):
        child = subprocess.Popen([sys.executable, run, broken], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        heard = chance.randrange(6)
        for _ in range(heard):
            child.stdout.readline()
        time.sleep(chance.random() * (0.01 if heard else 0.5))  # some before the first word: while the file is made
        child.kill()
        child.communicate()
        assert child.returncode in (0, -signal.SIGKILL)
    subprocess.run([sys.executable, run, broken], check=True, stdout=subprocess.DEVNULL)
    assert lines(broken) == lines(whole)
    study = tw.Study.load(broken, checkpoints=tw.Checkpoints(f"{broken}.states", keep="all"))
    kept = {study.home.saved(trial.number)[0] for trial in study.trials if study.home.saved(trial.number)}  # type: ignore[index]
    study.home.depot(0).sweep(kept, older=0.0)
    assert set(study.home.depot(0).keys()) == kept
    for trial in study.trials:
        epochs = study.load_state(trial)["epochs"]
        assert epochs == list(range(len(epochs)))  # no epoch lost, none twice, along the whole line
