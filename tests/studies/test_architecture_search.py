"""Every method of architecture search from end to end, on few digits and few signals."""

from __future__ import annotations

import numpy as np
import pytest
from benches.python import bench_methods as bench

from tunewright.training import Dataset, digit_signals, load_digits, split

BUDGET = bench.Budget(trials=4, epochs=2, shared=3, inherited=5, final=10)


def few_digits():
    whole = load_digits()
    return Dataset(whole.inputs[:500], whole.labels[:500], whole.shape)


WORKLOADS = {
    "signals": split(digit_signals(400, noise=0.02), seed=0),
    "digits": split(few_digits(), seed=0),
}


@pytest.mark.parametrize("workload", WORKLOADS)
@pytest.mark.parametrize("name", bench.methods(BUDGET))
def test_it_finds_a_network_that_learns(name, workload):
    splits = WORKLOADS[workload]
    trainer = bench.methods(BUDGET)[name](splits, BUDGET)
    losses = [metrics.train_loss for metrics in trainer.fit()]
    assert losses[-1] < min(0.98 * losses[0], np.log(10.0))  # of ten classes that look alike
    assert trainer.test().accuracy > 0.1
