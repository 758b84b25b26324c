"""spinlens: does a machine that learns from lattice data do what the renormalization group does?

The public names below load their modules when first used, so that ``import spinlens`` is light.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spinlens import exact as exact
    from spinlens.criticality.critical_point import CriticalPoint as CriticalPoint
    from spinlens.criticality.critical_point import find_critical_point as find_critical_point
    from spinlens.lattice.couplings import CouplingTable as CouplingTable
    from spinlens.lattice.couplings import NearestNeighbour as NearestNeighbour
    from spinlens.lattice.couplings import PowerLaw as PowerLaw
    from spinlens.lattice.ising import IsingModel as IsingModel
    from spinlens.sampling.sampler import sample as sample
    from spinlens.statistics.autocorrelation import integrated_time as integrated_time
    from spinlens.statistics.estimate import Estimate as Estimate

__version__ = "0.1.0"

_HOME = {
    "IsingModel": "spinlens.lattice.ising",
    "NearestNeighbour": "spinlens.lattice.couplings",
    "PowerLaw": "spinlens.lattice.couplings",
    "CouplingTable": "spinlens.lattice.couplings",
    "sample": "spinlens.sampling.sampler",
    "Estimate": "spinlens.statistics.estimate",
    "integrated_time": "spinlens.statistics.autocorrelation",
    "find_critical_point": "spinlens.criticality.critical_point",
    "CriticalPoint": "spinlens.criticality.critical_point",
}

__all__ = ["__version__", "exact", *_HOME]


def __getattr__(name: str) -> object:
    if name == "exact":
        return importlib.import_module("spinlens.exact")
    if name not in _HOME:
        raise AttributeError(f"module 'spinlens' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
