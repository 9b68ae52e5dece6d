"""Ctrl-C in a real terminal's terms: a signal to the process that runs the study."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

import tunewright as tw

SCRIPT = """
import signal, sys, time
import tunewright as tw

# a shell that starts tests in the background has Ctrl-C ignored in all of its children
signal.signal(signal.SIGINT, signal.default_int_handler)

def objective(trial):
    for epoch in trial.epochs(1000):
        if trial.number < 4:
            break
        time.sleep(0.02)
        trial.report(loss=1.0)
    return trial["x"]

if __name__ == "__main__":
    study = tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", storage=sys.argv[1], seed=0, strategy=tw.Random())
    try:
        study.optimize(objective, 50, workers=int(sys.argv[2]), executor=sys.argv[3],
                       callbacks=[lambda s, t: print(t.number, flush=True)])
    except KeyboardInterrupt:
        print("interrupted", flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one child process")
@pytest.mark.parametrize(("workers", "executor"), [(1, "inline"), (2, "threads"), (2, "processes")])
def test_ctrl_c_leaves_a_good_record(tmp_path, workers, executor):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    file = tmp_path / "a.db"
    command = [sys.executable, str(script), str(file), str(workers), executor]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for _ in range(4):
        process.stdout.readline()
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert out.splitlines()[-1] == "interrupted", err
    study = tw.Study.load(file)
    states = [t.state.label for t in study.trials]
    assert states[:4] == ["complete"] * 4 and set(states[4:]) <= {"waiting"} and 1 <= len(states[4:]) <= workers
    study.optimize(lambda trial: trial["x"], 10)
    straight = tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", seed=0, strategy=tw.Random()).optimize(
        lambda trial: trial["x"], 10
    )
    assert [t.config for t in study.trials] == [t.config for t in straight.trials]
    assert [t.value for t in study.trials] == [t.value for t in straight.trials]
