"""Several fidelities at once: what grows with the rung, what a trial is given, what is recorded, what it costs."""

from __future__ import annotations

import json

import pytest

import tunewright as tw
from tunewright.errors import ReportError, StudyError
from tunewright.schedulers import scheduler_from_json

GROWTH = {"data": (0.25, 1.0), "width": (16, 64)}
KINDS = {
    "stopping": tw.ASHA(4, min_resource=1, reduction_factor=2, fidelities=GROWTH),
    "promotion": tw.ASHA(4, min_resource=1, reduction_factor=2, promotion=True, fidelities=GROWTH),
    "halving": tw.SuccessiveHalving(4, reduction_factor=2, fidelities=GROWTH),
    "hyperband": tw.Hyperband(4, reduction_factor=2, fidelities=GROWTH),
}
RUNGS = {1: {"data": 0.25, "width": 16}, 2: {"data": 0.5, "width": 32}, 4: {"data": 1.0, "width": 64}}


@pytest.fixture(params=KINDS, ids=list(KINDS))
def scheduler(request):
    return KINDS[request.param]


def study(scheduler, **options):
    return tw.Study(
        tw.Space(x=tw.Float(0.0, 1.0)),
        **{"minimize": "loss", "seed": 1, "strategy": tw.Random(), "scheduler": scheduler} | options,
    )


def objective(trial):
    for _ in trial.epochs(4):
        trial.report(loss=trial["x"] + 1.0 / (trial.fidelity["data"] * trial.fidelity["width"]))
    return trial["x"]


def test_a_trial_is_given_what_the_next_rung_asks_for() -> None:
    s = study(KINDS["stopping"])
    trial = s.ask()
    seen = [dict(trial.fidelity)]
    for _ in range(4):
        trial.report(loss=0.0)
        seen.append(dict(trial.fidelity))
    assert seen == [RUNGS[1], RUNGS[2], RUNGS[4], RUNGS[4], RUNGS[4]]
    assert type(trial.fidelity["width"]) is int and type(trial.fidelity["data"]) is float
    assert s.ask().fidelity == RUNGS[1]


def test_a_promoted_trial_is_given_more() -> None:
    s = study(KINDS["promotion"])
    trials = s.ask(2)
    for trial in trials:
        assert (trial.resource, trial.fidelity) == (1, RUNGS[1])
        trial.report(loss=trial["x"])
        s.tell(trial)
    promoted = s.ask()
    assert (promoted.resource, promoted.resumed, promoted.fidelity) == (2, 1, RUNGS[2])
    assert [dict(promoted.fidelity) for _ in promoted.epochs(4)] == [RUNGS[1], RUNGS[2]]  # from the start again


def test_brackets_of_hyperband_begin_where_they_begin() -> None:
    s = study(KINDS["hyperband"])
    assert [sizes[0] for sizes, _ in KINDS["hyperband"].brackets] == [4, 3, 3]
    trials = s.ask(10)
    assert [(t.resource, t.fidelity) for t in trials] == (
        [(1, RUNGS[1])] * 4 + [(2, RUNGS[2])] * 3 + [(4, RUNGS[4])] * 3
    )


@pytest.mark.parametrize("workers", [{}, {"workers": 2, "executor": "processes"}])
def test_reports_record_what_they_were_made_with(scheduler, workers, tmp_path) -> None:
    s = study(scheduler, storage=tmp_path / "s.db", name="s").optimize(objective, 12, **workers)
    again = tw.Study.load(tmp_path / "s.db")
    assert again.scheduler == scheduler
    for trial in again.trials:
        for step, metrics in trial.reports.items():
            if scheduler is not KINDS["hyperband"]:
                assert metrics == {"loss": metrics["loss"]} | RUNGS[{1: 1, 2: 2, 3: 4, 4: 4}[step]]
            assert metrics["loss"] == trial.config["x"] + 1.0 / (metrics["data"] * metrics["width"])
    assert any(trial.state is tw.TrialState.COMPLETE for trial in s.trials)


def test_a_trial_that_returns_without_reporting_is_recorded_too() -> None:
    s = study(KINDS["promotion"]).optimize(lambda trial: trial["x"] / trial.fidelity["width"], 4)
    for trial in s.trials:
        for step, metrics in trial.reports.items():
            assert metrics == {"loss": trial.config["x"] / RUNGS[step]["width"]} | RUNGS[step]


def test_trainables_and_generators_see_it() -> None:
    seen: list[object] = []

    class Model(tw.Trainable):
        epochs = 4

        def setup(self, config):
            self.x = config["x"]
            seen.append(self.fidelity["width"])

        def step(self):
            seen.append(self.fidelity["width"])
            return self.x

        def save(self):
            return self.x

        def load(self, state):
            self.x = state

    study(tw.ASHA(4, min_resource=1, reduction_factor=2, fidelities=GROWTH)).optimize(Model, 1)
    assert seen == [16, 16, 32, 64, 64]

    def generator(trial):
        while True:
            seen.append(trial.fidelity["width"])
            yield trial["x"]

    seen.clear()
    study(KINDS["promotion"]).optimize(generator, 1)
    assert seen == [16]


def test_a_plan_counts_the_product(scheduler) -> None:
    plan = KINDS["stopping"].plan(8)
    assert [(r.resource, r.trials, r.fidelity) for r in plan.rungs] == [
        (1, 8, RUNGS[1]),
        (2, 4, RUNGS[2]),
        (4, 2, RUNGS[4]),
    ]
    assert [r.cost for r in plan.rungs] == [8 / 16, 4 / 4, 2 * 2] and plan.full_cost == 32
    lines = str(plan).splitlines()
    assert lines[0].split() == ["bracket", "resource", "data", "width", "trials", "cost"]
    assert lines[2].split() == ["0", "2", "0.5", "32", "4", "1"]
    spent = study(scheduler).optimize(objective, 10)
    if scheduler in (KINDS["halving"], KINDS["hyperband"]):  # whose plan is exact
        cost = sum(m["data"] * m["width"] / 64 for trial in spent.trials for m in trial.reports.values())
        assert scheduler.plan(10).cost == pytest.approx(cost)


def test_nothing_changes_who_goes_on(scheduler) -> None:
    options = scheduler.to_json() | {"fidelities": None}
    plain = scheduler_from_json(options)

    def same(trial):
        for epoch in trial.epochs(4):
            trial.report(loss=trial["x"] / (epoch + 1))
        return trial["x"]

    with_, without = (study(kind).optimize(same, 16) for kind in (scheduler, plain))
    assert [list(t.reports) for t in with_.trials] == [list(t.reports) for t in without.trials]


@pytest.mark.parametrize("kind", ["promotion", "stopping"])
def test_a_process_over_configuration_and_resource_stays_right(kind) -> None:
    """The rungs are one way through all fidelities: the step says where on it a reading was taken."""
    strategy = tw.GaussianProcess(startup=4, candidates=32, climbs=2)
    with_, without = (
        study(scheduler, strategy=strategy).optimize(lambda t: steady(t), 14)
        for scheduler in (KINDS[kind], scheduler_from_json(KINDS[kind].to_json() | {"fidelities": None}))
    )
    assert [t.config for t in with_.trials] == [t.config for t in without.trials]
    assert len(with_.history.reports.values) == len(without.history.reports.values)


def steady(trial):
    for epoch in trial.epochs(4):
        trial.report(loss=(trial["x"] - 0.3) ** 2 + 1.0 / (epoch + 1))
    return (trial["x"] - 0.3) ** 2 + 0.25


def test_json_round_trip(scheduler) -> None:
    assert scheduler_from_json(json.loads(json.dumps(scheduler.to_json()))) == scheduler
    assert hash(scheduler) == hash(scheduler_from_json(scheduler.to_json()))


def test_growth_is_geometric_in_the_resource_and_ends_exactly() -> None:
    growth = tw.ASHA(81, min_resource=1, fidelities={"data": (0.1, 1.0), "folds": (1, 5)}).growth
    assert [growth.at(level)["data"] for level in (1, 3, 9, 27, 81, 500)] == pytest.approx(
        [0.1 ** (1 - k / 4) for k in range(5)] + [1.0], rel=1e-9
    )
    assert (growth.at(81), [growth.at(level)["folds"] for level in (1, 3, 9, 27)]) == (
        {"data": 1.0, "folds": 5}, [1, 1, 2, 3]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"data": (1.0, 0.1)}, "'data' takes.*low < high.*got"),
        ({"data": (0.0, 1.0)}, "'data'"),
        ({"data": 0.1}, "'data'.*two numbers"),
        ({"data": (0.1, float("inf"))}, "'data'"),
        ({"data": (True, 3)}, "'data'"),
        ({3: (1, 2)}, "by name"),
        ("data", "by name"),
    ],
)
def test_ranges_that_are_none_are_refused(given, words) -> None:
    for kind in (tw.ASHA, tw.Hyperband, tw.SuccessiveHalving):
        with pytest.raises(StudyError, match=words):
            kind(9, fidelities=given)


def test_clashes_are_refused_when_the_study_is_built() -> None:
    for name, what in (("x", "parameter"), ("loss", "metric"), ("memory", "metric")):
        with pytest.raises(StudyError, match=f"'{name}', which is a {what}"):
            study(tw.ASHA(9, fidelities={name: (1, 2)}), constraints=["memory <= 1"])
    trial = study(KINDS["stopping"]).ask()
    with pytest.raises(ReportError, match="'data' is one of the scheduler's fidelities"):
        trial.report(loss=1.0, data=0.5)
    with pytest.raises(TypeError, match="fidelities"):
        tw.MedianStopping(fidelities=GROWTH)  # type: ignore[call-arg]


def test_without_fidelities_there_are_none() -> None:
    trial = study(tw.ASHA(9)).ask()
    assert trial.fidelity == {} and tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", seed=0).ask().fidelity == {}
