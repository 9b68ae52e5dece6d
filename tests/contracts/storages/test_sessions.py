"""Which process began what."""

from __future__ import annotations

import pytest
from tests.contracts.storages.calls import header, numbered, revision

from tunewright.errors import StudyNotFoundError


def test_sessions_are_numbered_and_know_the_trials_they_began_last(storage):
    storage.create(header())
    storage.create(header("other"))
    environments = [{"host": "a", "packages": {"numpy": "2"}}, {"host": "ü", "code": None}]
    assert [storage.enter("digits", environment) for environment in environments] == [0, 1]
    assert storage.enter("other", {}) == 0
    storage.ask("digits", 2, 0, numbered, session=0)
    storage.ask("digits", 1, 0, numbered, session=1)
    storage.ask("digits", 1, 0, numbered)
    storage.requeue("digits", 1)
    storage.ask("digits", 1, 0, numbered, session=1)
    first, second = storage.sessions("digits")
    assert (first.number, first.environment, first.trials) == (0, environments[0], (0,))
    assert (second.number, second.environment, second.trials) == (1, environments[1], (1, 2))
    assert 0.0 < first.started <= second.started
    assert storage.sessions("other")[0].trials == ()


def test_sessions_take_no_revision(storage):
    storage.create(header())
    before = revision(storage)
    storage.enter("digits", {"host": "a"})
    assert revision(storage) == before and storage.changes("digits", before).records == []


def test_sessions_go_with_their_study(storage):
    storage.create(header())
    storage.ask("digits", 1, 0, numbered, session=storage.enter("digits", {"host": "a"}))
    storage.delete("digits")
    with pytest.raises(StudyNotFoundError):
        storage.sessions("digits")
    storage.create(header())
    assert storage.sessions("digits") == []


def test_what_is_kept_of_a_session_is_a_copy(storage):
    storage.create(header())
    environment = {"command": ["a"]}
    storage.enter("digits", environment)
    environment["command"].append("b")
    storage.sessions("digits")[0].environment["command"].append("c")
    assert storage.sessions("digits")[0].environment == {"command": ["a"]}
