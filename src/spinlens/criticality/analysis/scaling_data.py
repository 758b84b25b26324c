"""What the global fit is given: values, slopes, curvatures of all sizes at T_c with their noise, and corrections."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.linalg import block_diag

from spinlens.arrays import Array
from spinlens.criticality.reweighting.size_curves import SizeCurves
from spinlens.errors import ConvergenceError
from spinlens.statistics.resampling import jackknife_covariance

Corrections = tuple[tuple[str, float], ...]

FAMILIES = ("binder", "xi", "log_m2")
_LENGTHS: dict[str, Callable[[Array], Array]] = {
    "power": lambda L: L,
    "wave": lambda L: L / (2 * math.pi),
    "log": np.log,
}
_HALF_WINDOW = 0.25  # in standard deviations of the number of frozen bonds: value, slope and curvature at T_c
_CURVATURE = 0.3  # what curvatures may deviate from scaling, by size and independently


@dataclass(frozen=True)
class ScalingData:
    """U4, ξ/L (where measured) and ln⟨m²⟩ of every size at a few temperatures within its window.

    Attributes
    ----------
    sizes, family, log_temperature, values : (n,); `family` numbers `FAMILIES`.
    noise : (n, n) block-diagonal covariance of the statistical errors.
    """

    sizes: Array
    family: npt.NDArray[np.int64]
    log_temperature: Array
    values: Array
    noise: Array

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
        kept = self.sizes >= smallest
        return ScalingData(
            self.sizes[kept], self.family[kept], self.log_temperature[kept], self.values[kept],
            self.noise[np.ix_(kept, kept)],
        )  # fmt: skip

    def bends(self, values: Array) -> Array:
        """Change of each of `values` (n,), such as those of a fit, from the middle of its window."""
        middle = np.empty(len(values))
        for L in self.distinct:
            for number in self.families:
                here = np.flatnonzero((self.sizes == L) & (self.family == number))
                middle[here] = values[here[len(here) // 2]]
        return np.asarray(values - middle)


def scaling_data(curves: Sequence[SizeCurves], temperature: float, xi: bool) -> ScalingData:
    """Values at `temperature` and to either side of it by a quarter of the standard deviation of each size's bonds.

    So close together they hold value, slope and curvature at `temperature`; wider windows would hold the higher orders
    of the scaling functions too, to more digits than any fit has.
    Covariances are of a jackknife over b blocks; their inverse over k values is made unbiased by (b − k − 2)/(b − 1)
    (Hartlap, Simon & Schneider 2007).
    """
    sizes, families, temperatures, values, noise = [], [], [], [], []
    kept = [k for k, name in enumerate(FAMILIES) if xi or name != "xi"]
    for size in curves:
        rows, window = [], _window(size, temperature)
        for theta in window:
            found = size.samples(theta)
            columns = (found.binder, found.xi, np.log(found.m2))
            rows += [columns[k] for k in kept]
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
    data: ScalingData, corrections: Corrections, amplitude: float, y_t: float, smooth: Array
) -> Array:
    """What corrections to scaling do to the values, (n, m): columns times amplitudes with prior mean 0, deviation 1.

    Each correction f(L) may add R c f(L) to a quantity R, and (R(T) − R(T_c)) c' f(L) to its dependence on temperature,
    with c and c' independent for each quantity and of deviation `amplitude` (Lepage et al. 2002 on constrained fits).
    R(T) − R(T_c) are those of `smooth` (n,), a fit: taken from the data they would draw the fit to small slopes.
    Beside them there are always

    - a part of ln⟨m²⟩ that is linear in T and the same for all L, since the magnetic scaling field is h (1 + e t):
      (R(T) − R(T_c)) c' L^{−y_t};
    - curvatures, which may deviate from scaling by 30 % in each size: they correct the slopes and determine no T_c.
    """
    sizes, family, bends = data.sizes, data.family, data.bends(smooth)
    scale = np.where(family == FAMILIES.index("log_m2"), 1.0, np.abs(smooth))
    columns = []
    for number in data.families:
        inside = np.where(family == number, amplitude, 0.0)
        for kind, power in corrections:
            factor = inside * _LENGTHS[kind](sizes) ** -power
            columns += [scale * factor, bends * factor]
        if FAMILIES[number] == "log_m2":
            columns.append(inside * bends * sizes**-y_t)
        for L in data.distinct:
            ends = np.flatnonzero((family == number) & (sizes == L))[[0, -1]]
            bend = np.zeros(len(sizes))
            bend[ends] = _CURVATURE * bends[ends].mean()
            columns.append(bend)
    return np.stack(columns, axis=1)


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
