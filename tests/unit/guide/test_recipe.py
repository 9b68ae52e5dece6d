"""The recipe: a budget that holds, steps in order, and a plain word for what cannot be done."""

from __future__ import annotations

import math

import pytest

import tunewright as tw
from tunewright.guide.recipes.shares import shares

EPOCHS = 8
SPACE = tw.Space(
    lr=tw.Float(1e-5, 1e-1, log=True),
    width=tw.PowerOfTwo(16, 256),
    optimizer=tw.Categorical("sgd", "adam"),
    momentum=tw.Float(0.0, 0.99, when=tw.when("optimizer", "sgd")),
    dropout=tw.Float(0.0, 0.5),
)


class Training:
    """A loss with its valley at lr 1e-2, width 128, dropout 0.2; it counts the epochs it was asked for."""

    def __init__(self, diverges=math.inf):
        self.epochs = 0
        self.diverges = diverges
        self.configs = []

    def __call__(self, trial):
        self.configs.append(trial.config)
        loss = math.nan
        for epoch in trial.epochs(EPOCHS):
            self.epochs += 1
            loss = self.loss(trial.config) + 1.0 / (epoch + 1) + 1e-3 * (trial.seed % 7)
            if trial["lr"] > self.diverges:
                return math.nan
            trial.report(loss=loss)
        return loss

    @staticmethod
    def loss(config):
        return (
            0.3 * math.log10(config["lr"] / 1e-2) ** 2
            + 0.1 * math.log2(config["width"] / 128) ** 2
            + (config["dropout"] - 0.2) ** 2
            + 0.1 * (config["optimizer"] == "sgd")
        )


class Falling:
    """A step function: the loss falls fastest at a rate of 1e-2 and explodes at 1."""

    def __init__(self, breaks=math.inf, value=None):
        self.loss, self.taken, self.breaks, self.value = 2.0, 0, breaks, value

    def __call__(self, lr):
        self.taken += 1
        if self.taken > self.breaks:
            raise RuntimeError("out of batches")
        before = self.loss
        self.loss -= 0.1 * math.exp(-(math.log10(lr / 1e-2) ** 2))
        return self.value or (before if lr < 1 else 1e9)

    def save(self):
        return self.loss

    def restore(self, loss):
        self.loss = loss


def made(training, budget=40 * EPOCHS, **options):
    given = {"space": SPACE, "epochs": EPOCHS, "storage": "memory", "progress": False, "start": {"width": 32}}
    return tw.recipe(training, budget=budget, **{**given, **options})


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    file = tmp_path_factory.mktemp("recipe") / "all.db"
    training, tests = Training(), []
    sealed = tw.SealedTest(lambda config: tests.append(config) or {"loss": 0.5, "accuracy": 0.9})
    plan = made(training, storage=file, probe=lambda config: Falling(), test=sealed)
    return file, training, tests, plan, plan.run()


class TestTheWhole:
    def test_steps_come_in_the_guides_order_and_each_says_why(self, done):
        _, _, _, plan, found = done
        titles = ["baseline", "learning rate", "tier 1", "scaling", "tiers 2 and 3", "confirmation", "test"]
        assert [step.title for step in found.steps] == titles
        assert all("practitioner's guide" in step.why for step in found.steps)
        assert all(title in str(plan) and title in str(found) for title in titles)

    def test_the_budget_holds_and_is_used(self, done):
        _, training, _, _, found = done
        assert training.epochs <= found.spent <= 40 * EPOCHS
        assert found.spent > 35 * EPOCHS
        assert sum(step.epochs for step in found.steps) == found.spent

    def test_the_summary_is_in_the_file(self, done):
        file, *_, found = done
        assert tw.Study.load(file, found.steps[0].study).notes["summary"] == str(found)

    def test_it_ends_better_than_it_began(self, done):
        *_, found = done
        assert Training.loss(found.config) < 0.1 < Training.loss(found.start)
        values = [step.value for step in found.steps[:5]]
        assert values == sorted(values, reverse=True)
        assert math.fsum(found.confirmed) / len(found.confirmed) < math.fsum(found.baseline) / len(found.baseline)

    def test_gains_add_up(self, done):
        *_, found = done
        gains = [step.gained for step in found.steps[1:5]]
        assert math.fsum(gains) == pytest.approx(found.steps[0].value - found.steps[4].value)

    def test_each_step_is_a_study_of_the_file(self, done):
        file, *_, found = done
        for step in found.steps[:5]:
            study = tw.Study.load(file, step.study)
            own = [trial for trial in study.trials if "carried from" not in trial.metadata]
            assert len(own) == step.trainings
        assert tw.Study.load(file, found.steps[5].study).history.n == found.steps[5].trainings

    def test_every_training_has_a_whole_configuration(self, done):
        _, training, *_ = done
        for config in training.configs:
            assert set(config) == set(SPACE.names) - ({"momentum"} if config["optimizer"] == "adam" else set())

    def test_no_two_searched_trainings_share_a_seed(self, done):
        file, *_, found = done
        seeds = [
            tw.Study.load(file, step.study).seed for step in found.steps if step.study and step.title != "confirmation"
        ]
        assert len(set(seeds)) == len(seeds)

    def test_the_test_set_is_opened_once(self, done):
        _, _, tests, _, found = done
        assert tests == [found.config]
        assert found.tested == {"loss": 0.5, "accuracy": 0.9}

    def test_the_same_call_again_trains_nothing_and_says_the_same(self, done):
        _, training, tests, plan, found = done
        before = training.epochs
        again = plan.run()
        assert (training.epochs, len(tests)) == (before, 1)
        assert (again.config, again.confirmed, again.tested) == (found.config, found.confirmed, found.tested)
        assert [step.value for step in again.steps] == [step.value for step in found.steps]

    def test_another_budget_is_refused(self, done):
        file, training, *_ = done
        with pytest.raises(tw.errors.StudyError, match="was begun with"):
            made(training, 41 * EPOCHS, storage=file, test=tw.SealedTest(len)).run()


@pytest.mark.parametrize("budget", [1, 2, 3, 5, 9, 14, 25])
@pytest.mark.parametrize("steps", [None, 4, 60], ids=["no probe", "short epochs", "long epochs"])
def test_any_budget_holds(budget, steps):
    def probe(config):
        step = Falling()
        step.epoch_steps = steps
        return step

    training, test = Training(), tw.SealedTest(lambda config: 0.5)
    found = made(training, f"{budget} trials", probe=None if steps is None else probe, test=test).run()
    assert training.epochs <= found.spent <= budget * EPOCHS
    assert found.config.keys() >= {"lr", "width"}


def test_fewer_epochs_than_one_training_leave_the_defaults():
    training = Training()
    plan = made(training, EPOCHS - 1)
    assert "Fallback: the defaults" in str(plan)
    found = plan.run()
    assert training.epochs == 0
    assert found.config == found.start
    assert "nothing can be trained in full" in str(found)


def test_epochs_are_counted_where_nobody_says_how_many_there_are():
    training = Training()
    found = made(training, 20 * EPOCHS, epochs=None).run()
    assert found.epochs == EPOCHS
    assert training.epochs <= 20 * EPOCHS


def test_trainings_that_never_report_count_in_full():
    calls = []

    def silent(trial):
        calls.append(trial.number)
        return Training.loss(trial.config)

    found = made(silent, "12 trials").run()
    assert len(calls) <= 12
    assert found.spent == len(calls) * EPOCHS


def test_time_is_counted_at_what_an_epoch_took():
    found = made(Training(), "0.3 s", cost_per_epoch="0.001 s").run()
    assert found.spent >= EPOCHS


def test_more_may_be_better():
    found = made(lambda trial: 1.0 - Training.loss(trial.config), "20 trials", maximize="accuracy").run()
    assert found.maximize
    values = [step.value for step in found.steps if step.study is not None and step.title != "confirmation"]
    assert values == sorted(values)


class Plateau(Training):
    """A loss that seeds alone tell apart, unless the rate is high and nothing is dropped."""

    def __call__(self, trial):
        self.configs.append(trial.config)
        out = 0.003 < trial["lr"] and trial["dropout"] < 0.2
        for epoch in trial.epochs(EPOCHS):
            self.epochs += 1
            loss = 0.7 + 0.01 * math.sin(trial.seed % 97 + epoch) - 0.6 * out * epoch / EPOCHS
            trial.report(loss=loss)
        return loss


class TestAPlateau:
    def test_ranges_are_searched_as_a_whole_and_it_says_so(self):
        training = Plateau()
        found = made(training).run()
        rates = [math.log10(config["lr"]) for config in training.configs]
        assert min(rates) < -4.5 and max(rates) > -1.5
        assert all("say little of where good ones are" in found.steps[place].remarks[0] for place in (2, 4))
        assert found.config["lr"] > 0.003 and found.config["dropout"] < 0.2

    def test_first_looks_wait_until_a_third(self, tmp_path):
        first = {}
        for training in (Plateau(), Training()):
            file = tmp_path / f"{type(training).__name__}.db"
            steps = made(training, storage=file).run().steps
            trials = tw.Study.load(file, steps[2].study).trials
            first[type(training)] = min(max(trial.reports) for trial in trials if trial.reports)
        assert first == {Plateau: EPOCHS // 3, Training: 1}

    def test_where_training_moves_the_start_is_trusted(self):
        assert not any("say little" in remark for step in made(Training()).run().steps for remark in step.remarks)


@pytest.mark.parametrize("workers", [2, 5])
def test_side_by_side_the_budget_holds_and_is_used_as_well(workers):
    training = Training()
    found = made(training, workers=workers, executor="threads").run()
    assert training.epochs == found.spent <= 40 * EPOCHS
    assert found.spent > 35 * EPOCHS


class TestTheRate:
    def test_a_range_test_sets_it(self):
        found = made(Training(), probe=lambda config: Falling()).run()
        assert "the range test suggests" in found.steps[1].remarks[0]

    def test_an_epoch_of_a_few_steps_is_too_short_for_one(self):
        def probe(config):
            step = Falling()
            step.epoch_steps = 3  # two epochs may be spent on it, and ten steps are the fewest that have a shape
            return step

        found = made(Training(), "12 trials", probe=probe).run()
        assert "an epoch has 3 steps: too few" in found.steps[1].remarks[0]

    def test_a_step_function_that_raises_is_left_out(self):
        found = made(Training(), "12 trials", probe=lambda config: Falling(breaks=20)).run()
        assert "left out (fallback: rates near the start)" in found.steps[1].remarks[0]
        assert "out of batches" in found.steps[1].remarks[0]
        assert len(found.steps) == 6

    def test_a_loss_that_is_nan_from_the_first_step_is_named(self):
        found = made(Training(), "12 trials", probe=lambda config: Falling(value=math.nan)).run()
        assert "not finite at the first step" in found.steps[1].remarks[0]

    def test_a_start_that_diverges_is_tried_at_lower_rates(self):
        found = made(Training(diverges=1e-3), "14 trials", start={"lr": 5e-3, "width": 32}).run()
        assert "the start diverges" in str(found)
        assert found.steps[1].value < 3.0
        assert found.config["lr"] <= 1e-3

    def test_a_space_without_one_goes_on(self):
        space = tw.Space(a=tw.Float(0, 1), b=tw.Float(0, 1))
        found = tw.recipe(
            lambda trial: trial["a"] + trial["b"], budget="15 trials", epochs=1, space=space, storage="memory",
            progress=False,
        ).run()  # fmt: skip
        assert "no parameter of the space is a learning rate" in found.steps[1].remarks[0]
        assert found.config["a"] + found.config["b"] < 1.0
        assert "the catalogue does not know a, b" in str(found)


def test_where_nothing_is_ever_finite_it_says_so():
    with pytest.raises(tw.errors.StudyError, match="no training came to a finite value"):
        made(Training(diverges=0.0), "14 trials").run()


def test_the_catalogues_space_is_there_for_those_who_have_none():
    plan = tw.recipe(len, "vision", budget="30 trials", epochs=10, exclude=["mixup_alpha"], storage="memory")
    assert "mixup_alpha" not in plan.problem.space.names
    assert plan.problem.start["lr"] == 1e-3
    assert "width starts at" in str(plan)


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"domain": "sound"}, tw.errors.GuideError, "workload must be one of"),
        ({"minimize": "loss", "maximize": "accuracy"}, tw.errors.GuideError, "not both"),
        ({"start": {"lr": 5.0}}, tw.errors.ConfigError, "start of 'lr'"),
        ({"start": {"beta": 5.0}}, tw.errors.GuideError, "start names 'beta'"),
        ({"tiers": {"lr": 4}}, tw.errors.GuideError, "tier 1, 2 or 3"),
        ({"exclude": ["lr"]}, tw.errors.GuideError, "leave them out"),
        ({"space": tw.Space(a=tw.Constant(1)), "start": {}}, tw.errors.GuideError, "nothing to tune"),
        ({"space": {"lr": 1}}, tw.errors.GuideError, "must be a tunewright Space"),
        ({"probe": 3}, tw.errors.GuideError, "probe"),
        ({"epochs": 0}, ValueError, "epochs"),
        ({"workers": True}, ValueError, "workers"),
        ({"budget": "3 parsecs"}, ValueError, "budget"),
        ({"budget": True}, ValueError, "budget"),
        ({"cost_per_epoch": "3 epochs"}, ValueError, "cost_per_epoch"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_spent(options, error, match):
    with pytest.raises(error, match=match):
        made(Training(), **options)


class TestShares:
    def test_by_hand(self):
        # 50 trainings: 3 of the baseline, 1 rate, 9 of the race (10 at most), 1 test, 2 larger; the rest in halves
        found = shares(50, rate=True, probe=True, sizes=True, first=True, later=True, test=True)
        assert (found.seeds, found.rate, found.larger, found.race, found.test) == (3, 1, 2, (3, 3), 1)
        assert (found.first, found.later) == (17.0, 17.0)

    def test_all_of_it_and_no_more(self):
        for total in (1.0, 1.5, 2.0, 4.0, 7.3, 12.0, 19.9, 20.0, 50.0, 1000.0):
            for test in (False, True):
                found = shares(total, rate=True, probe=False, sizes=True, first=True, later=True, test=test)
                parts = found.seeds + found.rate + found.first + found.larger + found.later + found.kept
                assert parts <= total + 1e-9
                assert min(found.rate, found.first, found.later) >= 0

    def test_what_is_not_there_gets_nothing(self):
        found = shares(50, rate=False, probe=False, sizes=False, first=False, later=True, test=False)
        assert (found.rate, found.first, found.larger, found.test) == (0, 0.0, 0, 0)
        assert found.later == 50 - 3 - 9
