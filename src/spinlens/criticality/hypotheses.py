"""Which finite-size scaling to fit: with exponents left free, and with those that a universality class imposes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from spinlens.criticality.global_fit import FitModel
from spinlens.criticality.universality import Regime, correction_exponents, short_range_exponents
from spinlens.errors import InputError
from spinlens.lattice.couplings import Coupling, PowerLaw

MEAN_FIELD_BINDER = 0.2705201282578412  # 1 − Γ(1/4)²/(12 Γ(3/4)²), p(m) ∝ e^{−m⁴}: Brézin & Zinn-Justin 1985
SQUARE_BINDER = 0.61069  # Kamieniarz & Blöte 1993, periodic square
_SLOW = 0.35
Freedom = Literal["free", "imposed"]


@dataclass(frozen=True)
class Imposed:
    """What a universality class fixes on a torus; None where it says nothing exact."""

    y_t: float | None = None
    delta_spin: float | None = None
    binder: float | None = None
    log_x: float = 0.0
    log_m2: float = 0.0


def imposed(regime: Regime, coupling: Coupling, dimension: int) -> Imposed:
    """What the class fixes: exponents of the torus above the upper critical dimension, (d−σ)/2, or Onsager's."""
    if regime == "mean-field":
        return Imposed(dimension / 2, dimension / 4, MEAN_FIELD_BINDER)
    if regime == "boundary" and _at_lower_boundary(coupling, dimension):
        # Brézin 1982: ⟨m²⟩ ~ L^{−d/2} (ln L)^{1/2}, x = t L^{d/2} (ln L)^{1/6}
        return Imposed(dimension / 2, dimension / 4, MEAN_FIELD_BINDER, 1 / 6, 1 / 2)
    if regime == "long-range" and isinstance(coupling, PowerLaw):
        return Imposed(delta_spin=(dimension - coupling.sigma) / 2)
    if regime == "short-range":
        exponents = short_range_exponents(dimension)
        if exponents is not None:
            spin, energy = exponents
            return Imposed(dimension - energy, spin, SQUARE_BINDER if dimension == 2 else None)
    return Imposed()


def hypotheses(
    regime: Regime, coupling: Coupling, dimension: int, sizes: Sequence[int], kind: Freedom
) -> list[FitModel]:
    """All fits that are to be averaged: corrections, orders and smallest sizes that are possible.

    Raises
    ------
    InputError : the class is not one that can be assumed.
    """
    if regime in ("no transition",):
        raise InputError("there is no transition at T > 0 to fit")
    fixed = imposed(regime, coupling, dimension) if kind == "imposed" else Imposed()
    return [
        FitModel(corrections, bool(corrections), 2, smallest, **vars(fixed))
        for smallest in sizes[: max(1, len(sizes) - 2)]
        for corrections in _corrections(regime, coupling, dimension, kind)
    ]


def _corrections(
    regime: Regime, coupling: Coupling, dimension: int, kind: Freedom
) -> list[tuple[tuple[str, float], ...]]:
    """Sets of corrections to try."""
    if kind == "imposed" and isinstance(coupling, PowerLaw):
        below = dimension / 2 - coupling.sigma
        if regime == "mean-field" and below > 0:  # Luijten & Blöte 1997: shift of t, and the irrelevant field itself
            return [(("power", below),), (("power", below), ("power", 2 * below))]
        if regime == "boundary" and _at_lower_boundary(coupling, dimension):
            return [(("log", 0.5),), (("log", 1.0),), (("log", 0.5), ("log", 1.0))]
    omegas = correction_exponents(coupling, dimension, regime)
    if omegas[0] < _SLOW:  # theory says that it is there, and no lattice is large enough to do without
        slow = ("power", omegas[0])
        return [(slow,), *((slow, ("power", omega)) for omega in (2 * omegas[0], 1.0, 2.0))]
    return [(), *((("power", omega),) for omega in omegas)]


def _at_lower_boundary(coupling: Coupling, dimension: int) -> bool:
    return isinstance(coupling, PowerLaw) and coupling.sigma == dimension / 2


def higher_corrections(regime: Regime, coupling: Coupling, dimension: int) -> tuple[float, ...]:
    """Exponents of corrections beyond the leading one, whose amplitudes are unknown.

    Short-range: L^{−2} and L^{−3} in two dimensions, L^{−2ω}, L^{−2} in three. Power laws: L^{−(2−σ)} from the k² term
    beside k^σ, L^{−σ} from the regular background, and L^{−2}.
    """
    if regime == "short-range":
        return (1.66, 2.0) if dimension == 3 else (2.0, 3.0)
    if isinstance(coupling, PowerLaw) and coupling.sigma < 2:
        exponents = {max(0.5, 2 - coupling.sigma), max(0.5, coupling.sigma), 2.0}
        return tuple(sorted(exponents))
    return (1.0, 2.0)
