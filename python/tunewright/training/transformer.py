"""A transformer encoder that classifies sequences (Vaswani et al. 2017, section 3; encoder alone, mean pooling)."""

from __future__ import annotations

__all__ = ["NORM_POSITIONS", "check_heads", "transformer"]

from tunewright.training.argument import choice, count, positive, proper_fraction, whole
from tunewright.training.layers import (
    ACTIVATIONS,
    POSITION_ENCODINGS,
    Attention,
    Dropout,
    Layer,
    LayerNorm,
    Linear,
    MeanPool,
    Residual,
    Rows,
)

NORM_POSITIONS = ("pre", "post")


def transformer(
    length: int,
    features: int,
    outputs: int,
    *,
    depth: int = 2,
    width: int = 128,
    heads: int = 4,
    head_size: int | None = None,
    max_length: int | None = None,
    ff_ratio: float = 4.0,
    position_encoding: str = "learned",
    norm_position: str = "pre",
    activation: str = "relu",
    dropout: float = 0.0,
    attention_dropout: float = 0.0,
    init: str = "he",
) -> tuple[Layer, ...]:
    """The layers of an encoder of sequences (n, length · features), position after position.

    Positions from ``max_length`` on (None: none) are not read. A head has ``head_size`` units (None: width / heads).

    A linear embedding of each position to ``width``, the position encoding, ``depth`` blocks of attention and
    feed-forward branch, the mean over the positions, a linear layer. ``norm_position="pre"`` is x + f(norm(x)) with one
    norm more at the end (Xiong et al. 2020, figure 1b), ``"post"`` is norm(x + f(x)). ``dropout`` falls on the
    embedding and on what each branch adds, ``attention_dropout`` on the attention weights. ``init`` is that of the
    layer before the activation; all others start with the Xavier scale.

    Raises:
        ValueError: an unknown name or a number out of range, or heads that do not divide width and have no size of
            their own; the message names the argument.
    """
    inner = width if head_size is None else count("heads", heads) * count("head_size", head_size)
    if head_size is None:
        check_heads(heads, width)
    rows = Rows(length)
    if max_length is not None and count("max_length", max_length) < length:
        rows, length = Rows(length, max_length), max_length
    whole("depth", depth)
    choice("norm_position", norm_position, NORM_POSITIONS)
    choice("position_encoding", position_encoding, POSITION_ENCODINGS)
    choice("activation", activation, ACTIVATIONS)
    drop = _dropout(dropout)
    hidden = max(1, round(positive("ff_ratio", ff_ratio) * width))
    attention = (
        Linear(width, 3 * inner, "xavier"),
        Attention(length, heads, proper_fraction("attention_dropout", attention_dropout)),
        Linear(inner, width, "xavier"),
        *drop,
    )
    feed_forward = (
        Linear(width, hidden, init),
        ACTIVATIONS[activation],
        Linear(hidden, width, "xavier"),
        *drop,
    )
    norm, pre = LayerNorm(width), norm_position == "pre"
    block: tuple[Layer, ...] = (
        (Residual((norm, *attention)), Residual((norm, *feed_forward)))
        if pre
        else (Residual(attention), norm, Residual(feed_forward), norm)
    )
    position = POSITION_ENCODINGS[position_encoding]
    return (
        rows,
        Linear(features, width, "xavier"),
        *(() if position is None else (position(length, width),)),
        *drop,
        *(block * depth),
        *((norm,) if pre else ()),
        MeanPool(length),
        Linear(width, outputs, "xavier"),
    )


def check_heads(heads: int, width: int, name: str = "width") -> None:
    """Refuse heads that cannot share the width out evenly."""
    if count(name, width) % count("heads", heads):
        raise ValueError(
            f"heads must divide {name}, the head size being {name} / heads; got heads={heads}, {name}={width}: "
            "change one, or set head_size"
        )


def _dropout(rate: float) -> tuple[Layer, ...]:
    return (Dropout(rate),) if proper_fraction("dropout", rate) > 0.0 else ()
