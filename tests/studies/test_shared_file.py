"""Several processes on one file, and processes that die."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

import tunewright as tw

WORKER = Path(__file__).with_name("worker.py")
sys.path.insert(0, str(WORKER.parent))
import worker  # noqa: E402  the tests and their child processes share it


def start(file, trials, strategy="random"):
    command = [sys.executable, str(WORKER), str(file), str(trials), strategy]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("strategy", ["random", "sobol"])
def test_processes_share_numbers_and_end_at_the_total(tmp_path, strategy):
    file = tmp_path / "shared file ü%.db"
    processes = [start(file, 120, strategy) for _ in range(3)]
    told = []
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0 and err == "", err
        told += [int(line) for line in out.split()]
    assert sorted(told) == list(range(120))
    together = tw.Study.load(file)
    assert [t.state.label for t in together.trials] == ["complete"] * 120
    alone = tw.Study(worker.space(), minimize="loss", strategy=worker.strategy(strategy), seed=7)
    alone.optimize(worker.objective, 120)
    assert [t.config for t in together.trials] == [t.config for t in alone.trials]


def test_each_sees_the_others_pending_trials(tmp_path):
    file = tmp_path / "a.db"
    one, two = worker.study(file), worker.study(file)
    a = one.ask()
    b = two.ask()
    assert (a.number, b.number) == (0, 1)
    assert two.history.pending.tolist() == [True, True]
    assert np.array_equal(two.history.natives[0], worker.space().natives([a.config])[0])
    one.tell(a, 1.0)
    two.ask()
    assert two.history.complete.tolist() == [True, False, False]
    with pytest.raises(tw.errors.TrialFinishedError):
        two.tell(0, 2.0)
    assert tw.Study.load(file).trials[0].values == {"loss": 1.0}


def test_no_configuration_is_tried_twice_by_two_studies_on_one_file(tmp_path):
    space = {"a": tw.Int(0, 4), "b": tw.Int(0, 3)}
    studies = [tw.Study(tw.Space(space), minimize="loss", storage=tmp_path / "a.db", seed=1) for _ in range(2)]
    seen = []
    for turn in range(20):
        trial = studies[turn % 2].ask()
        seen.append(tuple(trial.config.values()))
    assert len(set(seen)) == 20
    for study in studies:
        with pytest.raises(tw.errors.StudyError, match="every configuration"):
            study.ask()


class Next:
    """Suggests the least tenth that no trial of the record has; before it answers, ``meanwhile`` happens once."""

    prescribed = False

    def __init__(self):
        self.meanwhile = lambda: None

    def check(self, space, directions):
        pass

    def horizon(self, history):
        return history.ended

    def suggest(self, history, seed, numbers):
        free = [x for x in (np.arange(100) / 10).tolist() if x not in history.natives[:, 0]]
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        return np.array(free[: len(numbers)])[:, None]

    def to_json(self, space):
        return {"strategy": "Next"}


@pytest.mark.parametrize("count", [1, 3])
def test_two_that_think_at_the_same_time_do_not_try_the_same(tmp_path, count):
    studies = [
        tw.Study(tw.Space(x=tw.Float(0, 100)), minimize="loss", strategy=Next(), storage=tmp_path / "a.db", seed=1)
        for _ in range(2)
    ]
    one, two = studies
    one.ask()
    one.strategy.meanwhile = lambda: two.ask(2)
    mine = one.ask(count)
    mine = mine if isinstance(mine, list) else [mine]
    assert [trial["x"] for trial in mine] == [0.3, 0.4, 0.5][:count]
    assert len({trial.config["x"] for trial in tw.Study.load(tmp_path / "a.db", strategy=Next()).trials}) == 3 + count
    for study in (one, tw.Study.load(tmp_path / "a.db", strategy=Next())):
        history = study.history
        number = mine[0].number
        past = history.at(int(history.seen[number]))
        again = Next().suggest(past, 1, np.arange(number, number + count))
        assert again[:, 0].tolist() == history.natives[number : number + count, 0].tolist()


def test_repeats_are_kept_where_they_are_allowed(tmp_path):
    one, two = (
        tw.Study(
            tw.Space(x=tw.Float(0, 100)), minimize="loss", strategy=Next(), storage=tmp_path / "a.db", seed=1,
            duplicates="allow",
        )
        for _ in range(2)
    )  # fmt: skip
    one.strategy.meanwhile = lambda: two.ask()
    assert (one.ask()["x"], tw.Study.load(tmp_path / "a.db", strategy=Next()).trials[1].config["x"]) == (0.0, 0.0)


def test_a_killed_process_loses_nothing_it_was_told(tmp_path):
    """Kill the process at random moments; every number it printed was acknowledged before and must be there."""
    file = tmp_path / "killed.db"
    chance = random.Random(5)
    acknowledged: set[int] = set()
    for _ in range(8):
        process = start(file, 100_000)
        first = process.stdout.readline()
        time.sleep(chance.uniform(0.0, 0.3))
        if os.name == "nt":
            process.kill()
        else:
            process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate(timeout=60)
        lines = (first + rest).splitlines(keepends=True)
        acknowledged |= {int(line) for line in lines if line.endswith("\n")}
    study = tw.Study.load(file)
    assert acknowledged <= {t.number for t in study.trials if t.state is tw.TrialState.COMPLETE}
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    interrupted = study.recover()
    assert set(interrupted) == {t.number for t in study.trials if t.state is tw.TrialState.WAITING}
    study.optimize(worker.objective, study.history.n + 5)
    assert all(t.state is tw.TrialState.COMPLETE for t in study.trials)
    alone = tw.Study(worker.space(), minimize="loss", strategy=tw.Random(), seed=7)
    assert [t.config for t in study.trials] == [t.config for t in alone.ask(study.history.n)]


def test_a_reader_does_not_hinder_the_study(tmp_path):
    file = tmp_path / "a.db"
    study = worker.study(file)
    study.tell(study.ask(), 1.0)
    reader = sqlite3.connect(file)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM trials").fetchone() == (1,)
    study.optimize(worker.objective, 20)
    assert reader.execute("SELECT count(*) FROM trials").fetchone() == (1,)
    reader.close()
    assert len(tw.Study.load(file).trials) == 20
