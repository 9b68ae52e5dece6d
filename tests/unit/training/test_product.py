"""The tiled product is the product, and its bits do not depend on the number of threads."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from tunewright.training.product import product, stacked_product

SHAPES = [(1, 1, 1), (64, 128, 128), (2, 500_000, 3), (300, 3, 301), (1, 128, 200), (200, 128, 1), (129, 257, 131)]


@pytest.mark.parametrize("shape", [*SHAPES, (0, 4, 3), (3, 0, 4)])
def test_agrees_with_numpy(shape):
    m, k, n = shape
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((m, k)), rng.standard_normal((k, n))
    expected = a @ b
    # A sum of k products of normals, in any order, differs by a few √k · 2^-53.
    assert np.abs(product(a, b) - expected).max(initial=0.0) <= 1e-14 * max(k, 1)


def test_takes_transposes_and_strides_and_fills_out():
    rng = np.random.default_rng(1)
    a, b = rng.standard_normal((300, 80)), rng.standard_normal((600, 90))[::2]
    out = np.full((80, 90), np.nan)
    assert product(a.T, b, out) is out
    assert out == pytest.approx(a.T @ b, rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("shape", [(3, 4, 5), (1, 70, 1), (1, 200, 128), (80, 70, 90), (0, 3, 2)])
@pytest.mark.parametrize("stack", [(), (3,), (2, 3), (0, 2)])
def test_stacks_are_multiplied_one_by_one(stack, shape):
    m, k, n = shape
    rng = np.random.default_rng(2)
    a, b = rng.standard_normal((*stack, m, k)), rng.standard_normal((*stack, n, k)).swapaxes(-1, -2)
    found = stacked_product(a, b)
    assert found.shape == (*stack, m, n)
    assert np.abs(found - a @ b).max(initial=0.0) <= 1e-14 * k


SCRIPT = """
import hashlib
from tunewright.training import load_digits, split, train_mlp
digits = load_digits()
wide = train_mlp(split(digits), epochs=2, batch_size=128, width=300, norm="layer", clip_norm=1.0)
few = digits.take(range(100))
conv = train_mlp(split(few), epochs=1, model="conv", width=40, norm="batch")
# 64 positions with heads of 80: each product of attention is large enough to be threaded.
sequence = train_mlp(split(few.shaped(64, 1)), epochs=1, model="transformer", depth=1, width=80, heads=1, batch_size=30)
single = train_mlp(
    split(few.shaped(64, 1)), epochs=1, model="transformer", depth=1, width=80, batch_size=30, precision="float32"
)
for trainer in (wide, conv, sequence, single):
    print(hashlib.sha256(trainer.network.parameters.tobytes()).hexdigest())
"""


def test_training_has_the_same_bits_for_any_number_of_threads():
    found = set()
    for threads in ("1", "2"):
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        environment |= {"OPENBLAS_NUM_THREADS": threads, "MKL_NUM_THREADS": threads, "OMP_NUM_THREADS": threads}
        ran = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
        )
        found.add(ran.stdout.strip())
    assert len(found) == 1
