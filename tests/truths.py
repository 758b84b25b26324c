"""Exact distributions of small systems by brute force, and processes in closed form: what tests compare with.

states, p = boltzmann(IsingModel((3, 3), NearestNeighbour()), 2.5)
p @ states.mean(axis=(1, 2)) ** 2  # ⟨m²⟩
"""

from __future__ import annotations

import numpy as np

from spinlens import RBM, IsingModel
from spinlens.exact.enumeration import all_states

__all__ = [
    "all_states", "autoregressive", "boltzmann", "chi_squared", "drawn", "machine_distribution", "normalised",
    "numbers", "second_moment_xi", "smoothed_noise",
]  # fmt: skip


def normalised(log_weights: np.ndarray) -> np.ndarray:
    """Probabilities (n,) ∝ e^{log_weights}."""
    weights = np.exp(log_weights - np.max(log_weights))
    return weights / weights.sum()


def boltzmann(model: IsingModel, temperature: float) -> tuple[np.ndarray, np.ndarray]:
    """All states (2^N, *shape) of ±1 and their probabilities (2^N,)."""
    states = all_states(model.n_sites).reshape(-1, *model.shape)
    return states, normalised(-model.energy(states) / temperature)


def drawn(model: IsingModel, temperature: float, n: int, seed: int) -> np.ndarray:
    """`n` independent states (n, *shape)."""
    states, p = boltzmann(model, temperature)
    return states[np.random.default_rng(seed).choice(len(states), n, p=p)]


def numbers(states: np.ndarray) -> np.ndarray:
    """Places of flat states (..., N) in `all_states`."""
    return (np.asarray(states) > 0) @ (1 << np.arange(np.shape(states)[-1]))


def machine_distribution(machine: RBM) -> tuple[np.ndarray, np.ndarray]:
    """All visible states (2^n, n) of ±1 of a machine and their probabilities p(v) (2^n,), by its free energies."""
    states = all_states(machine.n_visible)
    return states, normalised(-machine.free_energy(states))


def chi_squared(states: np.ndarray, p: np.ndarray, least: float = 0.0) -> tuple[float, float]:
    """χ² of flat states under p, and what it is for independent ones, in standard deviations: (excess, degrees).

    Only states that are expected more than `least` times are counted, which a normal distribution needs for few.
    """
    expected = len(states) * p
    chosen = expected > least
    counts = np.bincount(numbers(states), minlength=len(p))
    degrees = int(chosen.sum()) - (not least)
    found = float(((counts - expected)[chosen] ** 2 / expected[chosen]).sum())
    return (found - degrees) / np.sqrt(2 * degrees), degrees


def second_moment_xi(correlation: np.ndarray, power: float = 2.0) -> float:
    """ξ of a square lattice from G(r) (L, L): (S(0)/S(k) − 1)^{1/power} / (2 sin(k/2)) at k = 2π/L along one axis.

    `power` is that of k in 1/S(k): 2, or σ of a power law below 2.
    """
    L = len(correlation)
    mode = float((correlation * np.cos(2 * np.pi / L * np.arange(L))[:, None]).sum())
    return (correlation.sum() / mode - 1) ** (1 / power) / (2 * np.sin(np.pi / L))


def autoregressive(phi: float, shape: tuple[int, ...], seed: int) -> np.ndarray:
    """AR(1) series along the last axis, of mean 0 and unit variance; τ_int = ½ (1 + φ) / (1 − φ)."""
    noise = np.random.default_rng(seed).normal(size=shape)
    noise[..., 1:] *= np.sqrt(1 - phi**2)
    series = np.empty(shape)
    series[..., 0] = noise[..., 0]
    for t in range(1, shape[-1]):
        series[..., t] = phi * series[..., t - 1] + noise[..., t]
    return series


def smoothed_noise(n: int, L: int, seed: int = 0) -> np.ndarray:
    """Independent states (n, L, L) with correlations between neighbours: signs of smoothed noise."""
    noise = np.random.default_rng(seed).normal(size=(n, L, L))
    smooth = noise + 0.7 * (np.roll(noise, 1, axis=1) + np.roll(noise, 1, axis=2))
    return np.where(smooth > 0, 1, -1).astype(np.int8)
