"""Whether the data agree with the universality class that was assumed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spinlens.criticality.analysis.averaging import FitSet
from spinlens.criticality.analysis.hypotheses import imposed
from spinlens.criticality.universality import Regime
from spinlens.lattice.couplings import Coupling
from spinlens.statistics.estimate import Estimate

_PULL = 4.0  # errors beyond which a quantity contradicts its class
_IMPROBABLE = 1e-4
_WORDS = {"y_t": "y_t", "delta_spin": "Δ_s", "binder": "U4*"}


@dataclass(frozen=True)
class ClassCheck:
    """Agreement of the data with a class.

    Attributes
    ----------
    contradicted : whether the data contradict the class.
    pulls : by quantity, (measured − imposed) / error for what the class fixes.
    p_value : of the best fit with everything imposed; nan where nothing is.
    text : one sentence for the reader.
    """

    contradicted: bool
    pulls: dict[str, float]
    p_value: float
    text: str


def check_class(
    regime: Regime, coupling: Coupling | None, dimension: int, free: FitSet, fixed: FitSet | None
) -> ClassCheck:
    """Compare fits with free exponents with what the class imposes.

    The class is contradicted where a quantity that it fixes is measured more than four errors away, or where no fit
    with everything imposed has a probability above 1e-4 though one with free exponents has. At a boundary logarithms
    shift what power laws give, so that only the probability counts there.
    """
    expected = imposed(regime, coupling, dimension)
    fixes = {"y_t": expected.y_t, "delta_spin": expected.delta_spin, "binder": expected.binder}
    pulls = {
        name: free.average(name).estimate.deviation(Estimate(value, 0.0))
        for name, value in fixes.items()
        if value is not None and name in free.best.names
    }
    if fixed is None:
        return ClassCheck(False, pulls, float("nan"), f"the class {regime} fixes nothing that could be tested")
    probable, free_probable = _largest(fixed), _largest(free)
    reasons = [
        f"{_WORDS[name]} is {free.average(name).estimate} instead of {fixes[name]:.6g}"
        for name, pull in pulls.items()
        if abs(pull) > _PULL and regime != "boundary"
    ]
    if probable < _IMPROBABLE < free_probable:
        reasons.append(f"no fit with the class imposed has a probability above {probable:.1g}")
    if reasons:
        return ClassCheck(True, pulls, probable, f"the data contradict the class {regime}: " + "; ".join(reasons))
    return ClassCheck(False, pulls, probable, f"the data agree with the class {regime} (p = {probable:.2g})")


def _largest(fits: FitSet) -> float:
    """The probability of the likeliest fit."""
    values = [one.p_value for one in fits.fits]
    return float(np.nanmax(values)) if np.isfinite(values).any() else 1.0
