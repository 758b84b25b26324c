"""Curves of lattices that do not exist: finite-size scaling with known exponents, to test an analysis with."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import scipy.signal

from spinlens.arrays import Array
from spinlens.criticality.reweighting.size_curves import CurveValues, SizeCurves
from spinlens.lattice.couplings import Coupling
from spinlens.lattice.ising import IsingModel

_BLOCKS = 64
# Covariance of U4, ξ/L, ln⟨m²⟩ at T_c of the square: one draw's fluctuations are strongly correlated.
_CORRELATION = np.array([[1.0, 0.93, 0.85], [0.93, 1.0, 0.9], [0.85, 0.9, 1.0]])
_DEVIATION = np.array([0.25, 0.6, 0.9])


@dataclass(frozen=True)
class Correction:
    """A correction to scaling L^{−p}: what it adds to the three quantities, to their slopes as a part of them, and
    to their squares in x in units of R* (a₁ x / R*)², with 1 for R* of ln⟨m²⟩."""

    power: float
    values: tuple[float, float, float]
    slopes: tuple[float, float, float] = (0.0, 0.0, 0.0)
    squares: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Truth:
    """What synthetic lattices obey: R = R* + f + Σ_p [b_p + c_p f + d_p (a₁ x)² / R*] L^{−p}, f = a₁ x + a₂ x² + a₃ x³.

    x = ln(T_c/T) L^{y_t}; R is U4, ξ/L and ln⟨m²⟩ + 2 (d − y_h) ln L, to which the temperature adds a₁ e ln(T_c/T)
    through the magnetic scaling field (e is `field`). `slope`, `bend` and `cube` are a₁, a₂ and a₃. Noise has an
    autocorrelation time `tau` in draws.
    """

    temperature: float = 2.3
    y_t: float = 1.0
    y_h: float = 1.875
    tau: float = 4.0
    star: tuple[float, float, float] = (0.61, 0.9, 0.05)
    slope: tuple[float, float, float] = (0.6, 1.2, 1.3)
    bend: tuple[float, float, float] = (-0.6, 0.4, -0.8)
    cube: tuple[float, float, float] = (0.0, 0.0, 0.0)
    corrections: tuple[Correction, ...] = ()
    field: float = 0.0

    def value(self, L: float, theta: Array) -> tuple[Array, Array]:
        """The three quantities at θ = −ln T, and their derivatives, each (3, n)."""
        scale, t = L**self.y_t, math.log(self.temperature) + theta
        x = t * scale
        star, slope, bend, cube = (np.array(part)[:, None] for part in (self.star, self.slope, self.bend, self.cube))
        constant, factor, last = star, np.ones((3, 1)), np.array([[0.0], [0.0], [1.0]])
        square, natural = np.zeros((3, 1)), slope**2 / natural_scale(self.star)[:, None]
        for term in self.corrections:
            constant = constant + np.array(term.values)[:, None] * L**-term.power
            factor = factor + np.array(term.slopes)[:, None] * L**-term.power
            square = square + natural * np.array(term.squares)[:, None] * L**-term.power
        constant = constant - last * 2 * (2 - self.y_h) * math.log(L)
        regular = last * slope * self.field
        return (
            constant + factor * (slope * x + bend * x**2 + cube * x**3) + square * x**2 + regular * t,
            (factor * (slope + 2 * bend * x + 3 * cube * x**2) + 2 * square * x) * scale + regular,
        )


def natural_corrections(
    rng: np.random.Generator, powers: Sequence[float], star: Sequence[float], size: float = 1.0
) -> tuple[Correction, ...]:
    """Corrections of amplitudes drawn at random, normal with deviation `size` relative to the quantities."""
    scale = natural_scale(star)
    return tuple(
        Correction(power, *(tuple(row) for row in (size * scale * values, size * slopes, size * squares)))
        for power, values, slopes, squares in ((power, *rng.normal(size=(3, 3))) for power in powers)
    )


def natural_cube(rng: np.random.Generator, star: Sequence[float], slope: Sequence[float]) -> tuple[float, float, float]:
    """Amplitudes of x³ drawn at random, normal with deviation R* (a₁/R*)³."""
    scale = natural_scale(star)
    first, second, third = (scale * (np.array(slope) / scale) ** 3 * rng.normal(size=3)).tolist()
    return first, second, third


def natural_scale(star: Sequence[float]) -> Array:
    """What amplitudes are relative to, (3,): U4* and ξ/L*, and 1 for ln⟨m²⟩."""
    return np.array([star[0], star[1], 1.0])


@dataclass(frozen=True)
class _Histograms:
    """Stands in for histograms, of which the analysis asks nothing else."""

    support: tuple[float, float]
    blocks: int = _BLOCKS


class SyntheticCurves:
    """One size with the interface of `SizeCurves`; noise is a quadratic in x with coefficients from AR(1) series."""

    has_xi = True
    has_critical_polynomial = False

    def __init__(self, truth: Truth, coupling: Coupling, L: int, draws: int, rng: np.random.Generator) -> None:
        self.truth, self.L, self.model = truth, L, IsingModel((L, L), coupling)
        self.width: float = 1.0 / (2.0 * L**truth.y_t)  # θ step of one deviation of the bond number
        self.middle = -math.log(truth.temperature) + 0.3 * self.width * rng.normal()
        support = (self.middle - 2 * self.width, self.middle + 2 * self.width)
        self.histograms = _Histograms(support)
        self.temperatures = tuple(np.exp(-np.array(support)[::-1]).tolist())
        root = np.linalg.cholesky(_CORRELATION) * _DEVIATION[:, None]
        noise = np.einsum("qp,kpn->kqn", root, _autoregressive(truth.tau, (3, 3, draws), rng))
        blocks = noise[:, :, : draws // _BLOCKS * _BLOCKS].reshape(3, 3, _BLOCKS, -1).mean(axis=3)
        mean = blocks.mean(axis=2, keepdims=True)
        self.noise = np.concatenate([mean, (_BLOCKS * mean - blocks) / (_BLOCKS - 1)], axis=2)  # (power, quantity, row)

    @property
    def coupling(self) -> Coupling:
        """Of the class to assume."""
        return self.model.coupling

    @property
    def dimension(self) -> int:
        """See `SizeCurves.dimension`."""
        return self.model.dimension

    def theta(self, temperature: float) -> float:
        """−ln T."""
        return -math.log(temperature)

    def temperature(self, theta: npt.ArrayLike) -> Array:
        """e^{−θ}."""
        return np.exp(-np.asarray(theta, dtype=np.float64))

    def bond_spread(self, theta: float) -> float:
        """See `SizeCurves.bond_spread`; the same everywhere."""
        return 1 / self.width

    def samples(self, theta: npt.ArrayLike) -> CurveValues:
        """See `SizeCurves.samples`."""
        return self._at(np.broadcast_to(np.asarray(theta, dtype=np.float64), (_BLOCKS + 1,)), self.noise)

    def all_data(self, theta: npt.ArrayLike) -> CurveValues:
        """See `SizeCurves.all_data`."""
        return self._at(np.atleast_1d(np.asarray(theta, dtype=np.float64)), self.noise[:, :, :1])

    def _at(self, theta: Array, noise: Array) -> CurveValues:
        u = (theta - self.middle) / self.width
        values, slopes = self.truth.value(self.L, theta)
        values = values + noise[0] + noise[1] * u + 0.3 * noise[2] * u**2
        slopes = slopes + (noise[1] + 0.6 * noise[2] * u) / self.width
        return CurveValues(np.exp(values[2]), values[0], slopes[0], values[1], slopes[1], slopes[2])


def _autoregressive(tau: float, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """AR(1) of unit variance with τ_int = ½ (1 + φ)/(1 − φ)."""
    phi = (2 * tau - 1) / (2 * tau + 1)
    noise = rng.normal(size=shape) * math.sqrt(1 - phi**2)
    noise[..., 0] /= math.sqrt(1 - phi**2)
    return np.asarray(scipy.signal.lfilter([1.0], [1.0, -phi], noise, axis=-1))


def synthetic_curves(
    truth: Truth, coupling: Coupling, sizes: Sequence[int], draws: Sequence[int], seed: int
) -> list[SizeCurves]:
    """Curves of several sizes in two dimensions, to be given to `analyse`; `coupling` names the class to assume."""
    rng = np.random.default_rng(seed)
    made: Any = [SyntheticCurves(truth, coupling, L, n, rng) for L, n in zip(sizes, draws, strict=True)]
    return cast(list[SizeCurves], made)


def synthetic_table(
    truth: Truth, grid: Mapping[int, Sequence[float]], draws: int, seed: int, replicas: int = 0
) -> dict[str, Array]:
    """Means at the temperatures of every size, as columns for `finite_size_scaling`: with errors, or of replicas.

    Noise is that of `draws` draws with the autocorrelation time of `truth`, correlated as at criticality.
    """
    rng = np.random.default_rng(seed)
    L, T = (np.repeat(column, max(1, replicas)) for column in _rows(grid))
    exact = np.stack([truth.value(size, -np.log([t]))[0][:, 0] for size, t in zip(L, T, strict=True)])  # (rows, 3)
    error = _DEVIATION * math.sqrt(2 * truth.tau / draws)
    noise = rng.normal(size=exact.shape) @ np.linalg.cholesky(_CORRELATION).T
    binder, xi, log_m2 = (exact + noise * error).T
    m2 = np.exp(log_m2)
    columns = {"L": L, "T": T, "m2": m2, "m4": 3 * m2**2 * (1 - binder), "binder": binder, "xi_over_L": xi}
    if replicas:
        return {name: column for name, column in columns.items() if name != "binder"}
    errors = {"m2_error": m2 * error[2], "binder_error": 0 * L + error[0], "xi_over_L_error": 0 * L + error[1]}
    return {name: column for name, column in columns.items() if name != "m4"} | errors


def _rows(grid: Mapping[int, Sequence[float]]) -> tuple[Array, Array]:
    """L and T of every row."""
    pairs = np.array([(L, T) for L, temperatures in grid.items() for T in temperatures], dtype=np.float64)
    return pairs[:, 0], pairs[:, 1]
