"""What instruments look at: G(r) along the axes at few distances, S(k) of long waves, and all observables jointly."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt

from spinlens.arrays import Array, Fields
from spinlens.lattice.correlation import axis_correlation, structure_factor
from spinlens.lattice.ising import IsingModel

_LONGEST = 3  # wave numbers 1 … 3 along the axes, and the diagonal of the first


def distances(shape: tuple[int, ...]) -> npt.NDArray[np.int_]:
    """r = 1 … L/2 of the shortest side: all to 6, then 3/2 apart (8, 12, 16, 24, …), since far ones say the same."""
    reach = min(shape) // 2
    far = itertools.chain.from_iterable((8 << k, 12 << k) for k in range(24))
    chosen = [r for r in itertools.chain(range(1, 7), itertools.takewhile(lambda r: r <= reach, far)) if r <= reach]
    return np.array(sorted({*chosen, reach}))


def pair_correlation(states: Fields) -> Array:
    """G(r) of each state at `distances`: (n, *shape) → (n, R), averaged over sites and axes."""
    return axis_correlation(states)[:, distances(states.shape[1:])]


def waves(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Wave numbers along the axes: 1, 2, 3 as far as they lie below the edge of the zone."""
    return tuple(k for k in range(1, _LONGEST + 1) if 2 * k < min(shape))


def joint_names(model: IsingModel) -> tuple[str, ...]:
    """Names of the observables of `joint_observables`."""
    shape = model.shape
    spins = (f"G({r})" for r in distances(shape))
    diagonal = ("S(1,1)",) if model.dimension > 1 else ()
    return ("energy", "|m|", "energy²", "m²", *spins, *(f"S({k})" for k in waves(shape)), *diagonal)


def joint_observables(model: IsingModel, states: Fields) -> Array:
    """(n, F) observables of each state in the order of `joint_names`."""
    energy = model.energy(states) / model.n_sites
    magnetization = states.mean(axis=tuple(range(1, states.ndim)), dtype=np.float64)
    columns = (energy, np.abs(magnetization), energy**2, magnetization**2)
    return np.column_stack([*columns, pair_correlation(states), structure_factor(states, waves(model.shape))[:, 1:]])
