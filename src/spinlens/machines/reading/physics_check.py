"""Physics of a machine's own states against data: any observable of a state, given as a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spinlens import checks, seeding
from spinlens.arrays import Array, Spins
from spinlens.border import checked
from spinlens.errors import InputError
from spinlens.machines.files.packed import unpacked_states
from spinlens.machines.units import gibbs
from spinlens.machines.units.parameters import Layer
from spinlens.statistics.estimate import Estimate

Observable = Callable[[Spins], npt.ArrayLike]
"""States (n_samples, n_visible) of ±1 to one number a state (n_samples,), or several (n_samples, k) such as G(r)."""

_BLOCKS = 20


@dataclass(frozen=True)
class PhysicsCheck:
    """Mean of one observable over states of the machine and over data.

    Attributes
    ----------
    machine, data : Estimate
        The two means with their standard errors.
    """

    machine: Estimate
    data: Estimate

    @property
    def deviation(self) -> float:
        """Machine less data in combined errors."""
        return self.machine.deviation(self.data)


@checked
def compare_physics(
    machine: Layer,
    data: npt.ArrayLike,
    observables: Mapping[str, Observable],
    *,
    chains: int = 500,
    steps: int = 500,
    start: npt.ArrayLike | None = None,
    seed: int = 0,
) -> dict[str, PhysicsCheck]:
    """Means of observables over a machine's own states and over data, each with its error.

    Parameters
    ----------
    machine : RBM
        The machine, whose states are drawn by Gibbs chains.
    data : array_like
        (n_samples, n_visible) of ±1 in the order they were sampled: its error is that of the means of 20 blocks, which
        allows for correlations much shorter than a block.
    observables : mapping of str to callable
        Functions of states (n_samples, n_visible). One that gives (n_samples,) is a number a state; one that gives
        (n_samples, k), such as G(r), is reported as name[0] … name[k − 1].
    chains, steps : int
        Independent chains, at least 2, and the steps before their one state is taken, which must be well above τ_int.
    start : array_like, optional
        States (chains, n_visible) at which the chains begin; free spins by default.
    seed : int
        Seeds the draws.

    Returns
    -------
    dict of str to PhysicsCheck
        Each with `machine` and `data`, an `Estimate` of the mean, and `deviation`, their difference in combined errors.

    Raises
    ------
    InputError
        An observable that does not give one row a state, or a single state of data.

    Examples
    --------
    Free units against states that are all up: ⟨m²⟩ = 1.

    >>> from spinlens import RBM
    >>> found = compare_physics(
    ...     RBM.from_weights(np.zeros((4, 1))), np.ones((40, 4), np.int8), {"m2": lambda s: s.mean(axis=1) ** 2}
    ... )["m2"]
    >>> found.data.value, bool(found.deviation < -4)
    (1.0, True)
    """
    generator = seeding.generator(checks.seed(seed), "rbm", "watch")
    given = unpacked_states(data, len(machine.weights_), "data")
    begin = gibbs.random_states(checks.positive_integer("chains", chains, minimum=2), given.shape[1], generator)
    drawn = gibbs.gibbs(machine, begin if start is None else start, checks.positive_integer("steps", steps), generator)
    found: dict[str, PhysicsCheck] = {}
    for name, observable in observables.items():
        of_machine, of_data = _values(name, observable, drawn), _values(name, observable, given)
        for k in range(of_data.shape[1]):
            label = name if of_data.shape[1] == 1 else f"{name}[{k}]"
            found[label] = PhysicsCheck(_mean(of_machine[:, k]), _block_mean(of_data[:, k]))
    return found


def _values(name: str, observable: Observable, states: Spins) -> Array:
    values = np.asarray(observable(states), dtype=np.float64)
    if values.ndim not in (1, 2) or len(values) != len(states):
        raise InputError(
            f"observable {name!r} must give one row a state, ({len(states)},) or ({len(states)}, k); got {values.shape}"
        )
    return values.reshape(len(states), -1)


def _mean(values: Array) -> Estimate:
    return Estimate(float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values))))


def _block_mean(values: Array) -> Estimate:
    blocks = min(_BLOCKS, len(values))
    if blocks < 2:
        raise InputError("an error needs at least 2 states of data")
    means = np.array([block.mean() for block in np.array_split(values, blocks)])
    return Estimate(float(values.mean()), float(means.std(ddof=1) / np.sqrt(blocks)))
