"""Parallel tempering of a machine: replicas between free units and the machine itself exchange their states.

Replica r has f_β(v) = e^{b·v} Π_a 2cosh(β (c_a + Σ_i v_i W_ia)) at β = β_r, the path of annealed importance sampling.
Where a machine's own Gibbs chain stays in one mode for long, states that were free a moment ago bring it to others.
"""

from __future__ import annotations

import numpy as np

from spinlens import checks, seeding
from spinlens.arrays import Array, Single, Spins
from spinlens.border import checked
from spinlens.machines.units import gibbs
from spinlens.machines.units.gibbs import Sampler, log_two_cosh
from spinlens.machines.units.kernels import Lanes
from spinlens.machines.units.parameters import Layer
from spinlens.progress import Progress, counted, telling


class ReplicaLadder:
    """`replicas` inverse temperatures from 1 down to 0 and the moves of the states at them.

    States are (replicas, n_chains, n_visible) float32; the first replica is the machine itself.
    """

    def __init__(self, replicas: int) -> None:
        self.betas = np.linspace(1, 0, checks.positive_integer("replicas", replicas, minimum=2))
        self.tried = np.zeros(replicas - 1)
        self.accepted = np.zeros(replicas - 1)

    def step(self, sampler: Sampler, states: Single, lanes: Lanes, generator: np.random.Generator) -> None:
        """One Gibbs step of every replica, then an exchange between neighbours, in place."""
        _, chains, n_visible = states.shape
        rows = states.reshape(-1, n_visible)
        beta = np.repeat(self.betas.astype(np.float32), chains)[:, None]
        sampler.tempered_step(sampler.hidden_field(rows), rows, lanes, beta)
        self._exchange(sampler, states, generator)

    def _exchange(self, sampler: Sampler, states: Single, generator: np.random.Generator) -> None:
        """Metropolis exchange of neighbours (r, r + 1), even and odd r in turn."""
        replicas, chains, n_visible = states.shape
        theta = sampler.hidden_field(states.reshape(-1, n_visible)).reshape(replicas, chains, -1)
        for first in (0, 1):
            for r in range(first, replicas - 1, 2):
                lower, upper = self.betas[r], self.betas[r + 1]
                gain = _log_ratio(theta[r + 1], lower, upper) - _log_ratio(theta[r], lower, upper)
                swap = np.log(generator.random(chains)) < gain
                for array in (states, theta):
                    array[r, swap], array[r + 1, swap] = array[r + 1, swap], array[r, swap]
                self.tried[r] += chains
                self.accepted[r] += swap.sum()

    @property
    def acceptance(self) -> Array:
        """Fraction of exchanges accepted between each pair of neighbours, (replicas − 1,)."""
        return self.accepted / np.maximum(self.tried, 1)


def _log_ratio(theta: Single, lower: float, upper: float) -> Array:
    """ln f at β = `lower` less that at `upper`, of states with fields θ (n_chains, n_hidden)."""
    difference = log_two_cosh(np.float32(lower) * theta) - log_two_cosh(np.float32(upper) * theta)
    return np.asarray(difference.sum(axis=1, dtype=np.float64))


@checked
def tempered_sample(
    machine: Layer, n: int, steps: int = 1000, replicas: int = 10, seed: int = 0, progress: Progress = None
) -> tuple[Spins, Array]:
    """States of a machine by parallel tempering from free units [HukushimaNemoto1996]_, [Desjardins2010]_.

    Replica r has p(v) ∝ e^{b·v} Π_a 2cosh(β_r (c_a + Σ_i v_i W_ia)), β_r from 1 to 0; after each Gibbs step neighbours
    exchange states. It weighs modes that a Gibbs chain does not leave.

    Parameters
    ----------
    machine : RBM
        The machine.
    n : int
        Independent ladders, one state each.
    steps : int
        Gibbs steps of every replica, each followed by exchanges.
    replicas : int
        Inverse temperatures 1, …, 0 at equal distance, at least 2; enough when every exchange rate exceeds ≈ 0.2.
    seed : int
        Seeds the draws.
    progress : bool or callable, optional
        True shows how far it is, False does not; by default a bar in notebooks and at the prompt, see
        `spinlens.progress`.

    Returns
    -------
    states : ndarray of int8
        (n, n_visible) of ±1.
    exchange_rates : ndarray of float64
        (replicas − 1,) accepted fraction of exchanges, from the machine to free units.

    Raises
    ------
    InputError
        No steps, no ladders or fewer than two replicas.

    Notes
    -----
    Cost O(n · steps · replicas · n_visible · n_hidden).

    References
    ----------
    .. [Desjardins2010] Desjardins, Courville, Bengio, Vincent and Delalleau, Proc. 13th Int. Conf. Artif. Intell.
       Stat., 145 (2010).
    .. [HukushimaNemoto1996] Hukushima and Nemoto, J. Phys. Soc. Jpn. 65, 1604 (1996).

    Examples
    --------
    Free units exchange always.

    >>> from spinlens import RBM
    >>> states, rates = tempered_sample(RBM.from_weights(np.zeros((4, 1))), 10, steps=5, replicas=3)
    >>> states.shape, rates.tolist()
    ((10, 4), [1.0, 1.0])
    """
    generator = seeding.generator(checks.seed(seed), "rbm", "tempering")
    ladder = ReplicaLadder(replicas)
    n_visible = machine.weights_.shape[0]
    chains = int(replicas) * checks.positive_integer("n", n)
    sampler = gibbs.sampler(machine)
    memory = 8.0 * chains * sum(sampler.weights_.shape)
    gibbs.afford_steps("this chain", sampler.work, chains * checks.positive_integer("steps", steps), memory)
    states = gibbs.random_states(chains, n_visible, generator)
    shaped = states.reshape(replicas, n, n_visible)
    lanes = gibbs.make_lanes(generator)
    with telling(progress) as tell:
        for _ in counted(range(steps), steps, tell, "Gibbs steps"):
            ladder.step(sampler, shaped, lanes, generator)
    return shaped[0].astype(np.int8), ladder.acceptance
