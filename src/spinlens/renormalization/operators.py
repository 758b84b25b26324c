"""Operators of a lattice Hamiltonian −H/T = Σ_α K_α S_α: products of spins summed over the lattice."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from spinlens import checks
from spinlens.arrays import Array
from spinlens.errors import InputError
from spinlens.lattice.couplings import Coupling
from spinlens.lattice.ising import IsingModel
from spinlens.renormalization.kernels import operator_sums

Site = tuple[int, ...]
Cluster = tuple[Site, ...]
Parity = Literal["even", "odd"]

_BATCH = 256  # states transformed at a time


@dataclass(frozen=True)
class Operator:
    """S = Σ_x Σ_c Π_{r∈c} s_{x+r}: one cluster of sites in all its orientations c, summed over the lattice.

    On a periodic lattice the clusters are those of the infinite lattice folded back, so that on a side of 4 the pairs
    at a distance of 2 along an axis count twice, as the coupling that reaches round both ways does.

    Attributes
    ----------
    name : what tables call it.
    sites : the cluster, displacements from a common origin, one to three components each; no site twice.

    Examples
    --------
    >>> nearest = Operator("nn", ((0, 0), (1, 0)))
    >>> nearest.parity, len(nearest.clusters), nearest.extent
    ('even', 2, 1)
    >>> operator_values(np.ones((1, 4, 4), dtype=np.int8), [nearest]).tolist()
    [[32.0]]
    """

    name: str
    sites: Cluster

    def __post_init__(self) -> None:
        lengths = {len(site) for site in self.sites}
        if len(lengths) != 1 or not lengths <= {1, 2, 3} or len(set(self.sites)) != len(self.sites):
            raise InputError(
                f"the sites of operator {self.name!r} must be different displacements of one to three components each, "
                f"got {self.sites!r}"
            )

    @property
    def dimension(self) -> int:
        """Components of a displacement."""
        return len(self.sites[0])

    @property
    def parity(self) -> Parity:
        """Whether S keeps its sign when all spins turn."""
        return "odd" if len(self.sites) % 2 else "even"

    @property
    def extent(self) -> int:
        """Largest distance within the cluster along an axis."""
        return int(np.ptp(np.array(self.sites), axis=0).max())

    @cached_property
    def clusters(self) -> tuple[Cluster, ...]:
        """The cluster in all orientations of the hypercubic group, translates counted once."""
        found = set()
        for order in itertools.permutations(range(self.dimension)):
            for signs in itertools.product((1, -1), repeat=self.dimension):
                turned = [
                    tuple(sign * site[axis] for axis, sign in zip(order, signs, strict=True)) for site in self.sites
                ]
                found.add(_at_origin(turned))
        return tuple(sorted(found))


@dataclass(frozen=True)
class CouplingOperator:
    """S = Σ_{i<j} J(r_ij) s_i s_j of a coupling: minus its energy, on whatever lattice the states live.

    For power laws it stands for the whole tail of couplings at once, which no finite list of pairs does.

    Examples
    --------
    >>> from spinlens.lattice.couplings import NearestNeighbour
    >>> operator_values(np.ones((1, 4, 4), dtype=np.int8), [CouplingOperator("J", NearestNeighbour())]).tolist()
    [[32.0]]
    """

    name: str
    coupling: Coupling

    @property
    def parity(self) -> Parity:
        """Pairs are even."""
        return "even"

    @property
    def extent(self) -> int:
        """Couplings exist on any lattice of sides from 3."""
        return 1


AnyOperator = Operator | CouplingOperator


def operator_values(states: npt.ArrayLike, operators: Sequence[AnyOperator]) -> Array:
    """S_α of every state, summed over the lattice.

    Parameters
    ----------
    states : (n_samples, *shape) spins ±1, periodic.
    operators : of as many components as the lattice has sides.

    Returns
    -------
    (n_samples, n_operators) floats.

    Notes
    -----
    Cost 0.04 to 0.1 ns a spin and cluster for `Operator` (64 states in a word), 16 ns a spin for a `CouplingOperator`
    of a power law (Fourier transform).
    """
    spins = checks.spins("states", states)
    shape = spins.shape[1:]
    if not 1 <= len(shape) <= 3:
        raise InputError(f"states must have axes (n_samples, L_1, …) of one to three sides, got shape {spins.shape}")
    values = np.empty((len(spins), len(operators)))
    local = [(k, operator) for k, operator in enumerate(operators) if isinstance(operator, Operator)]
    if local:
        values[:, [k for k, _ in local]] = _local_values(spins, [operator for _, operator in local])
    for k, operator in enumerate(operators):
        if isinstance(operator, CouplingOperator):
            model = IsingModel(shape, operator.coupling)
            for first in range(0, len(spins), _BATCH):
                values[first : first + _BATCH, k] = -model.energy(spins[first : first + _BATCH])
    return values


def default_operators(dimension: int, parity: Parity, side: int | None = None) -> tuple[Operator, ...]:
    """The operators that `mcrg` takes unless told otherwise, short ones first.

    Parameters
    ----------
    dimension : 1, 2 or 3.
    parity : "even" (pairs, four-spin products) or "odd" (magnetization, three- and five-spin products).
    side : smallest side of the lattices they are for; operators wider than half of it are left out.

    Examples
    --------
    >>> [operator.name for operator in default_operators(2, "even")][:4]
    ['nn', 'nnn', 'plaquette', '(2,0)']
    >>> [operator.name for operator in default_operators(2, "even", side=2)]
    ['nn', 'nnn', 'plaquette']
    """
    dimension = checks.positive_integer("dimension", dimension)
    if dimension not in _DEFAULT:
        raise InputError(f"dimension must be 1, 2 or 3, got {dimension}")
    checks.choice("parity", parity, ("even", "odd"))
    return tuple(
        operator for operator in _DEFAULT[dimension][parity == "odd"] if side is None or 2 * operator.extent <= side
    )


def pair_operators(displacements: Iterable[Site]) -> tuple[Operator, ...]:
    """Pairs at given displacements, e.g. far ones for power laws: [(4, 0), (4, 4)].

    >>> [operator.name for operator in pair_operators([(4, 0), (8, 0)])]
    ['(4,0)', '(8,0)']
    """
    return tuple(_pair(tuple(int(x) for x in site)) for site in displacements)


def _at_origin(sites: Iterable[Site]) -> Cluster:
    """The translate whose smallest components are 0, its sites in order."""
    table = np.array(list(sites))
    return tuple(sorted(tuple(int(x) for x in site) for site in table - table.min(axis=0)))


def _pair(site: Site) -> Operator:
    return Operator("(" + ",".join(map(str, site)) + ")", ((0,) * len(site), site))


def _local_values(spins: npt.NDArray[np.int8], operators: Sequence[Operator]) -> npt.NDArray[np.int64]:
    shape = spins.shape[1:]
    for operator in operators:
        if operator.dimension != len(shape):
            raise InputError(
                f"operator {operator.name!r} has displacements of {operator.dimension} components, the lattice "
                f"{shape} needs {len(shape)}"
            )
    missing = (1,) * (3 - len(shape))
    terms = [(k, cluster) for k, operator in enumerate(operators) for cluster in operator.clusters]
    sites = np.zeros((len(terms), max(len(cluster) for _, cluster in terms), 3), dtype=np.int64)
    for t, (_, cluster) in enumerate(terms):
        sites[t, : len(cluster), len(missing) :] = np.array(cluster) % shape
    sizes = np.array([len(cluster) for _, cluster in terms])
    owner = np.array([k for k, _ in terms])
    out = np.zeros((len(spins), len(operators)), dtype=np.int64)
    operator_sums(spins.reshape(len(spins), *missing, *shape), sites, sizes, owner, out)
    return out


def _make(*entries: tuple[str, Sequence[Site]]) -> tuple[Operator, ...]:
    return tuple(Operator(name, tuple(sites)) for name, sites in entries)


_DEFAULT: dict[int, tuple[tuple[Operator, ...], tuple[Operator, ...]]] = {
    1: (
        _make(
            ("nn", [(0,), (1,)]), ("(2)", [(0,), (2,)]), ("(3)", [(0,), (3,)]),
            ("four", [(0,), (1,), (2,), (3,)]), ("(4)", [(0,), (4,)]),
        ),
        _make(("m", [(0,)]), ("three", [(0,), (1,), (2,)]), ("three (0,1,3)", [(0,), (1,), (3,)])),
    ),
    2: (
        _make(
            ("nn", [(0, 0), (1, 0)]),
            ("nnn", [(0, 0), (1, 1)]),
            ("plaquette", [(0, 0), (1, 0), (0, 1), (1, 1)]),
            ("(2,0)", [(0, 0), (2, 0)]),
            ("(2,1)", [(0, 0), (2, 1)]),
            ("diamond", [(1, 0), (0, 1), (2, 1), (1, 2)]),
            ("(2,2)", [(0, 0), (2, 2)]),
            ("zigzag", [(0, 0), (1, 0), (1, 1), (2, 1)]),
            ("T", [(0, 0), (1, 0), (2, 0), (1, 1)]),
            ("L", [(0, 0), (1, 0), (2, 0), (0, 1)]),
            ("rectangle", [(0, 0), (2, 0), (0, 1), (2, 1)]),
            ("(3,0)", [(0, 0), (3, 0)]),
            ("(3,1)", [(0, 0), (3, 1)]),
        ),
        _make(
            ("m", [(0, 0)]),
            ("corner", [(0, 0), (1, 0), (0, 1)]),
            ("line", [(0, 0), (1, 0), (2, 0)]),
            ("bent", [(0, 0), (1, 0), (2, 1)]),
            ("V", [(0, 0), (1, 1), (2, 0)]),
            ("five", [(0, 0), (1, 0), (0, 1), (1, 1), (2, 0)]),
            ("cross", [(1, 0), (0, 1), (1, 1), (2, 1), (1, 2)]),
            ("diagonal", [(0, 0), (1, 1), (2, 2)]),
            ("wide corner", [(0, 0), (2, 0), (0, 2)]),
        ),
    ),
    3: (
        _make(
            ("nn", [(0, 0, 0), (1, 0, 0)]),
            ("nnn", [(0, 0, 0), (1, 1, 0)]),
            ("(1,1,1)", [(0, 0, 0), (1, 1, 1)]),
            ("plaquette", [(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0)]),
            ("tetrahedron", [(0, 0, 0), (1, 1, 0), (1, 0, 1), (0, 1, 1)]),
            ("(2,0,0)", [(0, 0, 0), (2, 0, 0)]),
            ("(2,1,0)", [(0, 0, 0), (2, 1, 0)]),
            ("rectangle", [(0, 0, 0), (1, 1, 0), (0, 0, 1), (1, 1, 1)]),
        ),
        _make(
            ("m", [(0, 0, 0)]),
            ("corner", [(0, 0, 0), (1, 0, 0), (0, 1, 0)]),
            ("line", [(0, 0, 0), (1, 0, 0), (2, 0, 0)]),
            ("bent", [(0, 0, 0), (1, 0, 0), (1, 1, 1)]),
            ("triangle", [(0, 0, 0), (1, 1, 0), (1, 0, 1)]),
        ),
    ),
}  # fmt: skip
