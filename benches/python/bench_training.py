"""What the reference networks cost and reach.

python benches/python/bench_training.py [epochs, 20 by default]

One run of seed 0 each, at Recipe's defaults but for what its row says; processor time, data and split included.
"""

from __future__ import annotations

import os
import sys
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from tunewright.training import load_digits, repeated_tokens, sorted_sequences, split, train_mlp

ROWS = [
    ("digits", load_digits, {"model": "mlp"}),
    ("digits", load_digits, {"model": "conv", "width": 16}),
    ("digits, 8 rows", load_digits, {"model": "transformer", "width": 64}),
    ("digits, 8 rows", load_digits, {"model": "transformer", "width": 128}),
    ("digits, 8 rows", load_digits, {"model": "transformer", "width": 64, "precision": "float32"}),
    ("digits, 8 rows", load_digits, {"model": "transformer", "width": 128, "precision": "float32"}),
    ("sorted_sequences(2000)", lambda: sorted_sequences(2000), {"model": "mlp", "lr": 3e-3}),
    ("sorted_sequences(2000)", lambda: sorted_sequences(2000), {"model": "transformer", "width": 32, "lr": 3e-3}),
    ("repeated_tokens(2000)", lambda: repeated_tokens(2000), {"model": "mlp", "lr": 3e-3}),
    ("repeated_tokens(2000)", lambda: repeated_tokens(2000), {"model": "transformer", "width": 32, "lr": 3e-3}),
]


def main(epochs: int) -> None:
    print("| data | recipe | test accuracy | seconds |\n|---|---|---|---|")
    for name, make, settings in ROWS:
        start = time.process_time()
        accuracy = train_mlp(split(make(), seed=0), epochs=epochs, **settings).test().accuracy
        written = ", ".join(f"{key}={value!r}" for key, value in settings.items())
        print(f"| {name} | `{written}` | {accuracy:.3f} | {time.process_time() - start:.1f} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
