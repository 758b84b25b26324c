"""Controls: machines and data that cannot know the geometry of a lattice, but look alike to careless eyes."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special, stats

from spinlens import checks, seeding
from spinlens.arrays import Spins
from spinlens.errors import InputError
from spinlens.machines.parameters import Layer
from spinlens.machines.rbm import RBM


def redrawn(machine: Layer, family: str = "normal", seed: int = 0) -> RBM:
    """A machine whose weights are independent draws from the distribution fitted to those of `machine`.

    Parameters
    ----------
    family : "normal" (mean and standard deviation), "student" (Student's t by maximum likelihood, for heavy tails) or
        "shuffled" (the very same weights in random places). Biases are kept.

    Examples
    --------
    >>> W = np.array([[0.5, -0.1], [0.2, 0.0]])
    >>> np.sort(redrawn(RBM.from_weights(W), "shuffled").weights_.ravel()).tolist()
    [-0.1, 0.0, 0.2, 0.5]
    """
    checks.choice("family", family, ("normal", "student", "shuffled"))
    generator = seeding.generator(checks.seed(seed), "rbm", "redrawn", family)
    weights: Any = np.asarray(machine.weights_)
    flat = weights.ravel().astype(np.float64)
    if family == "shuffled":
        drawn = generator.permutation(flat)
    elif family == "normal":
        drawn = generator.normal(flat.mean(), flat.std(), flat.size)
    else:
        drawn = stats.t(*stats.t.fit(flat)).rvs(flat.size, random_state=generator)
    new = np.asarray(drawn).reshape(weights.shape).astype(weights.dtype)
    return RBM.from_weights(new, machine.visible_bias_, machine.hidden_bias_)


def extreme_states(n: int, n_sites: int, seed: int = 0) -> Spins:
    """`n` states (n, n_sites), half at T = 0 (all up or all down) and half at T = ∞ (free spins), shuffled.

    They know the magnetization and nothing of the lattice: any ordering of the sites would do.
    """
    generator = seeding.generator(checks.seed(seed), "rbm", "extreme states")
    shape = (checks.positive_integer("n", n), checks.positive_integer("n_sites", n_sites))
    states = np.where(generator.random(shape) < 0.5, 1, -1).astype(np.int8)
    cold = generator.permutation(shape[0])[: shape[0] // 2]
    states[cold] = states[cold, :1]
    return states


def mean_field_states(n: int, n_sites: int, reduced_coupling: float, seed: int = 0) -> Spins:
    """`n` independent states (n, n_sites) of the mean-field (Curie–Weiss) model, drawn exactly.

    p(s) ∝ exp(K M² / (2 N)), M = Σ s, so that all pairs have the coupling K / N; critical at K = 1.

    Examples
    --------
    >>> states = mean_field_states(5, 8, 50.0)
    >>> bool(np.all(np.abs(states.sum(axis=1)) == 8))
    True
    """
    generator = seeding.generator(checks.seed(seed), "rbm", "mean-field states")
    checks.positive_integer("n", n)
    checks.positive_integer("n_sites", n_sites)
    if not np.isfinite(reduced_coupling):
        raise InputError(f"reduced_coupling must be a finite number, got {reduced_coupling!r}")
    up = np.arange(n_sites + 1)
    log_p = -special.gammaln(up + 1) - special.gammaln(n_sites - up + 1)
    log_p = log_p + reduced_coupling * (2 * up - n_sites) ** 2 / (2 * n_sites)
    p = np.exp(log_p - log_p.max())
    count = generator.choice(up, size=n, p=p / p.sum())
    rank = np.argsort(np.argsort(generator.random((n, n_sites)), axis=1), axis=1)
    return np.where(rank < count[:, None], 1, -1).astype(np.int8)
