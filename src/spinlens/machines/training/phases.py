"""Several trainings of one machine, each from where the one before ended."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import numpy.typing as npt

from spinlens.errors import InputError
from spinlens.files.packed_states import PackedStates
from spinlens.machines.training.learner import Learner

Trained = TypeVar("Trained", bound=Learner)


def fit_phases(
    phases: Sequence[tuple[Trained, npt.ArrayLike | PackedStates]], checkpoint: Path | None = None
) -> Trained:
    """Train machines of one shape one after another, each on its states X (n_samples, n_visible), from the one before.

    Returns the last. With a folder as `checkpoint` every phase keeps its training state there, so that a killed run
    goes on within the phase where it was and ends with the same bits.
    """
    if not phases:
        raise InputError("phases is empty: give at least one machine to train")
    before: Trained | None = None
    for number, (machine, X) in enumerate(phases):
        state = None if checkpoint is None else checkpoint / f"training-{number}.safetensors"
        before = machine.fit(X, start=before, checkpoint=state)
    assert before is not None
    return before
