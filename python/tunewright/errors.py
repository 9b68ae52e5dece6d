"""The exceptions a user can catch.

Every class also derives from the built-in exception of its meaning, so that ``except ValueError`` keeps working.
"""

from __future__ import annotations

__all__ = [
    "ArchitectureError",
    "ConfigError",
    "DamagedFileError",
    "DomainError",
    "GuideError",
    "LearningRateError",
    "MissingExtraError",
    "NewerFileError",
    "ReportError",
    "SearchDivergedError",
    "SpaceError",
    "StorageError",
    "StudyError",
    "StudyExistsError",
    "StudyNotFoundError",
    "TrialFinishedError",
    "TrialPruned",
    "TunewrightError",
    "UnknownMetricError",
    "UnknownTrialError",
    "WorkerDiedError",
]


class TunewrightError(Exception):
    """Root of everything tunewright raises on purpose."""


class DomainError(TunewrightError, ValueError):
    """A parameter's domain cannot exist as described (low > high, log of zero, …)."""


class SpaceError(TunewrightError, ValueError):
    """Domains, conditions or constraints that do not fit together."""


class ConfigError(TunewrightError, ValueError):
    """A configuration that the space does not contain."""


class ArchitectureError(TunewrightError, ValueError):
    """Operations and edges that make no architecture, or a search space without any."""


class GuideError(TunewrightError, ValueError):
    """A name, workload or tier that the guide's catalogue does not have."""


class LearningRateError(TunewrightError, RuntimeError):
    """The step function of a learning-rate range test raised; the model was put back as it was."""


class SearchDivergedError(TunewrightError, RuntimeError):
    """The weights that architectures share stopped being finite numbers."""


class StudyError(TunewrightError, ValueError):
    """Choices of a study that do not combine, or a call its state does not allow."""


class ReportError(TunewrightError, ValueError):
    """A report or a returned value that is not what the study's objectives ask for."""


class UnknownMetricError(ReportError):
    """A metric was named that the study does not have."""


class UnknownTrialError(TunewrightError, LookupError):
    """No trial of that number was asked from this study."""


class TrialFinishedError(TunewrightError, ValueError):
    """The trial already has a final state; its record is not overwritten."""


class StorageError(TunewrightError, OSError):
    """The record could not be read or written; what was acknowledged before is intact."""


class DamagedFileError(StorageError):
    """The file is not a tunewright record, or is damaged. It is left as it was found."""


class NewerFileError(StorageError):
    """The file was written by a newer tunewright than this one."""


class StudyExistsError(StorageError):
    """A different study of the same name is already in that file."""


class StudyNotFoundError(StorageError, LookupError):
    """No study of that name is in that file."""


class WorkerDiedError(TunewrightError, RuntimeError):
    """The process that ran a trial ended without an answer (killed, out of memory, crashed)."""


class MissingExtraError(TunewrightError, ImportError):
    """An optional library is needed; the message names the extra that installs it."""


class TrialPruned(TunewrightError):  # noqa: N818  the name the field uses
    """Raised inside an objective to end its trial early and keep what was reported."""
