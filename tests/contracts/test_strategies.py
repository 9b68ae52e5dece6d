"""What every strategy keeps: one table × every strategy."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest

import tunewright as tw
from tunewright.strategies import strategy_from_json
from tunewright.strategies.past.source import matched
from tunewright.trial import History


def mixed():
    return tw.Space(
        lr=tw.Float(1e-4, 1e-1, log=True),
        width=tw.Int(1, 100, log=True),
        batch=tw.PowerOfTwo(16, 64),
        size=tw.Ordinal(1, 2, 4),
        optimizer=tw.Categorical("sgd", "adam", None, (1, 2)),
        momentum=tw.Float(0.0, 0.9, step=0.1, when=tw.when("optimizer", "sgd")),
        nested=tw.Float(0.0, 1.0, when=tw.when("momentum") > 0.4),
        fixed=tw.Constant("same"),
    )


def taught(space, seed=0):
    """What a past search of that space leaves, with the losses of a bowl."""
    draws = np.random.default_rng(seed).random((30, space.dimension))
    natives = space.decode(draws)
    bowl = np.nansum((space.encode(natives) - 0.4) ** 2, axis=1)
    return matched(tw.transfer.Task(f"past {seed}", space, natives, bowl), space, "loss", "minimize")


VALUES = {"lr": [1e-3, 1e-2], "width": [1, 10, 100], "nested": [0.0, 0.5]}
QUICK = tw.GaussianProcess(startup=6, candidates=32, climbs=2)
STRATEGIES = {
    "Random": tw.Random(),
    "Sobol": tw.QuasiRandom(),
    "Halton": tw.QuasiRandom("halton"),
    "Grid": tw.Grid(VALUES, points=2),
    "ShuffledGrid": tw.Grid(VALUES, points=2, order="random"),
    "RandomForest": tw.RandomForest(startup=6, candidates=32, climbs=2, trees=5),
    "BestSplits": tw.RandomForest(startup=6, candidates=32, climbs=2, trees=5, splits="best", bootstrap=True),
    "TrustRegion": tw.TrustRegion(startup=6, candidates=32),
    "TwoTrustRegions": tw.TrustRegion(regions=2, startup=4, candidates=32),
    "NSGA2": tw.NSGA2(population=8),
    "NSGA3": tw.NSGA3(population=6),
    "CMAES": tw.CMAES(),
    "RestartingCMAES": tw.CMAES(population=4, restarts="ipop"),
    "DifferentialEvolution": tw.DifferentialEvolution(population=5),
    "TowardsTheBest": tw.DifferentialEvolution(population=6, rule="current-to-best/1", weight=0.5),
    "RegularizedEvolution": tw.RegularizedEvolution(population=6, sample=3),
    "GraphProcess": tw.nas.GraphProcess(startup=6, candidates=32),
    "Reinforce": tw.Reinforce(bins=6),
    "RecurrentReinforce": tw.Reinforce("recurrent", width=16),
    "Progressive": tw.Progressive(beam=3, stages=3, children=128),
    "GaussianProcess": QUICK,
    "TPE": tw.TPE(startup=6),
    "UnivariateTPE": tw.TPE(startup=6, multivariate=False),
    "GroupedTPE": tw.TPE(startup=6, group=True, weights="value"),
    "Auto": tw.Auto(),
    "Transfer": tw.Transfer(QUICK, past=(taught(mixed()), taught(mixed(), 1))),
    "RankedTransfer": tw.Transfer(QUICK, model="rgpe", past=(taught(mixed()), taught(mixed(), 1))),
    "PooledTransfer": tw.Transfer(first=1, model="copula", past=(taught(mixed()),)),
    "TransferToTPE": tw.Transfer(tw.TPE(startup=6), first=4, past=(taught(mixed()),)),
    "LocalSearch": tw.LocalSearch(),
    "LocalSearchAround": tw.LocalSearch({"lr": 1e-2, "optimizer": "sgd"}, step=0.3),
    "Ensemble": tw.Ensemble([tw.Random(), QUICK, tw.LocalSearch()]),
    "CheapEnsemble": tw.Ensemble([tw.Random(), tw.QuasiRandom(), tw.NSGA2(population=8)], decay=0.9, floor=0.0),
    "Manual": tw.Manual({"lr": 3e-3, "optimizer": "adam"}, VALUES | {"optimizer": ["sgd", "adam", None]}),
}


@pytest.fixture(params=STRATEGIES, ids=list(STRATEGIES))
def strategy(request):
    return STRATEGIES[request.param]


def objective(trial):
    config = trial.config
    return abs(np.log10(config["lr"]) + 2) + config["width"] / 100 + config.get("momentum", 1.0)


def run(strategy, trials, **options):
    study = tw.Study(mixed(), minimize="loss", strategy=strategy, **{"seed": 3} | options)
    return study.optimize(objective, trials)


def test_suggestions_are_in_the_space(strategy):
    study = run(strategy, 40)
    space = mixed()
    natives = space.natives([t.config for t in study.trials])  # raises for anything that is not
    assert np.array_equal(natives, study.history.natives, equal_nan=True)


def test_the_same_seed_gives_the_same_study_and_another_seed_another(strategy):
    a, b, c = run(strategy, 30), run(strategy, 30), run(strategy, 30, seed=4)
    assert [t.config for t in a.trials] == [t.config for t in b.trials]
    if not strategy.prescribed or getattr(strategy, "order", "") == "random":
        assert [t.config for t in a.trials] != [t.config for t in c.trials]


def test_resumed_and_uninterrupted_studies_are_equal(strategy, tmp_path):
    straight = run(strategy, 25)
    run(strategy, 10, storage=tmp_path / "s.db", name="s")
    resumed = tw.Study.load(tmp_path / "s.db")
    assert resumed.strategy == strategy
    resumed.optimize(objective, 25)
    assert [t.config for t in resumed.trials] == [t.config for t in straight.trials]
    assert np.array_equal(resumed.history.unit, straight.history.unit, equal_nan=True)


def test_replaying_the_record_gives_every_suggestion_again(strategy):
    study = run(strategy, 25)
    history = study.history
    for number in range(history.n):
        past = history.at(int(history.seen[number]))
        row = strategy.suggest(past, study.seed, np.array([number]))
        assert np.array_equal(row[0], history.natives[number], equal_nan=True)


def test_batches_and_single_asks_agree_where_outcomes_do_not_matter(strategy):
    if strategy.horizon(History(mixed(), {"loss": "minimize"})) < math.inf:
        pytest.skip("depends on outcomes")
    one = tw.Study(mixed(), minimize="loss", strategy=strategy, seed=3)
    many = tw.Study(mixed(), minimize="loss", strategy=strategy, seed=3)
    assert [one.ask().config for _ in range(20)] == [t.config for t in [*many.ask(7), *many.ask(13)]]


def test_any_number_of_workers_gives_the_same_configurations(strategy):
    if strategy.horizon(History(mixed(), {"loss": "minimize"})) < math.inf:
        pytest.skip("depends on outcomes")
    alone = run(strategy, 30)
    study = tw.Study(mixed(), minimize="loss", strategy=strategy, seed=3)
    study.optimize(objective, 30, workers=4, executor="threads")
    assert [t.config for t in study.trials] == [t.config for t in alone.trials]


def test_json_round_trip(strategy):
    written = json.loads(json.dumps(strategy.to_json(mixed())))
    assert strategy_from_json(written, mixed()) == strategy


# -- bad input: records and spaces as ugly as they come ------------------------------------------------------------

UGLY = {
    "failed": [None],
    "pruned": ["pruned"],
    "equal": [1.0],
    "NaN": [math.nan],
    "infinite": [math.inf, -math.inf],
    "huge": [1e308, -1e308, 1e300, 0.0],
    "of every kind": [0.5, math.nan, None, "pruned", math.inf, "pending", 1e300, -1.0, 0.5, -math.inf],
    "pending": ["pending"],
}
TOLD = 14  # beyond every startup of the table


def fitted(strategy, space):
    """The strategy for a space other than ``mixed()``: a plan names parameters and values."""
    if isinstance(strategy, tw.LocalSearch) and strategy.around is not None:
        first = {name: domain.values(domain.decode(np.array([0.1])))[0] for name, domain in space.by_name.items()}
        return tw.LocalSearch(dict(list(first.items())[:1]), step=0.3)
    if isinstance(strategy, tw.Transfer):
        if not any(domain.size != 1 for domain in space.domains):
            pytest.skip("nothing varies that a past could tell of")
        return dataclasses.replace(strategy, past=tuple(taught(space, k) for k in range(len(strategy.past))))
    values = {name: domain.values(domain.decode(np.array([0.3, 0.7]))) for name, domain in space.by_name.items()}
    few = {name: two[:1] if k > 3 else two for k, (name, two) in enumerate(values.items())}
    if isinstance(strategy, tw.Grid):
        return tw.Grid(few, order=strategy.order)
    return tw.Manual({}, few) if isinstance(strategy, tw.Manual) else strategy


def founded(strategy, space, **options):
    return tw.Study(space, minimize="loss", strategy=fitted(strategy, space), **{"seed": 3} | options)


def tell(study, trial, outcome):
    if outcome == "pending":
        return
    if outcome is None or outcome == "pruned":
        study.tell(trial, state=outcome or "failed")
    else:
        study.tell(trial, outcome)


def fed(study, outcomes, count=TOLD):
    """The study after ``count`` trials, fewer where a plan ends, that ended as the outcomes say in turn."""
    for k in range(count):
        trial = study.begin()
        if trial is None:
            break
        tell(study, trial, outcomes[k % len(outcomes)])
    return study


def assert_in_the_space(study):
    space, history = study.space, study.history
    natives = space.natives([t.config for t in study.trials])  # raises for what does not exist, or has to and does not
    assert np.array_equal(natives, history.natives, equal_nan=True)
    if not study.strategy.prescribed:
        assert space.feasible(natives).all()


def nested():
    """Ten conditions, one within the other, of every kind."""
    domains = {"p0": tw.Float(0.0, 1.0)}
    for k in range(1, 11):
        when = tw.when(f"p{k - 1}")
        domains[f"p{k}"] = [
            tw.Categorical("a", "b", "c", when=when > 0.2),
            tw.Int(0, 9, when=when != "c"),
            tw.Float(0.0, 1.0, when=when > 1),
        ][(k - 1) % 3]
    return tw.Space(domains)


SPACES = {
    "never active": lambda: tw.Space(
        a=tw.Float(0.0, 1.0),
        b=tw.Float(0.0, 1.0, when=(tw.when("a") > 0.6) & (tw.when("a") < 0.4)),
        c=tw.Categorical("x", "y", when=tw.when("b") > 0),
    ),
    "ten nested conditions": nested,
    "one point": lambda: tw.Space(n=tw.Int(3, 3), c=tw.Categorical("only"), k=tw.Constant(1.5)),
    "one point each but one": lambda: tw.Space(n=tw.Int(3, 3), x=tw.Float(0.0, 1.0), k=tw.Constant(1.5)),
    "two points": lambda: tw.Space(on=tw.Categorical(True, False)),
    "nothing": tw.Space,
    "large steps": lambda: tw.Space(
        x=tw.Float(0.0, 1.0, step=0.5), y=tw.Float(1e-300, 1e300, log=True), z=tw.Int(1, 10**15)
    ),
    "forbidden": lambda: tw.Space(x=tw.Float(0.0, 1.0), y=tw.Int(0, 50)).forbid("x + y / 50 > 0.9"),
    "200 dimensions": lambda: tw.Space(
        {f"x{i}": tw.Float(0, 1) for i in range(150)}
        | {f"c{i}": tw.Categorical("a", "b", "c") for i in range(25)}
        | {f"i{i}": tw.Int(1, 1000, log=True) for i in range(24)}
        | {"p": tw.Int(3, 3)}
    ),
}


def test_nothing_asked_is_nothing_suggested(strategy):
    history = History(mixed(), {"loss": "minimize"})
    assert strategy.suggest(history, 3, np.zeros(0, np.int64)).shape == (0, history.space.dimension)
    assert history.n == 0


def test_one_trial_is_enough_to_go_on(strategy):
    for outcome in (0.5, None, math.nan, "pruned", "pending"):
        study = fed(founded(strategy, mixed()), [outcome], count=1)
        study.ask()
        study.ask(3)
        assert_in_the_space(study)


@pytest.mark.parametrize("outcomes", UGLY.values(), ids=UGLY)
def test_a_record_however_ugly_does_no_harm(strategy, outcomes):
    study = fed(founded(strategy, mixed()), outcomes)
    study.begin()
    study.ask(4)
    assert_in_the_space(study)


def test_after_an_ugly_record_suggestions_still_follow_from_it_alone(strategy):
    study = fed(founded(strategy, mixed()), UGLY["of every kind"])
    study.begin()
    for number in range(study.history.n - 4, study.history.n):
        past = study.history.at(int(study.history.seen[number]))
        row = study.strategy.suggest(past, study.seed, np.array([number]))
        assert np.array_equal(row[0], study.history.natives[number], equal_nan=True)


def test_trials_under_way_are_not_suggested_again(strategy):
    space = tw.Space(x=tw.Float(0.0, 1.0), y=tw.Float(0.0, 1.0), c=tw.Categorical("a", "b"))
    study = fed(founded(strategy, space), [0.3, 0.1, 0.2], count=8)
    fed(study, ["pending"], count=6)
    if not study.strategy.prescribed:
        study.ask(6)
    configs = [tuple(t.config.values()) for t in study.trials]
    assert len(set(configs)) == len(configs)


@pytest.mark.parametrize("space", SPACES.values(), ids=SPACES)
def test_a_space_however_odd_is_searched(strategy, space):
    if not space().names and strategy.prescribed:
        pytest.skip("a plan needs names")
    study = founded(strategy, space(), duplicates="allow")
    fed(
        study,
        [0.3, None, 0.1, "pruned", 0.2, "pending", 0.2, math.nan],
        count=8 if study.space.dimension > 100 else TOLD,
    )
    if not study.strategy.prescribed:
        study.ask(2)
    assert_in_the_space(study)
    assert study.history.n >= 1


def test_a_finite_space_ends_when_all_of_it_was_tried(strategy):
    space = tw.Space(a=tw.Categorical("x", "y"), b=tw.Int(1, 3), c=tw.Int(1, 2, when=tw.when("a", "x")))
    study = fed(founded(strategy, space), [0.3, None, 0.1], count=20)
    configs = {tuple(t.config.items()) for t in study.trials}
    assert len(configs) == study.history.n
    assert study.strategy.prescribed or study.history.n == space.size == 9
    with pytest.raises(tw.errors.StudyError, match="no further trial"):
        study.ask()


def shelved():
    """A table of 40 rows whose parameters are of every kind; some rows lack momentum."""
    space = mixed()
    draws = np.random.default_rng(0).random((40, space.dimension))
    return tw.Table(space.configs(space.decode(draws)), space)


def on_a_table(strategy, **options):
    if isinstance(strategy, tw.Manual):
        pytest.skip("changes one parameter at a time: refused")
    plain = tw.Grid(order=strategy.order) if isinstance(strategy, tw.Grid) else strategy
    return tw.Study(shelved(), minimize="loss", strategy=plain, **{"seed": 3} | options)


def test_of_a_table_rows_are_suggested_and_each_once(strategy):
    study = fed(on_a_table(strategy), UGLY["of every kind"], count=20)
    study.ask(5)
    assert_in_the_space(study)
    places = study.space.places(study.history.natives)
    assert places.min() >= 0 and len(set(places.tolist())) == 25


def test_a_table_ends_when_every_row_was_tried(strategy):
    study = fed(on_a_table(strategy), [0.3, None, 0.1], count=45)
    assert sorted(study.space.places(study.history.natives)) == list(range(40))
    with pytest.raises(tw.errors.StudyError, match="no further trial"):
        study.ask()


def test_on_a_table_resumed_and_uninterrupted_studies_are_equal(strategy, tmp_path):
    straight = on_a_table(strategy).optimize(objective, 20)
    on_a_table(strategy, storage=tmp_path / "s.db", name="s").optimize(objective, 9)
    resumed = tw.Study.load(tmp_path / "s.db")
    assert resumed.space == shelved()
    resumed.optimize(objective, 20)
    assert np.array_equal(resumed.history.natives, straight.history.natives, equal_nan=True)


def test_a_point_outside_the_space_is_refused_and_leaves_no_trace(strategy):
    refused, plain = (fed(founded(strategy, mixed()), [0.3, 0.1], count=8) for _ in range(2))
    good = refused.trials[0].config
    for bad in ({"lr": 1.0}, {"width": 1.5}, {"optimizer": "lion"}, {"batch": 24}, {"unknown": 1}, {"lr": math.nan}):
        with pytest.raises(tw.errors.ConfigError, match=next(iter(bad))):
            refused.enqueue(good | bad)
    assert refused.ask().config == plain.ask().config
    assert refused.history.n == plain.history.n == 9


def test_an_enqueued_point_that_no_prior_gives_is_learnt_from(strategy):
    space = tw.Space(
        x=tw.Float(0.0, 1.0, prior=tw.Normal(0.0, 1e-3)), c=tw.Categorical("usual", "never", weights=[1.0, 0.0])
    )
    study = founded(strategy, space)
    study.enqueue([{"x": 1.0, "c": "never"}, {"x": 0.5, "c": "never"}])
    fed(study, [0.0, 0.1, 1.0, 0.5])
    assert_in_the_space(study)
    assert study.trials[0].config == {"x": 1.0, "c": "never"}
    assert study.history.n > 2


def typical_loss_between_failures(strategy):
    """Log of what the best third of the later trials reach, over four seeds, where every third is NaN or failed."""
    space = tw.Space(x=tw.Float(0.0, 1.0), y=tw.Float(0.0, 1.0), c=tw.Categorical("a", "b"))
    bad = [math.nan, None, math.inf, -math.inf]
    reached = []
    for seed in range(5, 9):
        study = founded(strategy, space, seed=seed)
        for k in range(45):
            trial = study.ask()
            good = (trial["x"] - 0.3) ** 2 + (trial["y"] - 0.6) ** 2 + 0.05 * (trial["c"] == "b")
            tell(study, trial, bad[k // 3 % 4] if k % 3 == 2 else good)
        later = study.history.losses[15:, 0]
        reached.append(math.log(np.quantile(later[np.isfinite(later)], 0.3)))
    return np.mean(reached)


def test_failures_in_between_do_not_blind_a_search(strategy):
    """Who learns from outcomes still finds better ones than luck does."""
    history = founded(strategy, tw.Space(x=tw.Float(0.0, 1.0))).history
    if strategy.prescribed or strategy.horizon(history) == math.inf:
        pytest.skip("does not learn")
    assert typical_loss_between_failures(strategy) < typical_loss_between_failures(tw.Random()) - 0.25
