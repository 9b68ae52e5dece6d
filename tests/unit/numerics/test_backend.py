"""The environment decides which kernels do the arithmetic."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tunewright.numerics.backend import kernels


@pytest.mark.parametrize("value", [None, "", "rust"])
@pytest.mark.parametrize("room", ["pareto", "sampling"])
def test_rust_is_the_default(monkeypatch, value, room):
    monkeypatch.delenv("TUNEWRIGHT_BACKEND", raising=False)
    if value is not None:
        monkeypatch.setenv("TUNEWRIGHT_BACKEND", value)
    assert kernels(room).__name__ == "tunewright._rust"


@pytest.mark.parametrize("room", ["pareto", "sampling"])
def test_numpy_means_the_twins(monkeypatch, room):
    monkeypatch.setenv("TUNEWRIGHT_BACKEND", "numpy")
    assert kernels(room).__name__ == f"tunewright.reference.{room}"


def test_anything_else_is_an_error_that_says_what_to_do(monkeypatch):
    monkeypatch.setenv("TUNEWRIGHT_BACKEND", "cuda")
    with pytest.raises(ValueError, match="TUNEWRIGHT_BACKEND: expected 'rust' .* or 'numpy', got 'cuda'; correct it"):
        kernels("sampling")


SCRIPT = """
import sys
from tunewright.numerics import pareto, sampling
print(sampling.uniform(1, range(3), [4, 5]).tolist(), sampling.stream(1, 2, 3, 4, attempt=5).tolist())
print(sampling.sobol(3, 4, 2, seed=9).tolist(), sampling.halton(3, 4, 2, seed=9).tolist())
print(pareto.is_nondominated([[1, 2], [2, 1], [2, 2]], maximize=[True, False]).tolist())
assert ("tunewright._rust" in sys.modules) == (sys.argv[1] == "rust")
"""


def test_the_whole_door_works_without_the_compiled_module():
    outputs = {
        backend: subprocess.run(
            [sys.executable, "-c", SCRIPT, backend],
            env={**os.environ, "TUNEWRIGHT_BACKEND": backend},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for backend in ("rust", "numpy")
    }
    assert outputs["rust"]
    assert outputs["rust"] == outputs["numpy"]
