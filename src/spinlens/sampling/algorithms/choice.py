"""Which update algorithm serves which coupling and temperature."""

from __future__ import annotations

import math

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


def make_update(model: IsingModel, temperature: float, name: str = "auto") -> Algorithm | MultiSpin:
    """As `make_algorithm`, and the algorithms that move 64 chains together."""
    if name not in _MULTI_SPIN:
        return make_algorithm(model, temperature, name)
    if not isinstance(model.coupling, NearestNeighbour):
        raise CouplingError(f"{name} needs NearestNeighbour(), got {model.coupling!r}; use 'metropolis' or 'heat-bath'")
    if temperature == 0 or math.isinf(temperature):
        return Exact(model, temperature)
    return _MULTI_SPIN[name](model, temperature)


def make_algorithm(model: IsingModel, temperature: float, name: str = "auto") -> Algorithm:
    """The named algorithm for one temperature; "auto" takes cluster moves where the couplings allow them."""
    if temperature == 0 or math.isinf(temperature):
        return Exact(model, temperature)
    table = model.coupling_table
    ferromagnetic = bool((table >= 0).all())
    if name in _SINGLE_SPIN:
        return _SINGLE_SPIN[name](model, temperature)
    if name == "auto" and not ferromagnetic:
        return Metropolis(model, temperature)
    if not ferromagnetic:
        raise CouplingError(f"{name} needs couplings J(r) ≥ 0, the smallest is {table.min():g}; use 'metropolis'")
    if isinstance(model.coupling, NearestNeighbour):
        return (NearestNeighbourWolff if name == "wolff" else NearestNeighbourSwendsenWang)(model, temperature)
    if name == "wolff":
        return LongRangeWolff(model, temperature)
    return LongRangeSwendsenWang(model, temperature)
