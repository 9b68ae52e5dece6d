"""Writing a study's trials as a table."""

from __future__ import annotations

import csv
import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING

from tunewright.errors import MissingExtraError, StudyError
from tunewright.study.frame import columns, frame
from tunewright.trial.written import plain

if TYPE_CHECKING:
    from tunewright.study import Study

__all__ = ["FORMATS", "export"]

FORMATS = ("csv", "json", "parquet")


def export(study: Study, path: str, form: str | None = None) -> None:
    """Write all trials to ``path``; the format is ``form``, or else the path's ending.

    CSV and Parquet have one row a trial (see ``Study.to_frame``). JSON has the space and the objectives as well,
    and keeps NaN and infinities as the texts ``"nan"``, ``"inf"``, ``"-inf"``.

    Raises:
        StudyError: a format that is not known.
        MissingExtraError: Parquet without pandas and pyarrow.
    """
    form = form or Path(path).suffix.lstrip(".").lower()
    if form not in FORMATS:
        raise StudyError(f"cannot tell the format of {path!r}: name it .csv, .json or .parquet, or say --format")
    {"csv": _csv, "json": _json, "parquet": _parquet}[form](study, Path(path))


def _csv(study: Study, path: Path) -> None:
    table = columns(study.history)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(table)
        writer.writerows(zip(*table.values(), strict=True))


def _json(study: Study, path: Path) -> None:
    trials = [
        {
            "number": trial.number,
            "state": trial.state.label,
            "values": trial.values,
            "sems": trial.sems,
            "config": study.space.config_to_json(trial.config),
            "reports": trial.reports,
            "started": trial.started,
            "finished": trial.finished,
            "error": trial.error,
            "metadata": trial.metadata,
        }
        for trial in study.trials
    ]
    document = {
        "format": "tunewright-study",
        "version": 1,
        "name": study.name,
        "objectives": study.directions,
        "constraints": study.goals.constraints,
        "thresholds": study.goals.thresholds,
        "seed": study.seed,
        "space": json.loads(study.space.to_json()),
        "trials": trials,
    }
    path.write_text(json.dumps(plain(document), indent=1, ensure_ascii=False, allow_nan=False), encoding="utf-8")


def _parquet(study: Study, path: Path) -> None:
    if importlib.util.find_spec("pandas") is None or importlib.util.find_spec("pyarrow") is None:
        raise MissingExtraError("Parquet needs pandas and pyarrow: pip install 'tunewright[frames]'")
    table = frame(study.history)
    for name in table.columns:  # a column of mixed Python values has no Parquet type
        if name.startswith("config.") and table[name].map(type).nunique() > 1 and table[name].dtype == object:
            table[name] = table[name].map(lambda value: None if value is None else str(value))
    table.to_parquet(path)
