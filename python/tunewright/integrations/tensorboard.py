"""Trials as TensorBoard runs."""

from __future__ import annotations

import math
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tunewright.errors import MissingExtraError

if TYPE_CHECKING:
    from tunewright.study import Study
    from tunewright.trial import TrialView

__all__ = ["TensorBoardLogger"]


class TensorBoardLogger:
    """``study.optimize(..., callbacks=[tw.TensorBoardLogger("runs")])``, then ``tensorboard --logdir runs``.

    One run a trial, ``<directory>/<study>/trial-00012``: what it reported as scalars by step, its configuration and its
    values under HPARAMS. A trial that is logged again (a study begun anew under the same name) adds to its run.

    Args:
        directory: where the runs are put.

    Raises:
        MissingExtraError: tensorboardX is not installed.
    """

    def __init__(self, directory: str | os.PathLike[str]) -> None:
        try:
            import tensorboardX  # noqa: F401  told now, not after the first trial
        except ImportError:
            raise MissingExtraError(
                "TensorBoardLogger needs tensorboardX: pip install 'tunewright[tracking]'"
            ) from None
        self.directory = Path(directory)

    def __call__(self, study: Study, trial: TrialView) -> None:
        """Write the run of a trial that ended."""
        from tensorboardX import SummaryWriter
        from tensorboardX.summary import hparams

        place = self.directory / _part(study.name) / f"trial-{trial.number:05d}"
        with SummaryWriter(str(place)) as writer:
            for step, metrics in trial.reports.items():
                for metric, value in metrics.items():
                    writer.add_scalar(metric, value, step)
            values = {f"hparam/{name}": value for name, value in (trial.values or {}).items() if math.isfinite(value)}
            config = {name: _simple(value) for name, value in trial.config.items()}
            # writer.add_hparams opens a second file, which in the same second has the same name
            for summary in hparams({**config, "state": trial.state.label}, values):
                writer.file_writer.add_summary(summary)
            for name, value in values.items():
                writer.add_scalar(name, value, 0)


def _part(name: str) -> str:
    """A study's name as one part of a path."""
    return re.sub(r"[^\w.\-]+", "_", name).strip(".") or "study"


def _simple(value: Any) -> bool | int | float | str:
    return value if isinstance(value, (bool, int, float, str)) else str(value)
