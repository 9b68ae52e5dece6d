"""Whole programs that use worker processes: scripts with and without a guard, prompts, and drivers that are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SECONDS = 30
posix = pytest.mark.skipif(sys.platform == "win32", reason="kills and looks at processes by signals")

HEAD = """
import os, sys, time
from executor_objectives import StandIn, Study, asleep
from tunewright.executors import Processes

class MyError(Exception):
    pass

def objective(trial):
    if trial.number == 2:
        raise MyError("two")
    return trial.number * 10

def main(**options):
    with Processes(2, **options) as executor:
        executor.start(objective, Study())
        futures = [executor.submit(StandIn(n)) for n in range(4)]
        error = futures[2].exception(20)
        print([f.result(20) for f in futures if f is not futures[2]], type(error) is MyError, error)
"""


def _environment():
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), *filter(None, sys.path)])}


def _program(*args, text=None, **options):
    return subprocess.run(
        [sys.executable, *args],
        input=text,
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        **options,
    )


def test_a_script_with_a_guard(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(HEAD + "\nif __name__ == '__main__':\n    main()\n")
    ended = _program(str(script))
    assert ended.stdout == "[0, 10, 30] True two\n", ended.stderr
    assert ended.stderr == ""


def test_a_script_without_a_guard_ends_with_an_explanation(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(HEAD + "\nprint('top', file=sys.stderr)\nmain()\n")
    ended = _program(str(script))
    assert ended.returncode == 1
    assert "two in a row ended before they were ready" in ended.stderr
    assert 'Is the code that starts the study under `if __name__ == "__main__":`' in ended.stderr
    assert 3 <= ended.stderr.count("top\n") <= 5  # the driver, and two tries for each of two workers at most


def test_a_broken_pool_refuses_the_next_trial(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        HEAD
        + """
if __name__ != "__main__":
    os._exit(7)
executor = Processes(1)
executor.start(objective, Study())
print(executor.submit(StandIn(0)).exception(20))
try:
    executor.submit(StandIn(1))
except Exception as error:
    print(type(error).__name__, error)
executor.close()
"""
    )
    first, second = _program(str(script)).stdout.splitlines()
    assert "trial 0 has no result: worker processes do not start" in first and "exit code 7" in first
    assert second.startswith("WorkerDiedError worker processes do not start")


def test_a_prompt_sends_what_it_defined_by_value():
    pytest.importorskip("cloudpickle")
    ended = _program("-", text=HEAD + "\nmain()\n")
    assert ended.stdout == "[0, 10, 30] True two\n", ended.stderr


def test_the_workers_of_a_driver_that_forgets_to_close_end_with_it():
    text = """
        import executor_objectives as objectives
        from tunewright.executors import Processes
        executor = Processes(2)
        executor.start(objectives.process, objectives.Study())
        print(executor.submit(objectives.StandIn(0)).result(20))
    """
    ended = _program("-c", "if 1:" + text)
    assert ended.returncode == 0 and ended.stderr == ""
    if sys.platform != "win32":
        assert not _alive(int(ended.stdout))


def test_what_workers_print_arrives(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        HEAD.replace("return trial.number * 10", "print('epoch', trial.number); return 0")
        + "\nif __name__ == '__main__':\n    main()\n"
    )
    assert sorted(_program(str(script)).stdout.splitlines())[1:] == ["epoch 0", "epoch 1", "epoch 3"]


SLEEPERS = """if 1:
    import executor_objectives as objectives
    import signal, sys, time
    from tunewright.executors import Processes
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs inherit it ignored
    study = objectives.Study()
    executor = Processes(2, start_method=sys.argv[1])
    executor.start(objectives.asleep, study)
    for number in range(2):
        executor.submit(objectives.StandIn(number))
    while len(study.reports) < 2:
        time.sleep(0.01)
    try:
        print(*[int(metrics["pid"]) for _, _, metrics in study.reports], flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        executor.close(cancel=True)
        print("closed")
"""


@posix
@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
def test_a_driver_that_is_killed_takes_its_workers_along(method):
    with _sleepers(method) as driver:
        pids = [int(pid) for pid in driver.stdout.readline().split()]
        assert len(pids) == 2 and all(map(_alive, pids))
        driver.kill()
        driver.wait(SECONDS)
        _wait_until(lambda: not any(map(_alive, pids)))


@posix
def test_ctrl_c_on_the_whole_terminal_is_the_drivers_to_handle():
    with _sleepers("spawn") as driver:
        pids = [int(pid) for pid in driver.stdout.readline().split()]
        os.killpg(driver.pid, signal.SIGINT)
        output, errors = driver.communicate(timeout=SECONDS)
        assert (output, errors) == ("closed\n", "")
        assert not any(map(_alive, pids))


def _sleepers(method):
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", SLEEPERS, method],
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _alive(pid):
    """Whether it runs; a dead process that nobody waited for (its driver is dead too) does not."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        pass
    if os.path.exists("/proc/self/stat"):
        return False
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _wait_until(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
