"""Which algorithm serves which coupling and temperature."""

from __future__ import annotations

import math
from typing import Literal, overload

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

_SINGLE_SPIN: dict[str, type[Metropolis | HeatBath | Clock]] = {
    "metropolis": Metropolis,
    "heat-bath": HeatBath,
    "clock": Clock,
}
_MULTI_SPIN: dict[str, type[MultiSpin]] = {
    "multi-spin-metropolis": MultiSpin,
    "multi-spin-heat-bath": MultiSpinHeatBath,
}
SINGLE_SPIN = tuple(_SINGLE_SPIN)
ALGORITHMS = ("auto", "swendsen-wang", "wolff", *SINGLE_SPIN, *_MULTI_SPIN)

OneChain = Literal["auto", "swendsen-wang", "wolff", "metropolis", "heat-bath", "clock"]


@overload
def make_algorithm(model: IsingModel, temperature: float, name: OneChain = "auto") -> Algorithm: ...
@overload
def make_algorithm(model: IsingModel, temperature: float, name: str) -> Algorithm | MultiSpin: ...
def make_algorithm(model: IsingModel, temperature: float, name: str = "auto") -> Algorithm | MultiSpin:
    """The named algorithm for one temperature; "auto" takes cluster moves where the couplings allow them.

    T = 0 and ∞ are drawn exactly, whatever the name. Raises `CouplingError` where the couplings forbid the algorithm.
    """
    if name in _MULTI_SPIN and not isinstance(model.coupling, NearestNeighbour):
        raise CouplingError(f"{name} needs NearestNeighbour(), got {model.coupling!r}; use 'metropolis' or 'heat-bath'")
    if temperature == 0 or math.isinf(temperature):
        return Exact(model, temperature)
    if name in _SINGLE_SPIN:
        return _SINGLE_SPIN[name](model, temperature)
    if name in _MULTI_SPIN:
        return _MULTI_SPIN[name](model, temperature)
    return _clusters_where_allowed(model, temperature, name)


def _clusters_where_allowed(model: IsingModel, temperature: float, name: str) -> Algorithm:
    table = model.coupling_table
    ferromagnetic = bool((table >= 0).all())
    if name == "auto" and not ferromagnetic:
        return Metropolis(model, temperature)
    if not ferromagnetic:
        raise CouplingError(f"{name} needs couplings J(r) ≥ 0, the smallest is {table.min():g}; use 'metropolis'")
    if isinstance(model.coupling, NearestNeighbour):
        return (NearestNeighbourWolff if name == "wolff" else NearestNeighbourSwendsenWang)(model, temperature)
    return (LongRangeWolff if name == "wolff" else LongRangeSwendsenWang)(model, temperature)
