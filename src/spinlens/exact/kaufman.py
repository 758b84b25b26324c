"""Exact finite-lattice solution of the square nearest-neighbour Ising model on a torus (Kaufman 1949)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from spinlens import checks
from spinlens.arrays import Array
from spinlens.border import checked

CRITICAL_TEMPERATURE = 2 / math.log(1 + math.sqrt(2))
"""T_c = 2 / ln(1 + √2) = 2.269185… of the infinite square lattice [Onsager1944]."""


@dataclass(frozen=True)
class KaufmanResult:
    """Exact thermodynamics of an L × L torus, as `exact.kaufman` gives it.

    Parameters
    ----------
    log_z : float
        ln Z of the whole lattice.
    energy : float
        ⟨E⟩/N in units of J.
    specific_heat : float
        (⟨E²⟩ − ⟨E⟩²)/(N T²), per spin.

    Examples
    --------
    At T = ∞ all 2^N states weigh the same, here N = 16 at T = 10⁹:

    >>> round(kaufman(4, 1e9).log_z / math.log(2), 6)
    16.0
    """

    log_z: float
    energy: float
    specific_heat: float


@checked
def kaufman(L: int, temperature: float) -> KaufmanResult:
    """Exact ln Z, energy and specific heat per spin of the L × L periodic square lattice with J = 1.

    Z = ½ (2 sinh 2K)^{L²/2} (Z₁ + Z₂ + Z₃ + Z₄), K = 1/T, with the γ_l of [Kaufman1949]_ as written out by
    [FerdinandFisher1969]_. Energy and specific heat follow by exact differentiation of the four terms. Cost O(L),
    accurate to 1e-11 at any size and temperature, T_c included.

    Parameters
    ----------
    L : int
        Side ≥ 3.
    temperature : float
        T from 1/350 to 10⁹, in units of J/k_B.

    Returns
    -------
    KaufmanResult
        ln Z, energy and specific heat; numbers without an error.

    Raises
    ------
    InputError
        L is below 3, or the temperature is out of range: next to 0 and to infinity the answers are those of the ground
        states and of free spins.

    References
    ----------
    .. [Kaufman1949] B. Kaufman, Phys. Rev. 76, 1232 (1949).
    .. [FerdinandFisher1969] A. E. Ferdinand and M. E. Fisher, Phys. Rev. 185, 832 (1969).

    Examples
    --------
    >>> round(kaufman(32, CRITICAL_TEMPERATURE).energy, 10)
    -1.4336584661
    """
    L = checks.positive_integer("L", L, minimum=3)
    K = 1 / checks.temperature(temperature)
    gammas = _gammas(L, K)
    odd = tuple(g[1::2] for g in gammas)
    even = tuple(g[2::2] for g in gammas)  # without l = 0, whose sinh passes through zero at T_c
    zero = tuple(float(g[0]) for g in gammas)
    terms = [_product(L, odd, sign) for sign in (1, -1)]
    terms += [_times(_product(L, even, sign), _single(L, zero, sign)) for sign in (1, -1)]
    log, slope, curvature = _add(terms)
    n = L * L
    sinh, cosh = math.sinh(2 * K), math.cosh(2 * K)
    log_z = -math.log(2) + n / 2 * math.log(2 * sinh) + log
    first_derivative = n * cosh / sinh + slope
    second_derivative = -2 * n / sinh**2 + curvature
    return KaufmanResult(log_z, -first_derivative / n, K * K * second_derivative / n)


def _gammas(L: int, K: float) -> tuple[Array, Array, Array]:
    """γ_l, l = 0 … 2L − 1, with cosh γ_l = c − cos(π l / L), c = cosh²2K / sinh 2K, and two K-derivatives.

    γ_0 = 2K + ln tanh K changes sign at T_c; all others are positive.
    """
    s, ch = math.sinh(2 * K), math.cosh(2 * K)
    c1 = 2 * ch - 2 * ch / s**2  # of c = s + 1/s
    c2 = 4 * s - 4 / s + 8 * ch**2 / s**3
    l = np.arange(1, 2 * L)  # noqa: E741
    # cosh γ − 1 without cancellation near T_c
    excess = (s - 1) ** 2 / s + 2 * np.sin(np.pi * l / (2 * L)) ** 2
    gamma = 2 * np.arcsinh(np.sqrt(excess / 2))
    sinh = np.sqrt(excess * (excess + 2))
    first = c1 / sinh
    second = (c2 - (1 + excess) * first**2) / sinh
    zero = 2 * K + math.log(math.tanh(K))
    return (
        np.concatenate([[zero], gamma]),
        np.concatenate([[2 + 2 / s], first]),
        np.concatenate([[-4 * ch / s**2], second]),
    )


Term = tuple[float, float, float, float]
"""A function of K as (ln scale, f, f′, f″), each divided by the scale."""


def _product(L: int, gammas: tuple[Array, ...], sign: int) -> Term:
    """Π_l 2cosh(L γ_l / 2) for sign = 1, Π_l 2sinh(L γ_l / 2) for −1, all γ_l > 0."""
    x, x1, x2 = (L / 2 * g for g in gammas)
    log = float((x + np.log1p(sign * np.exp(-2 * x))).sum())
    slope = np.tanh(x) ** sign
    first = float((slope * x1).sum())
    second = float(((1 - slope**2) * x1**2 + slope * x2).sum())
    return log, 1.0, first, second + first**2


def _single(L: int, gamma: tuple[float, ...], sign: int) -> Term:
    """2cosh or 2sinh of L γ_0 / 2, which may vanish."""
    x, x1, x2 = (L / 2 * g for g in gamma)
    up, down = math.exp(x - abs(x)), math.exp(-x - abs(x))
    even, odd = up + sign * down, up - sign * down
    return abs(x), even, odd * x1, even * x1**2 + odd * x2


def _times(f: Term, g: Term) -> Term:
    return f[0] + g[0], f[1] * g[1], f[2] * g[1] + f[1] * g[2], f[3] * g[1] + 2 * f[2] * g[2] + f[1] * g[3]


def _add(terms: list[Term]) -> tuple[float, float, float]:
    """ln of the sum and its first two derivatives."""
    top = max(term[0] for term in terms)
    weights = [math.exp(term[0] - top) for term in terms]
    value, first, second = (sum(w * t[n] for w, t in zip(weights, terms, strict=True)) for n in (1, 2, 3))
    return top + math.log(value), first / value, second / value - (first / value) ** 2
