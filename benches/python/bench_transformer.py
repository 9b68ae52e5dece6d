"""What a training step of the transformer costs beside PyTorch on the same processor.

    python benches/python/bench_transformer.py                # one thread, then two
    python benches/python/bench_transformer.py --steps 20 --rounds 9

A step is one batch of 64: forward, backward and Adam. Rounds of steps alternate between the trainer and PyTorch, both
in float32 and in float64; medians, in ms of processor time and on the clock, and medians of the ratios of each round.
The trainer keeps to one thread. All start with the same weights: "loss differs" is by how much, in float64, before the
first step. Without PyTorch the trainer's columns are alone.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time

import numpy as np

SIZES = [  # (what, shape, settings)
    ("8 rows of 8, width 64", (8, 8), {"width": 64}),
    ("8 rows of 8, width 128", (8, 8), {"width": 128}),
    ("8 rows of 8, width 256", (8, 8), {"width": 256}),
    ("64 pixels, width 64", (64, 1), {"width": 64}),
]
BATCH = 64
PRECISIONS = ("float32", "float64")


def ours(shape, settings, precision):
    from tunewright.training import Recipe, Trainer, load_digits, split

    recipe = Recipe(model="transformer", batch_size=BATCH, precision=precision, **settings)
    trainer = Trainer(recipe, split(load_digits().shaped(*shape), seed=0))
    inputs, labels = trainer.splits.train.inputs[:BATCH], trainer.splits.train.labels[:BATCH]

    def step():
        loss, _ = trainer.network.learn(inputs, labels)
        trainer.update(recipe.lr)
        return loss

    return trainer, inputs, labels, step


def theirs(trainer, inputs, labels, dtype):
    """The same network in PyTorch, with the same first weights, as a step."""
    import torch
    from torch import nn
    from torch.nn import functional

    recipe, length = trainer.recipe, trainer.splits.train.shape[0]
    width, heads = recipe.width, recipe.heads

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
            hidden = round(recipe.ff_ratio * width)
            self.up, self.down = nn.Linear(width, hidden), nn.Linear(hidden, width)

        def forward(self, x):
            n = len(x)
            q, k, v = self.qkv(self.norm1(x)).view(n, length, 3, heads, -1).permute(2, 0, 3, 1, 4)
            y = functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, length, width)
            x = x + self.out(y)
            return x + self.down(functional.relu(self.up(self.norm2(x))))

    class Encoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = nn.Linear(inputs.shape[1] // length, width)
            self.position = nn.Parameter(torch.zeros(length, width))
            self.blocks = nn.Sequential(*(Block() for _ in range(recipe.depth)))
            self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, trainer.classes)

        def forward(self, x):
            x = self.embed(x.view(len(x), length, -1)) + self.position
            return self.head(self.norm(self.blocks(x)).mean(dim=1))

    model = Encoder().to(dtype)
    copy_weights(trainer, model)
    optimizer = torch.optim.Adam(model.parameters(), lr=recipe.lr)
    x, y = torch.tensor(inputs, dtype=dtype), torch.tensor(labels)

    def step():
        optimizer.zero_grad()
        loss = functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    return step


def copy_weights(trainer, model):
    """Our vector of parameters, array by array in the order of the layers, into the modules."""
    import torch

    flat, used = trainer.network.parameters, 0

    def fill(*parameters):
        nonlocal used
        for parameter in parameters:
            size, matrix = parameter.numel(), parameter.ndim == 2 and parameter is not model.position
            values = flat[used : used + size]
            shaped = values.reshape(parameter.shape[::-1]).T if matrix else values.reshape(parameter.shape)
            with torch.no_grad():
                parameter.copy_(torch.tensor(np.ascontiguousarray(shaped)))
            used += size

    fill(model.embed.weight, model.embed.bias, model.position)
    for block in model.blocks:
        for module in (block.norm1, block.qkv, block.out, block.norm2, block.up, block.down):
            fill(module.weight, module.bias)
    for module in (model.norm, model.head):
        fill(module.weight, module.bias)


def timed(step, steps):
    """(processor time, time on the clock) of one step, in ms."""
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(steps):
        step()
    return (time.process_time() - cpu) * 1e3 / steps, (time.perf_counter() - wall) * 1e3 / steps


def contestants(shape, settings, torch):
    """Steps by name, in the order they are measured, and by how much the two losses differ in float64."""
    steps = {}
    for precision in PRECISIONS:
        trainer, inputs, labels, steps[f"trainer {precision}"] = ours(shape, settings, precision)
        if torch is not None:
            steps[f"PyTorch {precision}"] = theirs(trainer, inputs, labels, getattr(torch, precision))
    losses = {name: step() for name, step in steps.items()}
    return steps, abs(losses["trainer float64"] - losses.get("PyTorch float64", losses["trainer float64"]))


def measure(threads, steps, rounds):
    try:
        import torch

        torch.set_num_threads(threads)
        names = [f"{who} {precision}" for precision in PRECISIONS for who in ("trainer", "PyTorch")]
        pairs = [(f"trainer {precision}", f"PyTorch {precision}") for precision in PRECISIONS]
    except ImportError:
        torch, names, pairs = None, [f"trainer {precision}" for precision in PRECISIONS], []
        print("PyTorch is not installed: its columns are left out (pip install torch).\n")
    heads = [f"{name}, cpu / wall ms" for name in names] + [f"{mine} / {its}, cpu / wall" for mine, its in pairs]
    print(f"| threads: {threads} | " + " | ".join(heads) + " | loss differs |\n|---" + "|---" * (len(heads) + 1) + "|")
    for what, shape, settings in SIZES:
        steps_by, differs = contestants(shape, settings, torch)
        times = {name: [] for name in names}
        for _ in range(rounds):
            for name, step in steps_by.items():
                times[name].append(timed(step, steps))
        cells = ["{:.1f} / {:.1f}".format(*medians(times[name])) for name in names]
        for mine, its in pairs:
            ratios = [[a / b for a, b in zip(*both, strict=True)] for both in zip(times[mine], times[its], strict=True)]
            cells.append("{:.2f} / {:.2f}".format(*medians(ratios)))
        print(f"| {what} | " + " | ".join(cells) + f" | {differs:.0e} |", flush=True)


def medians(rows):
    return [statistics.median(column) for column in zip(*rows, strict=True)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=10, help="a round")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, help="measure this number alone, in this process")
    arguments = parser.parse_args()
    if arguments.threads:
        measure(arguments.threads, arguments.steps, arguments.rounds)
        return
    for threads in (1, 2):  # a process each: BLAS reads its number of threads once
        environment = os.environ | {name: str(threads) for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")}
        options = ["--threads", str(threads), "--steps", str(arguments.steps), "--rounds", str(arguments.rounds)]
        subprocess.run([sys.executable, __file__, *options], env=environment, check=True)


if __name__ == "__main__":
    main()
