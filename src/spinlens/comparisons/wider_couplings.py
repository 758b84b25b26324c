"""Couplings on a torus wider than the one of training: what a lattice or a machine has there, and what can be known."""

from __future__ import annotations

import numpy as np

from spinlens.arrays import Array
from spinlens.lattice.ising import IsingModel
from spinlens.machines.rbm import RBM
from spinlens.machines.reading.learned_couplings import learned_couplings
from spinlens.machines.tori import one_of_each


def cut(model: IsingModel, sides: tuple[int, ...]) -> Array:
    """J(r) of a lattice, zero where a component of r is above half of one of `sides`; (*model.shape,)."""
    table = np.array(model.coupling_table)
    for axis, (side, most) in enumerate(zip(model.shape, sides, strict=True)):
        steps = np.minimum(np.arange(side), side - np.arange(side))
        far = 2 * steps > most
        table[(slice(None),) * axis + (far,)] = 0.0
    return table


def pair_table(machine: RBM) -> Array:
    """J_eff(r) of a machine of shared weights on its own torus, (*torus,); of a stride above 1 the mean over sites."""
    assert machine.torus is not None
    part, copies = one_of_each(machine)
    return _even(learned_couplings([part], machine.torus).table * copies)


def _even(table: Array) -> Array:
    """(J(r) + J(−r)) / 2, to take out rounding."""
    mirrored = np.roll(np.flip(table), 1, axis=tuple(range(table.ndim)))
    return np.asarray((table + mirrored) / 2)
