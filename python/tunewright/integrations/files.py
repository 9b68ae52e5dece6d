"""Callbacks that keep a table of the trials beside the study: CSV and JSON Lines."""

from __future__ import annotations

import csv
import json
import os
from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from tunewright.trial.written import plain

if TYPE_CHECKING:
    from tunewright.study import Study
    from tunewright.trial import TrialView

__all__ = ["CsvLogger", "JsonlLogger"]


class _FileLogger(ABC):
    """Writes all trials that have ended when it is first called, then one more each time.

    What the file holds is a function of the record: a resumed study, or one whose process was killed in the middle of a
    line, writes it anew and goes on. Processes that share a study need a file each.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._shape: Any = None

    def __call__(self, study: Study, trial: TrialView) -> None:
        """Take in a trial that ended."""
        shape = study.name, self._head(study)
        if shape != self._shape:
            self._renew(study)
            self._shape = shape
            return
        with self.path.open("a", newline="", encoding="utf-8") as file:
            self._write(file, study, [trial])

    def _renew(self, study: Study) -> None:
        """The whole file, written beside its place and moved there."""
        beside = self.path.with_name(f".{self.path.name}.{os.getpid()}.part")
        told = study.history.told
        try:
            with beside.open("w", newline="", encoding="utf-8") as file:
                self._begin(file, study)
                self._write(file, study, (trial for trial in study.trials if told[trial.number]))
            beside.replace(self.path)
        finally:
            beside.unlink(missing_ok=True)

    @abstractmethod
    def _head(self, study: Study) -> Any:
        """What every line depends on; the file is written anew when it changes."""

    @abstractmethod
    def _begin(self, file: TextIO, study: Study) -> None:
        """Write what comes before the lines."""

    @abstractmethod
    def _write(self, file: TextIO, study: Study, trials: Iterable[TrialView]) -> None:
        """Write one line a trial."""


class CsvLogger(_FileLogger):
    """``study.optimize(..., callbacks=[tw.CsvLogger("trials.csv")])``: one row a trial, in the order of their ends.

    Columns: number, state, the metrics, ``sem.<metric>``, ``config.<parameter>`` (empty where a trial has none),
    seconds, error. NaN and infinities are written ``nan``, ``inf``, ``-inf``. When the space grows the file is written
    anew with the new columns.

    Args:
        path: the file; written over if it is there.
    """

    def _head(self, study: Study) -> Any:
        return (
            "number",
            "state",
            *study.goals.outputs,
            *(f"sem.{name}" for name in study.goals.outputs),
            *(f"config.{name}" for name in study.space.names),
            "seconds",
            "error",
        )

    def _begin(self, file: TextIO, study: Study) -> None:
        csv.writer(file).writerow(self._head(study))

    def _write(self, file: TextIO, study: Study, trials: Iterable[TrialView]) -> None:
        outputs, names = study.goals.outputs, study.space.names
        writer = csv.writer(file)
        for trial in trials:
            values, sems, config = trial.values or {}, trial.sems, trial.config
            measured = [values.get(name) for name in outputs] + [sems.get(name) for name in outputs]
            chosen = [config.get(name) for name in names]
            writer.writerow([trial.number, trial.state.label, *measured, *chosen, trial.duration, trial.error])


class JsonlLogger(_FileLogger):
    """``study.optimize(..., callbacks=[tw.JsonlLogger("trials.jsonl")])``: one JSON object a line and trial.

    Keys: number, state, values, sems, config, reports (by step), seconds, error, metadata. JSON has no NaN and no
    infinities; they are written ``"nan"``, ``"inf"``, ``"-inf"``.

    Args:
        path: the file; written over if it is there.
    """

    def _head(self, study: Study) -> Any:
        return None

    def _begin(self, file: TextIO, study: Study) -> None:
        del file, study  # there is nothing before the lines

    def _write(self, file: TextIO, study: Study, trials: Iterable[TrialView]) -> None:
        for trial in trials:
            line = {
                "number": trial.number,
                "state": trial.state.label,
                "values": trial.values,
                "sems": trial.sems,
                "config": study.space.config_to_json(trial.config),
                "reports": trial.reports,
                "seconds": trial.duration,
                "error": trial.error,
                "metadata": trial.metadata,
            }
            file.write(json.dumps(plain(line), ensure_ascii=False, allow_nan=False) + "\n")
