"""Whether the best learning rate stays where it is when the network grows: standard parametrisation and muP.

    python benches/python/bench_width_transfer.py                       # perceptrons, Adam
    python benches/python/bench_width_transfer.py --optimizer sgd --model transformer --widths 16,64,128 --seeds 3

Trainings on the digits at every rate of a grid, a factor of 2 apart, for several seeds: the rate with the lowest
training loss (the median over the seeds), the best rate of each seed as a power of 2, and what the rate that suited the
narrowest network costs the wider ones.
"""

from __future__ import annotations

import argparse
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from tunewright.training import load_digits, split, train_mlp

POWERS = {"adam": range(-12, -1), "adamw": range(-12, -1), "rmsprop": range(-13, -2), "sgd": range(-8, 3)}


def end(splits, **settings):
    """The training loss of the last epoch."""
    return train_mlp(splits, **settings).history[-1].train_loss


def losses(splits, powers, seeds, **settings):
    """Training losses at the end, (seeds, rates); infinite where the training diverged."""
    ends = [[end(splits, seed=seed, lr=2.0**power, **settings) for power in powers] for seed in range(seeds)]
    found = np.array(ends)
    return np.where(np.isfinite(found), found, np.inf)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--optimizer", choices=sorted(POWERS), default="adam")
    parser.add_argument("--model", choices=["mlp", "conv", "transformer"], default="mlp")
    parser.add_argument("--widths", default="64,256,1024")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=3)
    arguments = parser.parse_args()
    splits, powers = split(load_digits(), seed=0), POWERS[arguments.optimizer]
    widths = [int(width) for width in arguments.widths.split(",")]
    settings = {"optimizer": arguments.optimizer, "model": arguments.model, "epochs": arguments.epochs}
    print("| parametrisation | width | best rate | of each seed | its loss | at the narrowest's rate |")
    print("|---" * 6 + "|")
    for parametrization in ("standard", "mup"):
        narrowest = None
        for width in widths:
            own = {"parametrization": parametrization, "base_width": widths[0], "width": width, **settings}
            found = losses(splits, powers, arguments.seeds, **own)
            medians = np.median(found, axis=0)
            best = int(medians.argmin())
            narrowest = best if narrowest is None else narrowest
            seeds = ", ".join(str(powers[place]) for place in found.argmin(axis=1))
            cells = [f"2^{powers[best]}", seeds, f"{medians[best]:.3f}", f"{medians[narrowest]:.3f}"]
            print(f"| {parametrization} | {width} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
