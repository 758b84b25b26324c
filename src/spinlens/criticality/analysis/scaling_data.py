"""What the global fit is given: values, slopes, curvatures of all sizes at T_c with their noise, and corrections."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.linalg import block_diag

from spinlens.arrays import Array
from spinlens.criticality.reweighting.size_curves import SizeCurves
from spinlens.errors import ConvergenceError
from spinlens.statistics.resampling import jackknife_covariance

Corrections = tuple[tuple[str, float], ...]

FAMILIES = ("binder", "xi", "log_m2", "critical_polynomial")
_ABSOLUTE = [
    FAMILIES.index(name) for name in ("log_m2", "critical_polynomial")
]  # their size says nothing: R_p* may be 0
_LENGTHS: dict[str, Callable[[Array], Array]] = {
    "power": lambda L: L,
    "wave": lambda L: L / (2 * math.pi),
    "log": np.log,
}
_HALF_WINDOW = 0.25  # in standard deviations of the number of frozen bonds: value, slope and curvature at T_c
_CURVATURE = 0.3  # what curvatures may deviate from scaling, by size and independently
_HIGHEST = 6  # power of x whose amplitude is unknown: higher ones count where none is kept
_FARTHEST = 2.0  # of |a₁ x| / R*: beyond, R is no polynomial in x


class Shape(NamedTuple):
    """What the scaling law says of every value (n,), without corrections.

    Attributes
    ----------
    values : the law itself.
    bends : R(T) − R(T_c), its dependence on temperature.
    linear : a₁ x, the part of it that is linear in the scaling variable.
    scale : what corrections are relative to, R*, and 1 for ln⟨m²⟩ and R_p.
    """

    values: Array
    bends: Array
    linear: Array
    scale: Array

    @property
    def expandable(self) -> bool:
        """Whether x is small enough everywhere for an expansion in it."""
        return bool((np.abs(self.linear) <= _FARTHEST * self.scale).all())


@dataclass(frozen=True)
class ScalingData:
    """U4, ln⟨m²⟩ and, where measured, ξ/L and R_p of every size at a few temperatures.

    Attributes
    ----------
    sizes, family, log_temperature, values : (n,); `family` numbers `FAMILIES`.
    noise : (n, n) block-diagonal covariance of the statistical errors, by which values are weighed.
    propagated : (n, n), the covariance that errors of parameters come from; None for that of `noise`.
    windows : whether the temperatures of each size are three about T_c, or any that were given.
    """

    sizes: Array
    family: npt.NDArray[np.int64]
    log_temperature: Array
    values: Array
    noise: Array
    propagated: Array | None = None
    windows: bool = True

    @cached_property
    def families(self) -> tuple[int, ...]:
        """The numbers of `FAMILIES` that occur."""
        return tuple(np.unique(self.family).tolist())

    @cached_property
    def distinct(self) -> tuple[int, ...]:
        """The sizes, increasing."""
        return tuple(int(L) for L in np.unique(self.sizes))

    def cut(self, smallest: int) -> ScalingData:
        """The same without sizes below `smallest`."""
        return self.only(self.sizes >= smallest)

    def only(self, kept: npt.NDArray[np.bool_]) -> ScalingData:
        """Some of the values, (n,) flags."""
        block = np.ix_(kept, kept)
        return replace(
            self, sizes=self.sizes[kept], family=self.family[kept], log_temperature=self.log_temperature[kept],
            values=self.values[kept], noise=self.noise[block],
            propagated=None if self.propagated is None else self.propagated[block],
        )  # fmt: skip

    @property
    def errors_from(self) -> Array:
        """The covariance that errors of parameters come from."""
        return self.noise if self.propagated is None else self.propagated

    @property
    def reach(self) -> float:
        """How far T_c may be from where it was looked for, in ln T: what was run, and where that is given half of x."""
        return float(np.ptp(self.log_temperature)) + (1e-9 if self.windows else 1 / float(self.sizes.max()))

    def first_shape(self) -> Shape:
        """Before any fit: the values themselves."""
        return self.shape(self.values, np.zeros(len(self.values)), np.zeros(len(self.values)))

    def shape(self, values: Array, bends: Array, linear: Array) -> Shape:
        """What a scaling law says of these data."""
        star = np.abs(values - bends)  # R*: far above T_c R itself is next to nothing
        scale = np.where(np.isin(self.family, _ABSOLUTE), 1.0, star)
        return Shape(values, bends, linear, scale)

    def residuals(self, differences: Array) -> tuple[tuple[str, int, float], ...]:
        """Differences in statistical errors: of the middle of each window, or of every temperature that was given."""
        scaled = differences / np.sqrt(np.diag(self.noise))
        rows = []
        for L in self.distinct:
            for number in self.families:
                here = np.flatnonzero((self.sizes == L) & (self.family == number))
                shown = here[[len(here) // 2]] if self.windows else here
                rows += [(FAMILIES[number], L, float(value)) for value in scaled[shown]]
        return tuple(rows)

    def influence(self, response: Array) -> dict[int, float]:
        """Variance of a parameter that each size is responsible for, from its response (n,) to the values."""
        found = {}
        for L in self.distinct:
            here = np.flatnonzero(self.sizes == L)
            found[L] = float(response[here] @ self.errors_from[np.ix_(here, here)] @ response[here])
        return found


def scaling_data(curves: Sequence[SizeCurves], temperature: float, ratios: Collection[str]) -> ScalingData:
    """Values of `ratios` and ln⟨m²⟩ at `temperature` and beside it by a quarter of the deviation of each size's bonds.

    So close together they hold value, slope and curvature at `temperature`; wider windows would hold the higher orders
    of the scaling functions too, to more digits than any fit has.
    Covariances are of a jackknife over b blocks; their inverse over k values is made unbiased by (b − k − 2)/(b − 1)
    (Hartlap, Simon & Schneider 2007).
    """
    sizes, families, temperatures, values, noise = [], [], [], [], []
    kept = [k for k, name in enumerate(FAMILIES) if name in ratios or name == "log_m2"]
    for size in curves:
        rows, window = [], _window(size, temperature)
        for theta in window:
            found = size.samples(theta)
            columns = found._asdict() | {"log_m2": np.log(found.m2)}
            rows += [columns[FAMILIES[k]] for k in kept]
            families += kept
            temperatures += [math.log(float(size.temperature(theta)))] * len(kept)
        table = np.stack(rows)  # (values, 1 + blocks)
        sizes += [size.L] * len(rows)
        values += table[:, 0].tolist()
        noise.append(_covariance(table))
    return ScalingData(
        np.array(sizes, dtype=np.float64), np.array(families), np.array(temperatures), np.array(values),
        block_diag(*noise),
    )  # fmt: skip


def correction_patterns(
    data: ScalingData, corrections: Corrections, amplitude: float, y_t: float, shape: Shape, order: int = 2
) -> Array:
    """What corrections to scaling do to the values, (n, m): columns times amplitudes with prior mean 0, deviation 1.

    Each correction f(L) may add R c f(L) to a quantity R, and (R(T) − R(T_c)) c' f(L) to its dependence on temperature,
    with c and c' independent for each quantity and of deviation `amplitude` (Lepage et al. 2002 on constrained fits).
    R(T) − R(T_c) are those of `shape`, a fit: taken from the data they would draw the fit to small slopes.
    Beside them there are always

    - a part of ln⟨m²⟩ that is linear in T and the same for all L, since the magnetic scaling field is h (1 + e t):
      (R(T) − R(T_c)) c' L^{−y_t};
    - powers of x above `order`, up to x⁶, of natural amplitude: a_k x^k = R* (z/R*)^k with z = a₁ x. Without cubes T_c
      is drawn to where the values were taken, by curvatures, which noise hardly touches: that of U4 changes its sign
      near T_c. They leave little weight to temperatures where the expansion does not hold;
    - in windows, 30 % of the curvature of the law in each size by itself; at temperatures that were given, 30 % of such
      squares and cubes: without these, exponents from wide ranges of x come out too precise.
    """
    sizes, family, bends, scale = data.sizes, data.family, shape.bends, shape.scale
    columns = []
    for number in data.families:
        inside = np.where(family == number, amplitude, 0.0)
        for kind, power in corrections:
            factor = inside * _LENGTHS[kind](sizes) ** -power
            columns += [scale * factor, bends * factor]
        if FAMILIES[number] == "log_m2":
            columns.append(inside * bends * sizes**-y_t)
        z, natural = shape.linear / scale, np.where(family == number, scale, 0.0)
        columns += [natural * z**power for power in range(order + 1, _HIGHEST + 1)]
        if data.windows:
            columns += _curvatures(data, number, bends)
        else:
            columns += [_CURVATURE * natural * z**power * (sizes == L) for L in data.distinct for power in (2, 3)]
    return np.stack(columns, axis=1)


def _curvatures(data: ScalingData, number: int, bends: Array) -> list[Array]:
    """A part of the curvature of each size in one family, at both ends of its window."""
    columns = []
    for L in data.distinct:
        low, middle, high = np.flatnonzero((data.family == number) & (data.sizes == L))
        bend = np.zeros(len(data.sizes))
        bend[[low, high]] = _CURVATURE * ((bends[low] + bends[high]) / 2 - bends[middle])
        columns.append(bend)
    return columns


def _window(size: SizeCurves, temperature: float) -> list[float]:
    """θ of the values to fit: around T_c, moved into the support where it does not reach."""
    low, high = size.histograms.support
    centre = min(max(size.theta(temperature), low), high)
    half = min(_HALF_WINDOW / size.bond_spread(centre), (high - low) / 2)
    centre = min(max(centre, low + half), high - half)
    return [centre - half, centre, centre + half]


def _covariance(table: Array) -> Array:
    """Covariance of values from their replicas (values, 1 + blocks), enlarged so that its inverse is unbiased."""
    count, blocks = len(table), table.shape[1] - 1
    if blocks <= count + 2:
        raise ConvergenceError(f"{blocks} blocks cannot give the covariance of {count} values: draw more")
    covariance = jackknife_covariance(table[:, 1:].T)
    scale = np.sqrt(np.diag(covariance))
    if not (np.isfinite(scale).all() and (scale > 0).all()):
        raise ConvergenceError("the data do not fluctuate or are lost in noise: draw more, closer to T_c")
    return np.asarray(covariance * (blocks - 1) / (blocks - count - 2))
