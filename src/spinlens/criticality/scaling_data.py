"""What the global fit is given: values, slopes and curvatures of all sizes at T_c, their noise, and what fits omit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spinlens.criticality.observables import SizeCurves
from spinlens.errors import ConvergenceError

Array = npt.NDArray[np.float64]

FAMILIES = ("binder", "xi", "log_m2")
_NATURAL = 0.5  # typical relative amplitude of an unknown correction
_HALF_WINDOW = 0.25  # in standard deviations of the number of frozen bonds: value, slope and curvature at T_c
_CURVATURE = 0.3  # what curvatures may deviate from scaling, by size and independently


@dataclass(frozen=True)
class ScalingData:
    """U4, ξ/L (where measured) and ln⟨m²⟩ of every size at a few temperatures within its window.

    Attributes
    ----------
    sizes, family, log_temperature, values : (n,); `family` numbers `FAMILIES`.
    noise : (n, n) block-diagonal covariance of the statistical errors.
    truncation : (n, n) covariance of the corrections to scaling that no fit contains, see `truncation`.
    dimension : of the lattice.
    """

    sizes: Array
    family: npt.NDArray[np.int64]
    log_temperature: Array
    values: Array
    noise: Array
    truncation: Array
    dimension: int

    @property
    def distinct(self) -> tuple[int, ...]:
        """The sizes, increasing."""
        return tuple(int(L) for L in np.unique(self.sizes))


def scaling_data(
    curves: Sequence[SizeCurves], temperature: float, xi: bool, higher: Sequence[float] = ()
) -> ScalingData:
    """Values at `temperature` and to either side of it by a quarter of the standard deviation of each size's bonds.

    So close together they hold value, slope and curvature at `temperature`; wider windows would hold the higher orders
    of the scaling functions too, to more digits than any fit has.
    Covariances are of a jackknife over b blocks; their inverse over k values is made unbiased by (b − k − 2)/(b − 1)
    (Hartlap, Simon & Schneider 2007). `higher` are exponents of corrections beyond the leading one, see `truncation`.
    """
    sizes, families, temperatures, values, noise, bends = [], [], [], [], [], []
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
        middle = table[len(kept) : 2 * len(kept), 0]
        bends += (table[:, 0] - np.tile(middle, len(window))).tolist()
    found_sizes, found_families = np.array(sizes, dtype=np.float64), np.array(families)
    scale = np.where(found_families == FAMILIES.index("log_m2"), 1.0, np.abs(values))
    unknown = truncation(found_sizes, found_families, scale, np.array(bends), higher)
    return ScalingData(
        found_sizes, found_families, np.array(temperatures), np.array(values), _block_diagonal(noise), unknown,
        curves[0].model.dimension,
    )  # fmt: skip


def truncation(
    sizes: Array, family: npt.NDArray[np.int64], scale: Array, bends: Array, higher: Sequence[float]
) -> Array:
    """Covariance (n, n) of the terms that the fits leave out, from amplitudes unknown but of natural size.

    For each exponent p in `higher` and each quantity R there may be R c L^{−p} and (R(T) − R(T_c)) c' L^{−p} with c and
    c' normal of mean 0 and deviation ½ (Lepage et al. 2002 on constrained fits).
    Curvatures may deviate from scaling by 30 % in each size, so that they correct the slopes but determine no T_c.

    Parameters
    ----------
    scale : (n,) size of the quantity. bends : (n,) its change from the middle of the window.
    """
    total = np.zeros((len(sizes), len(sizes)))
    for number in np.unique(family):
        inside = family == number
        for power in higher:
            total += _outer(np.where(inside, _NATURAL * scale * sizes**-power, 0.0))
            total += _outer(np.where(inside, _NATURAL * bends * sizes**-power, 0.0))
        for L in np.unique(sizes):
            here = np.flatnonzero(inside & (sizes == L))
            pattern = np.zeros(len(sizes))
            pattern[here[[0, -1]]] = _CURVATURE * bends[here[[0, -1]]].mean()
            total += _outer(pattern)
    return total


def _outer(term: Array) -> Array:
    return np.outer(term, term)


def _window(size: SizeCurves, temperature: float) -> list[float]:
    """θ of the values to fit: around T_c, moved into the support where it does not reach."""
    low, high = size.histograms.support
    centre = min(max(size.theta(temperature), low), high)
    spread = math.sqrt(float(size.histograms.full.bonds(centre)[1][0]))
    half = min(_HALF_WINDOW / spread, (high - low) / 2)
    centre = min(max(centre, low + half), high - half)
    return [centre - half, centre, centre + half]


def _covariance(table: Array) -> Array:
    """Covariance of values from their replicas (values, 1 + blocks), enlarged so that its inverse is unbiased."""
    count, blocks = len(table), table.shape[1] - 1
    if blocks <= count + 2:
        raise ConvergenceError(f"{blocks} blocks cannot give the covariance of {count} values: draw more")
    deviations = table[:, 1:] - table[:, 1:].mean(axis=1, keepdims=True)
    covariance = (blocks - 1) / blocks * deviations @ deviations.T
    scale = np.sqrt(np.diag(covariance))
    if not (np.isfinite(scale).all() and (scale > 0).all()):
        raise ConvergenceError("the data do not fluctuate or are lost in noise: draw more, closer to T_c")
    return np.asarray(covariance * (blocks - 1) / (blocks - count - 2))


def _block_diagonal(blocks: Sequence[Array]) -> Array:
    total = sum(len(block) for block in blocks)
    out, at = np.zeros((total, total)), 0
    for block in blocks:
        out[at : at + len(block), at : at + len(block)] = block
        at += len(block)
    return out
