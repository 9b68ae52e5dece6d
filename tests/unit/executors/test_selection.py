"""From the arguments of optimize to an executor."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tunewright.executors import Futures, Inline, Processes, Threads, executor_for


@pytest.mark.parametrize(
    ("executor", "workers", "expected", "slots"),
    [
        (None, None, Inline, 1),
        (None, 1, Inline, 1),
        (None, 3, Processes, 3),
        ("inline", None, Inline, 1),
        ("inline", 1, Inline, 1),
        ("threads", None, Threads, 1),
        ("threads", 4, Threads, 4),
        ("processes", 1, Processes, 1),
        ("processes", 8, Processes, 8),
    ],
)
def test_names_and_workers(executor, workers, expected, slots):
    made = executor_for(executor, workers)
    assert type(made) is expected
    assert made.slots == slots


@pytest.mark.parametrize("workers", [0, -1, 1.5, True, False, "2", float("nan")])
@pytest.mark.parametrize("executor", [None, "inline", "threads", "processes"])
def test_bad_workers_are_named(executor, workers):
    with pytest.raises(ValueError, match="workers must be a whole number of at least 1"):
        executor_for(executor, workers)


def test_inline_has_one_slot():
    with pytest.raises(ValueError, match="one trial at a time"):
        executor_for("inline", 2)


def test_an_executor_of_ours_is_itself():
    mine = Threads(3)
    assert executor_for(mine) is mine
    assert executor_for(mine, 1) is mine


def test_an_executor_of_the_standard_library():
    with ThreadPoolExecutor(3) as pool:
        assert isinstance(executor_for(pool), Futures)
        assert executor_for(pool).slots == 3
        assert executor_for(pool, 2).slots == 2


@pytest.mark.parametrize("executor", ["process", "", 3, object(), Threads, ThreadPoolExecutor])
def test_anything_else_is_refused(executor):
    with pytest.raises(ValueError, match='executor must be None, "inline", "threads", "processes"'):
        executor_for(executor, 2)


def test_a_silent_executor_needs_workers():
    class Silent:
        def submit(self, call, *args): ...

    with pytest.raises(ValueError, match="workers must be given for Silent"):
        executor_for(Silent())
    assert executor_for(Silent(), 5).slots == 5


def test_a_client_is_not_an_executor():
    class Client:
        def submit(self, call, *args): ...

        def get_executor(self): ...

    with pytest.raises(ValueError, match=r"pass Client\.get_executor\(\)"):
        executor_for(Client(), 2)
