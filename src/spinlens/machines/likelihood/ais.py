"""Annealed importance sampling between free units and a machine, in either direction."""

from __future__ import annotations

import numpy as np

from spinlens import seeding
from spinlens.arrays import Array, Single
from spinlens.machines import gibbs
from spinlens.machines.gibbs import Sampler, log_two_cosh
from spinlens.machines.parameters import Layer
from spinlens.statistics.estimate import Estimate


def forward(machine: Layer, runs: int, betas: int, seed: int) -> Estimate:
    """ln Z from annealing free units into the machine; ⟨Ẑ⟩ = Z, so ln Ẑ errs downward when `betas` is too small."""
    generator = seeding.generator(seed, "ais")
    sampler = gibbs.sampler(machine)
    start = gibbs.draw(np.tile(sampler.visible_bias_, (runs, 1)), gibbs.make_lanes(generator))
    log_ratio = _log_mean(_anneal(sampler, start, np.linspace(0, 1, betas + 1), generator))
    return Estimate(free_log_z(machine) + log_ratio.value, log_ratio.error)


def backward(machine: Layer, runs: int, betas: int, seed: int, equilibration: int = 1000) -> Estimate:
    """ln Z from annealing states of the machine into free units; errs upward, and so brackets ln Z with `forward`.

    The states are the machine's own after `equilibration` Gibbs steps, which must be well above its τ_int.
    """
    generator = seeding.generator(seed, "reverse-ais")
    sampler = gibbs.sampler(machine)
    n_visible, n_hidden = machine.weights_.shape
    state = gibbs.random_states(runs, n_visible, generator)
    sampler.step(state, np.empty((runs, n_hidden), np.float32), gibbs.make_lanes(generator), equilibration)
    log_ratio = _log_mean(_anneal(sampler, state, np.linspace(1, 0, betas + 1), generator))
    return Estimate(free_log_z(machine) - log_ratio.value, log_ratio.error)


def free_log_z(machine: Layer) -> float:
    """ln Z at β = 0: hidden units free, visible units in their biases."""
    visible = log_two_cosh(np.asarray(machine.visible_bias_, dtype=np.float64)).sum()
    return float(machine.weights_.shape[1] * np.log(2.0) + visible)


def _anneal(sampler: Sampler, visible: Single, path: Array, generator: np.random.Generator) -> Array:
    """Log-weights (runs,) along f_β(v) = e^{b·v} Π_a 2cosh(β θ_a), β on `path`; moves `visible`."""
    lanes = gibbs.make_lanes(generator)
    hidden = np.empty((len(visible), sampler.weights_.shape[1]), np.float32)
    log_weight = np.zeros(len(visible))
    for beta, following in zip(path[:-1], path[1:], strict=True):
        theta = sampler.hidden_field(visible, out=hidden)
        log_weight += _log_cosh_sum(theta, following) - _log_cosh_sum(theta, beta)
        sampler.tempered_step(theta, visible, lanes, np.float32(following))
    return log_weight


def _log_cosh_sum(theta: Single, beta: float) -> Array:
    """Σ_a ln(2 cosh βθ_a) for each row."""
    return np.asarray(log_two_cosh(np.float32(beta) * theta).sum(axis=1, dtype=np.float64))


def _log_mean(log_weight: Array) -> Estimate:
    """Log of the mean weight, with its standard error by error propagation."""
    top = log_weight.max()
    weight = np.exp(log_weight - top)
    mean = float(weight.mean())
    return Estimate(float(top + np.log(mean)), float(weight.std(ddof=1) / np.sqrt(len(weight)) / mean))
