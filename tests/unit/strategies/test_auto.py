"""Auto: which strategy it leaves the search to, when, and what it says about it."""

from __future__ import annotations

import logging

import numpy as np
import pytest

import tunewright as tw
from tunewright.strategies.auto import Auto
from tunewright.strategies.situation import Rule, rules, situation
from tunewright.trial import Goals, History, TrialState

SPACE = tw.Space(x=tw.Float(0.0, 1.0), y=tw.Float(0.0, 1.0))


def bowl(trial):
    return (trial["x"] - 0.3) ** 2 + (trial["y"] - 0.6) ** 2


def record(trials, *, space=SPACE, goals=None, pending=0):
    """A record of ``trials`` that ended one after another, and some under way."""
    history = History(space, goals or {"loss": "minimize"})
    points = np.random.default_rng(0).random((trials + pending, space.dimension))
    for number, point in enumerate(points):
        history.open(number, TrialState.RUNNING, 2 * number, 2 * number + 1, 1.0)
        history.place(number, space.decode(point[None, :])[0])
        history.revision = 2 * number + 1
        if number < trials:
            told = [float(np.sum((point - k / 10) ** 2)) for k in range(len(history.metrics))]
            history.close(number, int(TrialState.COMPLETE), told, 2 * number + 2, 2.0)
            history.revision = 2 * number + 2
    return history


def handover(objectives=1, **options):
    facts = situation(SPACE, objectives, options.get("trials"))
    return [rule.outcomes for rule in rules(facts)][-1]


def test_it_is_the_default():
    assert tw.Study(SPACE, minimize="loss").strategy == tw.Auto()


def test_every_suggestion_is_that_of_its_choice():
    study = tw.Study(SPACE, minimize="loss", seed=3).optimize(bowl, 20)
    for number in (0, 5, 12, 19):
        past = study.history.at(int(study.history.seen[number]))
        choice = study.strategy.choice(past)
        row = choice.strategy.suggest(past, study.seed, np.array([number]))
        assert np.array_equal(row[0], study.history.natives[number])


def test_one_objective_is_modelled_first_and_left_to_evolution_when_trials_are_many():
    last = handover()
    early, late = (Auto().choice(record(n)) for n in (0, last))
    assert (early.name, early.first) == ("GaussianProcess", 0)
    assert (late.name, late.first) == ("CMAES", last)
    assert Auto().choice(record(last - 1)).name == "GaussianProcess"


def test_categories_and_conditions_are_left_to_evolution_that_takes_them():
    spaces = {
        "numbers": tw.Space(x=tw.Float(0, 1), n=tw.Int(1, 9)),
        "categories": tw.Space(x=tw.Float(0, 1), c=tw.Categorical("a", "b")),
        "conditions": tw.Space(x=tw.Float(0, 1), y=tw.Float(0, 1, when=tw.when("x") > 0.5)),
        "very many": tw.Space({f"x{i}": tw.Float(0, 1) for i in range(150)}),
    }
    later = {name: type(rules(situation(space, 1, None))[-1].strategy) for name, space in spaces.items()}
    assert later == {"numbers": tw.CMAES, "categories": tw.NSGA2, "conditions": tw.NSGA2, "very many": tw.NSGA2}


def test_many_objectives_get_strategies_for_many():
    names = {m: [rule.strategy for rule in rules(situation(SPACE, m, None))] for m in (2, 4, 7)}
    assert [type(s) for s in names[2]] == [tw.GaussianProcess, tw.NSGA2]
    assert [type(s) for s in names[4]] == [tw.GaussianProcess, tw.NSGA3]
    assert [type(s) for s in names[7]] == [tw.ParEGO, tw.NSGA3]


def test_rules_begin_at_the_beginning_and_ascend():
    for objectives in (1, 2, 9):
        for trials in (None, 1, 100, 3_000, 10**6):
            outcomes = [rule.outcomes for rule in rules(situation(SPACE, objectives, trials))]
            assert outcomes[0] == 0
            assert outcomes == sorted(set(outcomes))
            assert all(isinstance(rule, Rule) and rule.why for rule in rules(situation(SPACE, objectives, trials)))


def test_knowing_the_number_of_trials_moves_the_handover():
    assert handover(trials=50) == handover()
    assert handover(trials=800) > handover()
    assert handover(trials=100_000) < handover()


def test_choices_follow_from_what_each_trial_had_seen():
    # trial k is asked for when k - 1 outcomes are known, and one of them comes late
    last = handover()
    history = record(last + 20)
    history.told[3] = history.revision = history.revision + 1
    assert [c.first for c in Auto().choices(history)][-1] == last + 1
    assert [c.first for c in Auto().choices(record(last + 20))][-1] == last


def test_a_choice_is_the_same_from_the_record_as_it_was():
    history = record(handover() + 5)
    for number in (0, 10, handover(), handover() + 4):
        past = history.at(int(history.seen[number]))
        at_that_time = Auto().choice(past)
        afterwards = [choice for choice in Auto().choices(history) if choice.first <= number][-1]
        assert at_that_time == afterwards


def test_beyond_a_hundred_under_way_no_model_is_asked():
    study = tw.Study(SPACE, minimize="loss", seed=0).optimize(bowl, 15)
    rows = study.strategy.suggest(study.history, study.seed, np.arange(15, 135))
    modelled = tw.GaussianProcess(startup=6).suggest(study.history, study.seed, np.arange(15, 115))
    evolved = tw.NSGA2().suggest(study.history, study.seed, np.arange(115, 135))
    assert np.array_equal(rows, np.concatenate([modelled, evolved]))
    history = record(15, pending=100)
    assert np.array_equal(
        tw.Auto().suggest(history, 0, np.array([115])), tw.NSGA2().suggest(history, 0, np.array([115]))
    )


def test_the_horizon_ends_where_the_choice_does():
    assert Auto().horizon(record(20)) == 20
    last = handover()
    assert Auto().horizon(record(last)) == tw.CMAES().horizon(record(last))


def test_it_says_what_it_chose_and_why(caplog):
    with caplog.at_level(logging.INFO, logger="tunewright"):
        study = tw.Study(SPACE, minimize="loss", seed=0).optimize(bowl, 12)
    said = [r.getMessage() for r in caplog.records if "leaves" in r.getMessage()]
    assert len(said) == 1
    assert said[0].startswith("Auto leaves trial 0 on to GaussianProcess: one objective")
    first, second = study.explain()
    assert first == "Auto: 2 parameters, 1 objective"
    assert second.startswith("from trial 0 on GaussianProcess: one objective")
    assert tw.Study(SPACE, minimize="loss", strategy=tw.Random()).explain() == []


def test_the_facts_are_those_of_the_space():
    space = tw.Space(
        c=tw.Categorical("a", "b"), x=tw.Float(0, 1, when=tw.when("c", "a")), k=tw.Constant(1), n=tw.Int(2, 2)
    )
    facts = situation(space, 2, 5_000)
    assert (facts.parameters, facts.categorical, facts.conditional) == (2, 1, 1)
    assert str(facts) == "2 parameters (1 categorical, 1 conditional), 2 objectives, 5,000 trials planned"


@pytest.mark.parametrize("trials", [0, -1, True, 2.5, "many"])
def test_bad_arguments_are_named(trials):
    with pytest.raises(ValueError, match="trials must be"):
        tw.Auto(trials=trials)


def test_it_says_what_else_it_takes_into_account():
    goals = Goals({"loss": "minimize"}, ("memory <= 3",))
    lines = Auto().explain(History(SPACE, goals))
    assert any("1 constraint on metrics" in line for line in lines)
    study = tw.Study(SPACE, minimize="loss", scheduler=tw.ASHA(9), seed=0)

    def training(trial):
        for epoch in trial.epochs(9):
            trial.report(loss=bowl(trial) + 1 / (epoch + 1))

    study.optimize(training, 12)
    assert any("learnt from at every rung" in line for line in study.explain())
