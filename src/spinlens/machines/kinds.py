"""Every kind of machine by its name in files, and reading one whose kind is not known beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from spinlens.errors import ArtefactError
from spinlens.machines.files import storage
from spinlens.machines.machine import Machine
from spinlens.machines.rbm import RBM
from spinlens.machines.stacked import StackedRBM

MACHINES: Mapping[str, type[Machine]] = {kind.kind: kind for kind in (RBM, StackedRBM)}
"""Class of each kind."""


def read_machine(path: str | Path) -> Machine:
    """The machine that `save` wrote to `path`, of whatever kind; `ArtefactError` where there is none."""
    kind, config, arrays = storage.read(path)
    if kind not in MACHINES:
        raise ArtefactError(f"{path} holds a machine of kind {kind!r}; known are {', '.join(MACHINES)}")
    return MACHINES[kind].from_parts(config, arrays, path)
