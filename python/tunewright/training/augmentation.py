"""Images shifted, turned, scaled and made noisy at random, all by one strength.

s      strength, 0 (nothing) to 1
t      shift along rows and along columns, in sides of the image: uniform within ± s / 8
a      angle, in radians: uniform within ± s π / 12
z      factor of the size: exp of a uniform within ± s / 4
noise  added to each number: normal, with s / 10 of the standard deviation of its batch

The pixel at p, from the middle, is read from the old image at A (p - t), A the turn by a over z, linearly between
the four pixels around it; beyond the edge all is zero.
"""

from __future__ import annotations

__all__ = ["augmented", "check_image", "warped"]

import math

import numpy as np
import numpy.typing as npt

from tunewright.training.argument import fraction

_SHIFT, _ANGLE, _LOG_SIZE, _NOISE = 1.0 / 8.0, math.pi / 12.0, 1.0 / 4.0, 1.0 / 10.0

_Array = npt.NDArray[np.float64]


def augmented(inputs: _Array, shape: tuple[int, ...], strength: float, rng: np.random.Generator) -> _Array:
    """Each of the images (n, d) of ``shape`` moved by draws of its own; new arrays, the inputs stay as they are.

    Raises:
        ValueError: a strength outside [0, 1], or a shape that is no image's.
    """
    height, width, _ = check_image(shape)
    s, n = fraction("strength", strength), len(inputs)
    rows, columns, turn, size = s * (2.0 * rng.random((4, n)) - 1.0)
    shifts = np.stack([rows * (_SHIFT * height), columns * (_SHIFT * width)], axis=1)
    moved = warped(inputs, shape, shifts, _ANGLE * turn, np.exp(_LOG_SIZE * size))
    moved += (s * _NOISE * float(inputs.std())) * rng.standard_normal(moved.shape)
    return moved


def warped(inputs: _Array, shape: tuple[int, ...], shifts: _Array, angles: _Array, sizes: _Array) -> _Array:
    """The images (n, d) shifted, turned and scaled about their middles, as the head of this file has it.

    Args:
        inputs: images of ``shape``, flat, (n, d).
        shape: (height, width) or (height, width, channels).
        shifts: pixels down and to the right, (n, 2).
        angles: turns in radians, counter-clockwise where rows are drawn downwards, (n,).
        sizes: factors, above 1 for larger, (n,).

    Raises:
        ValueError: a shape that is no image's.
    """
    height, width, channels = check_image(shape)
    down, right = (np.arange(side) - 0.5 * (side - 1) for side in (height, width))
    down, right = (x.reshape(1, -1) for x in np.meshgrid(down, right, indexing="ij"))
    down, right = down - shifts[:, :1], right - shifts[:, 1:]
    cosine, sine = (f(angles)[:, None] / sizes[:, None] for f in (np.cos, np.sin))
    row = cosine * down + sine * right + 0.5 * (height - 1)
    column = cosine * right - sine * down + 0.5 * (width - 1)
    images = np.pad(inputs.reshape(-1, height, width, channels), ((0, 0), (1, 1), (1, 1), (0, 0)))
    y = _between(images, row + 1.0, column + 1.0)
    return y.reshape(len(inputs), -1)


def check_image(shape: tuple[int, ...]) -> tuple[int, int, int]:
    """(height, width, channels).

    Raises:
        ValueError: ``shape`` has another number of sides.
    """
    if len(shape) not in (2, 3):
        raise ValueError(
            f"images have shape (height, width) or (height, width, channels), got {shape}; "
            "say what they are with dataset.shaped(height, width)"
        )
    height, width, channels = (*shape, 1)[:3]
    return height, width, channels


def _between(images: _Array, row: _Array, column: _Array) -> _Array:
    """Images (n, H, W, C) with an edge of zeros read at (row, column), each (n, p): (n, p, C)."""
    top, below = _neighbours(row, images.shape[1])
    left, beside = _neighbours(column, images.shape[2])
    example = np.arange(len(images))[:, None]
    upper = images[example, top, left] * (1.0 - beside) + images[example, top, left + 1] * beside
    lower = images[example, top + 1, left] * (1.0 - beside) + images[example, top + 1, left + 1] * beside
    y: _Array = upper * (1.0 - below) + lower * below
    return y


def _neighbours(place: _Array, side: int) -> tuple[npt.NDArray[np.intp], _Array]:
    """The pixel before each place and the share of the one behind it, within the edges; the share as (n, p, 1)."""
    place = np.clip(place, 0.0, side - 1.0)
    before = np.minimum(place.astype(np.intp), side - 2)
    return before, (place - before)[:, :, None]
