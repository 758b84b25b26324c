"""Parallel trajectory tempering: a machine exchanges states with earlier machines of its own training.

Training leads a machine from free units to the data through a sequence of distributions, each close to the next; along
it states reach every mode, also where a Gibbs chain, or a machine at another temperature, does not go. Neighbours on
the ladder also give ln Z, from free units up, step by step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spinlens import checks, seeding
from spinlens.arrays import Array, Single, Spins
from spinlens.border import checked
from spinlens.errors import InputError
from spinlens.machines.likelihood import free_energy as likelihood
from spinlens.machines.likelihood.acceptance_ratios import BLOCKS, log_ratio
from spinlens.machines.likelihood.ais import free_log_z
from spinlens.machines.units import gibbs
from spinlens.machines.units.gibbs import Sampler
from spinlens.machines.units.kernels import Lanes
from spinlens.machines.units.parameters import Layer
from spinlens.progress import Progress, Step, counted, telling
from spinlens.statistics.estimate import Estimate

_MOST_HALVINGS = 12  # of the distance between two machines
_RELAXATION = 20  # Gibbs steps before a candidate's exchange rate is first judged
_MOST_DOUBLINGS = 5  # of these steps, while the rate still falls
_STEADY = 0.02  # a rate that has fallen by less than this while steps were doubled


class TrajectoryRecorder:
    """Keeps copies of a machine under training, for `trajectory_sample`: the `progress` of its `fit`.

    Parameters
    ----------
    machine : RBM
        The machine whose `fit` gets this as `progress`.
    every : int
        Epochs between two copies.

    Attributes
    ----------
    machines : list
        The copies, the earliest first, in float32.

    Examples
    --------
    >>> from spinlens import RBM
    >>> machine = RBM(2, epochs=3)
    >>> along = TrajectoryRecorder(machine)
    >>> _ = machine.fit([[1, 1], [-1, -1]] * 50, progress=along)
    >>> len(along.machines)
    3
    """

    def __init__(self, machine: Layer, every: int = 1) -> None:
        self.machine, self.every = machine, checks.positive_integer("every", every)
        self.machines: list[Layer] = []

    def __call__(self, step: Step) -> None:
        if int(step.numbers["epoch"]) % self.every == 0:
            self.machines.append(gibbs.sampler_copy(self.machine))


@dataclass(frozen=True, eq=False)
class TrajectorySample:
    """States of a machine and what the ladder of machines says on the way.

    Attributes
    ----------
    machine : RBM
        The machine.
    states : ndarray of int8
        (n, n_visible) of ±1, one of each ladder.
    exchange_rates : ndarray of float64
        Accepted fraction of exchanges between neighbours, from free units to the machine; where one is near 0 the
        ladder is broken there: record more machines.
    log_z : Estimate
        ln Z in nats by acceptance ratios between neighbours. Its error holds that over ladders, what still drifted in
        the last quarter of the steps, and, with `start`, half of what ladders that began at either end differ by: that
        all are equally far from equilibrium is not seen otherwise.
    """

    machine: Layer
    states: Spins
    exchange_rates: Array
    log_z: Estimate

    def log_likelihood(self, X: npt.ArrayLike) -> Estimate:
        """Mean ln p of states.

        Parameters
        ----------
        X : array_like
            (n_samples, n_visible) of ±1.

        Returns
        -------
        Estimate
            In nats a state; the error is that of ln Z.
        """
        return Estimate(-float(likelihood.free_energy(self.machine, X).mean()) - self.log_z.value, self.log_z.error)


@checked
def trajectory_sample(
    machine: Layer,
    snapshots: Sequence[Layer],
    n: int,
    steps: int = 500,
    acceptance: float = 0.3,
    seed: int = 0,
    start: npt.ArrayLike | None = None,
    progress: Progress = None,
) -> TrajectorySample:
    """States of a machine by exchange with machines of its own training [Bereux2024]_, and its ln Z.

    Parameters
    ----------
    machine : RBM
        The machine.
    snapshots : sequence of RBM
        Machines along the training, the earliest first, such as those of `TrajectoryRecorder`; below them stands a
        machine of free units, whose states and ln Z are known exactly.
    n : int
        Independent ladders, one state each; at least 20, for the error of ln Z.
    steps : int
        Gibbs steps of every machine, at least 8, each followed by exchanges; ln Z is taken from the second half.
    acceptance : float
        Between 0 and 1. Snapshots are left out while the exchange rate of their neighbours stays above this, judged on
        states that were relaxed until it is steady, and machines with parameters half-way are put between neighbours
        that are farther apart.
    seed : int
        Seeds the draws.
    start : array_like, optional
        States (any number, n_visible) of the machine, such as those it learned, at which every second ladder begins;
        all others begin at free spins.
    progress : bool or callable, optional
        True shows how far it is, False does not; by default a bar in notebooks and at the prompt, see
        `spinlens.progress`.

    Returns
    -------
    TrajectorySample
        `states`, `exchange_rates`, `log_z` by acceptance ratios [Bennett1976]_, and `log_likelihood`.

    Raises
    ------
    InputError
        Machines of other shapes, fewer than 20 ladders or 8 steps, an acceptance outside (0, 1).

    Notes
    -----
    Cost O(n · steps · ladder · n_visible · n_hidden).

    References
    ----------
    .. [Bennett1976] Bennett, J. Comput. Phys. 22, 245 (1976).
    .. [Bereux2024] Béreux, Decelle, Furtlehner, Rosset and Seoane, arXiv:2405.15376 (2024).

    Examples
    --------
    Free units: ln Z is that of five of them.

    >>> from spinlens import RBM
    >>> found = trajectory_sample(RBM.from_weights(np.zeros((4, 1))), [], 20, steps=8)
    >>> float(round(found.log_z.value / np.log(2), 9)), found.exchange_rates.tolist()
    (5.0, [1.0])
    """
    checks.positive_integer("n", n, minimum=BLOCKS)
    checks.positive_integer("steps", steps, minimum=8)
    if not 0 < acceptance < 1:
        raise InputError(f"acceptance must lie between 0 and 1, got {acceptance!r}")
    if any(other.weights_.shape != machine.weights_.shape for other in snapshots):
        raise InputError(f"every snapshot must have weights of shape {machine.weights_.shape}, as the machine has")
    generator = seeding.generator(checks.seed(seed), "rbm", "trajectory")
    foot = _free(snapshots[0] if snapshots else machine)
    lanes = gibbs.make_lanes(generator)
    samplers = [gibbs.sampler(one) for one in (foot, *snapshots, machine)]
    chains = float(n) * len(samplers)
    memory = 8.0 * chains * sum(machine.weights_.shape)
    gibbs.afford_steps("this chain", max(sampler.work for sampler in samplers), chains * steps, memory)
    ladder = _TrajectoryLadder(samplers, n, acceptance, lanes)
    if start is not None:
        ladder.begin_above(gibbs.as_units("start", start, machine.weights_.shape[0]))
    with telling(progress) as tell:
        for step in counted(range(steps), steps, tell, "Gibbs steps"):
            ladder.step(step % 2, generator, keep=step >= steps // 2)
    log_z = ladder.log_z_gain()
    return TrajectorySample(
        machine,
        ladder.states[-1].astype(np.int8),
        ladder.accepted / np.maximum(ladder.tried, 1),
        Estimate(free_log_z(foot) + log_z.value, log_z.error),
    )


def _free(machine: Layer) -> Layer:
    """Free units with the visible biases of `machine`."""
    return Sampler(np.zeros_like(machine.weights_), machine.visible_bias_, np.zeros_like(machine.hidden_bias_))


class _TrajectoryLadder:
    """The machines chosen, one state array (n, n_visible) each, and what their exchanges have shown."""

    def __init__(self, samplers: list[Sampler], n: int, acceptance: float, lanes: Lanes) -> None:
        self.lanes = lanes
        self.hidden = np.empty((n, samplers[0].weights_.shape[1]), np.float32)
        first = np.tile(samplers[0].visible_bias_, (n, 1))
        self.samplers, self.states = [samplers[0]], [gibbs.draw(first, lanes)]
        place = 0
        samplers = list(samplers)
        while place < len(samplers) - 1:
            place = self._climb(samplers, place, acceptance)
        self.tried, self.accepted = np.zeros(len(self.samplers) - 1), np.zeros(len(self.samplers) - 1)
        self.works: list[tuple[list[Array], list[Array]]] = [([], []) for _ in self.tried]
        self.from_above = False

    def _climb(self, samplers: list[Sampler], place: int, acceptance: float) -> int:
        """Put the farthest machine within reach of the last one on the ladder; its place among `samplers`."""
        following, halvings = len(samplers) - 1, 0
        while True:
            above, moved = samplers[following], self.states[-1].copy()
            if self._relaxed_rate(above, moved, acceptance) >= acceptance or halvings == _MOST_HALVINGS:
                self.samplers.append(above)
                self.states.append(moved)
                return following
            if following > place + 1:
                following = place + (following - place) // 2
            else:
                samplers.insert(following, _between(self.samplers[-1], above))
                halvings += 1

    def _relaxed_rate(self, above: Sampler, moved: Single, acceptance: float) -> float:
        """The exchange rate of the last machine with `above`, in which `moved` relaxes until the rate is steady."""
        below, states, rate = self.samplers[-1], self.states[-1], 1.0
        for doubling in range(_MOST_DOUBLINGS + 1):
            above.step(moved, self.hidden, self.lanes, _RELAXATION * 2 ** max(0, doubling - 1))
            gain = _log_ratio(below, above, states) - _log_ratio(below, above, moved)
            before, rate = rate, float(np.exp(np.minimum(gain, 0.0)).mean())
            if rate < acceptance or (doubling and before - rate < _STEADY):
                break
        return rate

    def begin_above(self, start: Single) -> None:
        """Every second ladder begins at given states of the last machine, relaxed downward from rung to rung."""
        n = len(self.states[0])
        moved = np.resize(start, (len(range(1, n, 2)), start.shape[1])).copy()
        self.from_above = True
        for sampler, states in zip(reversed(self.samplers), reversed(self.states), strict=True):
            sampler.step(moved, self.hidden[: len(moved)], self.lanes, _RELAXATION)
            states[1::2] = moved

    def step(self, parity: int, generator: np.random.Generator, keep: bool) -> None:
        """A Gibbs step of every machine, then exchanges of every second pair of neighbours."""
        for sampler, states in zip(self.samplers, self.states, strict=True):
            sampler.step(states, self.hidden, self.lanes)
        for k in range(parity, len(self.tried), 2):
            lower, upper = self.states[k], self.states[k + 1]
            forward = _log_ratio(self.samplers[k], self.samplers[k + 1], lower)
            backward = _log_ratio(self.samplers[k], self.samplers[k + 1], upper)
            swap = np.log(generator.random(len(lower))) < forward - backward
            lower[swap], upper[swap] = upper[swap], lower[swap]
            self.tried[k] += len(swap)
            self.accepted[k] += swap.sum()
            if keep:
                self.works[k][0].append(forward)
                self.works[k][1].append(backward)

    def log_z_gain(self) -> Estimate:
        """ln Z of the last machine less that of the first."""
        works = [(np.array(forward), np.array(backward)) for forward, backward in self.works]  # (steps, n) each
        return log_ratio(works, self.from_above)


def _between(below: Sampler, above: Sampler) -> Sampler:
    """The machine whose parameters lie half-way."""
    return Sampler(
        (below.weights_ + above.weights_) / 2,
        (below.visible_bias_ + above.visible_bias_) / 2,
        (below.hidden_bias_ + above.hidden_bias_) / 2,
    )


def _log_ratio(below: Sampler, above: Sampler, states: Single) -> Array:
    """ln of the weight of each state in the upper machine less that in the lower one, (n,)."""
    return above.log_weight(states) - below.log_weight(states)
