"""Confirming the best trials on fresh seeds."""

from __future__ import annotations

import math

import numpy as np
import pytest

import tunewright as tw
from tunewright.errors import StudyError


def noisy(trial):
    return (trial["x"] - 0.3) ** 2 + 0.05 * np.random.default_rng(trial.seed).normal()


def search(storage="memory", trials=40, objective=noisy, **options):
    study = tw.Study(tw.Space(x=tw.Float(0, 1)), **({"minimize": "loss"} | options), seed=1, storage=storage,
                     strategy=tw.Random())  # fmt: skip
    return study.optimize(objective, trials)


@pytest.fixture(params=["memory", "sqlite"])
def storage(request, tmp_path):
    return "memory" if request.param == "memory" else tmp_path / "s.db"


def test_candidates_run_on_the_same_fresh_seeds(storage):
    study, seen = search(storage), {}

    def objective(trial):
        seen.setdefault(trial["x"], []).append(trial.seed)
        return noisy(trial)

    found = study.confirm(objective, top=3, seeds=4)
    used = {tuple(seeds) for seeds in seen.values() if len(seeds) == 4}
    assert len(used) == 1
    assert len(set(next(iter(used)))) == 4
    best = [trial.number for trial in study.top(3)]
    assert list(found.scores) == best
    assert found.searched[best[0]] == study.best_value
    assert found.configs[best[0]] == study.best_config
    assert found.evaluations == sum(map(len, seen.values()))


def test_the_bad_are_dropped_and_the_winner_has_the_best_bound():
    values = {0.0: 1.0, 0.2: 1.02, 0.4: 3.0, 0.6: 3.1}
    study = tw.Study(tw.Space(x=tw.Ordinal(*values)), maximize="gain", seed=0)
    study.optimize(lambda trial: -values[trial["x"]], 4)

    def objective(trial):
        noise = np.random.default_rng([trial.seed, int(10 * trial["x"])]).normal()
        return -values[trial["x"]] + 0.05 * noise

    found = study.confirm(objective, top=4, seeds=12, method="t")
    by_value = {study.trials[n].config["x"]: n for n in range(4)}
    assert {by_value[0.4], by_value[0.6]} <= found.dropped.keys()
    assert all(seeds < 12 for seeds in found.dropped.values())
    assert found.winner in (by_value[0.0], by_value[0.2])
    scores = np.array(list(found.scores[found.winner].values()))
    assert found.mean == pytest.approx(scores.mean())
    t95 = 1.795885  # one-sided, 11 degrees of freedom
    assert found.bound == pytest.approx(scores.mean() - t95 * scores.std(ddof=1) / math.sqrt(12), abs=1e-6)
    assert found.config == {"x": study.trials[found.winner].config["x"]}
    assert "wins" in str(found)
    assert "Dropped as worse" in str(found)


def test_it_goes_on_where_it_stopped_and_repeats_nothing(tmp_path):
    straight = search(tmp_path / "a.db").confirm(noisy, top=3, seeds=5)
    study, runs = search(tmp_path / "b.db"), []

    def stops(trial):
        runs.append(trial.number)
        if len(runs) == 8:
            raise KeyboardInterrupt
        return noisy(trial)

    with pytest.raises(KeyboardInterrupt):
        study.confirm(stops, top=3, seeds=5)
    resumed = tw.Study.load(tmp_path / "b.db", "study").confirm(noisy, top=3, seeds=5)
    assert resumed == straight
    again = tw.Study.load(tmp_path / "b.db", "study").confirm(lambda trial: 1 / 0, top=3, seeds=5)
    assert again == straight
    assert tw.Study.load(tmp_path / "b.db", "study/confirm").history.n == straight.evaluations


def test_another_plan_is_another_study(tmp_path):
    study = search(tmp_path / "a.db")
    assert study.confirm(noisy, top=2, seeds=3).study == "study/confirm"
    assert study.confirm(noisy, top=2, seeds=4).study == "study/confirm-2"
    study.optimize(noisy, 60)
    assert study.confirm(noisy, top=2, seeds=3).study in ("study/confirm", "study/confirm-3")


def test_workers_change_nothing(tmp_path):
    alone = search().confirm(noisy, top=3, seeds=4)
    assert search(tmp_path / "a.db").confirm(noisy, top=3, seeds=4, workers=2, executor="threads") == alone


def test_replicates_of_a_dead_process_are_said_and_run_again(tmp_path):
    study = search(tmp_path / "a.db")
    straight = search().confirm(noisy, top=2, seeds=3)

    def dies(trial):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        study.confirm(dies, top=2, seeds=3)
    lost = tw.Study.load(tmp_path / "a.db", "study/confirm").ask()  # begun, and never told
    assert lost.number == 0
    with pytest.raises(StudyError, match="recover=True"):
        study.confirm(noisy, top=2, seeds=3)
    assert study.confirm(noisy, top=2, seeds=3, recover=True) == straight


def test_a_candidate_that_fails_on_a_seed_is_out():
    study = search()
    best = study.best_config["x"]

    def objective(trial):
        if trial["x"] == best:
            return math.nan
        return noisy(trial)

    found = study.confirm(objective, top=2, seeds=3)
    assert list(found.failed) == [study.best_trial.number]
    assert found.winner == study.top(2)[1].number
    nothing = study.confirm(lambda trial: math.nan, top=2, seeds=3)
    assert nothing.winner is nothing.config is None
    assert "nothing is confirmed" in str(nothing)


def test_equal_configurations_take_part_once():
    study = tw.Study(tw.Space(k=tw.Int(1, 2)), minimize="loss", seed=0, duplicates="allow")
    study.optimize(lambda trial: float(trial["k"]), 10)
    found = study.confirm(lambda trial: float(trial["k"]), top=5, seeds=2)
    assert len(found.scores) == 2
    assert "may be just as good" in str(found)  # two constants: no noise, so that no test can tell


def test_several_objectives_need_a_choice():
    study = search(objective=lambda t: {"a": t["x"], "b": 1 - t["x"]}, minimize=["a", "b"], trials=6)

    def objective(trial):
        return {"a": trial["x"] + trial.seed % 7 / 100, "b": 1 - trial["x"]}

    with pytest.raises(StudyError, match="candidates=study.pareto_front"):
        study.confirm(objective)
    found = study.confirm(objective, candidates=study.pareto_front[:3], metric="a", seeds=3)
    assert study.trials[found.winner].config["x"] == min(config["x"] for config in found.configs.values())
    with pytest.raises(StudyError, match="metric must be"):
        study.confirm(objective, candidates=[0, 1], metric="c")


def test_define_by_run_and_a_space_that_was_changed():
    def objective(trial):
        x = trial.suggest_float("x", 0.0, 1.0)
        return x + (trial.suggest_float("y", 0.0, 1.0) if x > 0.5 else 0.0)

    study = tw.Study(minimize="loss", seed=0, strategy=tw.Random()).optimize(objective, 20)
    assert len(study.confirm(objective, top=15, seeds=2).scores) == 15
    changed = search()
    changed.narrow(x=tw.Float(0.6, 0.9))
    assert changed.confirm(noisy, top=2, seeds=2).config["x"] < 0.6


def test_what_cannot_be_confirmed():
    with pytest.raises(StudyError, match="nothing to confirm"):
        tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", seed=0).confirm(noisy)
    study = search(trials=3)
    for options, words in (
        ({"seeds": 1}, "seeds must be"), ({"top": 0}, "top must be"), ({"alpha": 2}, "alpha must be"),
        ({"method": "hoeffding"}, "needs span"), ({"method": "best"}, "method must be"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=words):
            study.confirm(noisy, **options)
    with pytest.raises(StudyError, match="candidates must be"):
        study.confirm(noisy, candidates=[7])


def test_the_seed_of_a_trial_is_its_own_and_stays():
    study = search(trials=0)
    seeds = [trial.seed for trial in study.ask(50)]
    assert len(set(seeds)) == 50
    assert all(0 <= seed < 2**31 for seed in seeds)
    assert [trial.seed for trial in search(trials=0).ask(50)] == seeds


def test_every_look_spends_its_share_of_the_error(monkeypatch):
    from tunewright.analysis.validation import confirm

    asked = []

    def nobody(losses, **options):
        asked.append((losses.shape, options["alpha"], options["looks"], options["rivals"]))
        return np.zeros(losses.shape[1], dtype=bool)

    monkeypatch.setitem(confirm.__globals__, "dropped", nobody)
    search().confirm(noisy, top=4, seeds=6, first=3, alpha=0.1)
    assert asked == [((rows, 4), 0.1, 4, 4) for rows in (3, 4, 5, 6)]
