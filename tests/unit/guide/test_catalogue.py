"""The catalogue says what the guide says, and every entry makes a domain."""

from __future__ import annotations

import pytest

import tunewright as tw
from tunewright.errors import GuideError

GUIDE_DEFAULTS = {  # as the practitioner's guide prints them
    "general": {"lr": 3e-4, "batch_size": 32, "weight_decay": 1e-4, "dropout": 0.1, "warmup_steps": 1000},
    "vision": {
        "lr": 1e-3,
        "weight_decay": 1e-4,
        "batch_size": 64,
        "augmentation_strength": 0.2,
        "mixup_alpha": 0.2,
    },
    "nlp": {
        "lr": 5e-5,
        "warmup_ratio": 0.1,
        "max_grad_norm": 1.0,
        "label_smoothing": 0.1,
        "attention_dropout": 0.1,
    },
    "llm": {"lr": 1e-4, "batch_size": 2048, "gradient_accumulation": 8, "beta2": 0.95, "weight_decay": 0.1},
}


@pytest.mark.parametrize("workload", GUIDE_DEFAULTS)
def test_the_defaults_are_those_of_the_guide(workload):
    found = tw.guide.defaults(workload)
    assert {name: found[name] for name in GUIDE_DEFAULTS[workload]} == GUIDE_DEFAULTS[workload]


@pytest.mark.parametrize("workload", GUIDE_DEFAULTS)
def test_every_default_lies_in_its_range_and_every_entry_makes_a_domain(workload):
    space = tw.guide.space(workload, tiers=[1, 2, 3])
    for entry in tw.guide.entries(workload):
        default = entry.default_for(workload)
        if default is not None:
            space[entry.name].native(default)  # raises outside the domain


GUIDE_TIERS = {
    1: ("lr", "depth", "width", "heads", "batch_size"),
    2: ("beta1", "beta2", "weight_decay", "dropout", "label_smoothing"),
    3: ("eps", "max_grad_norm", "warmup_steps", "decay_rate"),
}


@pytest.mark.parametrize("tier", GUIDE_TIERS)
def test_the_tiers_are_those_of_the_guide(tier):
    assert {tw.guide.entry(name).tier for name in GUIDE_TIERS[tier]} == {tier}


def test_ranges_and_choices_of_the_guide():
    space = tw.guide.space("nlp", tiers=[1, 2, 3])
    assert space["heads"].choices == (8, 12, 16)
    assert space["head_size"].choices == (64, 128)
    assert set(space["position_encoding"].choices) == {"learned", "sinusoidal"}
    assert set(space["norm_position"].choices) == {"pre", "post"}
    general = tw.guide.space("general", tiers=[1, 2])
    assert (general["lr"].low, general["lr"].high, general["lr"].log) == (1e-5, 1e-1, True)
    assert (general["batch_size"].low, general["batch_size"].high) == (16, 512)
    assert (general["weight_decay"].low, general["weight_decay"].high) == (1e-6, 1e-2)


def test_names_are_unique_and_interactions_name_entries():
    names = [name for entry in tw.guide.CATALOGUE for name in (entry.name, *entry.aliases)]
    assert len(names) == len(set(names))
    for entry in tw.guide.CATALOGUE:
        assert all(tw.guide.entry(other).name == other for other in entry.interacts)


def test_priors_prefer_the_default():
    prior = tw.guide.space("vision")["lr"]
    plain = tw.guide.space("vision", confidence=None)["lr"]
    assert prior.prior is not None and plain.prior is None
    assert prior.prior.center == 1e-3


def test_a_space_is_searched():
    study = tw.Study(
        tw.guide.space("vision", exclude=["depth", "schedule"]), minimize="loss", strategy=tw.Random(), seed=0
    )
    study.optimize(lambda trial: abs(trial["lr"] - 1e-3), trials=5)
    assert set(study.best_config) == {"lr", "batch_size", "width"}


def test_include_takes_aliases_and_other_workloads():
    space = tw.guide.space("general", tiers=[3], include=["mixup", "learning_rate"], exclude=["decay_rate"])
    assert {"mixup_alpha", "lr"} <= set(space.names)
    assert "decay_rate" not in space.names


def test_descriptions_say_where_to_look():
    text = tw.guide.describe("learning_rate", "vision")
    assert text.startswith("lr (also learning_rate")
    assert "tier 1, critical" in text
    assert "1e-05 to 0.1, logarithmic" in text
    assert "start:  0.001" in text
    assert "not of the workload 'vision'" in tw.guide.describe("heads", "vision")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tw.guide.space("audio"), "workload must be one of 'general'.*got 'audio'.*take 'general'"),
        (lambda: tw.guide.describe("lerning_rate"), "no hyperparameter 'lerning_rate': did you mean 'learning_rate'"),
        (lambda: tw.guide.entry("qqqq"), "it has lr, schedule"),
        (lambda: tw.guide.space(tiers=[4]), r"tiers must be some of 1 .*got \[4\]"),
        (lambda: tw.guide.space(tiers=1), "tiers must be a list or tuple; got 1"),
        (lambda: tw.guide.space(exclude="lr"), r"exclude must be names in a list.*\['lr'\]"),
        (
            lambda: tw.guide.space(tiers=[1], exclude=["lr", "schedule", "batch_size", "depth", "width"]),
            "nothing is left",
        ),
    ],
)
def test_what_is_not_known_is_refused_with_what_is(call, message):
    with pytest.raises(GuideError, match=message):
        call()
