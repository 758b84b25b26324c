"""Scaling dimensions of flowed states beside Monte Carlo: the same estimators on both, and their difference."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spinlens import checks
from spinlens.arrays import Array, Fields
from spinlens.border import checked
from spinlens.errors import InputError
from spinlens.files.held import Held
from spinlens.lattice.correlation import axis_correlation, local_bonds
from spinlens.statistics.estimate import Estimate
from spinlens.statistics.resampling import estimate_where_defined, jackknife_error, leave_one_out

_BINS = 20


@dataclass(frozen=True)
class EffectiveDimensions:
    """Effective scaling dimensions of one lattice size between distances `near` and `far`; None where undefined.

    Attributes
    ----------
    delta_spin, delta_energy : Estimate or None
        Δ_s from spins, Δ_ε from local bond energies.
    near, far : int
        The distances along the axes.
    """

    delta_spin: Estimate | None
    delta_energy: Estimate | None
    near: int
    far: int

    def minus(self, other: EffectiveDimensions) -> EffectiveDimensions:
        """Differences of both dimensions, errors combined; None where either is undefined."""
        spin = _difference(self.delta_spin, other.delta_spin)
        return EffectiveDimensions(spin, _difference(self.delta_energy, other.delta_energy), self.near, self.far)


@checked
def effective_dimensions(states: Held, near: int | None = None) -> EffectiveDimensions:
    """Effective Δ_s and Δ_ε of an ensemble, Δ = −½ ln[C(far)/C(near)] / ln(far/near), far = 2 near.

    C is the spin correlation ⟨s_x s_{x+r}⟩ for Δ_s and the connected correlation of the local bond energy
    ε_x = Σ_axes s_x s_{x+e} for Δ_ε, both along the axes. At a critical point of an infinite lattice both tend to the
    scaling dimensions; on a torus they are shifted by an amount of order (r/L), so compare them only with the same
    estimator on the same lattice. Of one size they are thermometers as well: they change with T, so that states are
    compared at one temperature.

    Parameters
    ----------
    states : array_like, Dataset or path
        (n_samples ≥ 2, *shape) independent states, every L ≥ 4; ±1 or a real field.
    near : int, optional
        The smaller distance; by default L/16 (at least 1), where the torus shifts little and Δ_ε is measurable.

    Returns
    -------
    EffectiveDimensions
        With errors by jackknife over 20 bins of samples; an entry is None where a correlation is not positive (in all
        replicas), as for Δ_ε of few or ordered states.

    Raises
    ------
    InputError
        2 near > L/2: take a smaller distance or a larger lattice.

    Examples
    --------
    Ordered states do not decay, Δ_s = 0:

    >>> effective_dimensions(np.ones((10, 8, 8))).delta_spin.deviation(0.0)
    0.0
    """
    field = _ensemble(states)
    smallest = min(field.shape[1:])
    near = max(1, smallest // 16) if near is None else checks.positive_integer("near", near)
    if 2 * near > smallest // 2:
        raise InputError(f"effective dimensions need 2 × near ≤ L/2, got near = {near} on a lattice {field.shape[1:]}")
    bonds = local_bonds(field)
    spin = axis_correlation(field)[:, [near, 2 * near]]
    energy = axis_correlation(bonds)[:, [near, 2 * near]]
    mean_bond = bonds.mean(axis=tuple(range(1, field.ndim)))
    return EffectiveDimensions(
        _exponent(np.column_stack([spin, np.zeros(len(field))])),
        _exponent(np.column_stack([energy, mean_bond])),
        near,
        2 * near,
    )


@dataclass(frozen=True)
class DimensionDifference:
    """One estimator on flowed and on Monte Carlo states; an entry is None where it is undefined.

    Attributes
    ----------
    dimension : str
        "delta_spin" or "delta_energy".
    estimator : str
        "G(r) at one size" (−½ ln of C(2r)/C(r) over ln 2), "<m²> of two sizes" (⟨m²⟩ ~ L^{−2Δ_s}) or "G(L/2) of two
        sizes" (C(L/2) ~ L^{−2Δ}).
    sizes : tuple of int
        The size, or the two sizes.
    flowed, reference : Estimate or None
        Of either side.
    difference : Estimate or None
        flowed − reference, the result, with their errors combined.
    """

    dimension: str
    estimator: str
    sizes: tuple[int, ...]
    flowed: Estimate | None
    reference: Estimate | None
    difference: Estimate | None


@checked
def compare_dimensions(
    flowed: Mapping[int, npt.ArrayLike], reference: Mapping[int, npt.ArrayLike]
) -> list[DimensionDifference]:
    """Effective Δ_s and Δ_ε of flowed states against Monte Carlo states of the same sizes, estimator by estimator.

    Each estimator is shifted by the finite lattice in the same way on both sides; the difference is the result.

    Parameters
    ----------
    flowed, reference : dict of int to array_like
        L → (n_samples, L, …) independent states, ±1 or real fields; every size of `flowed` must be in `reference`. One
        size gives the estimators of one size, consecutive sizes those of two.

    Returns
    -------
    list of DimensionDifference
        One entry for each dimension, estimator and size or pair of sizes; errors by jackknife over 20 bins of samples.

    Raises
    ------
    InputError
        A size that the reference lacks, or states of another size than their key says.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> free = {L: np.where(rng.random((500, L, L)) < 0.5, 1, -1) for L in (4, 8)}
    >>> table = compare_dimensions(free, {L: -states for L, states in free.items()})
    >>> entry = next(entry for entry in table if entry.estimator.startswith("<m²>"))
    >>> entry.difference.value, abs(entry.flowed.deviation(1.0)) < 4  # ⟨m²⟩ = 1/N of free spins: Δ = d/2
    (0.0, True)
    """
    sizes = sorted(checks.positive_integer("L", L, minimum=4) for L in flowed)
    missing = [L for L in sizes if L not in reference]
    if not sizes or missing:
        raise InputError(f"reference must hold every size of flowed, {sizes}; missing: {missing}")
    ours, theirs = ({L: _of_size(L, side[L]) for L in sizes} for side in (flowed, reference))
    found = []
    for L in sizes:
        a, b = effective_dimensions(ours[L]), effective_dimensions(theirs[L])
        pairs = (("delta_spin", a.delta_spin, b.delta_spin), ("delta_energy", a.delta_energy, b.delta_energy))
        found += [_entry(name, "G(r) at one size", (L,), one, other) for name, one, other in pairs]
    for pair in itertools.pairwise(sizes):
        for name, estimator, columns, function in _QUOTIENTS:
            one, other = (_quotient(side, pair, columns, function) for side in (ours, theirs))
            found.append(_entry(name, estimator, pair, one, other))
    return found


def _ensemble(states: Held) -> Fields:
    field = checks.field("states", states)
    if field.ndim < 2 or len(field) < 2:
        raise InputError(f"states must have shape (n_samples ≥ 2, L_1, …), got {field.shape}")
    return field


def _exponent(columns: Array) -> Estimate | None:
    """−½ log₂ of the ratio of connected correlations; `columns` (n, 3): at near, at far, and the mean field."""

    def exponent(means: Array) -> Array:
        near, far = means[..., 0] - means[..., 2] ** 2, means[..., 1] - means[..., 2] ** 2
        positive = (near > 0) & (far > 0)
        ratio = np.where(positive, far, 1.0) / np.where(positive, near, 1.0)
        return np.where(positive, -0.5 * np.log2(ratio), np.nan)

    return estimate_where_defined(float(exponent(columns.mean(axis=0))), exponent(leave_one_out(columns, _BINS)))


def _entry(
    name: str, estimator: str, sizes: tuple[int, ...], ours: Estimate | None, theirs: Estimate | None
) -> DimensionDifference:
    return DimensionDifference(name, estimator, sizes, ours, theirs, _difference(ours, theirs))


def _of_size(L: int, states: Held) -> Fields:
    field = checks.field("states", states)
    if field.ndim < 2 or any(side != L for side in field.shape[1:]) or len(field) < 2:
        raise InputError(f"states of size {L} must have shape (n_samples ≥ 2, {L}, …), got {field.shape}")
    return field


def _difference(ours: Estimate | None, theirs: Estimate | None) -> Estimate | None:
    if ours is None or theirs is None:
        return None
    return Estimate(ours.value - theirs.value, float(np.hypot(ours.error, theirs.error)))


def _squared_magnetization(states: Fields) -> Array:
    return np.asarray(states.mean(axis=tuple(range(1, states.ndim)), dtype=np.float64) ** 2)[:, None]


def _half_correlation(states: Fields) -> Array:
    return axis_correlation(states)[:, -1:]


def _half_bond_correlation(states: Fields) -> Array:
    """C_ε at L/2 of the local bond energy and its mean, per sample: columns (correlation, mean)."""
    bonds = local_bonds(states)
    mean = bonds.mean(axis=tuple(range(1, bonds.ndim)))
    return np.column_stack([axis_correlation(bonds)[:, -1], mean])


_QUOTIENTS: tuple[tuple[str, str, Callable[[Fields], Array], Callable[[Array], Array]], ...] = (
    ("delta_spin", "<m²> of two sizes", _squared_magnetization, lambda means: means[..., 0]),
    ("delta_spin", "G(L/2) of two sizes", _half_correlation, lambda means: means[..., 0]),
    ("delta_energy", "G(L/2) of two sizes", _half_bond_correlation, lambda means: means[..., 0] - means[..., 1] ** 2),
)


def _quotient(
    states: Mapping[int, Fields],
    sizes: tuple[int, int],
    columns: Callable[[Fields], Array],
    function: Callable[[Array], Array],
) -> Estimate | None:
    """−½ ln[A(L′)/A(L)] / ln(L′/L); None where A is not positive beyond two errors at both sizes."""
    logarithms, squared = [], 0.0
    for L in sizes:
        table = columns(states[L])
        value = float(function(table.mean(axis=0)))
        error = float(jackknife_error(function(leave_one_out(table, _BINS))))
        if value <= 2 * error or value <= 0:
            return None
        logarithms.append(math.log(value))
        squared += (error / value) ** 2
    width = 2 * math.log(sizes[1] / sizes[0])
    return Estimate(-(logarithms[1] - logarithms[0]) / width, squared**0.5 / width)
