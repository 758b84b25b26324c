"""How probable a machine finds data: free energy, log Z exactly or by annealed importance sampling (AIS)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from spinlens import checks
from spinlens.arrays import Array
from spinlens.border import checked
from spinlens.errors import InputError
from spinlens.files.held import Held
from spinlens.machines.files.packed import unpacked_states
from spinlens.machines.likelihood import ais
from spinlens.machines.units.gibbs import log_two_cosh
from spinlens.machines.units.parameters import Layer
from spinlens.progress import Progress, telling
from spinlens.statistics.estimate import Estimate

Method = Literal["auto", "exact", "ais", "reverse-ais", "bracket"]
METHODS: tuple[Method, ...] = ("auto", "exact", "ais", "reverse-ais", "bracket")
LARGEST_ENUMERATION = 24
_BLOCK_BITS = 12  # 4096 states at once
_LARGEST_FIELDS = 2**22  # θ held at once, 32 MB


@dataclass(frozen=True)
class MachineMoments:
    """ln Z and the exact means of a machine: ⟨v_i h_a⟩ (n_visible, n_hidden), ⟨v_i⟩ and ⟨h_a⟩."""

    log_z: float
    visible_hidden: Array
    visible: Array
    hidden: Array


def free_energy(machine: Layer, visible: Held) -> Array:
    """F(v) = −Σ b_i v_i − Σ_a ln 2cosh(c_a + Σ_i v_i W_ia), so that p(v) = e^{−F(v)} / Z; (n_samples,).

    Fields are made of some states at a time: an exact power-law machine has N²/2 of them for each.
    """
    checks.machine("machine", machine)
    states = np.asarray(checks.units("states", visible), dtype=np.float64)
    weights, bias = (np.asarray(part, np.float64) for part in (machine.weights_, machine.visible_bias_))
    rows = max(1, _LARGEST_FIELDS // weights.shape[1])
    found = np.empty(len(states))
    for first in range(0, len(states), rows):
        part = slice(first, first + rows)
        field = states[part] @ weights + machine.hidden_bias_  # θ, (rows, n_hidden)
        found[part] = -states[part] @ bias - log_two_cosh(field).sum(axis=-1)
    return found


def exact_moments(machine: Layer) -> MachineMoments:
    """ln Z and all first moments by summing over every state of the smaller side.

    Cost O(2^m · n) for sides m ≤ n; refused when m exceeds 24.
    """
    checks.machine("machine", machine)
    weights = np.asarray(machine.weights_, dtype=np.float64)
    bias, hidden_bias = np.asarray(machine.visible_bias_, np.float64), np.asarray(machine.hidden_bias_, np.float64)
    turned = weights.shape[0] < weights.shape[1]
    if turned:  # the side that is enumerated is always called "small"
        weights, bias, hidden_bias = weights.T, hidden_bias, bias
    n_small = weights.shape[1]
    if n_small > LARGEST_ENUMERATION:
        raise InputError(
            f"the smaller side has {n_small} units: exact sums stop at {LARGEST_ENUMERATION}; use method='ais'"
        )
    top, total = -np.inf, 0.0
    both, large, small = np.zeros_like(weights), np.zeros(len(weights)), np.zeros(n_small)
    for states in _all_states(n_small):
        field = states @ weights.T + bias
        log_p = states @ hidden_bias + log_two_cosh(field).sum(axis=1)
        new_top = max(top, float(log_p.max()))
        p, shrink = np.exp(log_p - new_top), np.exp(top - new_top)
        mean = np.tanh(field) * p[:, None]
        total = total * shrink + p.sum()
        both = both * shrink + mean.T @ states
        large = large * shrink + mean.sum(axis=0)
        small = small * shrink + p @ states
        top = new_top
    both, large, small = both / total, large / total, small / total
    log_z = float(top + np.log(total))
    return MachineMoments(log_z, both.T, small, large) if turned else MachineMoments(log_z, both, large, small)


def _all_states(n_units: int) -> Iterator[Array]:
    """Every state of `n_units` units, in blocks (≤ 4096, n_units) of ±1."""
    low = min(n_units, _BLOCK_BITS)
    for high in range(2 ** (n_units - low)):
        index = np.arange(2**low) + (high << low)
        yield np.where((index[:, None] >> np.arange(n_units)) & 1, 1.0, -1.0)


def log_z(
    machine: Layer,
    method: Method = "auto",
    *,
    states: Held | None = None,
    runs: int = 200,
    betas: int = 1000,
    seed: int = 0,
    progress: Progress = None,
) -> Estimate:
    """ln Z = ln Σ_{v,h} e^{−E(v,h)} of a machine, see `Distribution.log_z`."""
    checks.choice("method", method, METHODS)
    small = min(machine.weights_.shape)
    if method == "exact" or (method == "auto" and small <= 16):
        return Estimate(exact_moments(machine).log_z, 0.0)
    seed = checks.seed(seed)
    checks.positive_integer("runs", runs, minimum=2)
    checks.positive_integer("betas", betas)
    with telling(progress) as tell:
        if method == "reverse-ais":
            return ais.backward(machine, runs, betas, seed, states, tell=tell)
        if method == "bracket":
            return ais.bracket(machine, runs, betas, seed, states, tell).value
        return ais.forward(machine, runs, betas, seed, tell=tell)


def log_likelihood(
    machine: Layer,
    visible: Held,
    method: Method = "auto",
    *,
    runs: int = 200,
    betas: int = 1000,
    seed: int = 0,
    progress: Progress = None,
) -> Estimate:
    """⟨ln p(v)⟩ = −⟨F(v)⟩ − ln Z of `visible` (n_samples, n_visible), see `Distribution.log_likelihood`."""
    normalisation = log_z(machine, method, states=visible, runs=runs, betas=betas, seed=seed, progress=progress)
    return Estimate(-float(free_energy(machine, visible).mean()) - normalisation.value, normalisation.error)


@checked
def pseudo_log_likelihood(machine: Layer, visible: Held) -> Array:
    """Σ_i ln p(v_i | all other v) of each state: exact, without ln Z.

    ln p(v_i | rest) = −ln(1 + e^{F(v) − F(v with v_i flipped)}) [Besag1975]_. It is no bound on the likelihood: use it
    to compare machines, not against an entropy.

    Parameters
    ----------
    machine : RBM
        The machine.
    visible : array_like
        States (n_samples, n_visible) of ±1.

    Returns
    -------
    ndarray of float64
        (n_samples,), in nats a state.

    Notes
    -----
    Cost O(n_samples · n_visible · n_hidden).

    References
    ----------
    .. [Besag1975] Besag, The Statistician 24, 179 (1975).

    Examples
    --------
    Three free spins.

    >>> from spinlens import RBM
    >>> found = pseudo_log_likelihood(RBM.from_weights(np.zeros((3, 1))), [[1, 1, -1]])
    >>> float(found[0] / np.log(2))
    -3.0
    """
    checks.machine("machine", machine)
    states = unpacked_states(visible, len(machine.weights_), "states").astype(np.float64)
    weights, bias = np.asarray(machine.weights_, np.float64), np.asarray(machine.visible_bias_, np.float64)
    field = states @ weights + machine.hidden_bias_
    here = log_two_cosh(field).sum(axis=1)
    total = np.zeros(len(states))
    for i in range(len(weights)):
        flipped = log_two_cosh(field - 2 * np.multiply.outer(states[:, i], weights[i])).sum(axis=1)
        total -= np.logaddexp(0.0, flipped - here - 2 * bias[i] * states[:, i])
    return total
