"""Trials as MLflow runs."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tunewright.errors import MissingExtraError

if TYPE_CHECKING:
    from tunewright.study import Study
    from tunewright.trial import TrialState, TrialView

__all__ = ["MLflowLogger"]

_log = logging.getLogger("tunewright")
_METRICS, _PARAMS = 1000, 100  # of one call, by MLflow's limits
_LONGEST = 500  # characters of a parameter's value


class MLflowLogger:
    """``study.optimize(..., callbacks=[tw.MLflowLogger("http://localhost:5000")])``.

    One run a trial, named ``trial 12``, in the experiment of the study's name: its configuration as parameters, what it
    reported and its values as metrics, state and error as tags, with the times of the record. Runs are written by a
    client of their own: no run of the caller's is touched. A server that cannot be reached costs a warning a trial,
    not the study.

    Args:
        tracking_uri: where MLflow keeps runs; as MLflow itself is set up by default.
        experiment: its name; that of the study by default.

    Raises:
        MissingExtraError: MLflow is not installed.
    """

    def __init__(self, tracking_uri: str | None = None, *, experiment: str | None = None) -> None:
        try:
            from mlflow.tracking import MlflowClient
        except ImportError:
            raise MissingExtraError("MLflowLogger needs MLflow: pip install 'tunewright[tracking]'") from None
        self._client: Any = MlflowClient(tracking_uri=tracking_uri)
        self._experiment = experiment

    def __call__(self, study: Study, trial: TrialView) -> None:
        """Write the run of a trial that ended."""
        from mlflow.exceptions import MlflowException

        try:
            self._write(study, trial)
        except (MlflowException, OSError) as error:
            _log.warning("trial %d was not logged to MLflow: %s", trial.number, error)

    def _write(self, study: Study, trial: TrialView) -> None:
        from mlflow.entities import Metric, Param, RunTag

        began, ended = (int(1000 * (moment or 0.0)) for moment in (trial.started, trial.finished))
        tags = {
            "tunewright.study": study.name,
            "tunewright.trial": str(trial.number),
            "tunewright.state": trial.state.label,
        }
        if trial.error is not None:
            tags["tunewright.error"] = trial.error[:_LONGEST]
        run = self._client.create_run(self._place(study), began, run_name=f"trial {trial.number}").info.run_id
        params = [Param(_key(name), str(value)[:_LONGEST]) for name, value in trial.config.items()]
        metrics = [Metric(_key(name), value, ended, step) for name, value, step in _measured(trial)]
        self._client.log_batch(run, tags=[RunTag(name, text) for name, text in tags.items()])
        for k in range(0, len(params), _PARAMS):
            self._client.log_batch(run, params=params[k : k + _PARAMS])
        for k in range(0, len(metrics), _METRICS):
            self._client.log_batch(run, metrics=metrics[k : k + _METRICS])
        self._client.set_terminated(run, _status(trial.state), ended)

    def _place(self, study: Study) -> str:
        """The experiment, made if it is not there."""
        name = self._experiment or study.name
        found = self._client.get_experiment_by_name(name)
        return str(self._client.create_experiment(name) if found is None else found.experiment_id)


def _measured(trial: TrialView) -> Iterator[tuple[str, float, int]]:
    """What a trial reported, step by step, then its values, a step later."""
    reports = trial.reports
    for step, metrics in reports.items():
        for name, value in metrics.items():
            yield name, value, step
    last = max(reports, default=0)
    for name, value in (trial.values or {}).items():
        if reports.get(last, {}).get(name) != value:
            yield name, value, last + 1 if reports else 0


def _status(state: TrialState) -> str:
    return {"complete": "FINISHED", "pruned": "KILLED"}.get(state.label, "FAILED")


def _key(name: str) -> str:
    """A name by MLflow's rules: letters, digits, underscores, dashes, dots, spaces and slashes."""
    return re.sub(r"[^\w\-. /]", "_", name).strip("/. ")[:250] or "_"
