"""Recipes: defaults, what they build, and what they refuse."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tunewright.training import SCHEDULE_NAMES, Recipe
from tunewright.training.layers import ACTIVATIONS, BatchNorm, Dropout, LayerNorm, Linear
from tunewright.training.optimizers import SGD, Adam, AdamW, RMSprop
from tunewright.training.schedules import ReduceOnPlateau


def test_layers_in_order():
    layers = Recipe(depth=2, width=32, norm="layer", dropout=0.1, activation="gelu").build_layers(64, 10)
    block = [LayerNorm(32), ACTIVATIONS["gelu"], Dropout(0.1)]
    assert list(layers) == [Linear(64, 32), *block, Linear(32, 32), *block, Linear(32, 10, "xavier")]
    assert BatchNorm(128) in Recipe(norm="batch").build_layers(64, 10)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, Adam()),
        ({"optimizer": "adam", "beta1": 0.8, "beta2": 0.95, "eps": 1e-6}, Adam(0.8, 0.95, 1e-6)),
        ({"optimizer": "adamw", "weight_decay": 0.1}, AdamW(weight_decay=0.1)),
        ({"optimizer": "adam", "weight_decay": 0.1}, Adam(weight_decay=0.1, decoupled=False)),
        ({"optimizer": "adamw", "decoupled": False}, AdamW(weight_decay=0.0, decoupled=False)),
        ({"optimizer": "sgd"}, SGD(0.9)),
        ({"optimizer": "sgd", "momentum": 0.5, "nesterov": True, "beta2": 0.9}, SGD(0.5, nesterov=True)),
        ({"optimizer": "rmsprop"}, RMSprop(0.99)),
        ({"optimizer": "rmsprop", "beta2": 0.9, "momentum": 0.5}, RMSprop(0.9, momentum=0.5)),
    ],
)
def test_optimizers(settings, expected):
    assert Recipe(**settings).build_optimizer() == expected


@pytest.mark.parametrize("name", SCHEDULE_NAMES)
@pytest.mark.parametrize("warmup", [0.0, 0.1, 0.99])
@pytest.mark.parametrize("steps", [1, 2, 340])
def test_every_schedule_fits_every_length(name, warmup, steps):
    schedule = Recipe(schedule=name, warmup=warmup).build_schedule(steps)
    assert all(0.0 <= schedule(step) <= 1.0 + 1e-12 for step in range(steps))


def test_plateau_listens_and_the_others_do_not():
    assert Recipe(schedule="plateau", epochs=50).build_plateau() == ReduceOnPlateau(patience=5)
    assert Recipe(schedule="cosine").build_plateau() is None


def test_values_become_plain_and_json_brings_them_back():
    recipe = Recipe(lr=np.float64(0.01), depth=np.int64(3), schedule="step", schedule_options={"gamma": 0.5})
    assert type(recipe.lr) is float
    assert type(recipe.depth) is int
    assert Recipe.from_json(recipe.to_json()) == recipe
    assert hash(recipe) == hash(Recipe.from_json(recipe.to_json()))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"epochs": 0}, "epochs must be 1 or more, got 0"),
        ({"batch_size": 0}, "batch_size must be 1 or more, got 0"),
        ({"lr": -1e-3}, "lr must be greater than 0, got -0.001"),
        ({"lr": 0.0}, "lr must be greater than 0"),
        ({"lr": math.nan}, "lr must be finite, got nan"),
        ({"depth": -1}, "depth must be 0 or more"),
        ({"width": 0}, "width must be 1 or more"),
        ({"activation": "sigmoid"}, "activation must be one of 'relu', 'gelu', 'silu', 'tanh'; got 'sigmoid'"),
        ({"norm": "group"}, "norm must be one of"),
        ({"init": "zeros"}, "init must be one of"),
        ({"dropout": 1.0}, "dropout must be at least 0 and less than 1, got 1.0"),
        ({"label_smoothing": 1.0}, "label_smoothing must be"),
        ({"optimizer": "lion"}, "optimizer must be one of"),
        ({"momentum": 1.0}, "momentum must be"),
        ({"optimizer": "sgd", "momentum": 0.0, "nesterov": True}, "nesterov needs momentum"),
        ({"beta1": 1.0}, "beta1"),
        ({"beta2": 1.0}, "beta2"),
        ({"eps": 0.0}, "eps"),
        ({"weight_decay": -1.0}, "weight_decay must be 0 or more"),
        ({"clip_norm": 0.0}, "clip_norm must be greater than 0"),
        ({"schedule": "sawtooth"}, "schedule must be one of"),
        ({"warmup": 1.0}, "warmup must be at least 0 and less than 1"),
        ({"warmup_shape": "cubic"}, "warmup_shape must be one of"),
        ({"schedule": "cosine", "schedule_options": {"gamma": 0.1}}, "option of cosine must be one of"),
        ({"schedule": "plateau", "schedule_options": {"T_max": 1}}, "option of plateau must be one of"),
        ({"schedule": "step", "schedule_options": {"gamma": 2.0}}, "gamma must be between 0 and 1"),
        ({"gradient_accumulation": 0}, "gradient_accumulation must be 1 or more, got 0"),
        ({"model": "lstm"}, "model must be one of 'mlp', 'transformer', 'conv'"),
        ({"heads": 0}, "heads must be 1 or more"),
        ({"model": "transformer", "heads": 3, "width": 64}, "heads must divide width, .* got heads=3, width=64"),
        ({"head_size": 0}, "head_size must be 1 or more"),
        ({"max_length": 0}, "max_length must be 1 or more"),
        ({"ff_ratio": 0.0}, "ff_ratio must be greater than 0"),
        ({"position_encoding": "rotary"}, "position_encoding must be one of 'learned', 'sinusoidal', 'none'"),
        ({"norm_position": "both"}, "norm_position must be one of 'pre', 'post'"),
        ({"attention_dropout": 1.0}, "attention_dropout must be at least 0 and less than 1"),
        ({"kernel": 0}, "kernel must be 1 or more"),
        ({"model": "conv", "kernel": 4}, "kernel must be odd, so that it has a middle, got 4"),
        ({"pool": "median"}, "pool must be one of 'max', 'mean'"),
        ({"norm": "batch", "batch_size": 1}, "batch_size must be 2 or more with norm='batch'"),
    ],
)
def test_bad_values_are_refused_with_the_name_of_the_field(settings, words):
    with pytest.raises(ValueError, match=words):
        Recipe(**settings)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"batch_size": 32.0}, "batch_size must be an integer, got 32.0"),
        ({"depth": True}, "depth must be an integer, got True"),
        ({"lr": "0.1"}, "lr must be a number, got '0.1'"),
        ({"nesterov": 1}, "nesterov must be True or False, got 1"),
        ({"schedule_options": [1]}, "schedule_options must be a mapping"),
        ({"learning_rate": 0.1}, "learning_rate"),
    ],
)
def test_wrong_types(settings, words):
    with pytest.raises(TypeError, match=words):
        Recipe(**settings)
