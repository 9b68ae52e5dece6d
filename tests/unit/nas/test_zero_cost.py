"""Scores before training: as a strategy, before another one, and as what a process sees."""

import math

import numpy as np
import pytest

import tunewright as tw
from tunewright.nas import Cell, GraphEvolution, GraphProcess, GraphSpace, Proxy, Skeleton, ZeroCost
from tunewright.training import digit_signals, split

CELL = Cell(3, ("zero", "identity", "conv3", "mean3"))
SKELETON = Skeleton(CELL, cells=1, filters=3)
SPLITS = split(digit_signals(150, length=16, noise=0.05), seed=0)


def convolutions(config):
    return sum(name == "conv3" for name in config.values())


def run(strategy, trials, space=CELL.space, **settings):
    study = tw.Study(space, maximize="value", strategy=strategy, seed=1, **settings)
    study.optimize(lambda trial: float(trial.config["edge_0_2"] == "mean3"), trials=trials, progress=False)
    return study


class TestProxy:
    @pytest.mark.parametrize("name", ["synflow", "grad_norm", "naswot"])
    def test_equal_graphs_have_equal_scores(self, name):
        proxy = Proxy(name, SKELETON, SPLITS, examples=8)
        one = {"edge_0_1": "conv3", "edge_0_2": "conv3", "edge_1_2": "identity"}
        other = {"edge_0_1": "identity", "edge_0_2": "conv3", "edge_1_2": "conv3", "lr": 0.1}
        assert proxy(one) == Proxy(name, SKELETON, SPLITS, examples=8)(other)
        assert math.isfinite(proxy(one))
        assert proxy(one) != proxy({**one, "edge_0_2": "zero"})

    def test_it_is_the_function_of_that_name(self):
        config = dict.fromkeys(CELL.names, "conv3")
        graph = SKELETON.architecture(config).canonical
        network = SKELETON.network(graph, SPLITS, seed=3)
        expected = tw.nas.naswot(network, SPLITS.train.inputs[:10])
        assert Proxy("naswot", SKELETON, SPLITS, examples=10, seed=3)(config) == pytest.approx(expected)
        assert Proxy("synflow", SKELETON, SPLITS, seed=3)(config) == pytest.approx(
            math.log(tw.nas.synflow(network, 16))
        )

    def test_what_nothing_flows_through(self):
        assert Proxy("synflow", SKELETON, SPLITS)(dict.fromkeys(CELL.names, "zero")) == -math.inf

    def test_bad_arguments(self):
        with pytest.raises(ValueError, match="name must be one of 'synflow'"):
            Proxy("snip", SKELETON, SPLITS)
        with pytest.raises(ValueError, match="examples must be"):
            Proxy("naswot", SKELETON, SPLITS, examples=0)
        with pytest.raises(tw.errors.ArchitectureError, match=r"skeleton must be a Skeleton.* got Cell\("):
            Proxy("naswot", CELL, SPLITS)


class TestZeroCost:
    def test_alone_it_tries_the_best_of_its_draws_and_nothing_twice(self):
        study = run(ZeroCost(convolutions, draws=200), 20, GraphSpace(CELL))
        scores = [convolutions(trial.config) for trial in study.trials]
        assert scores[0] == 3
        assert scores == sorted(scores, reverse=True)
        assert len({CELL.architecture(trial.config) for trial in study.trials}) == 20

    def test_asked_at_once_or_one_by_one(self):
        at_once = tw.Study(CELL.space, maximize="value", strategy=ZeroCost(convolutions), seed=1).ask(6)
        study = tw.Study(CELL.space, maximize="value", strategy=ZeroCost(convolutions), seed=1)
        assert [trial.config for trial in at_once] == [study.ask().config for _ in range(6)]

    def test_before_another_strategy(self):
        strategy = ZeroCost(convolutions, GraphEvolution(CELL, 4, 4), first=4, draws=300)
        study = run(strategy, 20)
        scores = [convolutions(trial.config) for trial in study.trials]
        assert scores[:4] == [3, 2, 2, 2]  # of three edges, drawn with ties in the order of the draws
        later = tw.Study(CELL.space, maximize="value", strategy=GraphEvolution(CELL, 4, 4), seed=1)
        later.enqueue([trial.config for trial in study.trials[:4]])
        later.optimize(lambda trial: float(trial.config["edge_0_2"] == "mean3"), trials=20, progress=False)
        assert [trial.config for trial in later.trials] == [trial.config for trial in study.trials]

    def test_any_strategy_and_other_parameters(self):
        space = GraphSpace(SKELETON, lr=tw.Float(1e-4, 1e-1, log=True))
        proxy = Proxy("synflow", SKELETON, SPLITS)
        for then in (tw.TPE(startup=4), tw.GaussianProcess(startup=4), tw.Random()):
            study = run(ZeroCost(proxy, then, first=3, draws=30), 8, space)
            scores = [proxy(trial.config) for trial in study.trials]
            assert scores[:3] == sorted(scores[:3], reverse=True)
            assert min(scores[:3]) >= np.median(scores[3:])

    def test_a_stored_study_wants_the_function_again(self, tmp_path):
        whole = run(ZeroCost(convolutions, tw.Random(), first=3), 10)
        run(ZeroCost(convolutions, tw.Random(), first=3), 2, storage=tmp_path / "a.db")
        with pytest.raises(tw.errors.StudyError, match=r"ZeroCost by convolutions, a function .* strategy=\.\.\."):
            tw.Study.load(tmp_path / "a.db")
        study = tw.Study.load(tmp_path / "a.db", strategy=ZeroCost(convolutions, tw.Random(), first=3))
        study.optimize(lambda trial: 0.0, trials=10, progress=False)
        assert [trial.config for trial in study.trials] == [trial.config for trial in whole.trials]

    @pytest.mark.parametrize(
        ("arguments", "error", "message"),
        [
            ({"score": "synflow"}, TypeError, "score must be a function"),
            ({"draws": 0}, ValueError, "draws must be a whole number of 1 or more; got 0"),
            ({"first": True}, ValueError, "first must be"),
            ({"then": tw.Random(), "first": 101}, ValueError, "first must be no more than draws=100; got 101"),
            ({"then": tw.Grid()}, ValueError, "without a plan"),
        ],
    )
    def test_bad_arguments(self, arguments, error, message):
        with pytest.raises(error, match=message):
            ZeroCost(**{"score": convolutions, **arguments})

    def test_a_score_that_is_none(self):
        study = tw.Study(CELL.space, maximize="value", strategy=ZeroCost(lambda config: math.nan), seed=1)
        with pytest.raises(tw.errors.StudyError, match="got NaN for {'edge_0_1'"):
            study.ask()


class TestProcess:
    def test_a_telling_proxy_is_believed(self):
        """The value is hidden from the graph (a hash of it), and is what the proxy says."""

        def hidden(config):
            return int(CELL.architecture(config).key[:6], 16) / 16**6

        def best(proxies):
            strategy = GraphProcess(CELL, startup=6, candidates=64, proxies=proxies)
            study = tw.Study(GraphSpace(CELL), maximize="value", strategy=strategy, seed=2)
            study.optimize(lambda trial: hidden(trial.config), trials=12, progress=False)
            return max(trial.values["value"] for trial in study.trials[6:])

        assert best((hidden,)) > best(())

    def test_options(self, tmp_path):
        with pytest.raises(TypeError, match="proxies must be functions"):
            GraphProcess(CELL, proxies=("synflow",))
        strategy = GraphProcess(CELL, startup=2, proxies=(convolutions,))
        run(strategy, 4, storage=tmp_path / "b.db")
        with pytest.raises(tw.errors.StudyError, match="the proxies convolutions, functions that"):
            tw.Study.load(tmp_path / "b.db")
        bad = GraphProcess(CELL, startup=1, proxies=(lambda config: math.nan,))
        with pytest.raises(tw.errors.StudyError, match="proxies must return numbers"):
            run(bad, 4)
