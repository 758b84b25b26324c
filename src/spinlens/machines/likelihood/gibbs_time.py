"""How fast a machine's own Gibbs chain forgets."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spinlens import checks, seeding
from spinlens.arrays import Array
from spinlens.machines import gibbs
from spinlens.machines.parameters import Layer
from spinlens.statistics.autocorrelation import integrated_time
from spinlens.statistics.estimate import Estimate


def gibbs_autocorrelation(
    machine: Layer,
    *,
    chains: int = 50,
    steps: int = 2000,
    burn_in: int | None = None,
    start: npt.ArrayLike | None = None,
    absolute: bool = False,
    seed: int = 0,
) -> Estimate:
    """Integrated autocorrelation time τ_int = ½ + Σ_{t≥1} ρ(t) of the magnetization of a machine's Gibbs chain.

    The mean visible unit is the slowest observable of a ferromagnetic machine. A machine trained by CD-k with k ≪ τ_int
    is trained out of equilibrium [Decelle2021]_: quote it beside its flow.

    Parameters
    ----------
    machine : RBM
        The machine.
    chains, steps : int
        Independent chains and the steps v → h → v of each, at least 4.
    burn_in : int, optional
        Steps before the first that is measured; steps / 4 by default.
    start : array_like, optional
        States (chains, n_visible) to start from, such as training states; free spins by default.
    absolute : bool
        Take |m|, which does not see the jumps between the two signs.
    seed : int
        Seeds the draws.

    Returns
    -------
    Estimate
        In Gibbs steps, with its statistical error; independent states give ½. Where it is not well below steps / 20
        the number is a lower bound.

    Raises
    ------
    InputError
        No chains, or fewer than 4 steps.
    SpinsError
        A start of another shape.

    Notes
    -----
    Cost O(chains · steps · n_visible · n_hidden).

    References
    ----------
    .. [Decelle2021] Decelle, Furtlehner and Seoane, Adv. Neural Inf. Process. Syst. 34 (2021).

    Examples
    --------
    Free units forget at once.

    >>> from spinlens import RBM
    >>> tau = gibbs_autocorrelation(RBM.from_weights(np.zeros((4, 1))), chains=10, steps=1000)
    >>> abs(tau.deviation(0.5)) < 4
    True
    """
    checks.positive_integer("chains", chains)
    checks.positive_integer("steps", steps, minimum=4)
    generator = seeding.generator(checks.seed(seed), "rbm", "mixing")
    n_visible, n_hidden = machine.weights_.shape
    state = gibbs.random_states(chains, n_visible, generator)
    if start is not None:
        state = gibbs.as_units("start", start, n_visible).copy()
    sampler, lanes = gibbs.sampler(machine), gibbs.make_lanes(generator)
    hidden = np.empty((len(state), n_hidden), np.float32)
    sampler.step(state, hidden, lanes, steps // 4 if burn_in is None else burn_in)
    series: Array = np.empty((len(state), steps))
    for step in range(steps):
        sampler.step(state, hidden, lanes)
        series[:, step] = state.mean(axis=1)
    return integrated_time(np.abs(series) if absolute else series)
