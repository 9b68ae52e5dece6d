"""Portfolios: regrets, the greedy choice and the weights by hand, then the whole on tasks whose best is known."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

import tunewright as tw
from tunewright.errors import ConfigError, DamagedFileError, StudyError
from tunewright.strategies.past.greedy import greedy
from tunewright.transfer import Portfolio, Task
from tunewright.transfer.agreement import agreements, weights_of
from tunewright.transfer.regrets import aligned, regrets_of, table

REGRETS = np.array([[0.0, 0.5, 0.4, 1.0], [1.0, 0.5, 0.3, 0.0], [0.9, 0.5, 0.2, 1.0]])


class TestGreedy:
    def test_three_tasks_and_four_candidates_by_hand(self):
        # means .633 .5 .3 .667; beside candidate 2 the others leave .5/3, .9/3, .6/3; then candidate 3 leaves .2/3
        picks, means = greedy(REGRETS, 4)
        assert picks == [2, 0, 3, 1]  # candidate 1 is nowhere the best of the four: a round of its own
        assert means == pytest.approx([0.9 / 3, 0.5 / 3, 0.2 / 3, 0.2 / 3])

    def test_size(self):
        assert greedy(REGRETS, 2)[0] == [2, 0]

    def test_weights(self):
        assert greedy(REGRETS, 4, weights=np.array([0.0, 2.0, 0.0])) == ([3, 2, 1, 0], [0.0] * 4)
        assert greedy(REGRETS, 1, weights=np.array([3.0, 1.0, 0.0])) == ([0], [0.25])

    def test_what_was_reached_is_built_upon(self):
        # of (0, 1, 1) candidate 0 leaves 1.9/3, 1 and 3 leave 1/3, 2 leaves .5/3
        picks, means = greedy(REGRETS, 1, reached=np.array([0.0, 1.0, 1.0]))
        assert picks == [2] and means == pytest.approx([0.5 / 3])
        assert greedy(REGRETS, 4, reached=np.zeros(3)) == ([2, 0, 3, 1], [0.0] * 4)

    def test_of_equals_the_first(self):
        assert greedy(np.array([[0.5, 0.0, 0.0]]), 2) == ([1, 2], [0.0, 0.0])


class TestRegrets:
    def test_best_median_and_beyond(self):
        losses = np.array([1.0, 3.0, 5.0, 100.0, math.nan, 2.0])  # known: 1 2 3 5 100, median 3
        assert regrets_of(losses).tolist() == [0.0, 1.0, 1.0, 1.0, 1.0, 0.5]

    def test_infinite_and_huge_losses(self):
        assert regrets_of(np.array([0.0, 1.0, 2.0, math.inf, -math.inf])).tolist() == [0.0, 1.0, 1.0, 1.0, 1.0]
        assert regrets_of(np.array([-1.7e308, 0.0, 1.7e308])).tolist() == [0.0, 1.0, 1.0]

    def test_where_the_better_half_is_equal_the_worst_is_one(self):
        assert regrets_of(np.array([1.0, 1.0, 1.0, 2.0, 3.0])).tolist() == [0.0, 0.0, 0.0, 0.5, 1.0]

    def test_constant_losses(self):
        assert regrets_of(np.array([2.0, 2.0, math.nan])).tolist() == [0.0, 0.0, 1.0]

    def test_measured_where_there_is_a_measurement_and_predicted_elsewhere(self):
        space = tw.Space(x=tw.Float(0.0, 1.0))
        xs = np.linspace(0.0, 1.0, 21)
        task = Task("t", space, xs[:, None], (xs - xs[6]) ** 2)
        again = Task("t", space, np.append(xs, [xs[6]] * 2)[:, None], np.append((xs - xs[6]) ** 2, [1.0, 1.0]))
        row = table([task], np.array([[xs[6]], [0.32], [0.98]]), seed=0)[0]
        assert row[0] == 0.0  # as measured
        assert row[1] < 0.2 and row[2] > 0.8  # between its neighbours' regrets
        assert table([again], np.array([[xs[6]]]), seed=0)[0, 0] == 1.0  # the median of three trials


class TestAgreement:
    def test_kendall_by_hand(self):
        losses = np.array([1.0, 2.0, 3.0])
        regrets = np.array([[0.1, 0.2, 0.3], [0.3, 0.2, 0.1], [0.1, 0.3, 0.2], [0.5, 0.5, 0.5], [0.0, 1.0, 1.0]])
        assert agreements(regrets, losses) == pytest.approx([1.0, -1.0, 1 / 3, 0.0, 2 / 3])
        assert weights_of(regrets, losses) == pytest.approx([1.0, 0.0, 1 / 3, 0.0, 2 / 3])

    def test_where_none_agrees_or_one_trial_says_nothing_all_count_alike(self):
        assert weights_of(np.array([[0.3, 0.1], [0.2, 0.2]]), np.array([1.0, 2.0])).tolist() == [1.0, 1.0]
        assert weights_of(np.zeros((2, 1)), np.array([1.0])).tolist() == [1.0, 1.0]


def space():
    return tw.Space(x=tw.Float(0.0, 1.0), kind=tw.Categorical("a", "b"), y=tw.Int(1, 9, when=tw.when("kind", "a")))


def searched(place, name="task", *, kind="a", seed=0, trials=30, **goal):
    """A task whose best is at ``place`` with ``kind``."""
    study = tw.Study(space(), **(goal or {"minimize": "loss"}), strategy=tw.Random(), seed=seed, name=name)
    sign = -1.0 if goal.get("maximize") else 1.0
    for trial in study.ask(trials):
        study.tell(trial, sign * (abs(trial["x"] - place) + 0.5 * (trial["kind"] != kind)))
    return study


def test_a_portfolio_holds_the_best_of_each_kind_of_task():
    past = [searched(0.2, "1"), searched(0.2, "2", seed=1), searched(0.9, "3", kind="b", seed=2)]
    fitted = Portfolio.fit(past, 4)
    first, second = fitted.configs[:2]
    assert first["kind"] == "a" and abs(first["x"] - 0.2) < 0.1  # two tasks of three want it
    assert second["kind"] == "b" and abs(second["x"] - 0.9) < 0.15
    assert list(fitted.regrets) == sorted(fitted.regrets, reverse=True)
    assert fitted.weights == pytest.approx({"1": 1 / 3, "2": 1 / 3, "3": 1 / 3})
    assert fitted.configs == Portfolio.fit(past, 4).configs
    assert fitted.configs[:2] == Portfolio.fit(past, 2).configs


def test_a_few_trials_say_which_tasks_count():
    past = [searched(0.2, "1"), searched(0.2, "2", seed=1), searched(0.9, "3", kind="b", seed=2)]
    new = searched(0.9, kind="b", seed=3, trials=6)
    fitted = Portfolio.fit(past, 3, after=new)
    assert fitted.weights["3"] > 0.5
    assert fitted.configs[0]["kind"] == "b" and abs(fitted.configs[0]["x"] - 0.9) < 0.15
    assert Portfolio.fit(past, 3, after=tw.Study(space(), minimize="loss")).configs == Portfolio.fit(past, 3).configs


def test_candidates_of_ones_own():
    configs = [{"x": 0.2, "kind": "a", "y": 2}, {"x": 0.6, "kind": "b"}, {"x": 0.2, "kind": "a", "y": 2}]
    fitted = Portfolio.fit(searched(0.2), 5, candidates=configs)
    assert fitted.configs[0] == configs[0] and len(fitted) <= 2
    with pytest.raises(ConfigError, match="0.0 to 1.0|outside"):
        Portfolio.fit(searched(0.2), candidates=[{"x": 2.0, "kind": "b"}])


def test_files_and_json(tmp_path):
    study = tw.Study(space(), maximize="score", strategy=tw.Random(), seed=0, storage=tmp_path / "past.db")
    for trial in study.ask(12):
        study.tell(trial, -abs(trial["x"] - 0.5))
    fitted = Portfolio.fit(str(tmp_path / "past.db"), 3)
    assert fitted == Portfolio.fit(study, 3) == Portfolio.from_json(json.loads(json.dumps(fitted.to_json())))
    assert Portfolio.load(fitted.save(tmp_path / "portfolio.json")) == fitted
    text = (tmp_path / "portfolio.json").read_text()
    for broken in ("", "[]", text[:200], text.replace('"configs"', '"config"'), text.replace('"x"', '"z"')):
        (tmp_path / "broken.json").write_text(broken)
        with pytest.raises(DamagedFileError, match="portfolio"):
            Portfolio.load(tmp_path / "broken.json")


def test_a_study_begins_with_it():
    fitted = Portfolio.fit([searched(0.2, "1"), searched(0.8, "2", kind="b")], 3)
    study = tw.Study(space(), minimize="loss", strategy=tw.Random(), seed=5)
    assert fitted.enqueue(study, 2) == [0, 1]
    assert [trial.config for trial in study.ask(2)] == list(fitted.configs[:2])


class TestRefusals:
    def test_other_objectives_and_directions(self):
        with pytest.raises(StudyError, match="has the direction 'maximize'"):
            Portfolio.fit([searched(0.2), searched(0.2, maximize="loss")])
        with pytest.raises(StudyError, match=r"objective 'error', .*task.renamed"):
            Portfolio.fit([searched(0.2), searched(0.2, minimize="error")])
        with pytest.raises(
            StudyError, match="study 'task' is to maximize 'loss', and the tasks were to minimize 'loss'"
        ):
            Portfolio.fit(searched(0.2)).enqueue(searched(0.1, maximize="loss"))
        with pytest.raises(StudyError, match="after: study 'task' is to minimize 'error'"):
            Portfolio.fit(searched(0.2), after=searched(0.2, minimize="error"))

    def test_other_spaces(self):
        other = Task("other", tw.Space(z=tw.Float(0.0, 1.0)), np.zeros((3, 1)), np.arange(3.0))
        with pytest.raises(StudyError, match=r"'task' and 'other' do not have the same parameters \(kind, x, y, z"):
            Portfolio.fit([searched(0.2), other])
        domains = {
            "x": tw.Float(0.0, 2.0),
            "kind": tw.Categorical("a", "b"),
            "y": tw.Int(1, 9, when=tw.when("kind", "a")),
        }
        wider = Task("wide", tw.Space(domains), np.array([[0.1, 1, math.nan]] * 3), np.arange(3.0))
        with pytest.raises(StudyError, match=r"have 'x' with other domains, .*2\.0"):
            Portfolio.fit([searched(0.2), wider])
        with pytest.raises(ConfigError, match="x"):
            Portfolio.fit(searched(0.2)).enqueue(tw.Study(tw.Space(z=tw.Float(0.0, 1.0)), minimize="loss"))

    def test_too_little(self):
        with pytest.raises(StudyError, match="no task to learn from"):
            Portfolio.fit([])
        with pytest.raises(
            StudyError, match="task 'task' has 2 configurations with a finite loss; it takes at least 3"
        ):
            Portfolio.fit(searched(0.2, trials=2))

    @pytest.mark.parametrize(("name", "value"), [("size", 0), ("size", 2.5), ("candidates", -1), ("candidates", True)])
    def test_numbers(self, name, value):
        with pytest.raises(ValueError, match=f"{name}: expected a whole number from 1 upwards, got {value!r}"):
            Portfolio.fit(searched(0.2), **{name: value})

    def test_no_candidates(self):
        with pytest.raises(ValueError, match="candidates: expected at least one configuration"):
            Portfolio.fit(searched(0.2), candidates=[])


def test_columns_in_another_order_and_other_names_are_one_space():
    first = Task(
        "1", tw.Space(a=tw.Float(0.0, 1.0), b=tw.Int(0, 5)), np.array([[0.1, 2], [0.2, 3], [0.3, 4]]), np.arange(3.0)
    )
    turned = Task("2", tw.Space(b=tw.Int(0, 5), c=tw.Float(0.0, 1.0)), np.array([[5, 0.9]] * 3), np.arange(3.0))
    _, same = aligned([first, turned.renamed({"c": "a"})])
    assert same.space is first.space and same.natives.tolist() == [[0.9, 5.0]] * 3


def test_a_space_without_a_choice():
    fixed = Task("fixed", tw.Space(a=tw.Constant(1)), np.zeros((3, 1)), np.array([1.0, 2.0, 3.0]))
    assert Portfolio.fit(fixed).configs == ({"a": 1},)
