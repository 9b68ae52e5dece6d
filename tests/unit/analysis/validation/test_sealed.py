"""The sealed test set, and how much of the best value is luck."""

from __future__ import annotations

import logging
import math

import numpy as np
import pytest

import tunewright as tw
from tunewright.errors import StudyError


def search(storage="memory", trials=10):
    study = tw.Study(
        tw.Space(x=tw.Float(0, 1)), minimize="loss", seed=1, strategy=tw.Random(), storage=storage, name="s"
    )
    return study.optimize(lambda trial: trial["x"], trials)


@pytest.fixture(params=["memory", "sqlite"])
def storage(request, tmp_path):
    return "memory" if request.param == "memory" else tmp_path / "s.db"


class TestSealed:
    def test_it_opens_once_for_the_best_and_is_recorded(self, storage):
        study, seen = search(storage), []
        sealed = tw.SealedTest(lambda config: seen.append(config) or 0.5)
        found = study.finalize(sealed)
        assert seen == [study.best_config]
        assert (found.trial, found.tested, found.evaluations) == (study.best_trial.number, {"loss": 0.5}, 10)
        assert f"{study.best_value:.4g}" in str(found)
        assert study.notes["sealed test"]["tested"] == {"loss": 0.5}
        with pytest.raises(StudyError, match="opened before, for trial"):
            study.finalize(sealed)
        assert len(seen) == 1

    def test_the_record_outlives_the_process(self, tmp_path):
        search(tmp_path / "s.db").finalize(tw.SealedTest(lambda config: 0.5))
        loaded = tw.Study.load(tmp_path / "s.db")  # the companion does not count as another study
        assert loaded.name == "s"
        with pytest.raises(StudyError, match=r"'loss': 0\.5"):
            loaded.finalize(tw.SealedTest(lambda config: 0.5))

    def test_nobody_else_opens_it(self):
        sealed = tw.SealedTest(lambda config: 1.0)
        with pytest.raises(StudyError, match="sealed"):
            sealed({"x": 1})
        assert not hasattr(sealed, "evaluate")
        with pytest.raises(TypeError, match="takes a SealedTest"):
            search().finalize(lambda config: 1.0)

    def test_an_evaluation_that_fails_has_seen_nothing(self, storage):
        study = search(storage)
        with pytest.raises(ZeroDivisionError):
            study.finalize(tw.SealedTest(lambda config: 1 / 0))
        with pytest.raises(StudyError, match="no finite value"):
            study.finalize(tw.SealedTest(lambda config: math.nan))
        assert study.finalize(tw.SealedTest(lambda config: 0.25)).tested == {"loss": 0.25}

    def test_of_two_processes_one_looks(self, tmp_path):
        one, two = (search(tmp_path / "s.db") for _ in range(2))

        def looks(config):
            with pytest.raises(StudyError, match="being opened"):
                two.finalize(tw.SealedTest(lambda config: 9.0))
            return 0.5

        assert one.finalize(tw.SealedTest(looks)).tested == {"loss": 0.5}

    def test_a_process_that_died_is_said(self, tmp_path):
        study = search(tmp_path / "s.db")
        tw.Study(study.space, minimize="loss", storage=tmp_path / "s.db", name="s/final").ask()
        with pytest.raises(StudyError, match="recover=True"):
            study.finalize(tw.SealedTest(lambda config: 0.5))
        assert study.finalize(tw.SealedTest(lambda config: 0.5), recover=True).tested == {"loss": 0.5}

    @pytest.mark.parametrize("dies_at", ["tell", "note"])
    def test_what_was_seen_by_a_process_that_died_is_noted_by_the_next_without_a_second_look(
        self, tmp_path, monkeypatch, dies_at
    ):
        dying, looks = search(tmp_path / "s.db"), []
        sealed = tw.SealedTest(lambda config: looks.append(config) or {"loss": 0.5, "extra": 7.0})
        with monkeypatch.context() as death:
            death.setattr(tw.Study, dies_at, lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                dying.finalize(sealed)
        again = tw.Study.load(tmp_path / "s.db", "s")
        assert "sealed test" not in again.notes
        found = again.finalize(sealed)
        assert (found.tested, found.trial, len(looks)) == ({"loss": 0.5, "extra": 7.0}, dying.best_trial.number, 1)
        assert again.notes["sealed test"]["tested"] == found.tested
        assert tw.Study.load(tmp_path / "s.db", "s/final").best_value == 0.5
        for study in (again, dying):  # whose notes are older
            with pytest.raises(StudyError, match="opened before"):
                study.finalize(sealed)

    def test_a_chosen_trial_and_several_objectives(self):
        study = tw.Study(tw.Space(x=tw.Float(0, 1)), minimize=["a", "b"], seed=0, strategy=tw.Random())
        study.optimize(lambda trial: {"a": trial["x"], "b": 1 - trial["x"]}, 4)
        sealed = tw.SealedTest(lambda config: {"a": 1.0, "b": 2.0, "extra": 3.0})
        with pytest.raises(StudyError, match="no single best"):
            study.finalize(sealed)
        with pytest.raises(StudyError, match="trial must be"):
            study.finalize(sealed, trial=9)
        found = study.finalize(sealed, trial=study.choose())
        assert found.tested == {"a": 1.0, "b": 2.0, "extra": 3.0}


class TestOptimism:
    def test_pure_noise_is_all_luck(self):
        study = tw.Study(tw.Space(x=tw.Float(0, 1)), maximize="gain", seed=0, strategy=tw.Random())
        noise = np.random.default_rng(3).normal(0.0, 0.1, 200)
        study.optimize(lambda trial: tw.Measured(noise[trial.number], sem=0.1), 200)
        found = study.optimism()
        assert found.best == pytest.approx(noise.max())
        assert 0.15 < found.expected < 0.32  # the mean of the largest of 200: 0.275
        assert found.corrected == pytest.approx(found.best - found.expected)
        assert "too good" in str(found)

    def test_little_noise_is_little_luck(self):
        study = search(trials=30)
        assert study.optimism(noise=1e-6).expected < 1e-6
        assert study.optimism(noise=0.2).expected > study.optimism(noise=0.05).expected

    def test_the_direction_and_the_size_of_the_validation_set(self):
        study = tw.Study(tw.Space(x=tw.Float(0, 1)), maximize="accuracy", seed=0, strategy=tw.Random())
        study.optimize(lambda trial: 0.9 + trial["x"] / 100, 50)
        small, large = study.optimism(validation_size=100), study.optimism(validation_size=10_000)
        assert small.corrected < large.corrected < large.best
        assert small.noise == pytest.approx(0.03, rel=0.1)

    def test_what_is_missing_is_said(self):
        assert "nothing is known of the noise" in str(search().optimism())
        assert "no trial is complete" in str(search(trials=0).optimism())
        assert str(search(trials=1).optimism(noise=0.1)).startswith("The best of 1 values")
        with pytest.raises(ValueError, match="noise must be"):
            search().optimism(noise=-1.0)
        with pytest.raises(ValueError, match="between 0 and 1"):
            tw.optimism(search_of(5.0), validation_size=10)
        with pytest.raises(StudyError, match="metric must be"):
            search().optimism(metric="accuracy")


def search_of(value):
    study = tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", seed=1, strategy=tw.Random())
    return study.optimize(lambda trial: value, 2)


class TestHoldoutGuard:
    def test_it_warns_as_evaluations_mount_and_not_each_time(self, caplog):
        study = tw.Study(tw.Space(x=tw.Float(0, 1)), maximize="accuracy", seed=0, strategy=tw.Random())
        with caplog.at_level(logging.WARNING, "tunewright"):
            study.optimize(lambda trial: 0.8, 200, callbacks=[tw.HoldoutGuard(1000, tolerance=0.03)])
        said = [record.getMessage() for record in caplog.records if "validation rows" in record.getMessage()]
        assert 1 <= len(said) <= 5
        # 0.4 / sqrt(1000) * sqrt(2 ln n) > 0.03 first at n = 17
        assert said[0].startswith("the best of 17 values on the same 1000 validation rows")

    def test_a_large_set_is_enough(self, caplog):
        with caplog.at_level(logging.WARNING, "tunewright"):
            search_of(0.2).optimize(lambda trial: 0.2, 50, callbacks=[tw.HoldoutGuard(10**6)])
        assert not caplog.records

    def test_what_cannot_be(self):
        with pytest.raises(ValueError, match="samples must be"):
            tw.HoldoutGuard(0)
        with pytest.raises(ValueError, match="tolerance must be"):
            tw.HoldoutGuard(10, tolerance=0)


def test_only_companions_are_passed_over_when_a_file_is_loaded(tmp_path):
    search(tmp_path / "s.db").finalize(tw.SealedTest(lambda config: 0.5))
    tw.Study(tw.Space(x=tw.Float(0, 1)), minimize="loss", storage=tmp_path / "s.db", name="s/other")
    with pytest.raises(StudyError, match="'s', 's/other'"):
        tw.Study.load(tmp_path / "s.db")
