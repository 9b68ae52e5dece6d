"""A Ctrl-C between any two steps leaves a ledger that is whole: the change happened or it did not."""

from __future__ import annotations

import tracemalloc

import pytest

from tunewright.storage import Header, Memory
from tunewright.storage.ledger import Ledger
from tunewright.trial import TrialState


class Interrupted(list):
    """A list whose next change is interrupted."""

    armed = True

    def _interrupt(self):
        if self.armed:
            self.armed = False
            raise KeyboardInterrupt

    def append(self, item):
        self._interrupt()
        super().append(item)

    def __setitem__(self, place, item):
        self._interrupt()
        super().__setitem__(place, item)

    def __iadd__(self, items):
        self._interrupt()
        return super().__iadd__(items)


@pytest.fixture
def ledger():
    made = Ledger(Header("digits", "{}", {"loss": "minimize"}, 0))
    made.claim([], range(0, 2), [{"x": 0.0}, {"x": 1.0}], 1.0)
    return made


def finish(ledger, number):
    row = ledger.finished(number, ledger.revision + 1, TrialState.COMPLETE, {"loss": 1.0}, 2.0, None, None, None)
    return ledger.exchange_one(number, row)


def seen(ledger, since=0):
    changes = ledger.changes(since)
    taken = [item.revision for item in [*changes.records, *changes.reports]]
    assert len(set(taken)) == len(taken)
    return [(record.number, record.state) for record in changes.records], [report.step for report in changes.reports]


def test_an_interrupted_tell_did_not_happen(ledger):
    ledger._rows = Interrupted(ledger._rows)
    with pytest.raises(KeyboardInterrupt):
        finish(ledger, 0)
    assert seen(ledger) == ([(0, 0), (1, 0)], [])
    finish(ledger, 1)
    finish(ledger, 0)
    assert seen(ledger) == ([(1, 1), (0, 1)], [])


def test_an_interrupted_report_did_not_happen(ledger):
    ledger._reports = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        ledger.report(0, 5, {"loss": 1.0})
    assert seen(ledger)[1] == []
    ledger.report(0, 5, {"loss": 1.0})
    ledger.report(1, 6, {"loss": 1.0})
    assert seen(ledger)[1] == [5, 6]


def test_an_interrupted_claim_did_not_happen(ledger):
    ledger._rows = Interrupted(ledger._rows)
    with pytest.raises(KeyboardInterrupt):
        ledger.claim([], range(2, 4), [{"x": 2.0}, {"x": 3.0}], 1.0)
    assert seen(ledger)[0] == [(0, 0), (1, 0)]
    assert ledger.claim([], range(2, 3), [{"x": 2.0}], 1.0)[0] == [2]
    assert seen(ledger)[0] == [(0, 0), (1, 0), (2, 0)]


def test_a_trial_of_five_parameters_takes_less_than_700_bytes():
    memory = Memory()
    memory.create(Header("digits", "{}", {"loss": "minimize"}, 0))
    known = 1
    tracemalloc.start()
    try:
        for k in range(2000):
            config = {name: k + 0.5 for name in ("a", "b", "c", "d", "e")}
            memory.ask("digits", 1, known, lambda numbers, changes, config=config: [config], started=k + 0.25)
            known = memory.tell("digits", k, state=1, values={"loss": k + 0.125}, finished=k + 0.75)
        assert tracemalloc.get_traced_memory()[0] / 2000 < 700
    finally:
        tracemalloc.stop()
