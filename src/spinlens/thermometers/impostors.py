"""States that are at no temperature of any lattice, to see what instruments make of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spinlens import checks, seeding
from spinlens.arrays import Spins
from spinlens.errors import SpinsError


def shuffled(states: npt.ArrayLike, seed: int = 0) -> Spins:
    """Every state with its spins in random places: the same m, no geometry. `states` (n_samples, *shape) of ±1.

    >>> shuffled(np.tile([[1, 1, -1, -1]], (3, 1))).sum(axis=1).tolist()
    [0, 0, 0]
    """
    spins = _spins("states", states)
    generator = seeding.generator(checks.seed(seed), "made-up states", "shuffled")
    return np.asarray(generator.permuted(spins.reshape(len(spins), -1), axis=1).reshape(spins.shape))


def halves(cold: npt.ArrayLike, hot: npt.ArrayLike) -> Spins:
    """States of which one half, along the first axis, comes from `cold` and the other from `hot`: (n_samples, *shape).

    >>> halves([[1, 1, 1, 1]], [[-1, 1, -1, 1]]).tolist()
    [[1, 1, -1, 1]]
    """
    one, other = _spins("cold", cold), _spins("hot", hot)
    if one.shape[1:] != other.shape[1:]:
        raise SpinsError(f"cold and hot must live on one lattice, got {one.shape[1:]} and {other.shape[1:]}")
    n = min(len(one), len(other))
    middle = one.shape[1] // 2
    return np.concatenate([one[:n, :middle], other[:n, middle:]], axis=1)


def _spins(name: str, states: npt.ArrayLike) -> Spins:
    spins = checks.spins(name, states)
    if spins.ndim < 2:
        raise SpinsError(f"{name} must have shape (n_samples, L_1, …), got {spins.shape}")
    return spins
