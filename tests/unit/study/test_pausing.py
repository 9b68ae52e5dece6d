"""The study's side of schedulers: stop, pause, promotion, dismissal, and what an interruption leaves."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

import tunewright as tw
from tunewright.errors import StudyError, TrialFinishedError
from tunewright.schedulers import Decision, Judge, registry

RUNGS = (1, 2, 4)
PAUSED, WAITING, RUNNING = tw.TrialState.PAUSED, tw.TrialState.WAITING, tw.TrialState.RUNNING
COMPLETE, PRUNED = tw.TrialState.COMPLETE, tw.TrialState.PRUNED


class Halving(Judge):
    """Everybody pauses at the rungs 1 and 2; the better half of those that reached a rung go on."""

    def __init__(self, history, dismissing):
        self.history = history
        self.dismissing = dismissing

    def decide(self, row):
        step = self.history.reports.at(row)[1]
        return Decision.PAUSE if step in RUNGS[:-1] else Decision.CONTINUE

    def resource(self, number):
        return next((rung for rung in RUNGS if rung > self.history.reports.last_step(number)), RUNGS[-1])

    def better_half(self, rung):
        reports = self.history.reports
        there = [number for number in range(self.history.n) if reports.has(number, rung)]
        ordered = sorted(there, key=lambda number: reports.curve(number)[rung]["loss"])
        return ordered[: len(there) // 2], ordered

    def promote(self):
        for rung in RUNGS[-2::-1]:
            for number in self.better_half(rung)[0]:
                if self.paused_at(number, rung):
                    return number
        return None

    def paused_at(self, number, rung):
        return self.history.states[number] == PAUSED and self.history.reports.last_step(number) == rung

    def dismissed(self):
        return [n for n in range(self.history.n) if self.dismissing and self.history.states[n] == PAUSED]


@dataclass(frozen=True)
class Promotion:
    dismissing: bool = False

    def check(self, directions):
        pass

    def judge(self, history):
        return Halving(history, self.dismissing)

    def to_json(self):
        return {"scheduler": "Promotion"}


@dataclass(frozen=True)
class StopAt:
    step: int

    def check(self, directions):
        pass

    def judge(self, history):
        class Stopping(Judge):
            def decide(_, row):
                return Decision.STOP if history.reports.at(row)[1] >= self.step else Decision.CONTINUE

        return Stopping()

    def to_json(self):
        return {"scheduler": "StopAt"}


def study(storage="memory", scheduler=None, **how):
    how = {"minimize": "loss", "seed": 3} | how
    return tw.Study(tw.Space(x=tw.Float(0.0, 1.0)), storage=storage, scheduler=scheduler or Promotion(), **how)


def objective(trial):
    for epoch in trial.epochs(100):
        trial.report(loss=trial["x"] + 1.0 / (epoch + 1))
    return trial["x"]


def silent(trial):
    return trial["x"] + 1.0 / trial.resource


@pytest.fixture(params=["memory", "Memory", "file"])
def storage(request, tmp_path):
    return {"memory": "memory", "Memory": tw.Memory(), "file": str(tmp_path / "a.db")}[request.param]


def steps(s):
    return [list(trial.reports) for trial in s.trials]


def checked(s, n):
    """Eight trials begin, the better four go to the second rung, two of them to the end."""
    reached = [max(curve) for curve in steps(s)]
    assert len(reached) == n
    assert all(curve == list(range(1, top + 1)) for curve, top in zip(steps(s), reached, strict=True))
    assert [sum(top >= rung for top in reached) for rung in RUNGS] >= [n, n // 2, n // 4]
    for trial, top in zip(s.trials, reached, strict=True):
        assert trial.state is (COMPLETE if top == 4 else PAUSED)
    assert max(reached) == 4 and min(reached) == 1


@pytest.mark.parametrize("scheduler", [Promotion(), tw.ASHA(4, reduction_factor=2, promotion=True)])
def test_what_is_reported_after_the_word_to_pause_is_left_out_until_it_is_promoted(storage, scheduler, caplog):
    s = study(storage, scheduler)
    one, two = s.ask(2)
    assert one.report(1, loss=0.5) and two.report(1, loss=0.7)
    for step in (2, 4):
        assert one.report(step, loss=0.1) and one.should_stop
    assert two.report(2, loss=0.1)
    (warning,) = caplog.messages
    assert warning.startswith("trial 0 was told to pause at step 1 and reported step 2, which is not recorded")
    s.tell(one, 0.1), s.tell(two, 0.7)
    assert [trial.state for trial in s.trials] == [PAUSED, PAUSED] and steps(s) == [[1], [1]]
    again = s.ask()
    assert (again.number, again.resource) == (0, 2)
    assert again.report(2, loss=0.1)
    assert steps(s) == [[1, 2], [1]]


def deaf(trial):
    """Trains to the end, whatever it is told."""
    done = trial.load() or []
    for epoch in range(len(done), 4):
        done = [*done, epoch]
        trial.report(epoch + 1, loss=trial["x"] + 1.0 / (epoch + 1))
        trial.save(done, step=epoch + 1)
    return trial["x"]


def test_what_is_saved_after_the_word_to_pause_leaves_no_file(storage):
    s = study(storage)
    trial = s.ask()
    assert trial.report(1, loss=0.5)
    trial.save("at the pause", step=1)
    (kept,) = s.home.depot(0).keys()
    trial.save("beyond", step=2)
    assert s.home.depot(0).keys() == [kept] and trial.load() == "at the pause"


def test_a_trial_that_has_paused_stays_as_it_is_until_it_goes_on(storage):
    s = study(storage)
    one, two = s.ask(2)
    for trial, loss in ((one, 0.5), (two, 0.7)):
        trial.report(1, loss=loss)
        trial.save(f"{trial.number} at the pause", step=1)
        s.tell(trial, loss)
    assert one.report(2, loss=0.1) and two.report(2, loss=0.0)  # by what still works for them
    one.save("beyond", step=2)
    assert steps(s) == [[1], [1]] and len(s.home.depot(0).keys()) == 2
    again = s.ask()
    assert again.number == 0 and again.load() == "0 at the pause"
    again.report(2, loss=0.1)
    again.save("later", step=2)
    assert steps(s) == [[1, 2], [1]] and s.load_state(0) == "later"


def test_a_paused_trial_that_was_dismissed_says_that_it_is_over(storage):
    s = study(storage, Promotion(dismissing=True))
    trial = s.ask()
    trial.report(1, loss=0.5)
    s.tell(trial, 0.5)
    s.ask()
    with pytest.raises(TrialFinishedError):
        trial.report(2, loss=0.1)


@pytest.mark.parametrize("executor", ["inline", "threads", "processes"])
def test_an_objective_that_does_not_listen_ends_nothing_and_gains_nothing(tmp_path, executor):
    s = study(str(tmp_path / "a.db")).optimize(deaf, 8, workers=1 if executor == "inline" else 2, executor=executor)
    checked(s, 8)
    for trial in s.trials:
        if trial.state is PAUSED:  # what it trained after the word to pause is gone: the state is that of the pause
            assert s.load_state(trial) == list(range(max(trial.reports)))
    assert len(s.home.depot(0).keys()) <= 3  # as equal states are one file: of one, two and four epochs


@pytest.mark.parametrize("workers", [1, 3])
def test_paused_trials_go_on_before_new_ones_begin(storage, workers):
    s = study(storage).optimize(objective, trials=8, workers=workers, executor="inline" if workers == 1 else "threads")
    checked(s, 8)
    assert s.best_trial.state is COMPLETE


def test_in_processes(tmp_path):
    place = str(tmp_path / "a.db")
    study(place).optimize(objective, trials=8, workers=2, executor="processes")
    checked(tw.Study.load(place), 8)


def test_a_trial_may_return_its_value_instead_of_reporting(storage):
    s = study(storage).optimize(silent, trials=8)
    assert sorted({max(curve) for curve in steps(s)}) == list(RUNGS)
    assert all(set(curve) <= set(RUNGS) for curve in steps(s))
    done = [trial for trial in s.trials if trial.state is COMPLETE]
    assert done and all(trial.value == trial.config["x"] + 0.25 for trial in done)


def test_a_paused_trial_counts_as_begun_and_keeps_its_reports_when_loaded_again(tmp_path):
    place = str(tmp_path / "a.db")
    study(place).optimize(objective, trials=8)
    again = tw.Study.load(place, scheduler=Promotion())
    before = steps(again)
    again.optimize(objective, trials=8)
    assert steps(again) == before
    again.optimize(objective, trials=16)
    assert again.history.n == 16 and max(map(len, steps(again))) == 4
    assert [new[: len(old)] for old, new in zip(before, steps(again), strict=False)] == before


def test_ask_and_tell_see_promotion():
    s = study()
    first, second = s.ask(2)
    assert (first.resource, first.resumed) == (1, 0)
    assert first.report(step=1, loss=1.0) and first.should_stop
    s.tell(first, 1.0)
    assert s.trials[0].state is PAUSED and s.trials[0].values is None
    assert second.report(step=1, loss=2.0)
    s.tell(second)  # it was told to end: no value is needed
    resumed = s.ask()
    assert (resumed.number, resumed.resource, resumed.resumed, resumed.config) == (0, 2, 1, first.config)
    assert not resumed.report(step=1, loss=9.0)  # again from the start: the record has this step already
    assert s.trials[0].reports == {1: {"loss": 1.0}}
    assert resumed.report(step=2, loss=0.5)
    assert s.trials[0].reports == {1: {"loss": 1.0}, 2: {"loss": 0.5}}
    assert resumed.report(step=2, loss=0.9) and s.trials[0].reports[2] == {"loss": 0.5}
    s.tell([resumed], [0.5])
    assert s.trials[0].state is PAUSED
    assert s.ask().number == 2


def test_pruning_raised_by_a_trial_that_shall_pause_pauses_it(storage):
    def raising(trial):
        if trial.report(step=trial.resource, loss=trial["x"]):
            raise tw.TrialPruned
        return trial["x"]

    s = study(storage).optimize(raising, trials=4)
    assert {trial.state for trial in s.trials} == {PAUSED, COMPLETE}


def test_a_failure_ends_a_trial_whatever_it_was_told():
    s = study()
    trial = s.ask()
    trial.report(step=1, loss=1.0)
    s.tell(trial, state="failed", error="fire")
    assert s.trials[0].state is tw.TrialState.FAILED
    assert s.ask().number == 1


def test_dismissed_trials_end_with_what_they_reported(storage):
    s = study(storage, Promotion(dismissing=True)).optimize(objective, trials=3)
    assert s.begin(3) is None
    assert {trial.state for trial in s.trials} <= {PRUNED, COMPLETE}
    pruned = [trial for trial in s.trials if trial.state is PRUNED]
    assert pruned and all(trial.values == trial.reports[max(trial.reports)] for trial in pruned)


def test_a_stopped_trial_is_pruned(storage):
    s = study(storage, StopAt(3)).optimize(objective, trials=2)
    assert [trial.state for trial in s.trials] == [PRUNED] * 2 and steps(s) == [[1, 2, 3]] * 2
    assert [trial.value for trial in s.trials] == [trial.config["x"] for trial in s.trials]


class TestInterruption:
    def test_a_trial_that_was_to_pause_and_save_does_so_when_it_runs_again(self, storage):
        s = study(storage)
        trial = s.ask()
        trial.save("before", step=0)
        trial.report(step=1, loss=1.0)  # its process dies here
        s.requeue(trial)
        again = s.ask()
        assert (again.number, again.load()) == (0, "before")
        assert again.report(step=1, loss=1.0)  # told to end once more
        again.save("after")
        s.tell(again, 1.0)
        assert s.trials[0].state is PAUSED and s.load_state(0) == "after"
        assert s.trials[0].reports == {1: {"loss": 1.0}}

    def test_a_trial_that_was_told_to_pause_is_paused(self, storage):
        s = study(storage)
        trial = s.ask()
        trial.report(step=1, loss=1.0)
        s.requeue(trial)
        assert s.trials[0].state is PAUSED and s.ask().number == 1

    def test_a_trial_that_was_told_to_stop_is_pruned(self, storage):
        s = study(storage, StopAt(2))
        trial = s.ask()
        trial.report(step=2, loss=1.5)
        assert s.recover() == [0]
        assert s.trials[0].state is PRUNED and s.trials[0].value == 1.5

    def test_a_trial_in_between_goes_on_with_its_reports(self, storage):
        s = study(storage, StopAt(5))
        trial = s.ask()
        trial.report(step=1, loss=1.0)
        trial.report(step=2, loss=2.0)
        s.requeue(trial)
        assert s.trials[0].state is WAITING
        again = s.ask()
        assert (again.number, again.resumed) == (0, 2)
        for step in (1, 2, 3):
            assert not again.report(step=step, loss=9.0)
        assert s.trials[0].reports == {1: {"loss": 1.0}, 2: {"loss": 2.0}, 3: {"loss": 9.0}}

    def test_a_trial_that_said_nothing_begins_anew(self, storage):
        s = study(storage)
        s.requeue(s.ask())
        again = s.ask()
        assert (again.number, again.resumed) == (0, 0)

    def test_another_process_goes_on(self, tmp_path):
        place = str(tmp_path / "a.db")
        s = study(place, StopAt(5))
        s.ask().report(step=1, loss=1.0)
        other = tw.Study.load(place, scheduler=StopAt(5))
        assert other.recover() == [0]
        again = other.ask()
        assert again.resumed == 1 and not again.report(step=1, loss=7.0) and not again.report(step=2, loss=2.0)
        assert tw.Study.load(place).trials[0].reports == {1: {"loss": 1.0}, 2: {"loss": 2.0}}


def test_of_two_processes_one_promotes(tmp_path):
    place = str(tmp_path / "a.db")
    first, second = study(place), study(place)
    for trial, loss in zip(first.ask(2), (1.0, 2.0), strict=True):
        trial.report(step=1, loss=loss)
        first.tell(trial)
    second.ledger.refresh()
    promoted = first.ask()
    assert promoted.number == 0
    stale = second._referee
    second.ledger.refresh, refresh = lambda: None, second.ledger.refresh
    with pytest.raises(StudyError):  # a record that stays stale must not loop
        stale.call(1)
    second.ledger.refresh = refresh
    assert second.ask().number == 2


def test_exhaustion_waits_for_trials_that_may_pause():
    s = tw.Study(tw.Space(c=tw.Categorical(*"abcd")), minimize="loss", scheduler=Promotion(), seed=0)
    s.optimize(lambda trial: objective_of_choice(trial), trials=100, workers=2, executor="threads")
    assert s.history.n == 4 and "every configuration" in s.stop_reason
    assert sorted(max(curve) for curve in steps(s))[-1] == 4


def objective_of_choice(trial):
    for epoch in trial.epochs(4):
        trial.report(loss=ord(trial["c"]) + 1.0 / (epoch + 1))
    return float(ord(trial["c"]))


def test_callbacks_hear_of_endings_only():
    heard = []
    s = study().optimize(objective, trials=8, callbacks=[lambda _, trial: heard.append((trial.number, trial.state))])
    assert heard == [(trial.number, COMPLETE) for trial in s.trials if trial.state is COMPLETE]


class TestTheRecordNamesTheScheduler:
    def test_ones_own_has_to_be_given_again_before_the_study_goes_on(self, tmp_path):
        place = str(tmp_path / "a.db")
        study(place).optimize(objective, trials=4)
        looking = tw.Study.load(place)
        looking.note("seen", True)
        assert looking.scheduler is None and looking.history.n == 4
        for go in (looking.ask, lambda: looking.optimize(objective, trials=8)):
            with pytest.raises(StudyError, match=r"scheduler 'Promotion'.*Study.load\(..., scheduler=...\)"):
                go()
        assert tw.Study.load(place, scheduler=Promotion()).optimize(objective, trials=8).history.n == 8

    def test_a_known_one_is_built_again(self, tmp_path, monkeypatch):
        monkeypatch.setitem(registry._MAKERS, "Promotion", lambda options: Promotion())
        place = str(tmp_path / "a.db")
        study(place).optimize(objective, trials=4)
        assert tw.Study.load(place).scheduler == Promotion()
        assert tw.Study.load(place, scheduler=StopAt(1)).scheduler == StopAt(1)
        with pytest.raises(StudyError, match="'StopAt'"):  # the last one given is the one recorded
            tw.Study.load(place).ask()
