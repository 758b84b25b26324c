"""J_eff(r): learned pair couplings averaged over translations of a lattice and over machines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from spinlens import checks
from spinlens.arrays import Array
from spinlens.border import checked, drawing
from spinlens.errors import InputError
from spinlens.machines.reading.effective_couplings import effective_couplings
from spinlens.machines.units.parameters import Layer

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False)
class LearnedCouplings:
    """Learned couplings of a translation-invariant lattice, dimensionless (to compare with J(r) / T).

    Attributes
    ----------
    table : ndarray
        (*shape,) mean coupling at each displacement, over pairs and machines; zero at zero displacement.
    table_error : ndarray
        Its standard error from the spread over machines; nan for a single machine.
    distance : ndarray
        (n,) the different distances r > 0 on the torus, ascending; displacements with equal sets of components are one
        entry, so 5 = |(5, 0)| and 5 = |(3, 4)| are two.
    components : list of tuple of int
        For each entry the absolute components of the displacement, sorted over axes of equal length.
    coupling, error : ndarray
        (n,) mean at each entry and its error.
    roughness : ndarray
        (n,) standard deviation of single pairs about that mean within one machine: what training left unequal.
    """

    table: Array
    table_error: Array
    distance: Array
    components: list[tuple[int, ...]]
    coupling: Array
    error: Array
    roughness: Array

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """Draw J_eff(r), and J(r)/T where ``model=`` and ``temperature=`` are given; see `spinlens.plot.couplings`."""
        from spinlens.plot.pair_couplings import couplings

        return drawing(couplings)(self, ax, **options)


@checked
def learned_couplings(machines: Sequence[Layer], shape: tuple[int, ...]) -> LearnedCouplings:
    """J_eff(r): effective couplings averaged over translations of a lattice and over machines.

    Parameters
    ----------
    machines : sequence of RBM
        Trained on one lattice, whose sites in C order are the visible units; seeds of training and, for an error that
        contains it, of data.
    shape : tuple of int
        Sides of the lattice.

    Returns
    -------
    LearnedCouplings
        Dimensionless, to compare with J(r) / T; the errors are the spread over machines, nan for one alone.

    Raises
    ------
    InputError
        No machine, or one of another size.

    Examples
    --------
    >>> from spinlens import RBM, IsingModel, NearestNeighbour
    >>> found = learned_couplings([RBM.exact(IsingModel((3, 3), NearestNeighbour()), 2.0)], (3, 3))
    >>> found.components, found.coupling.round(12).tolist()
    ([(0, 1), (1, 1)], [0.5, 0.0])
    """
    sides = lattice_of(machines, shape)
    pairs = np.stack([by_displacement(effective_couplings(machine), sides) for machine in machines])
    tables = pairs.mean(axis=1)
    groups = alike(sides)
    by_group = np.array([[table.ravel()[members].mean() for members in groups.values()] for table in tables])
    rough = [np.sqrt(np.mean((pairs[..., members] - by_group[:, None, k, None]) ** 2))
             for k, members in enumerate(groups.values())]  # fmt: skip
    return LearnedCouplings(
        tables.mean(axis=0).reshape(sides),
        standard_error(tables).reshape(sides),
        np.array([np.sqrt(sum(component**2 for component in components)) for components in groups]),
        list(groups),
        by_group.mean(axis=0),
        standard_error(by_group),
        np.array(rough),
    )


def lattice_of(machines: Sequence[Layer], shape: Sequence[int]) -> tuple[int, ...]:
    """The sides of the lattice whose sites are the visible units of one machine or more."""
    sides = tuple(checks.positive_integer("side of the lattice", side) for side in shape)
    n_sites = int(np.prod(sides))
    if not machines or any(machine.weights_.shape[0] != n_sites for machine in machines):
        raise InputError(f"give at least one machine with {n_sites} visible units, the sites of {sides}")
    return sides


def by_displacement(couplings: Array, shape: tuple[int, ...]) -> Array:
    """(n_sites, n_sites): row i holds J_{i, i+r} with r in C order."""
    sites = np.stack(np.unravel_index(np.arange(len(couplings)), shape))
    other = (sites[:, :, None] + sites[:, None, :]) % np.array(shape)[:, None, None]
    return np.take_along_axis(couplings, np.ravel_multi_index(tuple(other), shape), axis=1)


def alike(shape: tuple[int, ...], first: int = 1) -> dict[tuple[int, ...], list[int]]:
    """Displacements that a symmetry of the torus (reflection, exchange of equal axes) makes equal, by distance.

    From number `first` on; those of waves, where 0 is one, are the same.
    """
    groups: dict[tuple[int, ...], list[int]] = {}
    for number in range(first, int(np.prod(shape))):
        displacement = np.unravel_index(number, shape)
        folded = [int(min(r, side - r)) for r, side in zip(displacement, shape, strict=True)]
        for side in set(shape):  # axes of one length are equivalent
            axes = [axis for axis, length in enumerate(shape) if length == side]
            for axis, r in zip(axes, sorted(folded[axis] for axis in axes), strict=True):
                folded[axis] = r
        groups.setdefault(tuple(folded), []).append(number)
    return dict(sorted(groups.items(), key=lambda item: (sum(r * r for r in item[0]), item[0])))


def standard_error(values: Array) -> Array:
    """Of the mean over the first axis."""
    if len(values) < 2:
        return np.full(values.shape[1:], np.nan)
    return np.asarray(values.std(axis=0, ddof=1) / np.sqrt(len(values)))
