"""The networks a recipe can name, and which data each can read."""

from __future__ import annotations

__all__ = ["MODELS", "build_model", "build_rates", "check_model"]

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tunewright.training.convolution import conv
from tunewright.training.layers import Array, Layer
from tunewright.training.network import mlp
from tunewright.training.parametrization import rates, widened
from tunewright.training.transformer import check_heads, transformer

if TYPE_CHECKING:
    from tunewright.training.recipe import Recipe

MODELS = ("mlp", "transformer", "conv")


def check_model(recipe: Recipe) -> None:
    """Refuse settings that do not fit one another.

    Raises:
        ValueError: such settings; the message names them.
    """
    tiny = float(np.finfo(recipe.precision).tiny)
    if recipe.eps < tiny:
        raise ValueError(f"eps must be at least {tiny:.1e} with precision={recipe.precision!r}, got {recipe.eps!r}")
    if recipe.model == "mlp" and recipe.norm == "batch" and recipe.batch_size == 1:
        raise ValueError("batch_size must be 2 or more with norm='batch': one example has no variance")
    if recipe.model == "transformer" and recipe.head_size is None:
        check_heads(recipe.heads, recipe.width)
        if recipe.parametrization == "mup":
            check_heads(recipe.heads, recipe.base_width, "base_width")
    if recipe.model == "conv" and recipe.kernel % 2 == 0:
        raise ValueError(f"kernel must be odd, so that it has a middle, got {recipe.kernel}")


def build_model(recipe: Recipe, shape: tuple[int, ...], classes: int) -> tuple[Layer, ...]:
    """The layers of the recipe's model for examples of ``shape``.

    Raises:
        ValueError: a shape that the model cannot read.
    """
    layers = _standard(recipe, shape, classes)
    if recipe.parametrization == "standard":
        return layers
    heads = recipe.width / recipe.base_width if recipe.head_size is None else 1.0  # how much they grow with the width
    return widened(layers, _standard(_base(recipe), shape, classes), heads)


def build_rates(recipe: Recipe, shape: tuple[int, ...], classes: int) -> Array | None:
    """Factors of the learning rate, (p,), or None where all are 1."""
    if recipe.parametrization == "standard":
        return None
    return rates(_standard(recipe, shape, classes), _standard(_base(recipe), shape, classes), recipe.optimizer)


def _base(recipe: Recipe) -> Recipe:
    return replace(recipe, width=recipe.base_width)


def _standard(recipe: Recipe, shape: tuple[int, ...], classes: int) -> tuple[Layer, ...]:
    if recipe.model == "transformer":
        return _transformer(recipe, shape, classes)
    if recipe.model == "conv":
        return _conv(recipe, shape, classes)
    return mlp(math.prod(shape), classes, width=recipe.width, norm=recipe.norm, **_common(recipe))


def _common(recipe: Recipe) -> dict[str, Any]:
    """What every model has."""
    return {name: getattr(recipe, name) for name in ("depth", "activation", "dropout", "init")}


def _transformer(recipe: Recipe, shape: tuple[int, ...], classes: int) -> tuple[Layer, ...]:
    if len(shape) < 2:
        raise ValueError(
            f"model='transformer' reads examples of shape (length, features), got {shape}; "
            "say what they are with dataset.shaped(length, features)"
        )
    return transformer(
        shape[0],
        math.prod(shape[1:]),
        classes,
        width=recipe.width,
        heads=recipe.heads,
        head_size=recipe.head_size,
        max_length=recipe.max_length,
        ff_ratio=recipe.ff_ratio,
        position_encoding=recipe.position_encoding,
        norm_position=recipe.norm_position,
        attention_dropout=recipe.attention_dropout,
        **_common(recipe),
    )


def _conv(recipe: Recipe, shape: tuple[int, ...], classes: int) -> tuple[Layer, ...]:
    if len(shape) not in (2, 3):
        raise ValueError(
            f"model='conv' reads examples of shape (height, width) or (height, width, channels), got {shape}; "
            "say what they are with dataset.shaped(height, width)"
        )
    height, width, channels = (*shape, 1)[:3]
    return conv(
        height,
        width,
        channels,
        classes,
        filters=recipe.width,
        kernel=recipe.kernel,
        pool=recipe.pool,
        norm=recipe.norm,
        **_common(recipe),
    )
