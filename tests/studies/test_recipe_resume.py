"""A recipe whose process is killed again and again, in every step, comes to the end that one in peace comes to."""

from __future__ import annotations

import json
import subprocess
import sys

SCRIPT = """
import json, math, os, signal, sys
import tunewright as tw

EPOCHS, BUDGET = 6, "24 trials"
SPACE = tw.Space(
    lr=tw.Float(1e-5, 1e-1, log=True), width=tw.PowerOfTwo(16, 256), batch_size=tw.PowerOfTwo(16, 128),
    dropout=tw.Float(0.0, 0.5), weight_decay=tw.Float(1e-6, 1e-1, log=True),
)


def recipe(file, life):
    left = [life]  # epochs, or steps of the range test, until this process is killed

    def live():
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def objective(trial):
        c = trial.config
        worth = math.log10(c["lr"] / 1e-2) ** 2 + 0.3 * math.log2(c["width"] / 128) ** 2 + (c["dropout"] - 0.2) ** 2
        for epoch in trial.epochs(EPOCHS):
            live()
            loss = worth + 1 / (epoch + 1) + 1e-3 * (trial.seed % 11)
            trial.report(loss=loss)
        return loss

    class Step:
        def __init__(self):
            self.loss, self.taken = 2.0, 0

        def __call__(self, lr):
            self.taken += 1
            if self.taken % 20 == 0:  # a range test has to come through in one life
                live()
            before = self.loss
            self.loss -= 0.1 * math.exp(-(math.log10(lr / 1e-2) ** 2))
            return before

        def save(self):
            return self.loss

        def restore(self, loss):
            self.loss = loss

    def test(config):
        live()
        return config["lr"]

    return tw.recipe(
        objective, space=SPACE, start={"width": 32}, budget=BUDGET, epochs=EPOCHS, probe=lambda config: Step(),
        test=tw.SealedTest(test), storage=file, progress=False,
    ).run()


def told(file, found):
    steps = [(s.title, s.study, s.trainings, s.epochs, s.config, s.value) for s in found.steps]
    record = {
        name: [(t.number, t.config, t.state.label, t.values, t.reports) for t in tw.Study.load(file, name).trials]
        for name in tw.Sqlite(file).names()
    }
    return json.dumps([steps, found.config, found.confirmed, found.tested, sorted(record.items())])


peace, killed, life = sys.argv[1], sys.argv[2], int(sys.argv[3])
tw.recipe, tw.SealedTest  # imported once, before the forks
deaths, where, lives = 0, [], life
while True:
    child = os.fork()
    if child == 0:
        text = told(killed, recipe(killed, lives))
        open(killed + ".told", "w").write(text)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if status == 0:
        break
    assert os.WIFSIGNALED(status), status
    deaths += 1
    where.append(sum(1 for _ in tw.Sqlite(killed).names()))
    lives = life + deaths % 5
found = recipe(peace, 10**9)
print(json.dumps([told(peace, found), open(killed + ".told").read(), deaths, where]))
"""


def test_killed_in_every_step_it_ends_as_in_peace(tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT, tmp_path / "peace.db", tmp_path / "killed.db", "8"],
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    peace, killed, deaths, studies = json.loads(done.stdout)
    assert deaths > 8
    assert set(studies) >= {1, 2, 3, 5, 6}  # studies that were there when it died: baseline, rate, …, confirmation
    assert killed == peace
