"""The networks a recipe can name, and which data each can read."""

from __future__ import annotations

__all__ = ["MODELS", "build_model", "check_model"]

import math
from typing import TYPE_CHECKING, Any

from tunewright.training.layers import Layer
from tunewright.training.network import mlp
from tunewright.training.transformer import check_heads, transformer

if TYPE_CHECKING:
    from tunewright.training.recipe import Recipe

MODELS = ("mlp", "transformer")


def check_model(recipe: Recipe) -> None:
    """Refuse settings that do not fit one another.

    Raises:
        ValueError: such settings; the message names them.
    """
    if recipe.model == "mlp" and recipe.norm == "batch" and recipe.batch_size == 1:
        raise ValueError("batch_size must be 2 or more with norm='batch': one example has no variance")
    if recipe.model == "transformer":
        check_heads(recipe.heads, recipe.width)


def build_model(recipe: Recipe, shape: tuple[int, ...], classes: int) -> tuple[Layer, ...]:
    """The layers of the recipe's model for examples of ``shape``.

    Raises:
        ValueError: a shape that the model cannot read.
    """
    common: dict[str, Any] = {"depth": recipe.depth, "width": recipe.width, "activation": recipe.activation}
    common |= {"dropout": recipe.dropout, "init": recipe.init}
    if recipe.model == "mlp":
        return mlp(math.prod(shape), classes, norm=recipe.norm, **common)
    if len(shape) < 2:
        raise ValueError(
            f"model='transformer' reads examples of shape (length, features), got {shape}; "
            "say what they are with dataset.shaped(length, features)"
        )
    return transformer(
        shape[0],
        math.prod(shape[1:]),
        classes,
        heads=recipe.heads,
        ff_ratio=recipe.ff_ratio,
        position_encoding=recipe.position_encoding,
        norm_position=recipe.norm_position,
        attention_dropout=recipe.attention_dropout,
        **common,
    )
