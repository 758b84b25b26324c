"""Which finite-size scaling to fit: with exponents left free, and with those that a universality class imposes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from spinlens.criticality.analysis.global_fit import FitModel
from spinlens.criticality.analysis.scaling_data import Corrections
from spinlens.criticality.universality import (
    MEAN_FIELD_BINDER,
    SQUARE_BINDER,
    SQUARE_CRITICAL_POLYNOMIAL,
    Regime,
    correction_exponents,
    energy_expansion,
    higher_corrections,
    short_range_exponents,
    tail_exponents,
)
from spinlens.errors import InputError
from spinlens.lattice.couplings import Coupling, PowerLaw

_AMPLITUDES = (1.0, 2.0, 4.0)  # of corrections: their evidence tells which is natural for the lattice
Freedom = Literal["free", "imposed"]


@dataclass(frozen=True)
class Imposed:
    """What a universality class fixes on a torus; None where it says nothing exact."""

    y_t: float | None = None
    delta_spin: float | None = None
    binder: float | None = None
    critical_polynomial: float | None = None
    log_x: float = 0.0
    log_m2: float = 0.0


def imposed(regime: Regime, coupling: Coupling | None, dimension: int) -> Imposed:
    """What the class fixes: exponents of the torus above the upper critical dimension, (d−σ)/2, or Onsager's."""
    if regime == "mean-field":
        return Imposed(dimension / 2, dimension / 4, MEAN_FIELD_BINDER)
    if regime == "boundary" and _at_lower_boundary(coupling, dimension):
        # Brézin 1982: ⟨m²⟩ ~ L^{−d/2} (ln L)^{1/2}, x = t L^{d/2} (ln L)^{1/6}
        return Imposed(dimension / 2, dimension / 4, MEAN_FIELD_BINDER, log_x=1 / 6, log_m2=1 / 2)
    if regime == "long-range" and isinstance(coupling, PowerLaw):
        return Imposed(delta_spin=(dimension - coupling.sigma) / 2)
    if regime == "short-range":
        exponents = short_range_exponents(dimension)
        if exponents is not None:
            spin, energy = exponents
            flat = (
                {"binder": SQUARE_BINDER, "critical_polynomial": SQUARE_CRITICAL_POLYNOMIAL} if dimension == 2 else {}
            )
            return Imposed(dimension - energy, spin, **flat)
    return Imposed()


def lengths_scale(regime: Regime, coupling: Coupling | None, dimension: int) -> bool:
    """Whether ξ/L is scale-invariant: above the upper critical dimension, and at it, ξ outgrows L."""
    return not (regime == "mean-field" or (regime == "boundary" and imposed(regime, coupling, dimension).log_x > 0))


def usual_y_t(regime: Regime, coupling: Coupling | None, dimension: int) -> tuple[float, float]:
    """y_t before any data, with a deviation: that of the class, by expansion where only that is known, else d/2.

    >>> usual_y_t("short-range", None, 2), usual_y_t("unknown", None, 3)
    ((1.0, 0.3), (1.5, 0.5))
    """
    known = imposed(regime, coupling, dimension).y_t
    if known is None and regime == "long-range" and isinstance(coupling, PowerLaw):
        known = dimension - sum(energy_expansion(coupling.sigma, dimension)) / 2
    return (dimension / 2, 0.5) if known is None else (known, 0.3)


def hypotheses(
    regime: Regime,
    coupling: Coupling | None,
    dimension: int,
    sizes: Sequence[int],
    kind: Freedom,
    order: int = 2,
    prior_y_t: tuple[float, float] | None = None,
) -> list[FitModel]:
    """All fits that are to be averaged: corrections, their typical amplitude and the smallest sizes.

    `order` is the highest power of x, `prior_y_t` of where it is free; without a coupling only the class says what
    corrections there may be.

    Raises
    ------
    InputError : the class is not one that can be assumed.
    """
    if regime in ("no transition",):
        raise InputError("there is no transition at T > 0 to fit")
    fixed = imposed(regime, coupling, dimension) if kind == "imposed" else Imposed()
    return [
        FitModel(corrections, amplitude, order, smallest, prior_y_t=prior_y_t, **vars(fixed))
        for corrections in _corrections(regime, coupling, dimension, kind)
        for amplitude in _AMPLITUDES
        for smallest in sizes[: max(1, len(sizes) - 2)]
    ]


def _corrections(regime: Regime, coupling: Coupling | None, dimension: int, kind: Freedom) -> list[Corrections]:
    """Sets of corrections to try: an exponent that the slowest may have, with those that are there in any case."""
    if kind == "imposed" and regime == "boundary" and _at_lower_boundary(coupling, dimension):
        return [(("log", 0.5), ("log", 1.0), ("log", 1.5))]
    further = higher_corrections(regime, coupling, dimension)
    tails = tail_exponents(coupling, dimension) if regime in ("short-range", "boundary") else ()
    sets = (frozenset({omega, *further, *tails}) for omega in correction_exponents(coupling, dimension, regime))
    unit = "wave" if tails else "power"
    return [tuple((unit, power) for power in sorted(powers)) for powers in dict.fromkeys(sets)]


def _at_lower_boundary(coupling: Coupling | None, dimension: int) -> bool:
    return isinstance(coupling, PowerLaw) and coupling.sigma == dimension / 2
