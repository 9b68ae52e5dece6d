"""A recipe: every choice that makes one training run, with untuned defaults."""

from __future__ import annotations

__all__ = ["SCHEDULE_NAMES", "Recipe"]

import json
from collections.abc import Callable, Mapping
from dataclasses import InitVar, asdict, dataclass, field, fields
from typing import Any

from tunewright.training.argument import (
    choice,
    count,
    flag,
    fraction,
    nonnegative,
    positive,
    proper_fraction,
    whole,
)
from tunewright.training.layers import ACTIVATIONS, INITIALISERS, POOLS, POSITION_ENCODINGS, Array, Layer
from tunewright.training.models import MODELS, build_model, build_rates, check_model
from tunewright.training.network import NORMS
from tunewright.training.optimizers import OPTIMIZERS, Optimizer, named_optimizer
from tunewright.training.parametrization import PARAMETRIZATIONS
from tunewright.training.schedules import SCHEDULES, ReduceOnPlateau, Schedule, named_schedule
from tunewright.training.transformer import NORM_POSITIONS

PRECISIONS = ("float64", "float32")
SCHEDULE_NAMES = (*SCHEDULES, "plateau")

_CHECKS: dict[str, Callable[[str, Any], object]] = {
    "epochs": count,
    "batch_size": count,
    "gradient_accumulation": count,
    "lr": positive,
    "precision": lambda name, value: choice(name, value, PRECISIONS),
    "model": lambda name, value: choice(name, value, MODELS),
    "depth": whole,
    "width": count,
    "activation": lambda name, value: choice(name, value, ACTIVATIONS),
    "norm": lambda name, value: choice(name, value, NORMS),
    "init": lambda name, value: choice(name, value, INITIALISERS),
    "parametrization": lambda name, value: choice(name, value, PARAMETRIZATIONS),
    "base_width": count,
    "dropout": proper_fraction,
    "label_smoothing": proper_fraction,
    "heads": count,
    "ff_ratio": positive,
    "position_encoding": lambda name, value: choice(name, value, POSITION_ENCODINGS),
    "norm_position": lambda name, value: choice(name, value, NORM_POSITIONS),
    "attention_dropout": proper_fraction,
    "augmentation_strength": fraction,
    "mixup_alpha": nonnegative,
    "kernel": count,
    "pool": lambda name, value: choice(name, value, POOLS),
    "optimizer": lambda name, value: choice(name, value, OPTIMIZERS),
    "nesterov": flag,
    "beta1": proper_fraction,
    "eps": positive,
    "weight_decay": nonnegative,
    "schedule": lambda name, value: choice(name, value, SCHEDULE_NAMES),
    "warmup": proper_fraction,
    "warmup_shape": lambda name, value: choice(name, value, ("linear", "constant")),
}
_OPTIONAL: dict[str, Callable[[str, Any], object]] = {
    "head_size": count,
    "max_length": count,
    "momentum": proper_fraction,
    "beta2": proper_fraction,
    "decoupled": flag,
    "clip_norm": positive,
    "warmup_steps": whole,
    "decay_rate": fraction,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What to train and how. Every field is a plain value and every default is what one would try first, untuned.

    Run:
        epochs: passes over the training part; schedules are fitted to all of them.
        batch_size: examples a batch; the last batch of an epoch may be smaller.
        gradient_accumulation: batches an update: their gradients are averaged by their examples first.
        lr: learning rate, the peak that the schedule multiplies.
        precision: "float64", or "float32", in about half of the time: the type of weights, slopes and moments, and of
            all that is computed with them.
    Network:
        model: "mlp", a perceptron of any data; "transformer", of data with a shape (length, features); "conv", of data
            with a shape (height, width) or (height, width, channels).
        depth: hidden layers, 0 for softmax regression; blocks of the transformer; convolutions.
        width: units of each; of each position in the transformer; filters of each convolution.
        activation: "relu", "gelu", "silu" or "tanh".
        norm: "none", "batch" or "layer", before the activation (mlp and conv; a transformer always has layer norms).
        init: "he" or "xavier".
        parametrization: "standard", or "mup", by which one learning rate suits all widths (Yang et al. 2022).
        base_width: with "mup", the width whose network is the standard one.
        dropout: share of hidden units dropped, in [0, 1).
        label_smoothing: ε of the cross-entropy, in [0, 1).
    Data:
        augmentation_strength: of shifts, turns, sizes and noise of training images, in [0, 1] (see ``augmented``).
        mixup_alpha: α of the Beta distribution that pairs of examples are mixed by, 0 for none (see ``mixup``).
    Transformer (``transformer``):
        heads: attention heads; they must divide width, if they have no size of their own.
        head_size: units of a head (None: width / heads).
        max_length: positions that are read, the first ones of longer data (None: all).
        ff_ratio: units of the feed-forward branch, in widths.
        position_encoding: "learned", "sinusoidal" or "none".
        norm_position: "pre" or "post" the branches.
        attention_dropout: share of attention weights dropped, in [0, 1).
    Convolutional network (``conv``):
        kernel: side of each filter, odd.
        pool: "max" or "mean" of each 2 by 2 pixels after each convolution, as long as there are so many.
    Optimiser:
        optimizer: "sgd", "rmsprop", "adam" or "adamw".
        momentum: of sgd (None: 0.9) and rmsprop (None: 0).
        nesterov: Nesterov's form of sgd's momentum.
        beta1: Adam's first β.
        beta2: Adam's second β (None: 0.999) and rmsprop's smoothing (None: 0.99).
        eps: ε of rmsprop and Adam.
        weight_decay: λ, on weight matrices alone.
        decoupled: whether decay bypasses the moments (None: for adamw only).
        clip_norm: longest gradient allowed (None: any).
    Schedule:
        schedule: one of ``SCHEDULE_NAMES``; "plateau" listens to the validation loss after each epoch.
        warmup: share of all steps spent warming up, in [0, 1).
        warmup_steps: updates spent warming up, in place of the share; never more than a tenth of all (None: the share).
        warmup_shape: "linear" or "constant".
        decay_rate: factor an epoch of the "exponential" schedule, in (0, 1] (None: fitted to the length).
        schedule_options: settings of the schedule's class, instead of those fitted to the length.

    Names of the guide: ``max_grad_norm`` is ``clip_norm`` and ``warmup_ratio`` is ``warmup``, so that
    ``Recipe(**tw.guide.defaults("vision"))`` is one.

    Settings that the model or the optimiser does not have are ignored, so that one search space can serve all of them.

    Raises:
        ValueError: an unknown name, a number out of range, or one setting by both its names; the message names it.
        TypeError: a value of the wrong type.
    """

    epochs: int = 20
    batch_size: int = 64
    gradient_accumulation: int = 1
    lr: float = 1e-3
    precision: str = "float64"
    model: str = "mlp"
    depth: int = 2
    width: int = 128
    activation: str = "relu"
    norm: str = "none"
    init: str = "he"
    parametrization: str = "standard"
    base_width: int = 128
    dropout: float = 0.0
    label_smoothing: float = 0.0
    augmentation_strength: float = 0.0
    mixup_alpha: float = 0.0
    heads: int = 4
    head_size: int | None = None
    max_length: int | None = None
    ff_ratio: float = 4.0
    position_encoding: str = "learned"
    norm_position: str = "pre"
    attention_dropout: float = 0.0
    kernel: int = 3
    pool: str = "max"
    optimizer: str = "adam"
    momentum: float | None = None
    nesterov: bool = False
    beta1: float = 0.9
    beta2: float | None = None
    eps: float = 1e-8
    weight_decay: float = 0.0
    decoupled: bool | None = None
    clip_norm: float | None = None
    schedule: str = "constant"
    warmup: float = 0.0
    warmup_steps: int | None = None
    warmup_shape: str = "linear"
    decay_rate: float | None = None
    schedule_options: Mapping[str, Any] = field(default_factory=dict, hash=False)
    max_grad_norm: InitVar[float | None] = None
    warmup_ratio: InitVar[float | None] = None

    def __post_init__(self, max_grad_norm: float | None, warmup_ratio: float | None) -> None:
        self._also("clip_norm", "max_grad_norm", max_grad_norm)
        self._also("warmup", "warmup_ratio", warmup_ratio)
        for name, check in _CHECKS.items():
            object.__setattr__(self, name, check(name, getattr(self, name)))
        for name, check in _OPTIONAL.items():
            if getattr(self, name) is not None:
                object.__setattr__(self, name, check(name, getattr(self, name)))
        if not isinstance(self.schedule_options, Mapping):
            raise TypeError(f"schedule_options must be a mapping of names to values, got {self.schedule_options!r}")
        object.__setattr__(self, "schedule_options", dict(self.schedule_options))
        check_model(self)
        # Built once to be refused here, not in the middle of a study.
        self.build_optimizer()
        self.build_schedule(1000)
        self.build_plateau()

    @property
    def draws(self) -> bool:
        """Whether training batches draw random numbers: whether there is dropout of some kind."""
        return self.dropout > 0.0 or (self.model == "transformer" and self.attention_dropout > 0.0)

    def build_layers(self, inputs: int | tuple[int, ...], classes: int) -> tuple[Layer, ...]:
        """The network's layers for examples of ``inputs`` features, or of that shape, and ``classes`` labels.

        Raises:
            ValueError: a shape that the model cannot read.
        """
        return build_model(self, (inputs,) if isinstance(inputs, int) else inputs, classes)

    def build_rates(self, shape: tuple[int, ...], classes: int) -> Array | None:
        """Factor of the learning rate for each parameter of those layers, (p,); None where all are 1."""
        return build_rates(self, shape, classes)

    def build_optimizer(self) -> Optimizer:
        """The optimiser, with the settings that it has."""
        decay = {"weight_decay": self.weight_decay}
        decay["decoupled"] = self.optimizer == "adamw" if self.decoupled is None else self.decoupled
        momentum, beta2 = self.momentum, self.beta2
        own: dict[str, Any]
        if self.optimizer == "sgd":
            own = {"momentum": 0.9 if momentum is None else momentum, "nesterov": self.nesterov}
        elif self.optimizer == "rmsprop":
            own = {
                "momentum": 0.0 if momentum is None else momentum,
                "beta2": 0.99 if beta2 is None else beta2,
                "eps": self.eps,
            }
        else:
            own = {"beta1": self.beta1, "beta2": 0.999 if beta2 is None else beta2, "eps": self.eps}
        return named_optimizer(self.optimizer, **decay, **own)

    def build_schedule(self, steps: int) -> Schedule:
        """The schedule over ``steps`` updates in all; for "plateau" the part of it that does not listen."""
        warmup = min(round(self.warmup * steps), steps - 1)
        if self.warmup_steps is not None:
            warmup = min(self.warmup_steps, steps // 10)
        if self.schedule == "plateau":
            return named_schedule("constant", steps, warmup=warmup, warmup_shape=self.warmup_shape)
        options = dict(self.schedule_options)
        if self.schedule == "exponential" and self.decay_rate is not None:
            options = {"gamma": self.decay_rate ** (self.epochs / steps), **options}
        return named_schedule(self.schedule, steps, warmup=warmup, warmup_shape=self.warmup_shape, **options)

    def build_plateau(self) -> ReduceOnPlateau | None:
        """The part of the schedule that listens, if any: patience a tenth of the epochs, unless an option says more."""
        if self.schedule != "plateau":
            return None
        options = {"patience": max(1, self.epochs // 10), **self.schedule_options}
        for option in options:
            choice("option of plateau", option, [setting.name for setting in fields(ReduceOnPlateau)])
        return ReduceOnPlateau(**options)

    def _also(self, name: str, other: str, value: float | None) -> None:
        """Take the setting ``name`` from its other name, if it was given by that."""
        if value is None:
            return
        if getattr(self, name):
            raise ValueError(
                f"{other} is another name of {name}: give one of them, got {value!r} and {getattr(self, name)!r}"
            )
        object.__setattr__(self, name, {**_CHECKS, **_OPTIONAL}[name](other, value))

    def to_json(self) -> str:
        """The fields as one line of JSON, in order; ``Recipe.from_json(text)`` is the same recipe."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Recipe:
        """The recipe that was written; fields that did not exist yet have their defaults, which train as before.

        Raises:
            ValueError: not JSON, not a mapping, or a field this version does not know.
        """
        written = json.loads(text)
        if not isinstance(written, dict):
            raise ValueError(f"recipe must be a mapping of fields, got {text}; write it by Recipe.to_json()")
        for name in written:
            choice("field of a recipe", name, [setting.name for setting in fields(cls)])
        return cls(**written)
