"""How many states and updates a gap takes: machines trained on more and more of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spinlens import checks, seeding
from spinlens.arrays import Spins
from spinlens.border import checked
from spinlens.comparisons.gap import gap
from spinlens.comparisons.law_of_gaps import LEAST, Along, LearningLaw
from spinlens.errors import InputError
from spinlens.lattice.ising import IsingModel
from spinlens.lattice.states_of import states_of
from spinlens.machines.rbm import RBM
from spinlens.progress import Parts, Progress, Tell, telling
from spinlens.sampling.sampler import sample
from spinlens.statistics.estimate import Estimate

_CHAINS, _THIN, _HELD_OUT = 4, 10, 2000


@checked
def learning_law(
    machine: RBM,
    model: IsingModel,
    temperature: float,
    states: int | Sequence[int],
    updates: int | Sequence[int],
    *,
    seeds: int = 3,
    seed: int = 0,
    workers: int | None = None,
    progress: Progress = None,
) -> LearningLaw:
    """Train machines on more and more states, or with more and more updates, and fit the law of their gaps.

    Parameters
    ----------
    machine : RBM
        How they are trained, such as `RBM.for_lattice`; its own epochs and seed do not count, and it is not trained.
    model : IsingModel
        The lattice that is learned.
    temperature : float
        T > 0 in units of J/k_B.
    states, updates : int or sequence of int
        One of them four numbers or more, the other one number. Machines are trained for whole epochs, at least one.
    seeds : int, default 3
        Machines for each number, each with states of its own.
    seed : int
        Seeds all draws and trainings.
    workers : int, optional
        Threads that sample the lattice; as many as there are cores by default.
    progress : bool or callable, optional
        True shows how far it is, False does not; by default a bar in notebooks and at the prompt, see
        `spinlens.progress`.

    Returns
    -------
    LearningLaw
        Gaps to 2,000 states of the lattice that none has learned from, and their law. Those of one call of `gap` a
        machine may be collected over time and given to `LearningLaw.from_gaps` as well.

    Raises
    ------
    InputError
        Both numbers or neither of them are several, or a sequence has fewer than four; fewer states than a batch.

    Notes
    -----
    Cost: all trainings one after another, on states ten sweeps apart.

    Examples
    --------
    >>> from spinlens import NearestNeighbour
    >>> ring, recipe = IsingModel((6,), NearestNeighbour()), RBM.for_lattice((6,), batch_size=25)
    >>> law = learning_law(recipe, ring, 2.0, (50, 200, 800, 3200), 100, seeds=2)
    >>> law.counts, law.along, law.mean(3200).value < law.mean(50).value
    ((50, 200, 800, 3200), 'states', True)
    """
    several = [checks.is_several(given) for given in (states, updates)]
    if sum(several) != 1:
        raise InputError("give several numbers of states and one of updates, or the other way round")
    pairs = [(n, u) for n in _numbers("states", states) for u in _numbers("updates", updates)]
    along: Along = "states" if several[0] else "updates"
    if len(pairs) < LEAST:
        raise InputError(f"a law needs gaps at {LEAST} numbers of {along} or more, got {len(pairs)}")
    machines = checks.positive_integer("seeds", seeds)
    most, batch = max(n for n, _ in pairs), machine.batch_size
    if min(n for n, _ in pairs) < batch:
        raise InputError(f"states must be at least the batches of {batch} of the machine; give it a smaller batch_size")
    found: dict[int, list[Estimate]] = {}
    with telling(progress) as tell:
        parts = Parts(tell, [0.1, *(float(u) for _, u in pairs for _ in range(machines))])
        drawn = _states(model, temperature, most * machines + _HELD_OUT, seed, workers, parts.part(0, "states"))
        for place, (n, u) in enumerate(pairs):
            for number in range(machines):
                own = drawn[_HELD_OUT + most * number :][:n]
                one = RBM(**{**machine.get_params(), "epochs": max(1, round(u * batch / n))})
                one.set_params(seed=seeding.purpose_seed(seed, "learning law", n, u, number, bits=32))
                told = parts.part(1 + place * machines + number, f"{n} states, {u} updates")
                one.fit(own, progress=told)
                apart = gap(one, model, temperature, drawn[:_HELD_OUT], seed=seed, workers=workers, progress=False)
                found.setdefault(n if along == "states" else u, []).append(apart.per_state)
    return LearningLaw.from_gaps(found, along)


def _numbers(name: str, given: int | Sequence[int]) -> tuple[int, ...]:
    items = checks.several(name, given) if checks.is_several(given) else (given,)
    return tuple(dict.fromkeys(checks.positive_integer(name, n) for n in items))


def _states(model: IsingModel, T: float, count: int, seed: int, workers: int | None, tell: Tell) -> Spins:
    """Independent states of the lattice, flat and in random order."""
    draws = -(-count // _CHAINS)
    data = sample(model, T, draws, _CHAINS, seed, keep_spins=True, thin=_THIN, workers=workers, progress=tell)
    held = states_of(data, model.shape).reshape(-1, model.n_sites)
    order = seeding.generator(checks.seed(seed), "learning law", "order").permutation(len(held))
    return np.asarray(held[order])
