"""A study continued from its record goes on as if it had never stopped."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest

import tunewright as tw


def space():
    return tw.Space(
        lr=tw.Float(1e-5, 1e-1, log=True),
        opt=tw.Categorical("sgd", "adam", None, (1, "two"), 3.5, True),
        m=tw.Float(0.0, 1.0, when=tw.when("opt", "sgd")),
        n=tw.Int(1, 2**40, log=True),
    )


def objective(trial):
    if trial.number % 5 == 3:
        raise RuntimeError("unlucky")
    if trial.number % 7 == 6:
        return math.nan
    for epoch in trial.epochs(3):
        trial.report(loss=1.0 / (epoch + 1), seconds=0.1)
    if trial.number % 11 == 10:
        return math.inf
    return -math.log10(trial["lr"])


@pytest.mark.parametrize("cut", [0, 1, 13, 29])
def test_the_same_bits_and_the_same_record(tmp_path, cut):
    options = {"minimize": "loss", "strategy": tw.QuasiRandom(), "seed": 2**63 + 5}
    straight = tw.Study(space(), **options)
    straight.enqueue({"lr": 0.1, "opt": (1, "two"), "n": 7})
    straight.optimize(objective, 30)
    first = tw.Study(space(), **options, storage=tmp_path / "a.db", name="ü %?")
    first.enqueue({"lr": 0.1, "opt": (1, "two"), "n": 7})
    first.optimize(objective, cut)
    again = tw.Study.load(tmp_path / "a.db", "ü %?")
    again.optimize(objective, 30)
    for a, b in zip(straight.trials, again.trials, strict=True):
        assert a.config == b.config and [type(v) for v in a.config.values()] == [type(v) for v in b.config.values()]
        assert (a.state, a.error, a.metadata, a.reports) == (b.state, b.error, b.metadata, b.reports)
    for name in ("natives", "unit", "values", "states"):
        assert np.array_equal(getattr(straight.history, name), getattr(again.history, name), equal_nan=True)
    assert again.best_trial.number == straight.best_trial.number
    assert again.seed == 2**63 + 5


def test_naming_the_study_again_continues_it(tmp_path):
    def make():
        return tw.Study(space(), minimize="loss", storage=tmp_path / "a.db", name="mine")

    one = make().optimize(objective, 6)
    two = make()
    assert two.seed == one.seed and len(two.trials) == 6
    two.optimize(objective, 8)
    straight = tw.Study(space(), minimize="loss", seed=one.seed).optimize(objective, 8)
    assert [t.config for t in two.trials] == [t.config for t in straight.trials]


def test_a_memory_storage_shares_a_study_too():
    memory = tw.Memory()
    one = tw.Study(space(), minimize="loss", storage=memory, name="mine", seed=3).optimize(objective, 6)
    two = tw.Study.load(memory, "mine")
    assert [t.config for t in two.trials] == [t.config for t in one.trials]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"space": tw.Space(x=tw.Float(0, 1))}, "parameters"),
        ({"minimize": "other"}, "objectives"),
        ({"minimize": None, "maximize": "loss"}, "objectives"),
        ({"seed": 99}, "seed"),
    ],
)
def test_another_study_of_the_same_name_is_refused_and_nothing_is_lost(tmp_path, change, words):
    options = {"space": space(), "minimize": "loss", "seed": 1, "storage": tmp_path / "a.db", "name": "mine"}
    tw.Study(**options).optimize(objective, 6)
    with pytest.raises(tw.errors.StudyExistsError, match=words):
        tw.Study(**options | change)
    assert len(tw.Study.load(tmp_path / "a.db").trials) == 6


def test_loading_says_what_is_there(tmp_path):
    with pytest.raises(tw.errors.StorageError):
        tw.Study.load(tmp_path / "nowhere" / "a.db")
    with pytest.raises(tw.errors.StudyError, match="needs the storage"):
        tw.Study.load("memory")
    for name in ("one", "two"):
        tw.Study(space(), minimize="loss", storage=tmp_path / "a.db", name=name)
    with pytest.raises(tw.errors.StudyError, match="'one', 'two'"):
        tw.Study.load(tmp_path / "a.db")
    with pytest.raises(tw.errors.StudyNotFoundError, match="one"):
        tw.Study.load(tmp_path / "a.db", "three")


def test_a_damaged_file_is_left_alone(tmp_path):
    file = tmp_path / "a.db"
    file.write_bytes(b"this is no database at all, " * 100)
    before = file.read_bytes()
    with pytest.raises(tw.errors.DamagedFileError):
        tw.Study(space(), minimize="loss", storage=file)
    assert file.read_bytes() == before


def test_an_unwritable_place_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(tw.errors.StorageError, match="file"):
        tw.Study(space(), minimize="loss", storage=tmp_path / "file" / "a.db")


def test_objects_as_choices_need_the_space_again(tmp_path):
    class Adam:
        pass

    make = tw.Space(opt=tw.Categorical(Adam, print))
    tw.Study(make, minimize="loss", storage=tmp_path / "a.db", seed=0).optimize(lambda t: 1.0, 2)
    with pytest.raises(tw.errors.SpaceError):
        tw.Study.load(tmp_path / "a.db")
    again = tw.Study.load(tmp_path / "a.db", space=make)
    assert {t.config["opt"] for t in again.trials} == {Adam, print}


def test_the_strategy_may_change(tmp_path):
    tw.Study(space(), minimize="loss", storage=tmp_path / "a.db", seed=0).optimize(objective, 5)
    changed = tw.Study.load(tmp_path / "a.db", strategy=tw.QuasiRandom()).optimize(objective, 10)
    assert tw.Study.load(tmp_path / "a.db").strategy == tw.QuasiRandom()
    assert len(changed.trials) == 10


def test_notes(tmp_path):
    tw.Study(space(), minimize="loss", storage=tmp_path / "a.db").note("paper", ["a", 1])
    assert tw.Study.load(tmp_path / "a.db").notes == {"paper": ["a", 1]}


def test_what_two_open_studies_note_is_all_there(tmp_path):
    one, two = (tw.Study(space(), minimize="loss", storage=tmp_path / "a.db", seed=0) for _ in range(2))
    one.note("mine", 1)
    two.note("theirs", 2)
    assert two.notes == tw.Study.load(tmp_path / "a.db").notes == {"mine": 1, "theirs": 2}
    assert one.notes == {"mine": 1}
    one.note("mine", 3)
    assert one.notes == {"mine": 3, "theirs": 2}
    tw.Study.load(tmp_path / "a.db", scheduler=tw.ASHA(max_resource=9))  # which is in the options beside them
    assert tw.Study.load(tmp_path / "a.db").notes == {"mine": 3, "theirs": 2}


def test_notes_of_processes_that_race_are_all_there(tmp_path):
    tw.Study(space(), minimize="loss", storage=tmp_path / "a.db", seed=0)
    script = (
        "import sys, tunewright as tw\n"
        "study = tw.Study.load(sys.argv[1])\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "for k in range(25): study.note(f'{sys.argv[2]}/{k}', k)\n"
    )
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path / "a.db"), who],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for who in "ab"
    ]  # fmt: skip
    for racer in racers:
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        racer.stdin.write("go\n")
        racer.stdin.flush()
    for racer in racers:
        racer.communicate(timeout=60)
        assert racer.returncode == 0
    assert len(tw.Study.load(tmp_path / "a.db").notes) == 50


def test_workers_on_a_stored_study(tmp_path):
    straight = tw.Study(space(), minimize="loss", seed=0, strategy=tw.Random()).optimize(objective, 24)
    for executor in ("threads", "processes"):
        study = tw.Study(space(), minimize="loss", storage=tmp_path / f"{executor}.db", seed=0, strategy=tw.Random())
        study.optimize(objective, 24, workers=3, executor=executor)
        again = tw.Study.load(tmp_path / f"{executor}.db")
        for a, b in zip(straight.trials, again.trials, strict=True):
            assert (a.config, a.state, a.error, a.reports) == (b.config, b.state, b.error, b.reports)
