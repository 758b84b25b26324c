"""Dimensions from correlation functions at half the lattice, independent of the cumulants and of their slopes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spinlens import checks
from spinlens.errors import ConvergenceError, InputError
from spinlens.lattice.ising import IsingModel
from spinlens.sampling.sampler import sample
from spinlens.statistics.estimate import Estimate
from spinlens.statistics.resampling import block_means, jackknife

Array = npt.NDArray[np.float64]

_BLOCKS = 16


@dataclass(frozen=True)
class Correlators:
    """G(L/2) = ⟨s_0 s_{L/2}⟩ and the connected ⟨ε_0 ε_{L/2}⟩ of one size, along the axes.

    ε_i is the mean of s_i s_j over the neighbours j of site i ahead along each axis: an energy-like density with the
    same scaling dimension whatever the coupling.
    """

    L: int
    spin: Estimate
    energy: Estimate


@dataclass(frozen=True)
class CorrelatorCheck:
    """Δ_s and Δ_ε from G(L/2) ~ L^{−2Δ_s} and ⟨ε ε⟩ ~ L^{−2Δ_ε}, pure power laws without corrections; None: noise."""

    delta_spin: Estimate
    delta_energy: Estimate | None
    sizes: tuple[Correlators, ...]


def half_lattice(spins: npt.NDArray[np.int8], dimension: int) -> tuple[Array, Array, Array]:
    """Of states (..., *shape): s_0 s_{L/2}, ε_0 ε_{L/2} and ε, each averaged over sites and axes, (...).

    >>> ordered = half_lattice(np.ones((3, 4, 4), dtype=np.int8), 2)
    >>> [part.tolist() for part in ordered]
    [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]
    """
    axes = tuple(range(spins.ndim - dimension, spins.ndim))
    L = spins.shape[-1]
    energy = sum((spins * np.roll(spins, -1, axis)).astype(np.float32) for axis in axes) / np.float32(dimension)
    energy = np.asarray(energy, dtype=np.float32)

    def mean(values: npt.NDArray[np.float32] | npt.NDArray[np.int8]) -> Array:
        return np.asarray(np.mean(values, axis=axes, dtype=np.float64))

    spin = sum(mean(spins * np.roll(spins, L // 2, axis)) for axis in axes) / dimension
    pairs = sum(mean(energy * np.roll(energy, L // 2, axis)) for axis in axes) / dimension
    return np.asarray(spin), np.asarray(pairs), mean(energy)


def correlators(model: IsingModel, temperature: float, draws: int, seed: int = 0, workers: int = 1) -> Correlators:
    """Both correlators of one size at one temperature, from `draws` states of each of two chains, four sweeps apart."""
    if model.shape[0] % 2:
        raise InputError(f"half of L = {model.shape[0]} is no distance on the lattice: use even sizes")
    draws = checks.positive_integer("draws", draws, minimum=_BLOCKS)
    data = sample(
        model, temperature, draws, 2, seed, "swendsen-wang", keep_spins=True, workers=workers, thin=4, energy=False
    )
    parts = [half_lattice(data["spins"].values[0, chain], model.dimension) for chain in range(2)]
    series = [np.concatenate([block_means(part[k], _BLOCKS) for part in parts]) for k in range(3)]
    value, covariance = jackknife(np.stack(series, axis=1), lambda mean: np.array([mean[0], mean[1] - mean[2] ** 2]))
    errors = np.sqrt(np.diag(covariance))
    spin, energy = (Estimate(float(v), float(e)) for v, e in zip(value, errors, strict=True))
    return Correlators(model.shape[0], spin, energy)


def check_with_correlators(
    models: Sequence[IsingModel], temperature: float, draws: int = 2000, seed: int = 0, workers: int = 1
) -> CorrelatorCheck:
    """Δ_s and Δ_ε from the correlators of several sizes at T_c, to be held beside those of the cumulants.

    Cost: a sweep and a pass over the states each; the noise of ⟨ε ε⟩ grows as L^{2Δ_ε − d/2} against its value.
    """
    if len(models) < 2:
        raise InputError("a dimension needs at least two sizes")
    found = tuple(correlators(model, temperature, draws, seed, workers) for model in models)
    spin = _dimension([(one.L, one.spin) for one in found])
    if spin is None:
        raise ConvergenceError("G(L/2) is lost in noise: draw more")
    return CorrelatorCheck(spin, _dimension([(one.L, one.energy) for one in found]), found)


def _dimension(points: Sequence[tuple[int, Estimate]]) -> Estimate | None:
    """Half the slope of −ln G against ln L, by weighted least squares over the sizes where G is above two errors."""
    kept = [(math.log(L), math.log(G.value), G.error / G.value) for L, G in points if G.value > 2 * G.error]
    if len(kept) < 2:
        return None
    x, y, error = np.array(kept).T
    weight = 1 / error**2
    centre = float(weight @ x / weight.sum())
    spread = float(weight @ (x - centre) ** 2)
    return Estimate(-0.5 * float(weight @ ((x - centre) * y)) / spread, 0.5 / math.sqrt(spread))
