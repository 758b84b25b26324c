"""Figures of results: each function draws what another part of spinlens found, `(data, ax=None) -> Axes`.

=============  =====================================================================================================
lattices       `states`, and `movie` for those of a flow
Monte Carlo    `series` and `autocorrelation` of chains, `reweighted` functions of temperature
critical point `crossings` of U4 or ξ/L, `collapse` of all sizes, `drift` of the crossings, `residuals` of the fit,
               `error_budget`, `influence` of the sizes
instruments    `calibration` curves, `validation` on known ensembles
flows          `flow`: temperatures along it; `flow_ends`; `layers`; `flow_field`: ΔT against T
correlations   `correlation` G(r), `correlation_map` of ⟨v h⟩
machines       `learning_curve`, `weights`, `spectrum`, `receptive_fields`, `couplings`, `modes`, `gap`
               against an effect, `depth`: stacks beside first layers and wider machines, `learning_law`
blocks         `mcrg`: exponents against the operators kept
studies        `along_sigma`: effects against the range of the power law
all            `forest`: estimates in rows, do they agree?
=============  =====================================================================================================

Drawing loads matplotlib, importing this package does not. Without `ax` a new pyplot figure is made in the look of the
report; into an `ax` that is given the same marks are drawn, and fonts and frame are yours.
"""

from __future__ import annotations

import importlib

_HOME = {
    "spinlens.plot.lattices": ("states", "receptive_fields"),
    "spinlens.plot.movies": ("movie",),
    "spinlens.plot.chains": ("series", "autocorrelation"),
    "spinlens.plot.thermodynamics": ("reweighted",),
    "spinlens.plot.scaling": ("crossings", "drift"),
    "spinlens.plot.collapses": ("collapse",),
    "spinlens.plot.fits": ("residuals",),
    "spinlens.plot.budgets": ("error_budget", "influence"),
    "spinlens.plot.instruments": ("calibration", "validation"),
    "spinlens.plot.flow_readings": ("flow",),
    "spinlens.plot.ends_of_flows": ("flow_ends",),
    "spinlens.plot.layered": ("layers",),
    "spinlens.plot.flow_fields": ("flow_field",),
    "spinlens.plot.spin_correlations": ("correlation",),
    "spinlens.plot.maps": ("correlation_map",),
    "spinlens.plot.machines": ("weights", "spectrum", "learning_curve"),
    "spinlens.plot.pair_couplings": ("couplings",),
    "spinlens.plot.waves": ("modes",),
    "spinlens.plot.exponents": ("mcrg",),
    "spinlens.plot.gaps": ("gap",),
    "spinlens.plot.ranges": ("along_sigma",),
    "spinlens.plot.depths": ("depth",),
    "spinlens.plot.laws": ("learning_law",),
    "spinlens.plot.forests": ("forest",),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = [*_MODULE_OF]


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'spinlens.plot' has no attribute {name!r}")
    from spinlens.border import drawing  # loads NumPy

    found = globals()[name] = drawing(getattr(importlib.import_module(_MODULE_OF[name]), name))
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
