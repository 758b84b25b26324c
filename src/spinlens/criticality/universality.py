"""What is known of the critical point: universality class, exact dimensions, best known temperatures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from scipy.special import digamma

from spinlens import checks
from spinlens.exact.kaufman import CRITICAL_TEMPERATURE
from spinlens.lattice.couplings import Coupling, NearestNeighbour, PowerLaw
from spinlens.statistics.estimate import Estimate

Regime = Literal["short-range", "long-range", "mean-field", "boundary", "no transition", "unknown"]
REGIMES: tuple[Regime, ...] = ("short-range", "long-range", "mean-field", "boundary")
"""Those that can be assumed."""


@dataclass(frozen=True)
class Known:
    """A reference number with its source; error 0 means exact."""

    estimate: Estimate
    source: str


@dataclass(frozen=True)
class Reference:
    """What theory and the literature say of one coupling; None where nothing firm is known.

    `expansion` is Δ_ε to first and second order in ε = 2σ − d, a guide and no more; `binder` is U4* of a periodic
    square or cube, `xi` ξ/L* of a square, `critical_polynomial` its R_p*.
    """

    regime: Regime
    temperature: Known | None = None
    delta_spin: Known | None = None
    delta_energy: Known | None = None
    note: str = ""
    expansion: tuple[float, float] | None = None
    binder: Known | None = None
    xi: Known | None = None
    critical_polynomial: Known | None = None


MEAN_FIELD_BINDER = 0.2705201282578412  # 1 − Γ(1/4)²/(12 Γ(3/4)²), p(m) ∝ e^{−m⁴}
SQUARE_BINDER = 0.61069
SQUARE_CRITICAL_POLYNOMIAL = 0.0  # R_2 − 2 R_0 of Fortuin–Kasteleyn clusters at T_c: the square is its own dual
_ONSAGER = Reference(
    "short-range",
    Known(Estimate(CRITICAL_TEMPERATURE, 0.0), "Onsager 1944, exact"),
    Known(Estimate(0.125, 0.0), "Onsager 1944, Yang 1952, exact"),
    Known(Estimate(1.0, 0.0), "Onsager 1944, exact"),
    binder=Known(Estimate(SQUARE_BINDER, 1e-5), "Kamieniarz & Blöte 1993"),
    xi=Known(Estimate(0.9050488292, 4e-10), "Salas & Sokal 2000"),
    critical_polynomial=Known(Estimate(SQUARE_CRITICAL_POLYNOMIAL, 0.0), "self-duality, exact"),
)
_SHORT_RANGE_EXPONENTS = {2: (0.125, 1.0), 3: (0.5181489, 1.412625)}  # Δ_s, Δ_ε: Onsager; conformal bootstrap

_MODEST = "cluster Monte Carlo, periodic images, L ≤ 128, 0.1–0.3 %"
_ANGELINI = "Angelini, Parisi & Ricci-Tersenghi 2014"
_LARGE = "arXiv:2512.04805, L ≤ 8192"
# Plain couplings r^{−(d+σ)}, by d and σ. Those of arXiv:2512.04805 are K_c at Σ_r J(r) = 4, times Σ_r r^{−(2+σ)} / 4,
# error: the last digit quoted. At σ = 1.75 Angelini et al. have 4.89455(17), 2.4 of their errors lower.
_POWER_LAWS = {
    (1, 0.65453): Known(Estimate(3.19289, 2e-5), _ANGELINI),
    (1, 0.875): Known(Estimate(2.10589, 1e-5), _ANGELINI),
    (2, 0.8): Known(Estimate(9.7624, 0.0095), _MODEST),
    (2, 1.0): Known(Estimate(8.0253, 0.0193), _MODEST),
    (2, 1.2): Known(Estimate(6.83427, 1e-5), _ANGELINI),
    (2, 1.30906): Known(Estimate(6.32546, 4e-5), _ANGELINI),
    (2, 1.4): Known(Estimate(5.9612, 0.0053), _MODEST),
    (2, 1.6): Known(Estimate(5.29321, 4e-5), _ANGELINI),
    (2, 1.75): Known(Estimate(4.89496, 2e-5), _LARGE),
    (2, 1.875): Known(Estimate(4.61508, 2e-5), _LARGE),
    (2, 2.0): Known(Estimate(4.37437, 2e-5), _LARGE),
    (2, 2.5): Known(Estimate(3.69232, 2e-5), _LARGE),
}
_SHORT_RANGE_BOUNDARY = {1: 1.0, 2: 1.75, 3: 1.9637}  # σ = 2 − η, Sak 1973
_CONTESTED = (
    "contested: the short-range boundary is 2 − η (Sak 1973; Luijten & Blöte 2002), or 2 (Picco 2012, argued again in "
    "2025 from lattices up to L = 8192)"
)

# Corrections L^{−ω} of the short-range class. Two dimensions: the regular background of ⟨m²⟩, 2 y_h − d = 7/4, before
# the irrelevant fields with ω = 2 (Salas & Sokal 2000: the square has no ω = 1 nor 4/3). Three: ω = 0.83 (conformal
# bootstrap), its square, and the background 1.96.
_SHORT_RANGE_OMEGA = {1: 1.75, 2: 1.75, 3: 0.83}
_SHORT_RANGE_HIGHER = {1: (1.75, 2.0, 3.0), 2: (1.75, 2.0, 3.0), 3: (1.66, 1.96)}
_OPEN = (0.5, 1.0, 1.5, 2.0)  # where theory leaves ω open: equally spaced, so that each is as likely beforehand
_SLOWEST = 0.1  # below, L^{−ω} falls by less than a third from L = 8 to 256 and cannot be told from a constant
_SURE = 0.35  # nearly marginal exponents below are there in any case; larger ones may be first-order theory only


def reference(coupling: Coupling | None, dimension: int) -> Reference:
    """Class, dimensions and temperature expected of a coupling, each with its source.

    Power laws r^{−(d+σ)}: Gaussian for σ ≤ d/2; Δ_s = (d−σ)/2 exactly between d/2 and the short-range boundary
    (Fisher, Ma & Nickel 1972), whose place in 2D, 7/4 (Sak 1973) or 2, is contested; short-range beyond 2.

    >>> reference(PowerLaw(1.2), 2).delta_spin.estimate.value
    0.4
    """
    checks.positive_integer("dimension", dimension)
    if isinstance(coupling, NearestNeighbour):
        return _nearest_neighbour(coupling, dimension)
    if isinstance(coupling, PowerLaw):
        return _power_law(coupling, dimension)
    return Reference(
        "unknown", note="no coupling was named" if coupling is None else "no reference for a coupling table"
    )


def _nearest_neighbour(coupling: NearestNeighbour, dimension: int) -> Reference:
    if dimension == 1:
        return Reference("no transition", note="the chain orders at T = 0 only (Ising 1925)")
    if dimension == 2:
        if coupling.strength == 1.0:
            return _ONSAGER
        scaled = Known(Estimate(CRITICAL_TEMPERATURE * coupling.strength, 0.0), "Onsager 1944, exact")
        return replace(_ONSAGER, temperature=scaled)
    return Reference(
        "short-range",
        Known(Estimate(4.5115232 * coupling.strength, 1e-7 * coupling.strength), "Ferrenberg, Xu & Landau 2018"),
        Known(Estimate(0.5181489, 1e-6), "conformal bootstrap, Kos et al. 2016"),
        Known(Estimate(1.412625, 1e-5), "conformal bootstrap, Kos et al. 2016"),
        binder=Known(Estimate(0.46548, 5e-5), "Ferrenberg, Xu & Landau 2018"),
    )


def _power_law(coupling: PowerLaw, dimension: int) -> Reference:
    sigma = coupling.sigma
    temperature = None
    if coupling.images == "periodic" and coupling.cell == "point" and (dimension, sigma) in _POWER_LAWS:
        known = _POWER_LAWS[dimension, sigma]
        scaled = Estimate(known.estimate.value * coupling.strength, known.estimate.error * coupling.strength)
        temperature = Known(scaled, known.source)
    upper = _SHORT_RANGE_BOUNDARY[dimension]
    if dimension == 1 and sigma > 1:
        return Reference("no transition", note="a chain with σ > 1 orders at T = 0 only (Dyson 1969)")
    if sigma < dimension / 2:
        spin = Known(Estimate(dimension / 4, 0.0), "torus scaling above the upper critical dimension, ⟨m²⟩ ~ L^{−d/2}")
        energy = Known(Estimate(dimension / 2, 0.0), "torus scaling above the upper critical dimension, y_t* = d/2")
        binder = Known(Estimate(MEAN_FIELD_BINDER, 0.0), "Brézin & Zinn-Justin 1985, exact")
        return Reference("mean-field", temperature, spin, energy, "Gaussian field: Δ_s = (d−σ)/2", binder=binder)
    if sigma == dimension / 2 or sigma == upper:
        return Reference("boundary", temperature, note="logarithms at the boundary of the class")
    if sigma < upper:
        value = Estimate(round((dimension - sigma) / 2, 12), 0.0)
        first, second = energy_expansion(sigma, dimension)
        note = f"Δ_ε by expansion in 2σ − d: {first:.3f} (first order), {second:.3f} (second), a guide only"
        spin = Known(value, "(d−σ)/2, Fisher, Ma & Nickel 1972, exact")
        return Reference("long-range", temperature, spin, None, note, (first, second))
    if dimension == 2 and sigma > 2:
        return replace(_ONSAGER, temperature=temperature)
    return Reference("boundary", temperature, note=_CONTESTED)


def energy_expansion(sigma: float, dimension: int) -> tuple[float, float]:
    """Δ_ε = d − 1/ν of the long-range class to first and second order in ε = 2σ − d.

    1/ν = σ − ε/3 − [ψ(1) − 2 ψ(d/4) + ψ(d/2)] ε²/9 (Fisher, Ma & Nickel 1972, one component).

    >>> [round(value, 5) for value in energy_expansion(1.2, 2)]
    [0.93333, 0.98262]
    """
    epsilon = 2 * sigma - dimension
    bracket = float(digamma(1.0) - 2 * digamma(dimension / 4) + digamma(dimension / 2))
    first = dimension - sigma + epsilon / 3
    return first, first + bracket * epsilon**2 / 9


def correction_exponents(coupling: Coupling | None, dimension: int, regime: Regime | None = None) -> tuple[float, ...]:
    """Values of ω that are possible for the slowest correction to scaling L^{−ω} of a coupling in a class.

    Short-range: known; a power law beyond the short-range boundary adds the dimension σ − (2 − η) of its own tail.
    Mean-field: d/2 − σ (Luijten & Blöte 1997).
    Long-range: near σ = d/2 the quartic coupling is nearly marginal, ω = 2σ − d to first order (Fisher, Ma & Nickel
    1972), near the short-range boundary ω = 2 − η − σ; nothing firm is known in between, so values up to 2 are tried.
    Where one of the two is below 0.35 it is there in any case (`higher_corrections`), and the others are tried beside.

    >>> correction_exponents(PowerLaw(1.2), 2), correction_exponents(PowerLaw(1.6), 2)
    ((0.4, 1.0, 1.5, 2.0), (0.15, 1.0, 1.5, 2.0))
    """
    regime = regime or reference(coupling, dimension).regime
    sigma = coupling.sigma if isinstance(coupling, PowerLaw) else None
    if regime == "short-range":
        omega = _SHORT_RANGE_OMEGA[dimension]
        tail = omega if sigma is None else abs(sigma - _SHORT_RANGE_BOUNDARY[dimension])
        return (round(min(omega, max(tail, _SLOWEST)), 6),)
    if sigma is not None and regime == "mean-field" and sigma < dimension / 2:
        return (round(dimension / 2 - sigma, 6),)
    slow = () if sigma is None else _slow_exponents(sigma, dimension)
    return (*slow, *_OPEN[1:]) if slow else _OPEN


def _slow_exponents(sigma: float, dimension: int) -> tuple[float, ...]:
    """Exponents below ½ that are nearly marginal: of the quartic coupling, and at the short-range boundary."""
    slow = {abs(2 * sigma - dimension), abs(sigma - _SHORT_RANGE_BOUNDARY[dimension])}
    return tuple(sorted({round(omega, 6) for omega in slow if _SLOWEST <= omega < _OPEN[0]}))


def higher_corrections(regime: Regime, coupling: Coupling | None, dimension: int) -> tuple[float, ...]:
    """Exponents of corrections that a class has in any case, beside the slowest one.

    Mean-field: L^{−(d − 2σ)} of the irrelevant field, the next power of d/2 − σ, and L^{−2}.
    Power laws otherwise: L^{−(2−σ)} from the k² term beside k^σ, L^{−σ} from the regular background, L^{−2}, and nearly
    marginal ones, of which theory is sure.
    """
    if regime == "short-range":
        return _SHORT_RANGE_HIGHER[dimension]
    if isinstance(coupling, PowerLaw) and regime == "mean-field" and coupling.sigma < dimension / 2:
        step = dimension / 2 - coupling.sigma
        return (2 * step, 3 * step, 2.0)
    if isinstance(coupling, PowerLaw) and coupling.sigma < 2:
        sure = [omega for omega in _slow_exponents(coupling.sigma, dimension) if omega < _SURE]
        return tuple(sorted({*sure, max(0.5, 2 - coupling.sigma), max(0.5, coupling.sigma), 2.0}))
    return (1.0, 2.0)


def tail_exponents(coupling: Coupling | None, dimension: int) -> tuple[float, ...]:
    """Exponents ω and 2ω of the tail of a power law beyond the short-range boundary, ω = σ − (2 − η); else none.

    Its k^σ stands beside k^{2−η} at wave numbers k = 2π/L, so that its natural unit is k^ω: for σ = 3 in two dimensions
    0.7 at L = 8, where its square counts, and other corrections, which it may cancel, are to be given the same unit.

    >>> tail_exponents(PowerLaw(3.0), 2)
    (1.25, 2.5)
    """
    if not isinstance(coupling, PowerLaw):
        return ()
    omega = coupling.sigma - _SHORT_RANGE_BOUNDARY[dimension]
    return (round(omega, 6), round(2 * omega, 6)) if _SLOWEST <= omega < 2 else ()


def short_range_exponents(dimension: int) -> tuple[float, float] | None:
    """Δ_s and Δ_ε of the Ising class with short-range couplings; None where it has no transition at T > 0.

    >>> short_range_exponents(2)
    (0.125, 1.0)
    """
    return _SHORT_RANGE_EXPONENTS.get(dimension)
