"""Worker processes: isolation, replacement, and leaving nothing behind."""

from __future__ import annotations

import builtins
import multiprocessing
import os
import sys
import threading
import time

import executor_objectives as objectives
import pytest
from executor_objectives import StandIn, Study

from tunewright.errors import StudyError, WorkerDiedError
from tunewright.executors import Processes

SECONDS = 30
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and fork are POSIX")


@pytest.fixture(scope="module")
def executor():
    with Processes(2) as made:
        yield made


@pytest.fixture
def left():
    """The worker processes that a test made and left behind."""
    before = set(multiprocessing.active_children())
    return lambda: set(multiprocessing.active_children()) - before


def _run(executor, objective, *configs, link=None):
    executor.start(objective, link or Study())
    return [executor.submit(StandIn(number, config)) for number, config in enumerate(configs)]


def _wait_until(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def test_workers_are_reused(executor):
    futures = _run(executor, objectives.process, *({} for _ in range(20)))
    pids = {future.result(SECONDS) for future in futures}
    assert len(pids) == 2 and os.getpid() not in pids
    futures = _run(executor, objectives.process, *({} for _ in range(4)))
    assert {future.result(SECONDS) for future in futures} <= pids


def test_processes_start_when_they_are_needed(left):
    with Processes(4) as executor:
        executor.start(objectives.process, Study())
        assert not left()
        assert len({executor.submit(StandIn(n)).result(SECONDS) for n in range(5)}) == 1  # one at a time needs one


@pytest.mark.parametrize(
    ("how", "text"),
    [
        ("exit", "ended with exit code 3"),
        ("leave", "ended with exit code 4"),
        pytest.param("kill", r"killed by signal 9 \(SIGKILL\); often the system's out-of-memory killer", marks=posix),
    ],
)
def test_a_worker_that_dies_costs_its_trial_alone(executor, how, text):
    futures = _run(executor, objectives.fragile, {}, {"die": how}, *({} for _ in range(6)))
    with pytest.raises(WorkerDiedError, match=rf"trial 1 has no result: its worker process \(pid \d+\) .*{text}"):
        futures[1].result(SECONDS)
    assert [future.result(SECONDS) for future in futures if future is not futures[1]] == [0, 2, 3, 4, 5, 6, 7]


@posix
def test_a_death_is_noticed_though_a_grandchild_holds_the_line():
    with Processes(1) as executor:
        (future,) = _run(executor, objectives.orphaned, {})
        began = time.monotonic()
        with pytest.raises(WorkerDiedError, match="exit code 5"):
            future.result(SECONDS)
        assert time.monotonic() - began < 5


@posix
def test_workers_ignore_ctrl_c(executor):
    (future,) = _run(executor, objectives.interrupted, {})
    assert future.result(SECONDS) == "still here"


@pytest.mark.parametrize("objective", [objectives.asleep, pytest.param(objectives.stubborn, marks=posix)])
def test_cancel_ends_running_trials(objective, left):
    study = Study()
    executor = Processes(1, grace=0.3)
    running, waiting = _run(executor, objective, {}, {}, link=study)
    _wait_until(lambda: study.reports)
    pid = int(study.reports[0][2]["pid"])
    executor.close(cancel=True)
    with pytest.raises(WorkerDiedError, match="trial 0 has no result: it was stopped"):
        running.result(0)
    assert waiting.cancelled()
    assert not _alive(pid)
    assert not left()


def test_cancel_while_workers_start(left):
    for delay in (0.0, 0.02, 0.05):
        executor = Processes(2)
        futures = _run(executor, objectives.asleep, {}, {}, {})
        time.sleep(delay)
        executor.close(cancel=True)
        assert all(future.done() for future in futures)
        assert not left()


def test_cancel_may_follow_a_close_that_waits():
    study = Study()
    executor = Processes(1)
    (running,) = _run(executor, objectives.asleep, {}, link=study)
    _wait_until(lambda: study.reports)
    closing = threading.Thread(target=executor.close)
    closing.start()
    executor.close(cancel=True)
    closing.join(10)
    assert not closing.is_alive()
    assert isinstance(running.exception(0), WorkerDiedError)


def test_a_report_after_the_end_is_refused_in_the_worker(executor, tmp_path):
    path = tmp_path / "late.txt"
    (future,) = _run(executor, objectives.late, {"path": str(path)})
    assert future.result(SECONDS) == "done"
    assert _run(executor, objectives.square, {"x": 2})[0].result(SECONDS) == 4
    _wait_until(lambda: path.exists() and path.read_text())
    assert path.read_text() == "trial 0 is over: its worker can no longer report"


def test_a_lambda_travels_by_cloudpickle(executor):
    pytest.importorskip("cloudpickle")
    offset = 5
    (future,) = _run(executor, lambda trial: trial.number + offset, {})
    assert future.result(SECONDS) == 5


def test_a_lambda_without_cloudpickle_is_refused_with_advice(executor, monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "cloudpickle":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(StudyError, match=r"(?s)cannot be sent.*top level.*tunewright\[processes\].*threads"):
        executor.start(lambda trial: 0, Study())


def test_an_objective_that_holds_a_lock_is_refused_with_the_reason(executor):
    lock = threading.Lock()
    with pytest.raises(StudyError, match=r"cannot pickle '_thread\.lock' object|cloudpickle is not installed"):
        executor.start(lambda trial: lock, Study())


def test_an_objective_that_does_not_load_says_so(executor):
    class Objective:
        def __call__(self, trial): ...

        def __reduce__(self):
            return objectives._refuse, ()

    (future,) = _run(executor, Objective(), {})
    with pytest.raises(StudyError, match=r"cannot be loaded in a worker process: ImportError: not here\. Define it"):
        future.result(SECONDS)
    assert _run(executor, objectives.square, {"x": 2})[0].result(SECONDS) == 4


@posix
@pytest.mark.parametrize("method", ["forkserver", "fork"])
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")  # said by CPython 3.12+ of fork
def test_other_start_methods(method, left):
    with Processes(2, start_method=method) as executor:
        study = Study()
        futures = _run(executor, objectives.stopped_at, *({} for _ in range(4)), link=study)
        assert [future.result(SECONDS) for future in futures] == [3, 3, 3, 3]
        futures = _run(executor, objectives.fragile, {"die": "exit"}, {}, {})
        assert isinstance(futures[0].exception(SECONDS), WorkerDiedError)
        assert [future.result(SECONDS) for future in futures[1:]] == [1, 2]
    assert not left()


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"workers": 0}, "workers must be a whole number"),
        ({"workers": 2, "start_method": "thread"}, "start_method must be one of 'spawn'"),
        ({"workers": 2, "grace": 0}, "grace must be a number of seconds above 0"),
        ({"workers": 2, "grace": float("nan")}, "grace must be a number of seconds above 0"),
    ],
)
def test_bad_options_are_named(options, text):
    with pytest.raises(ValueError, match=text):
        Processes(**options)


def _alive(pid):
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
