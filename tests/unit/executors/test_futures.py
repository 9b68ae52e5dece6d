"""Executors that the user made: pools of the standard library, and a real Dask cluster."""

from __future__ import annotations

import functools
import logging
import multiprocessing
import socket
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client

import executor_objectives as objectives
import pytest
from executor_objectives import StandIn, Study

from tunewright.errors import StudyError, WorkerDiedError
from tunewright.executors import Futures, executor_for

SECONDS = 30


def _spawned(workers=1):
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))


def test_a_broken_pool_costs_its_trials_and_refuses_the_next():
    with _spawned() as pool, Futures(pool) as executor:
        executor.start(objectives.fragile, Study())
        with pytest.raises(WorkerDiedError, match=r"trial 4 has no result: its executor failed with BrokenProcessPool"):
            executor.submit(StandIn(4, {"die": "exit"})).result(SECONDS)
        with pytest.raises(WorkerDiedError, match=r"takes no more trials: BrokenProcessPool.*Make a new one"):
            executor.submit(StandIn(5))


def test_the_users_pool_survives_close():
    with ThreadPoolExecutor(1) as pool:
        for _ in range(2):
            with Futures(pool) as executor:
                executor.start(objectives.square, Study())
                assert executor.submit(StandIn(0, {"x": 3})).result(SECONDS) == 9
        assert pool.submit(int, "7").result(SECONDS) == 7


def test_a_pool_that_was_shut_down_is_named():
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    with Futures(pool) as executor:
        executor.start(objectives.square, Study())
        with pytest.raises(WorkerDiedError, match="takes no more trials"):
            executor.submit(StandIn(0))


def test_an_objective_for_processes_must_travel():
    lock = threading.Lock()
    with _spawned() as pool, Futures(pool) as executor:
        executor.start(lambda trial: lock, Study())
        with pytest.raises(StudyError, match="cannot be sent to worker processes"):
            executor.submit(StandIn(0)).result(SECONDS)


def test_an_objective_in_threads_need_not_travel():
    lock = threading.Lock()
    with ThreadPoolExecutor(1) as pool, Futures(pool) as executor:
        executor.start(lambda trial: lock, Study())
        assert executor.submit(StandIn(0)).result(SECONDS) is lock


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")  # said by CPython 3.12+ of fork
def test_forked_workers_call_home_instead_of_using_their_copy_of_the_study():
    study = Study()
    with (
        ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as pool,
        Futures(pool) as executor,
    ):
        executor.start(objectives.stopped_at, study)
        assert executor.submit(StandIn(0)).result(SECONDS) == 3
        assert len(study.reports) == 3


def test_giving_up_hangs_up_and_leaves_the_pool_to_its_owner():
    study = Study()
    opened = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        executor = Futures(pool)
        executor.start(lambda trial: opened.wait(10), study)
        futures = [executor.submit(StandIn(number)) for number in range(3)]
        executor.close(cancel=True)
        assert all(isinstance(future.exception(0), WorkerDiedError) for future in futures)
        opened.set()
    assert all(isinstance(future.exception(0), WorkerDiedError) for future in futures)


def test_strangers_on_the_port_are_not_listened_to():
    study = Study()
    with _spawned() as pool, Futures(pool) as executor:
        executor.start(objectives.stopped_at, study)
        address = ("127.0.0.1", executor._board.port)
        with pytest.raises(AuthenticationError):
            Client(address, authkey=b"guess")
        with socket.create_connection(address) as silent, socket.create_connection(address) as noisy:
            noisy.sendall(b"\xff" * 1000)
            assert executor.submit(StandIn(0)).result(SECONDS) == 3
            executor.close()
            silent.settimeout(5)
            while silent.recv(1000):  # the challenge, then the end
                pass
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("tunewright")]


def test_the_address_that_workers_use_is_selectable():
    with _spawned() as pool, Futures(pool, host="0.0.0.0", address="localhost") as executor:
        executor.start(objectives.stopped_at, Study())
        assert executor.submit(StandIn(0)).result(SECONDS) == 3


def test_an_address_that_leads_nowhere_is_named():
    with _spawned() as pool, Futures(pool, address="nowhere.invalid") as executor:
        executor.start(objectives.stopped_at, Study())
        with pytest.raises(
            ConnectionError, match=r"cannot reach its study at nowhere\.invalid:\d+.*host=\"0\.0\.0\.0\""
        ):
            executor.submit(StandIn(0)).result(SECONDS)


def test_the_objective_travels_once():
    class Counted:
        packed = 0

        def __call__(self, trial):
            return trial.number

        def __reduce__(self):
            Counted.packed += 1
            return functools.partial, (objectives.number,)

    with _spawned() as pool, Futures(pool) as executor:
        executor.start(Counted(), Study())
        assert [executor.submit(StandIn(n)).result(SECONDS) for n in range(5)] == [0, 1, 2, 3, 4]
        assert Counted.packed == 1


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed")
    from dask import config

    quiet = {"distributed.worker.memory.terminate": False, "distributed.scheduler.allowed-failures": 0}
    with (
        config.set(quiet),
        distributed.LocalCluster(
            n_workers=2,
            processes=True,
            threads_per_worker=1,
            dashboard_address="127.0.0.1:0",  # None still tries port 8787, and warns when it is taken
            silence_logs=logging.CRITICAL,
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.mark.filterwarnings("ignore::DeprecationWarning:distributed", "ignore::ResourceWarning")
class TestDask:
    def test_results_errors_reports_and_decisions(self, cluster):
        study = Study()
        with executor_for(cluster.get_executor(), 2) as executor:
            assert isinstance(executor, Futures)
            executor.start(objectives.stopped_at, study)
            futures = [executor.submit(StandIn(number)) for number in range(10)]
            assert [future.result(SECONDS) for future in futures] == [3] * 10
            assert sorted((number, step) for number, step, _ in study.reports) == [
                (number, step) for number in range(10) for step in (1, 2, 3)
            ]
            executor.start(objectives.raised, study)
            error = executor.submit(StandIn(0, {"error": objectives.Loaded(5)})).exception(SECONDS)
            assert isinstance(error, objectives.Loaded) and error.code == 5
            assert "in deep" in str(error.__cause__)

    def test_both_processes_work(self, cluster):
        with Futures(cluster.get_executor(), 2) as executor:
            executor.start(objectives.process, Study())
            futures = [executor.submit(StandIn(number)) for number in range(20)]
            assert len({future.result(SECONDS) for future in futures}) == 2

    def test_the_same_trial_twice_runs_twice(self, cluster):
        """Dask takes equal calls of one function for one call, unless told."""
        study = Study()
        with Futures(cluster.get_executor(), 2) as executor:
            executor.start(objectives.annotated, study)
            for future in [executor.submit(StandIn(0)) for _ in range(2)]:
                future.result(SECONDS)
        assert len(study.notes) == 2

    def test_a_lambda_travels(self, cluster):
        offset = 3
        with Futures(cluster.get_executor(), 2) as executor:
            executor.start(lambda trial: trial.number + offset, Study())
            assert executor.submit(StandIn(4)).result(SECONDS) == 7

    def test_slots_must_be_given(self, cluster):
        with pytest.raises(ValueError, match="workers must be given for ClientExecutor"):
            executor_for(cluster.get_executor())
        with pytest.raises(ValueError, match=r"pass Client\.get_executor\(\)"):
            executor_for(cluster, 2)

    def test_giving_up(self, cluster):
        study = Study()
        executor = Futures(cluster.get_executor(), 2)
        executor.start(objectives.process, study)
        futures = [executor.submit(StandIn(number)) for number in range(30)]
        futures[0].result(SECONDS)
        began = time.monotonic()
        executor.close(cancel=True)
        assert time.monotonic() - began < 5
        assert all(future.done() for future in futures)

    def test_a_worker_that_dies_costs_its_trial_alone(self, cluster):
        with Futures(cluster.get_executor(), 2) as executor:
            executor.start(objectives.fragile, Study())
            lost = executor.submit(StandIn(0, {"die": "exit"}))
            with pytest.raises(WorkerDiedError, match="trial 0 has no result: its executor failed with KilledWorker"):
                lost.result(SECONDS)
            assert [executor.submit(StandIn(number)).result(SECONDS) for number in (1, 2, 3)] == [1, 2, 3]
