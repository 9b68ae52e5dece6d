"""The report of a study of 10,000 trials: seconds to write, size, and how long a headless browser takes to show it.

python benches/python/bench_report.py [--trials 10000] [--browser chromium]
"""

from __future__ import annotations

import argparse
import math
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import tunewright as tw

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def recorded(trials: int) -> tw.Study:
    space = tw.Space(
        lr=tw.Float(1e-5, 1e-1, log=True),
        depth=tw.Int(1, 3),
        width=tw.Int(16, 128, log=True),
        batch_size=tw.PowerOfTwo(16, 256),
        optimizer=tw.Categorical("sgd", "rmsprop", "adam", "adamw"),
        beta2=tw.Float(0.9, 0.9999),
        weight_decay=tw.Float(1e-6, 1e-1, log=True),
        dropout=tw.Float(0.0, 0.5),
        label_smoothing=tw.Float(0.0, 0.2),
        momentum=tw.Float(0.8, 0.99, when=tw.when("optimizer", "sgd")),
    )
    study = tw.Study(space, minimize="loss", scheduler=tw.ASHA(27), seed=0, name="bench", strategy=tw.Random())

    def objective(trial: tw.Trial) -> tw.Measured:
        base = 0.1 * (math.log10(trial["lr"]) + 2.5) ** 2 + trial["dropout"] * 0.3 + 0.01 * trial["depth"]
        for epoch in trial.epochs(27):
            loss = base + 1.5 / (epoch + 2)
            trial.report(loss=loss)
        return tw.Measured(loss, sem=0.01)

    study.optimize(objective, trials=trials, progress=False)
    return study


def opened(browser: str, page: Path) -> float:
    """Seconds from the start of the browser to the page with its scripts run, less those of an empty page."""

    def run(url: str) -> float:
        began = time.perf_counter()
        done = subprocess.run(
            [browser, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", url], capture_output=True, text=True
        )
        assert "</html>" in done.stdout, done.stderr
        return time.perf_counter() - began

    empty = min(run("data:text/html,<p>") for _ in range(3))
    return min(run(page.as_uri()) for _ in range(3)) - empty


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--browser", default=next((name for name in BROWSERS if shutil.which(name)), None))
    options = parser.parse_args()
    study = recorded(options.trials)
    page = Path(tempfile.mkdtemp()) / "bench.html"
    times = []
    for _ in range(3):
        began = time.process_time()
        study.report(page)
        times.append(time.process_time() - began)
    print(f"{options.trials} trials, {len(study.history.reports)} reports, {study.space.dimension} parameters")
    print(f"written in {min(times):.2f} s of processor time (first {times[0]:.2f}), {page.stat().st_size / 1e6:.2f} MB")
    if options.browser:
        print(f"opened in {opened(options.browser, page):.2f} s ({options.browser}, above an empty page)")


if __name__ == "__main__":
    main()
