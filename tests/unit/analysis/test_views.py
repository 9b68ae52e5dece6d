"""Views from their definitions, on records small enough to work out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tunewright as tw
from tunewright.analysis import views
from tunewright.analysis.views import Role
from tunewright.analysis.views.coordinates import leading
from tunewright.analysis.views.outcomes import sampled
from tunewright.errors import SpaceError, StudyError, UnknownMetricError, UnknownTrialError


def told(values, *, direction="minimize", constraints=(), name="s"):
    """A study whose trials were told these: a number, None for failed, "pruned", or a dict."""
    study = tw.Study(
        tw.Space(x=tw.Float(0, 1), c=tw.Categorical("a", "b")),
        directions={"loss": direction},
        constraints=constraints,
        seed=0,
        strategy=tw.Random(),
        name=name,
    )
    for value in values:
        trial = study.ask()
        if value == "running":
            continue
        if value == "pruned":
            trial.report(loss=7.0, step=1)
            trial.report(loss=5.0, step=2)
            study.tell(trial, state="pruned")
        elif value is None:
            study.tell(trial, state="failed", error="broke")
        else:
            study.tell(trial, value)
    return study


class TestOutcomes:
    def test_each_trial_is_shown_as_what_it_is(self):
        ends = [
            {"loss": 1.0, "m": 1.0},
            {"loss": 2.0, "m": 9.0},
            "pruned",
            None,
            {"loss": math.inf, "m": 1.0},
            "running",
        ]
        study = told(ends, constraints=["m <= 5"])
        found = views.outcomes(study)
        assert [Role(role).name for role in found.roles] == [
            "COMPLETE", "INFEASIBLE", "PRUNED", "FAILED", "INFINITE", "UNFINISHED",
        ]  # fmt: skip
        assert found.values[:3].tolist() == [1.0, 2.0, 5.0]  # a pruned trial by the report of its highest step
        assert found.good.tolist() == [True, False, False, False, False, False]
        assert found.missing is None

    def test_what_is_missing_is_said(self):
        assert views.outcomes(told([], name="früh")).missing == "Study 'früh' has no trials yet."
        assert "its only trial is pruned" in views.outcomes(told(["pruned"])).missing
        assert "of its 3 trials 1 pruned, 2 failed" in views.outcomes(told(["pruned", None, None])).missing

    def test_an_unknown_metric_is_refused(self):
        with pytest.raises(UnknownMetricError, match=r"'gain' is no objective .* 'loss'"):
            views.outcomes(told([1.0]), "gain")

    def test_sampled_keeps_the_best_half_and_the_last(self):
        order = np.arange(100)[::-1]
        kept = sampled(order, 10)
        assert kept[:5].tolist() == [99, 98, 97, 96, 95]
        assert kept[-1] == 0 and len(set(kept.tolist())) == 10
        assert sampled(order, 100) is order


class TestProgress:
    @pytest.mark.parametrize(("direction", "best"), [("minimize", [3, 2, 2, 1]), ("maximize", [3, 3, 9, 9])])
    def test_the_best_so_far(self, direction, best):
        found = views.progress(told([None, 3.0, 2.0, 9.0, 1.0], direction=direction))
        assert found.numbers.tolist() == [1, 2, 3, 4]
        assert found.best.tolist() == best

    def test_the_standard_error_is_that_of_the_best(self):
        study = told([])
        for value, sem in ((3.0, 0.3), (4.0, 0.4), (1.0, None)):
            study.tell(study.ask(), value if sem is None else tw.Measured(value, sem=sem))
        np.testing.assert_equal(views.progress(study).sem, [0.3, 0.3, np.nan])

    def test_spread_over_studies(self):
        studies = [told([4.0, 2.0]), told([3.0]), told([None, 8.0])]
        found = views.spread(studies)
        assert found.studies.tolist() == [2, 3]
        assert found.median.tolist() == [3.5, 3.0]  # of (4, 3), then of (2, 3 kept, 8)
        with pytest.raises(StudyError, match="in common"):
            views.spread([told([1.0]), told([1.0], direction="maximize")])


class TestCoordinates:
    def test_leading_parameters_are_those_whose_ranks_go_with_the_outcome(self):
        space = tw.Space({f"p{k}": tw.Float(0, 1) for k in range(5)} | {"c": tw.Categorical("a", "b", "c")})
        study = tw.Study(space, minimize="loss", seed=1, strategy=tw.Random())
        study.optimize(lambda t: t["p3"] ** 3 + (t["c"] == "b"), trials=60)
        assert leading(study, views.outcomes(study), 2) == ["p3", "c"]
        assert len(leading(study, views.outcomes(study), 9)) == 6

    def test_scales_choices_and_inactive_parameters(self):
        space = tw.Space(
            lr=tw.Float(1e-4, 1e-1, log=True),
            width=tw.PowerOfTwo(4, 64),
            kind=tw.Categorical("a", "b"),
            m=tw.Float(0, 1, when=tw.when("kind", "a")),
        )
        study = tw.Study(space, minimize="loss", seed=0, strategy=tw.Random())
        study.enqueue([{"kind": "a", "m": 0.5, "lr": 0.01, "width": 8}, {"kind": "b", "lr": 0.01, "width": 8}])
        study.optimize(lambda t: 1.0, trials=2)
        lr, width, kind, m = (views.coordinate(study, name) for name in space)
        assert (lr.scale, width.scale, kind.choices, width.whole) == ("log", "log2", ("a", "b"), True)
        assert kind.values.tolist() == [0.0, 1.0]
        np.testing.assert_equal(m.values, [0.5, np.nan])
        with pytest.raises(SpaceError, match="'lrr' is no parameter"):
            views.coordinate(study, "lrr")


class TestCurves:
    def reporting(self, scheduler=None):
        study = tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", scheduler=scheduler, seed=0, strategy=tw.Random())
        for curve in ([5.0, 3.0, 1.0], [4.0, 4.0, 4.0], [6.0, math.nan], [7.0, 2.0, 2.0], [9.0, 9.0, 9.0]):
            trial = study.ask()
            for step, value in enumerate(curve, 1):
                trial.report(loss=value, step=step)
            study.tell(
                trial, curve[-1] if curve[-1] == curve[-1] else None, state=None if len(curve) == 3 else "failed"
            )
        return study

    def test_reports_come_sorted_with_what_they_were(self):
        found = views.curves(self.reporting())
        assert found.trial.tolist() == [0] * 3 + [1] * 3 + [2] * 2 + [3] * 3 + [4] * 3
        assert math.isnan(found.values[7])
        assert found.reporting == found.shown == 5

    def test_the_best_are_kept_where_there_are_too_many(self):
        found = views.curves(self.reporting(), most=2)
        assert found.shown == 2 and found.reporting == 5
        assert 0 in found.trial

    def test_rungs_are_the_schedulers(self):
        study = tw.Study(
            tw.Space(x=tw.Float(0, 1)), minimize="loss", scheduler=tw.ASHA(27), seed=0, strategy=tw.Random()
        )
        study.optimize(lambda t: [t.report(loss=t["x"]) for _ in t.epochs(27)] and None, trials=3)
        assert views.curves(study).rungs.tolist() == [1, 3, 9, 27]

    def test_ranks_by_hand(self):
        found = views.ranks(self.reporting())
        by_step = {
            step: dict(zip(found.trial[found.step == step], found.rank[found.step == step], strict=True))
            for step in (1, 2, 3)
        }
        assert by_step[1] == {1: 1, 0: 2, 2: 3, 3: 4, 4: 5}
        assert by_step[2] == {3: 1, 0: 2, 1: 3, 4: 4, 2: 5}  # NaN comes last
        assert by_step[3] == {0: 1, 3: 2, 1: 3, 4: 4}
        assert found.steps.tolist() == [1, 2, 3]
        assert found.agreement[2] == pytest.approx(1.0)
        assert found.agreement[0] == pytest.approx(1 - 6 * (1 + 4 + 1 + 0) / (4 * 15))  # ranks 2 1 3 4 against 1 3 2 4


class TestFronts:
    def study(self):
        study = tw.Study(tw.Space(x=tw.Float(0, 1)), minimize=["a", "b"], seed=0, strategy=tw.Random())
        for a, b in ((1.0, 3.0), (3.0, 1.0), (3.0, 3.0), (2.0, math.inf), (2.0, 2.0)):
            study.tell(study.ask(), {"a": a, "b": b})
        return study

    def test_members_and_those_left_out(self):
        found = views.front(self.study())
        assert found.numbers.tolist() == [0, 1, 2, 4]
        assert found.member.tolist() == [True, True, False, True]
        assert found.left_out == 1

    def test_growth_is_the_hypervolume_after_each_end(self):
        found = views.growth(self.study(), {"a": 4.0, "b": 4.0})
        assert found.volume.tolist() == [3.0, 5.0, 5.0, 5.0, 6.0]

    def test_one_objective_has_no_front(self):
        with pytest.raises(StudyError, match="two objectives"):
            views.front(told([1.0]))
        with pytest.raises(StudyError, match="two objectives"):
            views.growth(told([1.0]))
        with pytest.raises(StudyError, match="two or three different"):
            views.front(self.study(), ["a", "a"])


class TestDistribution:
    def test_trials_without_a_value_count_as_worse(self):
        found = views.distribution([told([2.0, None, 1.0, "pruned"])])
        assert found.values[0].tolist() == [1.0, 2.0]
        assert found.share[0].tolist() == [0.25, 0.5]

    def test_best_first_where_more_is_better(self):
        assert views.distribution([told([2.0, 1.0], direction="maximize")]).values[0].tolist() == [2.0, 1.0]


class TestTimeline:
    def test_no_two_trials_of_a_lane_run_at_once(self, monkeypatch):
        study = told(["running"] * 4)
        for number, state in ((0, 1.0), (1, 2.0), (2, 3.0)):
            study.tell(number, state)
        study.history._started[:4] = [100.0, 101.0, 105.0, 106.0]
        study.history._finished[:4] = [105.0, 110.0, 107.0, 0.0]
        found = views.timeline(study)
        assert found.start.tolist() == [0.0, 1.0, 5.0, 6.0]
        assert found.stop.tolist() == [
            5.0,
            10.0,
            7.0,
            10.0,
        ]  # the last one still runs: up to the latest moment on record
        assert found.lane.tolist() == [0, 1, 0, 2]
        assert found.running.tolist() == [False, False, False, True]


class TestValidation:
    def test_the_predictions_are_those_of_models_that_have_not_seen_the_trial(self):
        study = tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", seed=0, strategy=tw.Random())
        study.optimize(lambda t: math.sin(6 * t["x"]), trials=25)
        found = views.validation(study)
        assert found.r_squared > 0.9 and found.coverage > 0.7
        np.testing.assert_array_equal(found.observed, study.history.values[found.numbers, 0])

    @pytest.mark.parametrize("values", [[1.0] * 9, [1.0], [None] * 6])
    def test_what_is_missing_is_said(self, values):
        assert views.validation(told(values)).missing.endswith(".")


class TestLineage:
    def population(self):
        study = tw.Study(
            tw.Space(lr=tw.Float(1e-3, 1, log=True)),
            maximize="score",
            scheduler=tw.PopulationBasedTraining(max_resource=12, population=4, interval=3),
            seed=0,
            strategy=tw.Random(),
        )

        def objective(trial):
            score = trial.load() or 0.0
            for _ in trial.epochs(12):
                score += trial["lr"]
                trial.report(score=score)
                trial.save(score)
            return score

        study.optimize(objective)
        return study

    def test_a_child_starts_where_its_parent_was_left(self):
        study = self.population()
        found = views.lineage(study)
        children = found.parent >= 0
        assert children.any()
        for number, parent, start in zip(
            found.numbers[children], found.parent[children], found.start[children], strict=True
        ):
            assert study.trials[number].parent == parent
            assert start > 0
        assert found.winner[-1] == study.best_trial.number
        assert [study.trials[number].parent for number in found.winner] == [None, *found.winner[:-1]]

    def test_the_schedule_is_the_studys(self):
        study = self.population()
        found, schedule = views.schedules(study), study.best_schedule
        assert found.edges.tolist() == [0, *(segment.stop for segment in schedule)]
        assert found.coordinates[0].values.tolist() == [segment.config["lr"] for segment in schedule]
        with pytest.raises(UnknownTrialError):
            views.schedules(study, 10**6)


class TestSurface:
    def test_the_map_follows_the_function(self):
        study = tw.Study(
            tw.Space(x=tw.Float(0, 1), y=tw.Float(0, 1), z=tw.Float(0, 1)),
            minimize="loss",
            seed=0,
            strategy=tw.Random(),
        )
        study.optimize(lambda t: (t["x"] - 0.2) ** 2 + (t["y"] - 0.8) ** 2, trials=50)
        found = views.surface(study)
        assert {found.x.name, found.y.name} == {"x", "y"}
        row, column = np.unravel_index(np.argmin(found.mean), found.mean.shape)
        low = {found.x.name: found.grid_x[column], found.y.name: found.grid_y[row]}
        assert abs(low["x"] - 0.2) < 0.1 and abs(low["y"] - 0.8) < 0.1

    def test_two_parameters_are_needed(self):
        with pytest.raises(StudyError, match="two different"):
            views.surface(told([1.0] * 5), ("x", "x"))
        assert "needs four" in views.surface(told([1.0, 2.0])).missing
