"""Named mistakes: every error says what was given, what was expected and what to do."""

from __future__ import annotations


class SpinlensError(Exception):
    """Base of every error that spinlens raises on purpose; the command line prints it and exits with 2."""


class InputError(SpinlensError, ValueError):
    """An argument, option or study-file entry that cannot be used."""


class CouplingError(InputError):
    """A coupling that the chosen model or algorithm cannot simulate."""


class SpinsError(InputError):
    """An array of spins with the wrong shape or with entries other than ±1."""


class CalibrationError(InputError):
    """An instrument used on another lattice, coupling or field than it was calibrated with."""


class ConvergenceError(SpinlensError):
    """The data do not answer the question asked: too short a chain, no crossing in range."""


class CheckpointError(SpinlensError):
    """A checkpoint that is damaged, cannot be written, or belongs to a run of other arguments."""


class StudyError(SpinlensError):
    """A study folder that cannot be made, read or written."""


class ArtefactError(StudyError):
    """A file of a study that is damaged, foreign or of another format version."""


class TaskError(StudyError):
    """Tasks of a study that failed; all others are finished and saved."""


class StudyInterrupted(StudyError):
    """A study stopped by Ctrl-C, SIGTERM or a closed terminal; what is done is saved; `signal` is its number."""

    def __init__(self, message: str, signal: int) -> None:
        super().__init__(message)
        self.signal = signal
