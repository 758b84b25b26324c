"""Operator values of the same samples on every lattice of a trajectory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spinlens import checks
from spinlens.arrays import Array
from spinlens.errors import InputError
from spinlens.files.held import Held
from spinlens.lattice.trajectory import Trajectory
from spinlens.progress import Parts, Tell, counted, silent
from spinlens.renormalization.default_operators import default_operators
from spinlens.renormalization.operators import AnyOperator, operator_values
from spinlens.statistics.autocorrelation import integrated_time

Levels = Trajectory | Sequence[Held]

_BATCH = 2**14  # states between two steps that are told


@dataclass(frozen=True, eq=False)
class Measurements:
    """Values of operators, all that a renormalization-group analysis needs of the states.

    Attributes
    ----------
    operators : tuple of Operator
        In the order of the columns.
    shapes : tuple of tuple
        The lattice of every level, finest first.
    values : tuple of ndarray
        One (n_samples, n_operators) array a level, sums over the lattice.
    chains : int
        The samples are this many runs of equal length, one after the other.
    """

    operators: tuple[AnyOperator, ...]
    shapes: tuple[tuple[int, ...], ...]
    values: tuple[Array, ...]
    chains: int

    @property
    def n_samples(self) -> int:
        """Samples in all chains together."""
        return len(self.values[0])

    @classmethod
    def joined(cls, parts: Sequence[Measurements]) -> Measurements:
        """Chains of several measurements side by side: the same operators, lattices and samples a chain."""
        if not parts:
            raise InputError("nothing to join: give at least one measurement")
        first = parts[0]
        kinds = {(part.operators, part.shapes, part.n_samples // part.chains) for part in parts}
        if len(kinds) != 1:
            raise InputError("measurements to be joined must have the same operators, lattices and samples a chain")
        values = tuple(np.concatenate(level) for level in zip(*(part.values for part in parts), strict=True))
        return cls(first.operators, first.shapes, values, sum(part.chains for part in parts))

    def bins(self, bins: int) -> list[slice]:
        """`bins` stretches of equal length (fewer where chains do not share them), none across two chains."""
        return bin_slices(self.n_samples, self.chains, bins)

    def tau_int(self) -> float:
        """The longest τ_int of the operators on the finest lattice, in samples."""
        series = self.values[0].reshape(self.chains, -1, len(self.operators))
        if series.shape[1] < 4:
            return float("nan")
        return max(integrated_time(series[:, :, k]).value for k in range(series.shape[2]))


def bin_slices(n_samples: int, chains: int, bins: int) -> list[slice]:
    """`bins` stretches of equal length of samples that are `chains` runs of equal length, none across two runs."""
    length = n_samples // chains
    each = max(1, bins // chains)
    size = length // each
    if size == 0 or each * chains < 2:
        raise InputError(f"{n_samples} samples in {chains} chains cannot fill {bins} bins: ask for fewer")
    starts = [chain * length + k * size for chain in range(chains) for k in range(each)]
    return [slice(start, start + size) for start in starts]


def kept_means(values: Array, parts: Sequence[slice]) -> Array:
    """Means over all bins, and then without each: (n_samples, k) → (bins + 1, k); bins of equal length."""
    sums = np.stack([values[part].sum(axis=0) for part in parts])
    total, size = sums.sum(axis=0), parts[0].stop - parts[0].start
    return np.asarray(np.concatenate([total[None] / len(sums), (total - sums) / (len(sums) - 1)]) / size)


def measure(
    levels: Levels,
    even: Sequence[AnyOperator] | None = None,
    odd: Sequence[AnyOperator] | None = None,
    chains: int = 1,
    tell: Tell = silent,
) -> Measurements:
    """Operator values on every level; arguments as in `spinlens.mcrg`, told level by level."""
    chains = checks.positive_integer("chains", chains)
    states = [
        checks.spins(f"level {number}", level)
        for number, level in enumerate(levels.states if isinstance(levels, Trajectory) else levels)
    ]
    _check_levels(states, chains)
    shapes = tuple(tuple(level.shape[1:]) for level in states)
    dimension, side = len(shapes[0]), min(min(shape) for shape in shapes)
    even = default_operators(dimension, "even", side) if even is None else tuple(even)
    odd = default_operators(dimension, "odd", side) if odd is None else tuple(odd)
    for asked, operators in (("even", even), ("odd", odd)):
        wrong = [operator.name for operator in operators if operator.parity != asked]
        if wrong:
            raise InputError(f"operators {', '.join(wrong)} are not {asked}")
    chosen = (*even, *odd)
    if not chosen or len({operator.name for operator in chosen}) != len(chosen):
        raise InputError(f"give operators, each once, got {[operator.name for operator in chosen]}")
    parts = Parts(tell, [level[0].size for level in states])
    values = tuple(_values(level, chosen, parts.part(number)) for number, level in enumerate(states))
    return Measurements(chosen, shapes, values, chains)


def _values(states: npt.NDArray[np.int8], operators: Sequence[AnyOperator], tell: Tell) -> Array:
    """S_α of every state, in batches so that it can be told how far it is."""
    batches = range(0, len(states), _BATCH)
    told = counted(batches, len(batches), tell, f"batches of states, L = {states.shape[1]}")
    return np.concatenate([operator_values(states[first : first + _BATCH], operators) for first in told])


def _check_levels(states: Sequence[npt.NDArray[np.int8]], chains: int) -> None:
    if len(states) < 2:
        raise InputError(f"a map needs states before and after it, got {len(states)} level(s)")
    counts = {len(level) for level in states}
    if len(counts) != 1 or counts.pop() % chains:
        raise InputError(
            f"every level must hold the same samples, a multiple of {chains} chains, got "
            f"{[len(level) for level in states]}"
        )
    for before, after in zip(states[:-1], states[1:], strict=True):
        ratios = {b / a for b, a in zip(before.shape[1:], after.shape[1:], strict=False)}
        if before.ndim != after.ndim or before.ndim < 2 or len(ratios) != 1 or min(ratios) < 1:
            raise InputError(
                f"a level must have the sides of the one before divided by one scale b ≥ 1, got {before.shape[1:]} "
                f"and then {after.shape[1:]}"
            )
