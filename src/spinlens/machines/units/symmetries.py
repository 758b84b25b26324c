"""Random symmetries of a torus, applied to training states: free data for machines whose weights are not shared."""

from __future__ import annotations

import numpy as np

from spinlens.arrays import Spins
from spinlens.errors import SpinsError


def random_symmetry(states: Spins, shape: tuple[int, ...], generator: np.random.Generator) -> Spins:
    """Each state (n, N) moved by a random translation and reflected at random along each axis of the torus `shape`.

    Where all sides are equal the axes are exchanged as well, by one permutation for all states. The energy of a
    translation-invariant coupling with the symmetries of the lattice does not change.
    """
    n, dimension = len(states), len(shape)
    if states.shape[1] != int(np.prod(shape)):
        raise SpinsError(f"states of {states.shape[1]} units are no lattices of {shape}")
    sites = np.zeros((n,) + (1,) * dimension, dtype=np.intp)
    for axis, side in enumerate(shape):
        offset = generator.integers(side, size=(n, 1))
        sign = 1 - 2 * generator.integers(2, size=(n, 1))
        along = (offset + sign * np.arange(side)) % side  # (n, side)
        sites = sites * side + along.reshape(n, *(side if k == axis else 1 for k in range(dimension)))
    moved = np.take_along_axis(states, sites.reshape(n, -1), axis=1)
    if len(set(shape)) > 1:
        return moved
    axes = generator.permutation(dimension)
    return np.ascontiguousarray(moved.reshape(n, *shape).transpose(0, *(1 + axes)).reshape(n, -1))
