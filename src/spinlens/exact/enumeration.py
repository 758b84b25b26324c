"""Exact thermodynamics of small systems by summing over all states."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp

from spinlens import checks
from spinlens.arrays import Array
from spinlens.border import checked
from spinlens.errors import InputError
from spinlens.lattice.ising import IsingModel
from spinlens.statistics.cumulants import binder

LARGEST = 20  # spins whose states are summed over
_BATCH_BITS = 14


@dataclass(frozen=True)
class ExactResult:
    """Exact canonical averages of a small model at one temperature, as `exact.enumerate` gives them.

    Parameters
    ----------
    log_z : float
        ln Z of the whole lattice.
    energy : float
        ⟨E⟩/N in units of J, with the energy of the field.
    energy_squared : float
        ⟨E²⟩/N².
    specific_heat : float
        (⟨E²⟩ − ⟨E⟩²)/(N T²), per spin.
    magnetization : float
        ⟨m⟩ per spin; 0 without a field.
    abs_m : float
        ⟨|m|⟩.
    m2 : float
        ⟨m²⟩.
    m4 : float
        ⟨m⁴⟩.
    binder : float
        U4 = 1 − ⟨m⁴⟩/(3⟨m²⟩²).
    correlation : ndarray
        G(r) = ⟨s_0 s_r⟩ of every displacement, of the lattice's shape, not connected.

    Examples
    --------
    >>> from spinlens.lattice.couplings import NearestNeighbour
    >>> enumerate(IsingModel((3, 4), NearestNeighbour()), 2.5).correlation.shape
    (3, 4)
    """

    log_z: float
    energy: float
    energy_squared: float
    specific_heat: float
    magnetization: float
    abs_m: float
    m2: float
    m4: float
    binder: float
    correlation: Array


def all_states(n_spins: int, first: int = 0, count: int | None = None) -> npt.NDArray[np.int8]:
    """States number `first` … `first + count − 1` of `n_spins` spins as (count, n_spins) int8 of ±1.

    >>> all_states(2).tolist()
    [[-1, -1], [1, -1], [-1, 1], [1, 1]]
    """
    count = (1 << n_spins) - first if count is None else count
    numbers = np.arange(first, first + count, dtype=np.int64)[:, None]
    return np.asarray(2 * ((numbers >> np.arange(n_spins)) & 1) - 1, dtype=np.int8)


@checked
def enumerate(model: IsingModel, temperature: float) -> ExactResult:
    """Exact averages of a model of at most 20 spins at a finite temperature T > 0, by summing over 2^N states.

    Without a field one spin is held fixed by the ± symmetry, which every average of the result respects. Cost
    O(2^N N).

    Parameters
    ----------
    model : IsingModel
        The lattice with its coupling and field.
    temperature : float
        T > 0 in units of J/k_B, finite.

    Returns
    -------
    ExactResult
        ln Z, energy, moments of the magnetization and G(r); numbers without an error.

    Raises
    ------
    InputError
        The model has more than 20 spins: use `exact.kaufman` (squares of nearest neighbours), `exact.chain` or
        `sample`; or the temperature is 0 or infinite.

    Examples
    --------
    >>> from spinlens.lattice.couplings import NearestNeighbour
    >>> round(enumerate(IsingModel((3, 3), NearestNeighbour()), 3.0).log_z, 6)
    7.668322

    In a field, as the transfer matrix of `exact.chain` has it:

    >>> round(enumerate(IsingModel((3,), NearestNeighbour(), field=0.2), 3.0).magnetization, 6)
    0.120777
    """
    beta = 1 / checks.within("temperature", temperature, 1e-100, 1e100)
    N = model.n_sites
    if N > LARGEST:
        raise InputError(f"enumeration needs at most {LARGEST} spins, the model has {N}; use exact.kaufman or sample")
    symmetric = model.field == 0
    states = batches(N, N - 1 if symmetric else N)
    energies = np.concatenate([model.energy(batch.reshape(-1, *model.shape)) for batch in states])
    log_weights = -beta * energies
    log_sum = float(logsumexp(log_weights))
    weights = np.exp(log_weights - log_sum)
    m = np.concatenate([batch.sum(axis=1, dtype=np.float64) for batch in states]) / N
    energy, energy_squared = float(weights @ energies), float(weights @ energies**2)
    m2, m4 = float(weights @ m**2), float(weights @ m**4)
    return ExactResult(
        log_z=log_sum + (math.log(2) if symmetric else 0.0),
        energy=energy / N,
        energy_squared=energy_squared / N**2,
        specific_heat=float(weights @ (energies - energy) ** 2) * beta**2 / N,
        magnetization=0.0 if symmetric else float(weights @ m),
        abs_m=float(weights @ np.abs(m)),
        m2=m2,
        m4=m4,
        binder=binder(m2, m4),
        correlation=_correlation(model, states, weights),
    )


def batches(n_spins: int, free: int) -> list[npt.NDArray[np.int8]]:
    """All states in which the first `free` spins take both values and the others are down, in batches."""
    total, size = 1 << free, 1 << _BATCH_BITS
    return [all_states(n_spins, first, min(size, total - first)) for first in range(0, total, size)]


def _correlation(model: IsingModel, states: list[npt.NDArray[np.int8]], weights: Array) -> Array:
    axes = tuple(range(1, model.dimension + 1))
    power, done = np.zeros(model.shape), 0
    for batch in states:
        modes = np.fft.fftn(batch.reshape(-1, *model.shape), axes=axes)
        share = weights[done : done + len(batch)]
        power += np.tensordot(share, np.abs(modes) ** 2, axes=(0, 0))
        done += len(batch)
    return np.asarray(np.fft.ifftn(power).real / model.n_sites)
