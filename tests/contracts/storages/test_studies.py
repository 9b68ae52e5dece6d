"""Studies: made, found, changed, forgotten."""

from __future__ import annotations

import math
import threading

import pytest
from tests.contracts.storages.calls import ask, header, revision

from tunewright.errors import StudyError, StudyExistsError, StudyNotFoundError
from tunewright.storage import Storage, Tell


def test_each_storage_is_a_storage(storage):
    assert isinstance(storage, Storage)


def test_create_then_header_returns_what_was_given(storage):
    wanted = header(seed=2**64 - 1, options={"nested": {"list": [1, 2.5, None, True, "ü"]}})
    assert storage.create(wanted) == wanted
    assert storage.header("digits") == wanted
    assert list(storage.header("digits").objectives) == ["loss", "accuracy"]
    assert storage.names() == ["digits"]


def test_create_again_returns_the_study_that_is_there(storage):
    storage.create(header())
    ask(storage)
    again = storage.create(header(space='{"lr":[0,1]}', options={"other": 2}, created=99.0))
    assert again == header()  # as it was created: same space however it is spaced
    assert len(storage.changes("digits", 0).records) == 1


@pytest.mark.parametrize(
    ("parts", "named"),
    [
        ({"space": "{}"}, "space"),
        ({"objectives": {"accuracy": "maximize", "loss": "minimize"}}, "objectives"),
        ({"objectives": {"loss": "maximize", "accuracy": "maximize"}}, "objectives"),
        ({"seed": 8}, "seed"),
        ({"seed": 8, "space": "{}"}, "space and seed"),
    ],
)
def test_two_studies_of_one_name_say_what_differs(storage, parts, named):
    storage.create(header())
    with pytest.raises(StudyExistsError, match=f"'digits' with a different {named}"):
        storage.create(header(**parts))
    assert storage.header("digits") == header()


def test_unknown_study_lists_those_that_are_there(storage):
    with pytest.raises(StudyNotFoundError, match="no study 'ghost'.*no study yet"):
        storage.header("ghost")
    storage.create(header("one"))
    storage.create(header("two"))
    for call in (
        lambda: storage.header("ghost"),
        lambda: storage.delete("ghost"),
        lambda: storage.update("ghost", space="{}"),
        lambda: storage.amend("ghost", notes={"a": 1}),
        lambda: storage.ask("ghost", 1, 0),
        lambda: storage.place("ghost", {0: {}}),
        lambda: storage.place_new("ghost", {0: {}}, 0),
        lambda: storage.tell("ghost", 0, state=1, values={}, finished=1.0),
        lambda: storage.tell_many("ghost", [Tell(0, 1, {}, 1.0)]),
        lambda: storage.report("ghost", 0, 0, {}),
        lambda: storage.annotate("ghost", 0, {}),
        lambda: storage.enqueue("ghost", [{}]),
        lambda: storage.requeue("ghost", 0),
        lambda: storage.pause("ghost", 0),
        lambda: storage.resume("ghost", 0),
        lambda: storage.changes("ghost", 0),
    ):
        with pytest.raises(StudyNotFoundError, match="no study 'ghost'.*'one', 'two'"):
            call()


def test_studies_do_not_know_each_other(storage):
    storage.create(header("one"))
    storage.create(header("two", seed=3))
    assert ask(storage, 3, name="one").numbers == [0, 1, 2]
    assert ask(storage, 2, name="two").numbers == [0, 1]
    assert len(storage.changes("one", 0).records) == 3
    assert revision(storage, "two") == 3


def test_delete_forgets_and_the_name_is_free_again(storage):
    storage.create(header("other"))
    storage.create(header())
    ask(storage, 3)
    storage.report("digits", 0, 0, {"loss": 1.0})
    storage.delete("digits")
    assert storage.names() == ["other"]
    with pytest.raises(StudyNotFoundError):
        storage.changes("digits", 0)
    storage.create(header(seed=99))
    assert storage.changes("digits", 0).records == []
    assert storage.changes("digits", 0).reports == []
    assert ask(storage).numbers == [0]


@pytest.mark.parametrize("name", ["größe", "数字 🎲", "it's; DROP TABLE trials --", "100% ? #1", "a/b\\c", " "])
def test_any_text_is_a_name(storage, name):
    storage.create(header(name))
    assert ask(storage, name=name).numbers == [0]
    assert storage.names() == [name]
    assert storage.header(name).name == name


@pytest.mark.parametrize(
    "parts",
    [
        {"name": ""},
        {"name": "a\0b"},
        {"name": "\ud800"},
        {"seed": -1},
        {"seed": 2**64},
        {"seed": True},
        {"objectives": {}},
        {"objectives": {"loss": "down"}},
        {"space": None},
        {"created": math.nan},
    ],
)
def test_a_header_checks_itself(parts):
    with pytest.raises(StudyError, match=next(iter(parts))):
        header(**parts)


def test_update_is_seen_by_those_who_ask_for_changes(storage):
    storage.create(header())
    before = storage.changes("digits", 0)
    assert before.header == header()
    assert storage.changes("digits", before.revision).header is None
    assert storage.update("digits", space='{"grown": 1}', options={"b": [2]}) == before.revision + 1
    after = storage.changes("digits", before.revision)
    assert after.header == header(space='{"grown": 1}', options={"b": [2]})
    assert storage.header("digits") == after.header
    storage.update("digits", strategy={"kind": "grid"})
    assert storage.header("digits").strategy == {"kind": "grid"}
    assert storage.header("digits").options == {"b": [2]}


def test_amend_sets_what_is_named_and_leaves_the_rest(storage):
    storage.create(header(options={"a": 1, "b": [2], "notes": {"paper": "x", "old": 1}}))
    before = storage.changes("digits", 0).revision
    assert storage.amend("digits", notes={"old": 2, "new": [3]}, options={"a": None}) == before + 1
    assert storage.header("digits").options == {"a": None, "b": [2], "notes": {"paper": "x", "old": 2, "new": [3]}}
    assert storage.changes("digits", before).header == storage.header("digits")


def test_amend_makes_the_first_note_and_copies_it(storage):
    storage.create(header(options={}))
    given = {"list": [1]}
    storage.amend("digits", notes={"mine": given})
    given["list"].append(2)
    assert storage.header("digits").options == {"notes": {"mine": {"list": [1]}}}


def test_threads_that_amend_at_once_lose_nothing(storage):
    storage.create(header(options={}))
    together = threading.Barrier(4)

    def write(who):
        together.wait()
        for k in range(20):
            storage.amend("digits", notes={f"{who}/{k}": k})

    threads = [threading.Thread(target=write, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(storage.header("digits").options["notes"]) == 80


def test_reshape_happens_only_on_what_was_known(storage):
    storage.create(header())
    ask(storage)
    assert storage.reshape("digits", "wider", 0) is None
    known = revision(storage)
    assert storage.reshape("digits", "wider", known) == known + 1
    changes = storage.changes("digits", known)
    assert (changes.revision, changes.header.space) == (known + 1, "wider")
    assert storage.reshape("digits", "wider still", known) is None
    with pytest.raises(StudyNotFoundError):
        storage.reshape("letters", "wider", 0)
