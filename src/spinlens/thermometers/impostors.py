"""States that are at no temperature of any lattice, to see what instruments make of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spinlens import checks, seeding
from spinlens.arrays import Spins
from spinlens.errors import SpinsError
from spinlens.machines.controls import redrawn
from spinlens.machines.gibbs import Machine


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
    one, other = _pair(cold, hot)
    middle = one.shape[1] // 2
    return np.concatenate([one[:, :middle], other[:, middle:]], axis=1)


def mixture(cold: npt.ArrayLike, hot: npt.ArrayLike) -> Spins:
    """Whole states of `cold` and of `hot` in turn, as many in all: each is in equilibrium, the ensemble is not."""
    one, other = _pair(cold, hot)
    odd = np.arange(len(one)).reshape(-1, *([1] * (one.ndim - 1))) % 2
    return np.where(odd == 1, other, one)


def redrawn_samples(
    machine: Machine, n: int, shape: tuple[int, ...], steps: int = 200, family: str = "normal", seed: int = 0
) -> Spins:
    """`n` samples (n, *shape) of a machine with weights redrawn from the distribution fitted to those of `machine`.

    Each is the end of a Gibbs chain of its own, `steps` steps from free spins; see `machines.controls.redrawn`.
    """
    return redrawn(machine, family, seed).sample(n, steps, seed).reshape(n, *shape)


def _pair(cold: npt.ArrayLike, hot: npt.ArrayLike) -> tuple[Spins, Spins]:
    one, other = _spins("cold", cold), _spins("hot", hot)
    if one.shape[1:] != other.shape[1:]:
        raise SpinsError(f"cold and hot must live on one lattice, got {one.shape[1:]} and {other.shape[1:]}")
    n = min(len(one), len(other))
    return one[:n], other[:n]


def _spins(name: str, states: npt.ArrayLike) -> Spins:
    spins = checks.spins(name, states)
    if spins.ndim < 2:
        raise SpinsError(f"{name} must have shape (n_samples, L_1, …), got {spins.shape}")
    return spins
