"""Exact solution of the nearest-neighbour Ising ring in a field by its 2 × 2 transfer matrix (Ising 1925)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from spinlens import checks
from spinlens.arrays import Array
from spinlens.border import checked
from spinlens.errors import InputError


@dataclass(frozen=True)
class ChainResult:
    """Exact canonical averages of a ring of N spins, as `exact.chain` gives them.

    Parameters
    ----------
    log_z : float
        ln Z of the whole ring.
    energy : float
        ⟨E⟩/N in units of J, with the energy of the field.
    magnetization : float
        ⟨s⟩.
    m2 : float
        ⟨m²⟩ of m per spin.
    correlation : ndarray
        G(r) = ⟨s_0 s_r⟩ for r = 0 … N − 1, (N,), not connected.

    Examples
    --------
    >>> chain(8, 1.5).correlation.shape
    (8,)
    """

    log_z: float
    energy: float
    magnetization: float
    m2: float
    correlation: Array


@checked
def chain(n_sites: int, temperature: float, strength: float = 1.0, field: float = 0.0) -> ChainResult:
    """Exact averages of H = −J Σ_i s_i s_{i+1} − h Σ_i s_i on a ring of N spins, k_B = 1.

    With K = J/T and H = h/T the transfer matrix e^{K s s′ + H (s + s′)/2} has the eigenvalues
    λ± = e^K cosh H ± √(e^{2K} sinh²H + e^{−2K}), and the spin is turned against its eigenvectors by the
    angle 2φ, cot 2φ = e^{2K} sinh H. Then Z = λ₊^N + λ₋^N, ⟨s⟩ = cos 2φ (λ₊^N − λ₋^N)/Z and
    ⟨s_0 s_r⟩ = cos²2φ + sin²2φ (λ₊^{N−r} λ₋^r + λ₋^{N−r} λ₊^r)/Z. Cost O(N); accurate to rounding also where the
    eigenvalues nearly cancel.

    Parameters
    ----------
    n_sites : int
        N ≥ 3.
    temperature : float
        T > 0 in units of J/k_B, finite.
    strength : float, default 1.0
        J of either sign; J < 0 is the antiferromagnet, frustrated for odd N.
    field : float, default 0.0
        Uniform field h; h > 0 favours s = +1.

    Returns
    -------
    ChainResult
        ln Z, energy, magnetization, ⟨m²⟩ and G(r); numbers without an error.

    Raises
    ------
    InputError
        An argument is out of range, or J/T or h/T is beyond 300, where the averages are those of the ground states:
        use a higher temperature.

    References
    ----------
    .. [Baxter1982] R. J. Baxter, Exactly Solved Models in Statistical Mechanics (1982), ch. 2.
    .. [Ising1925] E. Ising, Z. Phys. 31, 253 (1925).

    Examples
    --------
    Without a field ⟨s_0 s_r⟩ = (t^r + t^{N−r})/(1 + t^N) with t = tanh K:

    >>> t = math.tanh(1 / 1.5)
    >>> bool(np.isclose(chain(8, 1.5).correlation[3], (t**3 + t**5) / (1 + t**8), rtol=1e-14))
    True
    >>> round(chain(1000, 1.0).energy, 12) == round(-math.tanh(1.0), 12)
    True
    """
    N = checks.positive_integer("n_sites", n_sites, minimum=3)
    T = checks.within("temperature", temperature, 1e-100, 1e100)
    J, h = checks.finite_number("strength", strength), checks.finite_number("field", field)
    K, H = J / T, h / T
    if max(abs(K), abs(H)) > 300:
        raise InputError(f"J/T and h/T must be within ±300, got {K:g} and {H:g}: use a higher temperature")
    log_larger, log_ratio = _eigenvalues(K, H)
    turn = math.hypot(math.sinh(H), math.exp(-2 * K))
    cosine, sine = math.sinh(H) / turn, math.exp(-2 * K) / turn
    sign = -1 if K < 0 else 1
    share = _one_plus(sign**N, N * log_ratio)  # Z / λ₊^N
    magnetization = cosine * _one_plus(-(sign**N), N * log_ratio) / share
    half = [
        sign**r * _power(log_ratio, r) * _one_plus(sign**N, _times(N - 2 * r, log_ratio)) for r in range(N // 2 + 1)
    ]
    r = np.arange(N)
    correlation = cosine**2 + sine**2 * np.array(half)[np.minimum(r, N - r)] / share
    return ChainResult(
        log_z=N * log_larger + math.log(share),
        energy=-J * float(correlation[1]) - h * magnetization,
        magnetization=magnetization,
        m2=float(correlation.mean()),
        correlation=correlation,
    )


def _eigenvalues(K: float, H: float) -> tuple[float, float]:
    """ln λ₊ and ln |λ₋/λ₊| without cancellation, −∞ at K = 0; λ₋ has the sign of K."""
    mean = math.exp(K) * math.cosh(H)
    gap = math.hypot(math.exp(K) * math.sinh(H), math.exp(-K))
    larger = mean + gap
    lost = 2 * (gap if K >= 0 else mean) / larger  # 1 − |λ₋/λ₊|
    if lost < 0.5:
        return math.log(larger), math.log1p(-lost)
    ratio = 2 * math.sinh(2 * abs(K)) / larger / larger
    return math.log(larger), math.log(ratio) if ratio > 0 else -math.inf


def _times(count: int, log: float) -> float:
    return count * log if count else 0.0


def _power(log_ratio: float, r: int) -> float:
    return math.exp(_times(r, log_ratio))


def _one_plus(sign: int, log: float) -> float:
    """1 + sign · e^log, accurate where the two nearly cancel."""
    return 1 + math.exp(log) if sign > 0 else -math.expm1(log)
