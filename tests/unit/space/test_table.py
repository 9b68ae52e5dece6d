"""A space that is a list of configurations."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import tunewright as tw

ROWS = [{"lr": 0.1, "net": "a"}, {"lr": 0.2, "net": "b"}, {"lr": 0.4, "net": "a"}, {"lr": 0.2, "net": "b"}]


def conditional():
    return tw.Space(net=tw.Categorical("a", "b"), rate=tw.Float(0.0, 1.0, when=tw.when("net", "b")))


def test_rows_keep_their_order_and_count_once():
    table = tw.Table(ROWS)
    assert table.configs(table.rows) == ROWS[:3]
    assert table.size == 3
    assert table["lr"] == tw.Float(0.1, 0.4) and table["net"] == tw.Categorical("a", "b")


def test_configurations_columns_and_arrays_mean_the_same():
    configs = [{"x": 1, "y": 0.5}, {"x": 3, "y": 0.25}]
    columns = tw.Table({"x": [1, 3], "y": [0.5, 0.25]})
    assert tw.Table(configs) == columns
    assert columns["x"] == tw.Int(1, 3)
    array = tw.Table(np.array([[1.0, 0.5], [3.0, 0.25]]), names=["x", "y"])
    assert array["x"] == tw.Float(1.0, 3.0)
    assert np.array_equal(array.rows, columns.rows)
    assert tw.Table(np.array([[1.0, 7.0], [3.0, 7.0]])).configs([[1.0, 0.0]]) == [{"x0": 1.0, "x1": 7.0}]


def test_a_space_with_conditions_says_which_rows_are_configurations():
    rows = [{"net": "a"}, {"net": "b", "rate": 0.5}]
    table = tw.Table(rows, conditional())
    assert table.configs(table.rows) == rows
    with pytest.raises(tw.errors.ConfigError, match="rate"):
        tw.Table([{"net": "a", "rate": 0.5}], conditional())
    with pytest.raises(tw.errors.SpaceError, match="need space="):
        tw.Table(rows)


def test_what_is_in_the_table_is_feasible_and_nothing_else():
    table = tw.Table(ROWS)
    inside = table.natives([ROWS[2], {"lr": 0.4, "net": "b"}])
    assert table.feasible(inside).tolist() == [True, False]
    assert table.places(inside).tolist() == [2, -1]
    assert table.taken(inside).tolist() == [False, False, True]


def test_nearest_is_the_least_distance_of_what_is_left():
    rng = np.random.default_rng(0)
    space = tw.Space(x=tw.Float(0, 1), y=tw.Float(1e-3, 1, log=True), c=tw.Categorical("a", "b", "c"))
    natives = space.decode(rng.random((500, 3)))
    table = tw.Table(space.configs(natives), space)
    unit = table.encode(table.rows)
    for left in (500, 300, 20, 1):
        taken = np.ones(500, dtype=bool)
        taken[rng.permutation(500)[:left]] = False
        for point in space.decode(rng.random((20, 3))):
            gap = unit - space.encode(point[None, :])
            gap[:, 2] = table.rows[:, 2] != point[2]
            distance = np.where(taken, np.inf, (gap**2).sum(axis=1))
            assert table.nearest(point, taken) == int(np.argmin(distance))
    assert table.nearest(point, np.ones(500, dtype=bool)) == -1


def test_of_rows_equally_far_the_first_is_the_nearest():
    table = tw.Table({"x": [0.0] * 40 + [1.0] * 40, "y": [*range(40), *range(40)]})
    middle = np.array([0.5, 7.0])
    assert table.nearest(middle, np.zeros(80, dtype=bool)) == 7
    taken = np.zeros(80, dtype=bool)
    taken[7] = True
    assert table.nearest(middle, taken) == 47


def test_of_many_rows_equally_far_the_first_is_the_nearest():
    corners = np.vstack([0.5 + 0.5 * np.eye(20), 0.5 - 0.5 * np.eye(20)])
    table = tw.Table(np.random.default_rng(2).permutation(corners))
    taken = np.zeros(40, dtype=bool)
    for place in range(40):
        assert table.nearest(np.full(20, 0.5), taken) == place
        taken[place] = True


def test_a_value_beside_none_is_at_distance_one():
    table = tw.Table([{"net": "a"}, {"net": "b", "rate": 1.0}], conditional())
    near = table.natives([{"net": "b", "rate": 0.0}])[0]
    assert table.nearest(near, np.zeros(2, dtype=bool)) == 1


def test_json_and_pickle_round_trips():
    for table in (tw.Table(ROWS), tw.Table([{"net": "a"}, {"net": "b", "rate": 1 / 3}], conditional()).freeze()):
        for back in (tw.Space.from_json(table.to_json()), pickle.loads(pickle.dumps(table))):
            assert isinstance(back, tw.Table)
            assert back == table and hash(back) == hash(table)
            assert np.array_equal(back.rows, table.rows, equal_nan=True)
    assert tw.Table(ROWS) != tw.Table(ROWS[:2], tw.Space(tw.Table(ROWS).by_name))
    assert tw.Table(ROWS) != tw.Space(tw.Table(ROWS).by_name)


def test_a_damaged_text_is_refused():
    text = tw.Table(ROWS).to_json()
    with pytest.raises(tw.errors.SpaceError, match="rows of the table are damaged"):
        tw.Space.from_json(text.replace('"rows": "', '"rows": "!'))
    with pytest.raises(tw.errors.SpaceError, match="kind of space.*'Shelf'"):
        tw.Space.from_json(text.replace('"Table"', '"Shelf"'))


def test_forbidden_rows_leave_the_table():
    table = tw.Table(ROWS).forbid("lr > 0.3")
    assert table.configs(table.rows) == ROWS[:2]
    with pytest.raises(tw.errors.SpaceError, match="no row"):
        table.forbid(lambda config: True)
    with pytest.raises(tw.errors.SpaceError, match="a study uses"):
        table.freeze().forbid("lr > 0.1")


@pytest.mark.parametrize(
    ("rows", "options", "words"),
    [
        ([], {}, "one at least"),
        ([1, 2], {}, "configurations, columns or an array"),
        (np.zeros(3), {}, r"\(N, d\)"),
        (np.zeros((3, 2)), {"names": ["x"]}, "expected 2 names"),
        ({"x": [1.0], "y": [1.0, 2.0]}, {}, "x: 1, y: 2"),
        ({"x": [1.0, float("nan")]}, {}, "finite"),
        ({"x": [1.0]}, {"space": tw.Space(y=tw.Float(0, 1))}, "'x' is not in both"),
        ({"x": [0.5]}, {"space": tw.Space(x=tw.Float(0, 1)).forbid("x > 0.4")}, "row 0 is forbidden"),
        ({"x": [0.5]}, {"space": {"x": 1}}, "must be a Space"),
        ({"x": [0.5]}, {"names": ["x"]}, "names are of the columns of an array"),
    ],
)
def test_what_is_no_table_is_refused(rows, options, words):
    with pytest.raises(tw.errors.SpaceError, match=words):
        tw.Table(rows, **options)


def test_a_study_of_a_table_keeps_to_it():
    study = tw.Study(tw.Table(ROWS), minimize="loss", seed=0)
    with pytest.raises(tw.errors.ConfigError, match="no row of the table"):
        study.enqueue({"lr": 0.4, "net": "b"})
    study.enqueue(ROWS[2])
    assert study.ask().config == ROWS[2]
    with pytest.raises(tw.errors.StudyError, match="stays what it is"):
        study.narrow(lr=tw.Float(0.1, 0.2))
    with pytest.raises(tw.errors.SpaceError, match="cannot grow"):
        study.ask().suggest_float("new", 0.0, 1.0)
    with pytest.raises(tw.errors.StudyError, match="one parameter at a time"):
        tw.Study(tw.Table(ROWS), minimize="loss", strategy=tw.Manual({}, {"lr": [0.1]}))
    with pytest.raises(tw.errors.StudyError, match="leave values= and points= out"):
        tw.Study(tw.Table(ROWS), minimize="loss", strategy=tw.Grid(points=3))


def test_repeats_are_rows_again_where_they_are_allowed():
    study = tw.Study(tw.Table(ROWS), minimize="loss", strategy=tw.Random(), duplicates="allow", seed=0)
    places = study.space.places(study.space.natives([trial.config for trial in study.ask(30)]))
    assert set(places.tolist()) == {0, 1, 2}


def test_a_large_table_is_judged_in_part():
    rng = np.random.default_rng(1)
    table = tw.Table(rng.random((5_000, 3)))
    study = tw.Study(table, minimize="loss", strategy=tw.GaussianProcess(startup=5), seed=0)
    study.optimize(lambda trial: sum((x - 0.3) ** 2 for x in trial.config.values()), 25)
    losses = np.sort(((table.rows - 0.3) ** 2).sum(axis=1))
    assert study.best_value <= losses[10]
