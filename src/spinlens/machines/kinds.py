"""Every kind of machine by its name in files, and reading one whose kind is not known beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from spinlens.errors import ArtefactError, InputError
from spinlens.machines.autoregressive import AutoregressiveNetwork
from spinlens.machines.files import storage
from spinlens.machines.machine import Machine
from spinlens.machines.rbm import RBM
from spinlens.machines.stacked import StackedRBM

MACHINES: Mapping[str, type[Machine]] = {kind.kind: kind for kind in (RBM, StackedRBM)}
"""Class of each kind through which states flow."""


def read_learner(path: str | Path) -> Machine | AutoregressiveNetwork:
    """What `save` wrote to `path`, of whatever kind; `ArtefactError` where there is nothing."""
    kind, config, arrays = storage.read(path)
    learners: dict[str, type[Machine | AutoregressiveNetwork]]
    learners = {**MACHINES, AutoregressiveNetwork.kind: AutoregressiveNetwork}
    if kind not in learners:
        raise ArtefactError(f"{path} holds a machine of kind {kind!r}; known are {', '.join(learners)}")
    return learners[kind].from_parts(config, arrays, path)


def read_machine(path: str | Path) -> Machine:
    """As `read_learner`, where states are to flow; `InputError` for what has no hidden layer for that."""
    found = read_learner(path)
    if not isinstance(found, Machine):
        raise InputError(f"{path} holds a network of kind {found.kind!r}: states flow through an RBM or a stack only")
    return found
