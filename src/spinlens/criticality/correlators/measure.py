"""Dimensions from correlation functions at half the lattice, independent of the cumulants and of their slopes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spinlens import checks
from spinlens.arrays import Array
from spinlens.criticality.correlators.fit import Dimension, fit_dimension
from spinlens.criticality.reweighting.size_curves import blocks_for
from spinlens.criticality.universality import Regime, correction_exponents, higher_corrections, reference
from spinlens.errors import ConvergenceError, InputError
from spinlens.lattice.ising import IsingModel
from spinlens.sampling.sampler import sample
from spinlens.statistics.autocorrelation import integrated_time
from spinlens.statistics.estimate import Estimate
from spinlens.statistics.resampling import estimate_of_rows
from spinlens.statistics.reweighting import Histograms

FEWEST = 16
"""Draws that a correlator needs."""

_CHAINS, _THIN = 2, 4
_AWAY = 0.7  # distance of the outer temperatures, in standard deviations of the number of frozen bonds
_SEEN = 3.0  # a correlator below so many errors is hidden by noise


@dataclass(frozen=True)
class Correlators:
    """G(L/2) = ⟨s_0 s_{L/2}⟩ and the connected ⟨ε_0 ε_{L/2}⟩ of one size, along the axes.

    ε_i is the mean of s_i s_j over the neighbours j of site i ahead along each axis: an energy-like density with the
    same scaling dimension whatever the coupling. `spin_slope` and `energy_slope` are derivatives of the logarithms of
    both with respect to T.
    """

    L: int
    spin: Estimate
    energy: Estimate
    spin_slope: float
    energy_slope: float


@dataclass(frozen=True)
class CorrelatorCheck:
    """Δ_s and Δ_ε from G(L/2) ~ L^{−2Δ_s} and ⟨ε ε⟩ ~ L^{−2Δ_ε}, with corrections L^{−p}; None: hidden by noise."""

    spin: Dimension
    energy: Dimension | None
    temperature: Estimate
    exponents: tuple[float, ...]
    sizes: tuple[Correlators, ...]

    @property
    def delta_spin(self) -> Estimate:
        """Δ_s with all of its error."""
        return self.spin.value

    @property
    def delta_energy(self) -> Estimate | None:
        """Δ_ε with all of its error; None where fewer than two sizes stand out of the noise."""
        return None if self.energy is None else self.energy.value


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
    """Both correlators of one size at one temperature, with their slopes.

    `draws` states of each of two chains, four sweeps apart, are taken at T and at two temperatures beside it, and all
    are reweighted to T in the number of frozen bonds. Memory: the states of one temperature.
    """
    if model.shape[0] % 2:
        raise InputError(f"half of L = {model.shape[0]} is no distance on the lattice: use even sizes")
    draws, T = (
        checks.positive_integer("draws", draws, minimum=FEWEST),
        checks.positive_number("temperature", temperature),
    )
    runs = [_run(model, T, draws, seed, workers)]
    step = _AWAY / (float(runs[0][0].std()) + 1e-12)
    fugacity = model.coupling.fugacity
    theta = fugacity.log(T) + step * np.array([0, -1, 1])
    runs += [_run(model, float(fugacity.temperature(at)), draws, seed, workers) for at in theta[1:]]
    bonds, *series = np.stack(runs, axis=1)  # (temperature, chain, draw) each
    times = [integrated_time(run).value for run in series[0]]
    table = Histograms.from_runs(theta, bonds, series, blocks_for(draws, _CHAINS), times)
    (spin, pairs, mean), (spin_slope, pairs_slope, mean_slope) = table.full.samples(theta[0])
    energy, energy_slope = pairs - mean**2, pairs_slope - 2 * mean * mean_slope
    per_degree = -fugacity.slopes(T)[0] / T**2  # dθ/dT
    with np.errstate(divide="ignore", invalid="ignore"):  # noise around zero has no logarithm
        slopes = [
            per_degree * float(slope[0] / rows[0]) for slope, rows in ((spin_slope, spin), (energy_slope, energy))
        ]
    first, second = (estimate_of_rows(rows) for rows in (spin, energy))
    return Correlators(model.shape[0], first, second, *slopes)


def _run(model: IsingModel, temperature: float, draws: int, seed: int, workers: int) -> tuple[Array, ...]:
    """Frozen bonds and the three numbers of `half_lattice` of every draw, each (chains, draws)."""
    data = sample(
        model, temperature, draws, _CHAINS, seed, "swendsen-wang", keep_spins=True, workers=workers, thin=_THIN,
        energy=False,
    )  # fmt: skip
    parts = [half_lattice(states, model.dimension) for states in data["spins"].values[0]]
    return data["bonds"].values[0], *(np.stack(part) for part in zip(*parts, strict=True))


def check_with_correlators(
    models: Sequence[IsingModel],
    temperature: Estimate | float,
    draws: int = 2000,
    seed: int = 0,
    workers: int = 1,
    regime: Regime | None = None,
) -> CorrelatorCheck:
    """Δ_s and Δ_ε from the correlators of several sizes at T_c, to be held beside those of the cumulants.

    Parameters
    ----------
    models : one coupling at two or more even sizes.
    temperature : T_c; its error moves all sizes together, each by its slope. A plain number is taken as exact.
    draws : states per chain and temperature, see `correlators`.
    regime : universality class whose corrections to scaling are fitted; None takes the one that theory expects.

    Cost: three times two chains of four sweeps and a pass over the states a draw; the noise of ⟨ε ε⟩ grows as
    L^{2Δ_ε − d/2} against its value.
    """
    if len(models) < 2:
        raise InputError("a dimension needs at least two sizes")
    T_c = temperature if isinstance(temperature, Estimate) else Estimate(float(temperature), 0.0)
    found = tuple(correlators(model, T_c.value, draws, seed, workers) for model in models)
    exponents = exponents_of(models[0], regime)
    spin = _dimension([(one.L, one.spin, one.spin_slope) for one in found], T_c.error, exponents)
    if spin is None:
        raise ConvergenceError("G(L/2) is lost in noise: draw more")
    energy = _dimension([(one.L, one.energy, one.energy_slope) for one in found], T_c.error, exponents)
    return CorrelatorCheck(spin, energy, T_c, exponents, found)


def exponents_of(model: IsingModel, regime: Regime | None = None) -> tuple[float, ...]:
    """Exponents of the corrections to scaling that are fitted: those a class has, and the slowest that is possible.

    >>> from spinlens.lattice.couplings import NearestNeighbour
    >>> exponents_of(IsingModel((8, 8), NearestNeighbour()))
    (1.75, 2.0, 3.0)
    """
    coupling, d = model.coupling, model.dimension
    known = higher_corrections(regime or reference(coupling, d).regime, coupling, d)
    return tuple(sorted({*known, correction_exponents(coupling, d, regime)[0]}))


def _dimension(
    points: Sequence[tuple[int, Estimate, float]], T_error: float, exponents: Sequence[float]
) -> Dimension | None:
    """Fit to the sizes where the correlator is above three errors; None where there are fewer than two."""
    kept = [(L, G, slope) for L, G, slope in points if G.value > _SEEN * G.error]
    if len(kept) < 2:
        return None
    return fit_dimension(
        [L for L, _, _ in kept], [math.log(G.value) for _, G, _ in kept], [G.error / G.value for _, G, _ in kept],
        exponents, [slope * T_error for _, _, slope in kept],
    )  # fmt: skip
