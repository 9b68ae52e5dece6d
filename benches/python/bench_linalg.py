"""Cholesky and kernel matrix beside SciPy's: ``python benches/python/bench_linalg.py``.

Same matrices for all, results compared before anything is timed, best of several runs. OpenBLAS gets its fastest call:
``dpotrf`` in place on a Fortran-ordered copy, the copy not timed, nothing cleared. Set OPENBLAS_NUM_THREADS=1 to
compare one thread with one.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack
from scipy.spatial.distance import cdist

from tunewright.numerics.gp import covariance, fit, negative_log_posterior
from tunewright.numerics.linalg import cholesky

D = 10
BUDGET = 0.3


def best(call: Callable[..., Any], prepare: Callable[[], tuple[Any, ...]] = tuple) -> float:
    times: list[float] = []
    while len(times) < 3 or (sum(times) < BUDGET and len(times) < 2000):
        arguments = prepare()
        start = time.perf_counter()
        call(*arguments)
        times.append(time.perf_counter() - start)
    return min(times)


def matern(x: NDArray[np.float64], theta: NDArray[np.float64]) -> NDArray[np.float64]:
    """The fastest NumPy and SciPy expression of Matérn-5/2 that we know of."""
    scaled = x * (np.sqrt(5.0) * np.exp(-theta[:-2]))
    s = cdist(scaled, scaled)
    e = np.exp(-s)
    s += s * s / 3.0
    s += 1.0
    s *= e
    s *= np.exp(theta[-2])
    return s


def dpotrf(a: NDArray[np.float64]) -> NDArray[np.float64]:
    return lapack.dpotrf(a, lower=1, overwrite_a=1, clean=0)[0]


def line(n: int, threads: int) -> str:
    random = np.random.default_rng(n)
    x, kinds = random.random((n, D)), np.zeros(D, np.uint8)
    y = np.sin(3 * x[:, 0]) + 2 * x[:, 1] ** 2 + 0.5 * np.cos(4 * x[:, 2]) + 0.1 * random.standard_normal(n)
    y = (y - y.mean()) / y.std()
    theta = np.r_[np.full(D, np.sqrt(2) + np.log(D) / 2), 0.0, -4.0]
    k = covariance(x, theta, kinds, threads=threads)
    a = k + np.exp(-4.0) * np.eye(n)
    if not np.allclose(k, matern(x, theta), rtol=0, atol=1e-12):
        raise AssertionError("the kernel matrices differ")
    if not np.allclose(cholesky(a)[0], np.tril(dpotrf(np.array(a, order="F"))), rtol=0, atol=1e-9):
        raise AssertionError("the factors differ")
    ours = best(lambda: cholesky(a, jitter=False, threads=threads))
    theirs = best(dpotrf, lambda: (np.array(a, order="F"),))
    kernel = best(lambda: covariance(x, theta, kinds, threads=threads))
    expression = best(lambda: matern(x, theta))
    prior = {"prior_mean": theta, "prior_std": np.r_[np.full(D, np.sqrt(3)), 1.0, 1.0]}
    bounds = {"lower": np.r_[np.full(D, -5.0), -4.0, -12.0], "upper": np.r_[np.full(D, 9.0), 4.0, 2.0]}
    one = best(lambda: negative_log_posterior(x, y, theta, kinds, threads=threads, **prior))
    whole = best(lambda: fit(x, y, kinds, starts=[theta], tolerance=1e-3, threads=threads, **bounds, **prior))
    numbers = (ours, theirs, kernel, expression, one, whole)
    ratios = f"{theirs / ours:.2f} | {expression / kernel:.2f}"
    return f"| {n} | " + " | ".join(f"{1e3 * seconds:.3f}" for seconds in numbers) + f" | {ratios} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--sizes", nargs="*", type=int, default=[20, 50, 100, 200, 500, 1000, 2000])
    arguments = parser.parse_args()
    columns = "n | cholesky | dpotrf | kernel | cdist + NumPy | likelihood | fit | dpotrf / ours | NumPy / ours"
    print(f"milliseconds, d = {D}, {arguments.threads} thread(s)\n\n| {columns} |\n|{'---|' * 9}")
    for n in arguments.sizes:
        print(line(n, arguments.threads), flush=True)


if __name__ == "__main__":
    main()
