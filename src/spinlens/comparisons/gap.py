"""How far the distribution of a machine is from that of a lattice, in nats a site."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.special

from spinlens import checks, seeding
from spinlens.arrays import Array, Single
from spinlens.border import checked
from spinlens.comparisons.partition_function import log_partition_function
from spinlens.errors import ConvergenceError, InputError
from spinlens.files.held import Held
from spinlens.flows.own_states import SNAPSHOTS, OwnStates, taken_apart
from spinlens.lattice.ising import IsingModel
from spinlens.lattice.states_of import states_of
from spinlens.machines.autoregressive import AutoregressiveNetwork
from spinlens.machines.likelihood import ais
from spinlens.machines.likelihood.gibbs_time import FORGOTTEN, GibbsTime, equilibrate
from spinlens.machines.rbm import RBM
from spinlens.machines.units import gibbs
from spinlens.machines.units.bonds import Bonds
from spinlens.progress import Parts, Progress, Tell, telling
from spinlens.sampling.sampler import sample
from spinlens.statistics.acceptance_ratio import acceptance_ratio, effective_number
from spinlens.statistics.estimate import Estimate
from spinlens.statistics.resampling import bin_edges, jackknife_error

LEARNED = 1e-3
"""Nats a site below which a machine counts as having learned its lattice."""

Learner = RBM | Bonds | AutoregressiveNetwork

_CHAINS = 200
_BLOCKS = 20
_STATES = 2000
_LEAST_OVERLAP = 20.0


@dataclass(frozen=True)
class Gap:
    """The gap between a machine and a lattice, g = ⟨ln p_lattice − ln p_machine⟩ over states of the lattice.

    Attributes
    ----------
    value : Estimate
        g in nats a site: the divergence of Kullback and Leibler of the machine from the lattice over N, 0 if exact.
    bound : Estimate
        An upper bound that needs no ln Z: the sum of the divergences in both directions, over N. For machines near the
        lattice it is twice the gap.
    method : str
        "overlap" where states of the two are enough alike for the ratio of their acceptances [Bennett1976]_, "ln Z"
        where each ln Z had to be found, "bound" where not even that was possible: then `value` is half the bound and
        its error as large.
    tau : GibbsTime
        τ_int of the machine's chain in Gibbs steps.
    n_sites : int
        N.

    Examples
    --------
    >>> Gap(Estimate(2e-4, 1e-5), Estimate(4e-4, 1e-5), "overlap", GibbsTime(50.0, 3.0), 256).learned
    True
    """

    value: Estimate
    bound: Estimate
    method: str
    tau: GibbsTime
    n_sites: int

    @property
    def per_state(self) -> Estimate:
        """g of the whole lattice, in nats."""
        return Estimate(self.value.value * self.n_sites, self.value.error * self.n_sites)

    @property
    def learned(self) -> bool:
        """Whether g is below 10⁻³ nats a site, by three errors."""
        return self.value.value + 3 * self.value.error < LEARNED


@checked
def gap(
    machine: RBM | Bonds | AutoregressiveNetwork,
    model: IsingModel,
    temperature: float,
    states: Held | None = None,
    *,
    own: OwnStates | None = None,
    log_z: Estimate | None = None,
    annealing: tuple[int, int] = (200, 2000),
    chains: int = _CHAINS,
    seed: int = 0,
    workers: int | None = None,
    progress: Progress = None,
) -> Gap:
    """How much less probable states of a lattice are to a machine than to the lattice itself, in nats a site.

    With Δ(v) = −H(v)/T + F(v), g N = ⟨Δ⟩_lattice − (ln Z_lattice − ln Z_machine). Where the two distributions overlap
    their ratio of Z follows from states of both by Bennett's ratio of acceptances, without either Z.

    Parameters
    ----------
    machine : RBM or AutoregressiveNetwork
        A machine on the sites of the lattice; of a network ln p is exact, and its states are independent draws.
    model : IsingModel
        The lattice.
    temperature : float
        T > 0 in units of J/k_B.
    states : Dataset or array_like, optional
        Independent states (n, *shape) or (n, N) of the lattice at T that were not learned from; by default 2,000 are
        sampled.
    own : OwnStates, optional
        States of the machine, of `own_states`; by default drawn here.
    log_z : Estimate, optional
        ln Z of the lattice where it is known; found here where it is needed.
    annealing : tuple of int
        Runs and temperatures of annealed importance sampling, where ln Z of the machine is needed.
    chains : int
        Of the machine. They begin at `states` and are taken after 20 τ_int.
    seed : int
        Seeds all draws.
    workers : int, optional
        Threads that sample where the lattice must be sampled; as many as there are cores by default.
    progress : bool or callable, optional
        True shows how far it is, False does not; by default a bar in notebooks and at the prompt, see
        `spinlens.progress`.

    Returns
    -------
    Gap
        With errors by jackknife over blocks of states and of chains.

    Raises
    ------
    ConvergenceError
        20,000 Gibbs steps do not take the machine's chain to equilibrium.
    SpinsError
        States of another lattice.

    Notes
    -----
    Cost O((20 τ_int + n) · N · n_hidden). g cannot be gamed by a machine that does not learn, and g/N can be compared
    between sizes. A machine with g N = ½ differs from the lattice as one of a temperature that is off by one standard
    deviation of a single state.

    References
    ----------
    .. [Bennett1976] Bennett, J. Comput. Phys. 22, 245 (1976).

    Examples
    --------
    The exact machine is the lattice.

    >>> from spinlens import NearestNeighbour
    >>> square = IsingModel((4, 4), NearestNeighbour())
    >>> found = gap(RBM.exact(square, 3.0), square, 3.0)
    >>> abs(found.value.value) < 1e-6
    True
    """
    (T,) = checks.temperatures(temperature)
    if T == 0:
        raise InputError("no machine has weights of T = 0: give a temperature above 0")
    for least, number in zip((2, 1), annealing, strict=True):
        checks.positive_integer("annealing", number, least)
    with telling(progress) as tell:
        return _found(machine, model, T, states, own, log_z, annealing, chains, seed, workers, Parts(tell, [1, 1, 2]))


def _found(
    machine: Learner, model: IsingModel, T: float, states: Held | None, own: OwnStates | None,
    log_z: Estimate | None, annealing: tuple[int, int], chains: int, seed: int, workers: int | None, parts: Parts,
) -> Gap:  # fmt: skip
    """As `gap`, told in parts: states of the lattice, those of the machine, ln Z of both where it is needed."""
    if states is None:
        told = parts.part(0, "states of the lattice")
        states = sample(model, T, _STATES // 4, 4, seed, keep_spins=True, thin=10, workers=workers, progress=told)
    held = states_of(states, model.shape)
    visible = gibbs.as_units("states", held.reshape(len(held), -1), machine.n_visible)
    generator = seeding.generator(checks.seed(seed), "gap")
    count, order = checks.positive_integer("chains", chains), generator.permutation(len(visible))
    if own is None:
        if isinstance(machine, Bonds):
            raise InputError("bonds alone have no weights to begin from: give own, states of the machine")
        if isinstance(machine, AutoregressiveNetwork):
            own = _drawn(machine, count, seed)
        else:
            own = _own_states(machine, visible[order], count, generator, parts.part(1, "states of the machine"))
    if own.states.shape[2] != visible.shape[1]:
        raise InputError(f"own has states of {own.states.shape[2]} units, the lattice {visible.shape[1]} sites")
    lattice = _difference(machine, model, T, visible)
    own_visible = own.on(visible.shape[1:]).astype(np.float32)
    learned = _difference(machine, model, T, own_visible).reshape(own.states.shape[:2])

    def logs() -> tuple[Estimate, Estimate]:
        if isinstance(machine, Bonds):
            raise ConvergenceError("bonds alone cannot be annealed")
        told = parts.part(2, "ln Z of machine and lattice")
        if isinstance(machine, AutoregressiveNetwork):
            machines = Estimate(0.0, 0.0)
        else:
            machines = ais.bracket(machine, *annealing, seed, own.states[:, -1], told).value
        return log_z or log_partition_function(model, T, seed=seed, workers=workers, progress=told), machines

    return _gap(lattice, learned, own.tau, model.n_sites, logs)


def _gap(lattice: Array, own: Array, tau: GibbsTime, n: int, logs: Callable[[], tuple[Estimate, Estimate]]) -> Gap:
    """The gap from Δ of states of both sides; `logs` gives ln Z of lattice and machine, should they be needed."""
    bound = _estimate(lattice, own, lambda a, b: a.mean() - b.mean())
    bound = Estimate(bound.value / n, bound.error / n)
    if _overlap(lattice, own) >= _LEAST_OVERLAP:
        found = _estimate(lattice, own, lambda a, b: a.mean() - acceptance_ratio(b, a))
        return Gap(Estimate(found.value / n, found.error / n), bound, "overlap", tau, n)
    try:
        z, own_z = logs()
    except ConvergenceError:
        return Gap(Estimate(bound.value / 2, bound.value / 2 + bound.error), bound, "bound", tau, n)
    sampling = float(lattice.std(ddof=1) / np.sqrt(len(lattice)))
    value = float(lattice.mean()) - (z.value - own_z.value)
    error = float(np.sqrt(sampling**2 + z.error**2 + own_z.error**2))
    return Gap(Estimate(value / n, error / n), bound, "ln Z", tau, n)


def _drawn(network: AutoregressiveNetwork, count: int, seed: int) -> OwnStates:
    """Independent states of a network, as many as chains would give."""
    states = network.sample(count * SNAPSHOTS, seed).reshape(count, SNAPSHOTS, -1)
    return OwnStates(states, GibbsTime(0.5, 0.0), 0, True)


def _own_states(machine: RBM, visible: Single, chains: int, generator: np.random.Generator, tell: Tell) -> OwnStates:
    """States of the machine, τ_int apart and 20 τ_int after chains began at states of the lattice."""
    state, tau = equilibrate(machine, min(chains, len(visible)), generator, visible, tell)
    sampler, lanes = gibbs.sampler(machine), gibbs.make_lanes(generator)
    taken = taken_apart(sampler, state, lanes, max(1, round(tau.value)))
    return OwnStates(taken, tau, round(FORGOTTEN * tau.value), True)


def _difference(machine: Learner, model: IsingModel, T: float, visible: Single) -> Array:
    """Δ = −H/T + F of each state, (n,)."""
    energy = model.energy(visible.reshape(-1, *model.shape).astype(np.int8))
    return np.asarray(machine.free_energy(visible) - energy / T)


def _overlap(lattice: Array, own: Array) -> float:
    """The smaller of the effective numbers of states of either side that the ratio of acceptances rests on."""
    gain = acceptance_ratio(own, lattice) - float(np.log(lattice.size / own.size))
    sides = scipy.special.log_expit(gain - lattice), scipy.special.log_expit(own.ravel() - gain)
    return min(map(effective_number, sides))


def _estimate(lattice: Array, own: Array, function: Callable[[Array, Array], float]) -> Estimate:
    """A function of Δ of both sides, with its jackknife error over blocks of states and of chains."""
    pairs = zip(bin_edges(len(lattice), _BLOCKS), bin_edges(len(own), _BLOCKS), strict=False)
    replicas = [
        function(np.delete(lattice, slice(*first)), np.delete(own, slice(*second), axis=0)) for first, second in pairs
    ]
    return Estimate(float(function(lattice, own)), float(jackknife_error(replicas)))
