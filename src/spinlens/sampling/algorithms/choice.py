"""Which algorithm serves which coupling and temperature."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Literal, overload

import numpy as np

from spinlens.errors import CouplingError
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.sampling.algorithms.algorithm import Algorithm
from spinlens.sampling.algorithms.clock import Clock
from spinlens.sampling.algorithms.extremes import Exact
from spinlens.sampling.algorithms.multispin import MultiSpin, MultiSpinHeatBath
from spinlens.sampling.algorithms.single_spin import HeatBath, Metropolis
from spinlens.sampling.algorithms.swendsen_wang import LongRangeSwendsenWang, NearestNeighbourSwendsenWang
from spinlens.sampling.algorithms.wolff import LongRangeWolff, NearestNeighbourWolff

_COLD, _COLDEST = 100.0, 1e5  # work of a sweep up to which, and from which, the size of the lattice does not matter
_SWEEP = 2.0**31  # updates in some ten seconds

Make = Callable[[IsingModel, float], Algorithm]


def _auto(model: IsingModel, temperature: float) -> Algorithm:
    """Swendsen–Wang for J ≥ 0, else Metropolis."""
    return (_graphs(model) if _ferromagnetic(model) else Metropolis)(model, temperature)


def _swendsen_wang(model: IsingModel, temperature: float) -> Algorithm:
    _require_ferromagnetic(model, "swendsen-wang")
    return _graphs(model)(model, temperature)


def _graphs(model: IsingModel) -> Make:
    return NearestNeighbourSwendsenWang if _nearest(model) else LongRangeSwendsenWang


def _wolff(model: IsingModel, temperature: float) -> Algorithm:
    _require_ferromagnetic(model, "wolff")
    return (NearestNeighbourWolff if _nearest(model) else LongRangeWolff)(model, temperature)


SINGLE_SPIN: dict[str, Make] = {"metropolis": Metropolis, "heat-bath": HeatBath, "clock": Clock}
"""Moves of single spins, of which replicas can be exchanged."""

MULTI_SPIN: dict[str, type[MultiSpin]] = {
    "multi-spin-metropolis": MultiSpin,
    "multi-spin-heat-bath": MultiSpinHeatBath,
}
"""Moves of 64 replicas at a time, between nearest neighbours."""

ALGORITHMS: dict[str, Make | type[MultiSpin]] = {
    "auto": _auto, "swendsen-wang": _swendsen_wang, "wolff": _wolff, **SINGLE_SPIN, **MULTI_SPIN,
}  # fmt: skip
"""Every algorithm by its name: what makes it of a model and a temperature."""

OneChain = Literal["auto", "swendsen-wang", "wolff", "metropolis", "heat-bath", "clock"]


@overload
def make_algorithm(
    model: IsingModel, temperature: float, name: OneChain = "auto", wrapping: bool = False
) -> Algorithm: ...
@overload
def make_algorithm(
    model: IsingModel, temperature: float, name: str, wrapping: bool = False
) -> Algorithm | MultiSpin: ...
def make_algorithm(
    model: IsingModel, temperature: float, name: str = "auto", wrapping: bool = False
) -> Algorithm | MultiSpin:
    """The named algorithm for one temperature; "auto" takes cluster moves where the couplings allow them.

    T = 0 and ∞ are drawn exactly, whatever the name. `wrapping` asks whether clusters wind around the torus. Raises
    `CouplingError` where the couplings forbid the algorithm, or clusters that wind.
    """
    if name in MULTI_SPIN and not _nearest(model):
        raise CouplingError(f"{name} needs NearestNeighbour(), got {model.coupling!r}; use 'metropolis' or 'heat-bath'")
    if temperature == 0 or math.isinf(temperature):
        return Exact(model, temperature)
    algorithm = ALGORITHMS[name](model, temperature)
    _require_warm(algorithm, model, temperature)
    return _with_wrapping(algorithm, name) if wrapping else algorithm


def _with_wrapping(algorithm: object, name: str) -> Algorithm:
    if not isinstance(algorithm, NearestNeighbourSwendsenWang | LongRangeSwendsenWang):
        raise CouplingError(f"wrapping needs all clusters, of 'swendsen-wang' and couplings J(r) ≥ 0; got {name!r}")
    if algorithm.model.dimension != 2 or algorithm.field:
        raise CouplingError(f"wrapping is for two dimensions without a field, got {algorithm.model}")
    return replace(algorithm, wrapping=True)


def _require_warm(algorithm: Algorithm | MultiSpin, model: IsingModel, temperature: float) -> None:
    """Refuse T so low that one sweep, in which nobody can stop it, would take long: almost nothing flips there."""
    if algorithm.work > min(_COLDEST, max(_COLD, _SWEEP / model.n_sites)):
        raise CouplingError(
            f"T = {temperature:g} is so far below Σ|J| = {np.abs(model.coupling_table).sum():.3g} that a sweep would "
            f"try {algorithm.work:.2g} bonds a site: T = 0 is drawn exactly; or use 'metropolis'"
        )


def _nearest(model: IsingModel) -> bool:
    return isinstance(model.coupling, NearestNeighbour)


def _ferromagnetic(model: IsingModel) -> bool:
    return bool((model.coupling_table >= 0).all())


def _require_ferromagnetic(model: IsingModel, name: str) -> None:
    if not _ferromagnetic(model):
        smallest = model.coupling_table.min()
        raise CouplingError(f"{name} needs couplings J(r) ≥ 0, the smallest is {smallest:g}; use 'metropolis'")
