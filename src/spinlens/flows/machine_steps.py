"""What a flow needs of a machine."""

from __future__ import annotations

import numpy as np

from spinlens.errors import InputError
from spinlens.machines.parameters import Layer


def check_machine(machine: Layer, shape: tuple[int, ...]) -> None:
    """Raise where the machine has another number of visible units than the lattice has sites."""
    n_visible, n_sites = len(machine.weights_), int(np.prod(shape))
    if n_visible != n_sites:
        raise InputError(
            f"the machine has {n_visible} visible units and the lattice {shape} has {n_sites} sites: they must agree"
        )
