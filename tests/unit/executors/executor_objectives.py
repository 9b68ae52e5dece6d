"""Objectives that worker processes import, a trial to run them with, and a study to talk to."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from dataclasses import dataclass, field

from tunewright.errors import ReportError


class StandIn:
    """The part of a trial that executors rely on."""

    def __init__(self, number, config=None):
        self.number = number
        self.config = config or {}
        self.link = None

    def __getstate__(self):
        return {**self.__dict__, "link": None}

    def attach(self, link):
        self.link = link
        return self


@dataclass
class Study:
    """A link that writes down what it was asked, and stops trials at step 3."""

    reports: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def report(self, number, step, metrics):
        if "nonsense" in metrics:
            raise ReportError("no metric is called 'nonsense'")
        with self.lock:
            self.reports.append((number, step, metrics))
        return step >= 3

    def suggest(self, number, name, domain):
        return {"number": number, "name": name, "domain": domain}

    def annotate(self, number, key, value):
        with self.lock:
            self.notes.append((number, key, value))


class HomeMadeError(Exception):
    """Pickles and does not load: its __init__ takes two arguments."""

    def __init__(self, first, second):
        super().__init__(f"{first} and {second}")


class Loaded(Exception):
    def __init__(self, code):
        super().__init__(code)
        self.code = code


class Unsendable:
    def __reduce__(self):
        raise TypeError("made of glass")


class Unreadable:
    """Can be written and not read."""

    def __reduce__(self):
        return _refuse, ()


def _refuse():
    raise ImportError("not here")


def square(trial):
    return trial.config["x"] ** 2


def number(trial):
    return trial.number


def stopped_at(trial):
    """The step at which the study said stop."""
    for step in range(1, 100):
        if trial.link.report(trial.number, step, {"loss": 1.0 / step}):
            return step
    return None


def suggested(trial):
    return trial.link.suggest(trial.number, "lr", (0.0, 1.0))


def annotated(trial):
    return trial.link.annotate(trial.number, "host", {"pid": 1})


def annotated_with_glass(trial):
    return trial.link.annotate(trial.number, "host", Unsendable())


def reported_nonsense(trial):
    return trial.link.report(trial.number, 1, {"nonsense": 1.0})


def recovered_from_nonsense(trial):
    try:
        reported_nonsense(trial)
    except ReportError as error:
        return str(error)


def raised(trial):
    return deep(trial.config["error"])


def deep(error):
    raise error


def process(trial):
    time.sleep(0.01)
    return os.getpid()


def huge(trial):
    return bytes(10 * 2**20)


def glass(trial):
    return Unsendable()


def unreadable(trial):
    return Unreadable()


def home_made(trial):
    raise HomeMadeError("salt", "pepper")


def fragile(trial):
    """Dies as its configuration says, otherwise returns its number."""
    how = trial.config.get("die")
    if how == "exit":
        os._exit(3)
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "leave":
        sys.exit(4)
    time.sleep(0.01)
    return trial.number


def orphaned(trial):
    """Ends at once, and leaves a child that keeps every inherited handle open for a while."""
    if os.fork() == 0:
        time.sleep(6)
        os._exit(0)
    os._exit(5)


def asleep(trial):
    """Says that it runs, and sleeps much longer than any test."""
    trial.link.report(trial.number, 1, {"pid": float(os.getpid())})
    time.sleep(60)


def stubborn(trial):
    """Does not end when it is asked to."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    asleep(trial)


def interrupted(trial):
    """Survives Ctrl-C: whether it ends is the driver's business."""
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.05)
    return "still here"


def late(trial):
    """Leaves a thread behind that reports after the trial is over."""
    threading.Thread(target=_report_late, args=(trial, trial.config["path"])).start()
    return "done"


def _report_late(trial, path):
    time.sleep(0.2)
    try:
        trial.link.report(trial.number, 1, {"loss": 1.0})
    except RuntimeError as error:
        with open(path, "w") as file:
            file.write(str(error))


def busy(trial):
    """Loads itself with threads that report at the same time."""
    threads = [threading.Thread(target=trial.link.report, args=(trial.number, 1, {"t": float(i)})) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(threads)


def whole_trial(trial):
    """Everything that a real trial can ask of its study."""
    rate = trial.suggest_float("rate", 0.0, 1.0)
    kind = trial.suggest_categorical("kind", ["a", "b"])
    epochs = 0
    for _ in trial.epochs(10):
        trial.report(loss=rate)
        epochs += 1
    trial.annotate("epochs", epochs)
    return {"rate": rate, "kind": kind, "epochs": epochs, "declared": trial["declared"]}
