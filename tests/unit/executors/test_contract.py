"""What every executor promises, whatever it runs trials on."""

from __future__ import annotations

import multiprocessing
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import contextmanager

import executor_objectives as objectives
import pytest
from executor_objectives import StandIn, Study

from tunewright.errors import ReportError, StudyError, TrialPruned, WorkerDiedError
from tunewright.executors import Executor, Futures, Inline, Processes, RemoteTraceback, Threads
from tunewright.space import Domain
from tunewright.trial import Trial

SECONDS = 30


@contextmanager
def _inline():
    yield Inline()


@contextmanager
def _threads():
    yield Threads(2)


@contextmanager
def _processes():
    yield Processes(2)


@contextmanager
def _thread_futures():
    with ThreadPoolExecutor(2) as pool:
        yield Futures(pool)


@contextmanager
def _process_futures():
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield Futures(pool)


TABLE = {
    "inline": _inline,
    "threads": _threads,
    "processes": _processes,
    "futures-threads": _thread_futures,
    "futures-processes": _process_futures,
}
REMOTE = {"processes", "futures-processes"}


@pytest.fixture(scope="module", params=TABLE)
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def executor(kind):
    """One executor for the whole table: that it can be started again with another objective is part of the contract."""
    with TABLE[kind]() as made:
        yield made
        made.close()


@pytest.fixture
def run(executor):
    def run(objective, *configs, link=None):
        executor.start(objective, link or Study())
        return [executor.submit(StandIn(number, config)) for number, config in enumerate(configs)]

    return run


def test_it_is_an_executor(executor):
    assert isinstance(executor, Executor)
    assert executor.slots == (1 if isinstance(executor, Inline) else 2)


def test_results_are_what_the_objective_returned(run):
    futures = run(objectives.square, *({"x": x} for x in range(7)))
    assert [future.result(SECONDS) for future in futures] == [0, 1, 4, 9, 16, 25, 36]


def test_many_more_trials_than_slots(run):
    futures = run(objectives.number, *({} for _ in range(100)))
    assert [future.result(SECONDS) for future in futures] == list(range(100))


@pytest.mark.parametrize("error", [ValueError("too wide"), TrialPruned("enough"), objectives.Loaded(7), KeyError("x")])
def test_an_exception_keeps_its_class_and_content(run, error):
    (future,) = run(objectives.raised, {"error": error})
    raised = future.exception(SECONDS)
    assert type(raised) is type(error)
    assert raised.args == error.args


def test_an_exception_shows_where_it_was_raised(run, kind):
    (future,) = run(objectives.raised, {"error": ValueError("too wide")})
    raised = future.exception(SECONDS)
    if kind in REMOTE:
        assert isinstance(raised.__cause__, RemoteTraceback)
        text = str(raised.__cause__)
        assert "in deep" in text and "in raised" in text and "ValueError: too wide" in text
        assert "in evaluate" not in text  # the user's frames only
    else:
        names = []
        at = raised.__traceback__
        while at is not None:
            names.append(at.tb_frame.f_code.co_name)
            at = at.tb_next
        assert names[-1] == "deep"


def test_reports_arrive_and_the_stop_decision_travels_back(run):
    study = Study()
    futures = run(objectives.stopped_at, {}, {}, {}, link=study)
    assert [future.result(SECONDS) for future in futures] == [3, 3, 3]
    for number in range(3):
        assert [report for report in study.reports if report[0] == number] == [
            (number, step, {"loss": 1.0 / step}) for step in (1, 2, 3)
        ]


def test_suggestions_come_from_the_study(run):
    futures = run(objectives.suggested, {}, {})
    assert [future.result(SECONDS) for future in futures] == [
        {"number": number, "name": "lr", "domain": (0.0, 1.0)} for number in (0, 1)
    ]


def test_annotations_reach_the_study(run):
    study = Study()
    (future,) = run(objectives.annotated, {}, link=study)
    assert future.result(SECONDS) is None
    assert study.notes == [(0, "host", {"pid": 1})]


def test_what_the_study_refuses_is_raised_in_the_objective(run):
    (future,) = run(objectives.recovered_from_nonsense, {})
    assert future.result(SECONDS) == "no metric is called 'nonsense'"
    (future,) = run(objectives.reported_nonsense, {})
    assert isinstance(future.exception(SECONDS), ReportError)


def test_a_real_trial(executor):
    class Suggesting(Study):
        def suggest(self, number, name, domain):
            return {"rate": 0.25, "kind": "b"}[name] if isinstance(domain, Domain) else None

    study = Suggesting()
    executor.start(objectives.whole_trial, study)
    future = executor.submit(Trial(0, {"declared": 7}, study))
    assert future.result(SECONDS) == {"rate": 0.25, "kind": "b", "epochs": 3, "declared": 7}
    assert study.reports == [(0, step, {"loss": 0.25}) for step in (1, 2, 3)]
    assert study.notes == [(0, "epochs", 3)]


def test_an_objective_may_report_from_several_threads(run):
    study = Study()
    (future,) = run(objectives.busy, {}, link=study)
    assert future.result(SECONDS) == 8
    assert sorted(metrics["t"] for _, _, metrics in study.reports) == [float(i) for i in range(8)]


def test_ten_megabytes_come_back(run):
    (future,) = run(objectives.huge, {})
    assert len(future.result(SECONDS)) == 10 * 2**20


def test_a_result_that_cannot_travel_is_an_error_that_says_so(run, kind):
    (future,) = run(objectives.glass, {})
    if kind not in REMOTE:
        assert isinstance(future.result(SECONDS), objectives.Unsendable)
        return
    with pytest.raises(RuntimeError, match=r"Unsendable.*cannot be sent.*made of glass"):
        future.result(SECONDS)


def test_a_result_that_cannot_be_read_is_an_error_that_says_so(run, kind):
    (future,) = run(objectives.unreadable, {})
    if kind in REMOTE:
        with pytest.raises(RuntimeError, match=r"cannot be read here.*not here"):
            future.result(SECONDS)


def test_an_exception_that_does_not_load_comes_as_text(run, kind):
    (future,) = run(objectives.home_made, {})
    raised = future.exception(SECONDS)
    assert "salt and pepper" in str(raised)
    if kind in REMOTE:
        assert type(raised) is RuntimeError
        assert "HomeMadeError" in str(raised)
        assert "in home_made" in str(raised.__cause__)


def test_an_annotation_that_cannot_travel_is_an_error_in_the_objective(run, kind):
    (future,) = run(objectives.annotated_with_glass, {})
    if kind in REMOTE:
        with pytest.raises(TypeError, match=r"cannot be sent to the study.*made of glass"):
            future.result(SECONDS)


def test_a_choice_that_cannot_travel_costs_its_own_trial_alone(run, kind):
    futures = run(objectives.number, {"x": objectives.Unsendable()}, {})
    assert futures[1].result(SECONDS) == 1
    if kind in REMOTE:
        with pytest.raises(StudyError, match=r"trial 0 cannot be sent.*made of glass"):
            futures[0].result(SECONDS)
    else:
        assert futures[0].result(SECONDS) == 0


def test_leaving_by_sys_exit_costs_the_trial_alone(run, kind):
    if kind == "inline":
        with pytest.raises(SystemExit):
            run(objectives.fragile, {"die": "leave"})
        return
    futures = run(objectives.fragile, {"die": "leave"}, {}, {})
    with pytest.raises(WorkerDiedError, match="trial 0"):
        futures[0].result(SECONDS)
    assert [future.result(SECONDS) for future in futures[1:]] == [1, 2]


def test_submit_before_start_is_refused(kind):
    with TABLE[kind]() as fresh, pytest.raises(StudyError, match="not started"):
        fresh.submit(StandIn(0))


def test_closing_leaves_nothing_and_may_be_done_twice(kind):
    with TABLE[kind]() as fresh:
        threads, children = set(threading.enumerate()), set(multiprocessing.active_children())
        fresh.close()
        fresh.start(objectives.square, Study())
        future = fresh.submit(StandIn(0, {"x": 3}))
        fresh.close()
        assert future.done() and future.result() == 9
        fresh.close()
        fresh.close(cancel=True)
        if not isinstance(fresh, Futures):  # the user's pool keeps its own threads and processes
            assert set(threading.enumerate()) <= threads
            assert set(multiprocessing.active_children()) <= children
        assert not [thread for thread in set(threading.enumerate()) - threads if "tunewright" in thread.name]
        with pytest.raises(StudyError, match="not started"):
            fresh.submit(StandIn(1, {"x": 3}))
        fresh.start(objectives.square, Study())
        assert fresh.submit(StandIn(2, {"x": 4})).result(SECONDS) == 16
        fresh.close()


def test_cancelling_tells_everyone_who_waits(kind):
    if kind == "inline":
        return  # nothing waits
    study = Study()
    with TABLE[kind]() as fresh:
        fresh.start(_Gate.objective if kind not in REMOTE else objectives.process, study)
        _Gate.opened.clear()
        futures = [fresh.submit(StandIn(number)) for number in range(20)]
        threading.Timer(0.2, _Gate.opened.set).start()
        fresh.close(cancel=True)
        done, waiting = wait_for(futures, 5)
        assert not waiting
        for future in done:
            assert future.cancelled() or future.exception() is None or isinstance(future.exception(), WorkerDiedError)
        _Gate.opened.set()


def test_several_threads_may_close_at_once(kind):
    with TABLE[kind]() as fresh:
        for _ in range(5):
            fresh.start(objectives.number, Study())
            future = fresh.submit(StandIn(3))
            with ThreadPoolExecutor(4) as closers:
                for closing in [closers.submit(fresh.close) for _ in range(4)]:
                    closing.result(SECONDS)
            assert future.result(0) == 3


class _Gate:
    opened = threading.Event()

    @staticmethod
    def objective(trial):
        _Gate.opened.wait(5)
        return trial.number


def test_the_context_manager_closes(kind):
    with TABLE[kind]() as fresh:
        with fresh as same:
            assert same is fresh
            same.start(objectives.number, Study())
            future = same.submit(StandIn(5))
        assert future.result(0) == 5


def test_idle_executors_do_not_burn_time(kind):
    with TABLE[kind]() as fresh:
        fresh.start(objectives.number, Study())
        fresh.submit(StandIn(0)).result(SECONDS)
        before = time.process_time()
        time.sleep(0.2)
        assert time.process_time() - before < 0.1
        fresh.close()
