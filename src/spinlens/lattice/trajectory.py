"""Ensembles under a flow."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from spinlens.arrays import Fields
from spinlens.errors import InputError


@dataclass(frozen=True, eq=False)
class Trajectory:
    """The same samples after 0, 1, 2, … applications of a map.

    Parameters
    ----------
    name : str
        Which flow, e.g. "majority" or "RBM".
    steps : tuple of int
        How many times the map was applied at each record, rising, usually from 0.
    states : tuple of ndarray
        One array a record, each (n_samples, *shape of the lattice at that step): int8 ±1, or float64 where the map
        leaves ±1 (block average, mean-field flow). Sample i of every record descends from sample i of the first, so
        differences between records are paired.

    Examples
    --------
    >>> import numpy as np
    >>> spins = np.ones((5, 4, 4), dtype=np.int8)
    >>> Trajectory("rest", (0, 1), (spins, spins)).at(1).shape
    (5, 4, 4)
    """

    name: str
    steps: tuple[int, ...]
    states: tuple[Fields, ...]

    def __post_init__(self) -> None:
        if len(self.steps) != len(self.states):
            raise InputError(f"a trajectory needs one array a step, got {len(self.steps)} and {len(self.states)}")
        if any(later <= earlier for earlier, later in itertools.pairwise(self.steps)):
            raise InputError(f"steps of a trajectory must rise, got {self.steps}")

    def __len__(self) -> int:
        return len(self.steps)

    def records(self) -> Iterator[tuple[int, Fields]]:
        """(step, states) of one record after another."""
        return zip(self.steps, self.states, strict=True)

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """The lattice at each record."""
        return tuple(tuple(states.shape[1:]) for states in self.states)

    def at(self, step: int) -> Fields:
        """The states after `step` applications."""
        if step not in self.steps:
            raise InputError(f"step {step} was not recorded; recorded: {self.steps}")
        return self.states[self.steps.index(step)]
