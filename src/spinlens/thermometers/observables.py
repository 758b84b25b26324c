"""At which distances and wave numbers instruments look, and what the observables of the joint test are called."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt

from spinlens.lattice.ising import IsingModel

_LONGEST = 3  # wave numbers 1 … 3 along the axes, and the diagonal of the first


def distances(shape: tuple[int, ...]) -> npt.NDArray[np.int_]:
    """r = 1 … L/2 of the shortest side: all to 6, then 3/2 apart (8, 12, 16, 24, …), since far ones say the same."""
    reach = min(shape) // 2
    far = itertools.chain.from_iterable((8 << k, 12 << k) for k in range(24))
    chosen = [r for r in itertools.chain(range(1, 7), itertools.takewhile(lambda r: r <= reach, far)) if r <= reach]
    return np.array(sorted({*chosen, reach}))


def waves(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Wave numbers along the axes: 1, 2, 3 as far as they lie below the edge of the zone."""
    return tuple(k for k in range(1, _LONGEST + 1) if 2 * k < min(shape))


def joint_names(model: IsingModel) -> tuple[str, ...]:
    """Names of the observables of the equilibrium test, `Ensemble.joint`."""
    shape = model.shape
    spins = (f"G({r})" for r in distances(shape))
    diagonal = ("S(1,1)",) if model.dimension > 1 else ()
    return ("energy", "|m|", "energy²", "m²", *spins, *(f"S({k})" for k in waves(shape)), *diagonal)
