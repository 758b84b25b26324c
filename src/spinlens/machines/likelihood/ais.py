"""Annealed importance sampling between free units and a machine, in either direction, and what the two make of ln Z.

One direction alone cannot be trusted at criticality: its weights have a tail that few annealings see, so that the error
of their mean comes out too small. Forward annealing errs downward, annealing of the machine's own states upward.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from spinlens import seeding
from spinlens.arrays import Array, Single
from spinlens.errors import ConvergenceError
from spinlens.files.held import Held
from spinlens.machines.likelihood.gibbs_time import equilibrate
from spinlens.machines.units import gibbs
from spinlens.machines.units.gibbs import Sampler, log_two_cosh
from spinlens.machines.units.parameters import Layer
from spinlens.progress import Parts, Tell, counted, silent
from spinlens.statistics.acceptance_ratio import acceptance_ratio, effective_number
from spinlens.statistics.estimate import Estimate
from spinlens.statistics.resampling import jackknife_error

LEAST_EFFECTIVE = 20.0
"""Effective number of weights below which their mean says nothing."""

_BLOCKS = 20


@dataclass(frozen=True)
class Bracket:
    """ln Z from both sides.

    Attributes
    ----------
    value : Estimate
        By the ratio of acceptances [Bennett1976]_ from the weights of both directions; its error holds the width of the
        bracket where that is larger than the statistical error.
    forward, reverse : Estimate
        From annealing free units up, which errs downward, and from annealing states of the machine down, which errs
        upward; errors are those of the mean weight.
    effective : tuple of float
        Effective numbers of weights of the two.
    tau : Estimate
        τ_int of |m| of the machine's chain, in Gibbs steps.
    """

    value: Estimate
    forward: Estimate
    reverse: Estimate
    effective: tuple[float, float]
    tau: Estimate


def forward(
    machine: Layer, runs: int, betas: int, seed: int, least: float = LEAST_EFFECTIVE, tell: Tell = silent
) -> Estimate:
    """ln Z from annealing free units into the machine; ⟨Ẑ⟩ = Z, so ln Ẑ errs downward when `betas` is too small.

    Raises `ConvergenceError` where fewer than `least` of the weights count.
    """
    weights = _forward_weights(machine, runs, betas, seed, tell)
    _require_effective(effective_number(weights), runs, "forward", least)
    return _log_mean(weights, free_log_z(machine))


def backward(
    machine: Layer,
    runs: int,
    betas: int,
    seed: int,
    states: Held | None = None,
    least: float = LEAST_EFFECTIVE,
    tell: Tell = silent,
) -> Estimate:
    """ln Z from annealing states of the machine into free units; errs upward.

    The machine's chains begin at `states`, or at free spins, and go on for 20 τ_int.
    """
    weights, _ = _reverse_weights(machine, runs, betas, seed, states, tell)
    _require_effective(effective_number(-weights), runs, "reverse", least)
    log_ratio = _log_mean(-weights, 0.0)
    return Estimate(free_log_z(machine) - log_ratio.value, log_ratio.error)


def bracket(
    machine: Layer,
    runs: int,
    betas: int,
    seed: int,
    states: Held | None = None,
    tell: Tell = silent,
) -> Bracket:
    """ln Z from both sides; `ConvergenceError` where they do not bracket it."""
    sides = Parts(tell, [1, 1])
    up = _forward_weights(machine, runs, betas, seed, sides.part(0))  # ln weights, ⟨e^up⟩ = Z/Z₀
    down, tau = _reverse_weights(machine, runs, betas, seed, states, sides.part(1))  # ⟨e^−down⟩ = Z₀/Z
    base = free_log_z(machine)
    below, above = _log_mean(up, base), _log_mean(-down, 0.0)
    above = Estimate(base - above.value, above.error)
    width = above.value - below.value
    if width < -3 * float(np.hypot(below.error, above.error)):
        raise ConvergenceError(
            f"ln Z is not bracketed: {below} from free units lies above {above} from the machine's states; its chain "
            "has not forgotten where it began: give states of the machine, or raise betas"
        )
    effective = (effective_number(up), effective_number(-down))
    joint = acceptance_ratio(up, down)
    blocks = np.array_split(np.arange(runs), min(_BLOCKS, runs))
    replicas = [acceptance_ratio(np.delete(up, block), np.delete(down, block)) for block in blocks]
    error = float(jackknife_error(replicas))
    _require_effective(max(effective), runs, "in the better direction", LEAST_EFFECTIVE)
    # the bias of either side is at most the width; beyond its noise it is taken as an error
    spread = max(0.0, width - 2 * float(np.hypot(below.error, above.error)))
    value = Estimate(base + joint, float(np.hypot(error, spread / 2)))
    return Bracket(value, below, above, effective, tau)


def free_log_z(machine: Layer) -> float:
    """ln Z at β = 0: hidden units free, visible units in their biases."""
    visible = log_two_cosh(np.asarray(machine.visible_bias_, dtype=np.float64)).sum()
    return float(machine.weights_.shape[1] * np.log(2.0) + visible)


def _forward_weights(machine: Layer, runs: int, betas: int, seed: int, tell: Tell) -> Array:
    generator, sampler = seeding.generator(seed, "ais"), gibbs.sampler(machine)
    gibbs.afford_steps("annealing", sampler.work, float(runs) * betas, 8.0 * runs * sum(sampler.weights_.shape))
    start = gibbs.draw(np.tile(sampler.visible_bias_, (runs, 1)), gibbs.make_lanes(generator))
    return _anneal(sampler, start, np.linspace(0, 1, betas + 1), generator, tell)


def _reverse_weights(
    machine: Layer, runs: int, betas: int, seed: int, states: Held | None, tell: Tell
) -> tuple[Array, Estimate]:
    """Works of the way up that ended in the machine's own states, (runs,), and τ_int of its chain."""
    generator, sampler = seeding.generator(seed, "reverse-ais"), gibbs.sampler(machine)
    state, tau = equilibrate(machine, runs, generator, states)
    return -_anneal(sampler, state, np.linspace(1, 0, betas + 1), generator, tell), tau


def _anneal(sampler: Sampler, visible: Single, path: Array, generator: np.random.Generator, tell: Tell) -> Array:
    """Log-weights (runs,) along f_β(v) = e^{b·v} Π_a 2cosh(β θ_a), β on `path`; moves `visible`."""
    lanes = gibbs.make_lanes(generator)
    gibbs.afford_steps("annealing", sampler.work, len(visible) * len(path))
    hidden = np.empty((len(visible), sampler.weights_.shape[1]), np.float32)
    log_weight = np.zeros(len(visible))
    for beta, following in counted(pairwise(path), len(path) - 1, tell, "annealing steps"):
        theta = sampler.hidden_field(visible, out=hidden)
        log_weight += _log_cosh_sum(theta, following) - _log_cosh_sum(theta, beta)
        sampler.tempered_step(theta, visible, lanes, np.float32(following))
    return log_weight


def _log_cosh_sum(theta: Single, beta: float) -> Array:
    """Σ_a ln(2 cosh βθ_a) for each row."""
    return np.asarray(log_two_cosh(np.float32(beta) * theta).sum(axis=1, dtype=np.float64))


def _log_mean(log_weight: Array, offset: float) -> Estimate:
    """Offset plus the log of the mean weight, with its standard error by error propagation."""
    top = log_weight.max()
    weight = np.exp(log_weight - top)
    mean = float(weight.mean())
    return Estimate(float(offset + top + np.log(mean)), float(weight.std(ddof=1) / np.sqrt(len(weight)) / mean))


def _require_effective(effective: float, runs: int, direction: str, least: float) -> None:
    if effective < min(least, runs / 2):
        raise ConvergenceError(
            f"only {effective:.1f} of {runs} annealings ({direction}) count in the mean weight: raise betas"
        )
