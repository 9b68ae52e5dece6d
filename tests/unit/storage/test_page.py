"""docs/storage.md is true: every query on it runs, and what it says of the tables is so."""

from __future__ import annotations

import math
import re
import sqlite3
from pathlib import Path

import pytest

from tunewright.storage import Header, Sqlite, schema

PAGE = (Path(__file__).parents[3] / "docs" / "storage.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", PAGE, flags=re.DOTALL)

LOSSES = [0.9, 0.5, math.nan, math.inf, 0.1, None, -math.inf, 0.7]


@pytest.fixture
def database(tmp_path):
    """Eight trials of 'digits', the sixth failed, the last suggested when six were over, and a study beside it."""
    storage = Sqlite(tmp_path / "study.db")
    for name in ("other", "digits"):
        storage.create(Header(name, "{}", {"loss": "minimize"}, 2**64 - 1))
        for number, loss in enumerate(LOSSES):
            config = {"lr": math.inf if number == 2 else 10.0**-number, "optimizer": ["sgd", "adam"][number % 2]}
            config |= {"flag": True, "note": "nan", "none": None}
            storage.ask(name, 1, 0, lambda numbers, changes, config=config: [config], started=100.0)
            if number == len(LOSSES) - 1:
                storage.tell(name, 6, state=1, values={"loss": LOSSES[6]}, finished=101.0)
            if loss is None:
                storage.tell(name, number, state=3, values={}, error="ValueError: no", finished=0.0)
                continue
            for step in range(3):
                storage.report(name, number, step, {"loss": loss + step})
            if number != 6:
                storage.tell(name, number, state=1, values={"loss": loss, "time": 1}, finished=101.0)
    storage.close()
    connection = sqlite3.connect(tmp_path / "study.db")
    yield connection
    connection.close()


def test_the_page_has_its_five_queries():
    assert len(QUERIES) == 5


def test_best_trials_are_in_order(database):
    rows = database.execute(QUERIES[0]).fetchall()
    assert rows == [(6, -math.inf), (4, 0.1), (1, 0.5), (7, 0.7), (0, 0.9), (3, math.inf)]


def test_choices_are_compared(database):
    rows = database.execute(QUERIES[1]).fetchall()
    assert [(row[0], row[1], row[2]) for row in rows] == [("sgd", 4, -math.inf), ("adam", 3, 0.5)]


def test_failures_say_why(database):
    rows = database.execute(QUERIES[2]).fetchall()
    assert [(row[0], row[2]) for row in rows] == [(5, "ValueError: no")]


def test_a_curve_and_the_best(database):
    rows = database.execute(QUERIES[3]).fetchall()
    assert rows == [(0, math.inf, -math.inf), (1, math.inf, -math.inf), (2, math.inf, -math.inf)]


def test_what_was_known_before_a_trial(database):
    rows = database.execute(QUERIES[4]).fetchall()
    assert [row[0] for row in rows] == [0, 1, 2, 3, 4, 5, 6]
    assert rows[0][2] == '{"loss":0.9,"time":1.0}'
    assert rows[2][2] == '{"loss":"nan","time":1.0}'
    assert rows[5][2] is None  # failed without a value
    assert rows[6][2] is None  # was running when trial 7 was suggested, told later


def test_parameters_view(database):
    rows = dict(database.execute("SELECT name, value FROM parameters WHERE study = 'digits' AND trial = 2"))
    assert rows == {"lr": math.inf, "optimizer": "sgd", "flag": 1, "note": "nan", "none": None}


def test_seed_is_exact(database):
    assert database.execute("SELECT seed FROM studies").fetchall() == [("18446744073709551615",)] * 2


def test_every_column_is_on_the_page(database):
    objects = database.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')").fetchall()
    for (name,) in objects:
        if name.startswith("sqlite_"):
            continue
        assert f"**`{name}`**" in PAGE
        for column in database.execute(f"PRAGMA table_info({name})"):
            assert re.search(rf"`[^`]*\b{column[1]}\b[^`]*`", PAGE), f"{name}.{column[1]}"


def test_the_marks_of_the_file_are_on_the_page(database):
    assert f"`PRAGMA application_id` is {schema.APPLICATION_ID}" in PAGE
    assert f"now {schema.VERSION}." in PAGE
    assert database.execute("PRAGMA application_id").fetchone() == (schema.APPLICATION_ID,)


def test_no_statement_walks_over_all_trials(database):
    """Cost of an ask or a tell must not grow with the number of trials: every search is by an index."""
    from tunewright.storage import rows

    statements = [value for name, value in vars(rows).items() if re.match("_?(SELECT|UPDATE)_", name)]
    for statement in statements:
        if "SELECT id, name, space" in statement:
            continue
        plan = database.execute(f"EXPLAIN QUERY PLAN {statement}", (1,) * statement.count("?")).fetchall()
        assert not any("SCAN" in step[3] and "CONSTANT" not in step[3] for step in plan), (statement, plan)
    waiting = database.execute(f"EXPLAIN QUERY PLAN {rows.SELECT_WAITING}", (1, 1)).fetchall()
    assert "trials_waiting" in waiting[0][3]
