"""What finite-size scaling reads in states of a lattice: ⟨m²⟩, U4, ξ/L, energy, Δ_s; and how each moves with T."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from spinlens.arrays import Array, Spins
from spinlens.lattice.correlation import axis_correlation, second_moment_length, structure_factor
from spinlens.lattice.ising import IsingModel
from spinlens.statistics.estimate import Estimate
from spinlens.statistics.resampling import estimate_where_defined, jackknife_error

OBSERVABLES = ("m2", "binder", "xi", "energy", "delta_spin")
SLOW = (0, 2, 3)
"""Columns that a chain may be slow in: m², the longest wave, the energy."""

_STEP = 1e-4  # of ln T, by which derivatives are taken


@dataclass(frozen=True)
class FiniteSizeReading:
    """Observables of one ensemble; an entry is None where it is undefined, as ln of a correlation below 0.

    Attributes
    ----------
    m2 : Estimate
        ⟨m²⟩.
    binder : Estimate
        U4 = 1 − ⟨m⁴⟩ / (3 ⟨m²⟩²).
    xi : Estimate
        Second-moment ξ/L of the longest waves along the axes.
    energy : Estimate
        ⟨H⟩/N of the lattice in units of J, whatever the states are those of.
    delta_spin : Estimate or None
        Δ_s between L/16 (at least 1) and twice that, as in `effective_dimensions`.
    """

    m2: Estimate | None
    binder: Estimate | None
    xi: Estimate | None
    energy: Estimate | None
    delta_spin: Estimate | None


def columns(states: Spins, model: IsingModel) -> Array:
    """m², m⁴, S(2π/L), H/N and G at the two distances of Δ_s of each state (n, *shape), (n, 6)."""
    near = max(1, min(model.shape) // 16)
    waves = structure_factor(states)[:, :2]
    m2 = waves[:, 0] / model.n_sites
    pairs = axis_correlation(states)[:, [near, min(2 * near, min(model.shape) // 2)]]
    return np.column_stack([m2, m2**2, waves[:, 1], model.energy(states) / model.n_sites, pairs])


def reading(blocks: Array, model: IsingModel) -> FiniteSizeReading:
    """Observables with their jackknife errors from means of `columns` over independent blocks, (n_blocks, 6)."""
    total = _functions(blocks.mean(axis=0), model)
    n = len(blocks)
    replicas = _functions((blocks.sum(axis=0) - blocks) / (n - 1), model)
    found = [estimate_where_defined(float(total[k]), replicas[:, k]) for k in range(len(OBSERVABLES))]
    ln_m2 = found[0]
    if ln_m2 is not None:
        found[0] = Estimate(math.exp(ln_m2.value), float(jackknife_error(np.exp(replicas[:, 0]))))
    return FiniteSizeReading(*found)


def slopes(rows: Array, model: IsingModel, temperature: float) -> dict[str, float]:
    """d/d ln T of ln ⟨m²⟩ and the other observables, from columns (n, 6) of states of the lattice at T.

    d⟨O⟩/d ln T = cov(O, H) / T, and the rest is the chain rule.
    """
    energy = rows[:, 3] * model.n_sites
    means = rows.mean(axis=0)
    moved = (rows * (energy - energy.mean())[:, None]).mean(axis=0) / temperature
    up, down = (_functions(means + sign * _STEP * moved, model) for sign in (1, -1))
    return dict(zip(OBSERVABLES, ((up - down) / (2 * _STEP)).tolist(), strict=True))


def _functions(means: Array, model: IsingModel) -> Array:
    """ln ⟨m²⟩, U4, ξ/L, energy, Δ_s of means (..., 6)."""
    m2, m4, wave, energy, near, far = np.moveaxis(means, -1, 0)
    side = min(model.shape)
    ratio = m2 * model.n_sites / np.where(wave > 0, wave, np.nan)
    positive = (near > 0) & (far > 0)
    decay = np.where(positive, far, np.nan) / np.where(positive, near, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [
            np.log(m2), 1 - m4 / (3 * m2**2), second_moment_length(ratio, side) / side, energy, -0.5 * np.log2(decay),
        ]  # fmt: skip
    return np.stack(parts, axis=-1)
