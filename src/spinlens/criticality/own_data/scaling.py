"""`finite_size_scaling`: the critical point from anyone's Monte Carlo averages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from spinlens import checks
from spinlens.arrays import Array
from spinlens.border import checked
from spinlens.criticality.analysis.analysis import analyse
from spinlens.criticality.analysis.critical_point import CriticalPoint
from spinlens.criticality.analysis.crossings import WORDS, Crossing, Family
from spinlens.criticality.analysis.curve_tables import Curve, scaling_curves
from spinlens.criticality.analysis.determination import Lattices, determine
from spinlens.criticality.analysis.hypotheses import lengths_scale, usual_y_t
from spinlens.criticality.own_data.columns import read_columns
from spinlens.criticality.own_data.pairs import crossing_families
from spinlens.criticality.own_data.points import Points, points_of
from spinlens.criticality.own_data.series import is_series, series_curves
from spinlens.criticality.reweighting.size_curves import SizeCurves
from spinlens.criticality.search.sizes import check_sizes
from spinlens.criticality.universality import REGIMES, Regime, reference
from spinlens.errors import ConvergenceError, InputError
from spinlens.files.tables import Table
from spinlens.lattice.couplings import Coupling

if TYPE_CHECKING:
    import xarray as xr

_WIDTH = 0.6  # of a ratio R*, by how much a₁ x may be of it where data are fitted; R is a polynomial in x there
_FEWEST = 3  # sizes
NO_CLASS = "no class was named: exponents and corrections to scaling are free"


@checked
def finite_size_scaling(
    data: Table | Mapping[int, xr.Dataset | Table],
    coupling: Coupling | None = None,
    dimension: int = 2,
    regime: Regime | None = None,
) -> CriticalPoint:
    """Critical point from means of anyone's Monte Carlo, by the global fit of `find_critical_point`.

    R(T, L) = R* + a₁ x + a₂ x² + corrections with x = ln(T_c/T) L^{y_t} is fitted to U4, ξ/L and ln⟨m²⟩ (which falls by
    2 Δ_s ln L besides) of all sizes together, at the temperatures given and at no others. Amplitudes of corrections and
    of higher powers of x have priors of natural size, and temperatures so far from T_c that R has changed by more than
    0.6 R* are left out.

    Parameters
    ----------
    data : DataFrame, Dataset, dict of columns, or path of a CSV file
        One row for every size and temperature, or several from independent runs. Columns: ``L``; ``T``, or ``beta`` =
        1/T; ``m2``, ``m4``, moments of the magnetization per site; instead of m4 ``binder`` (or ``U4``) =
        1 − ⟨m⁴⟩/(3⟨m²⟩²); optionally ``xi``, a correlation length in lattice units, or ``xi_over_L``. Beside each its
        standard error, ``m2_error`` (or ``m2_err``) and so on; or none, and at least four rows of every (L, T), whose
        jackknife gives errors and covariances. Other columns are left alone. Or series by size, {L: …}, each what
        `reweight` takes: they are reweighted to windows about T_c like those of a search.
    coupling : Coupling, optional
        `NearestNeighbour()` or `PowerLaw(sigma)`: names the class, and which corrections to scaling there are. What is
        known of it, T_c in units of its J, stands beside the results.
    dimension : int, default 2
        Of the lattices.
    regime : str, optional
        The class to assume: "short-range", "long-range", "mean-field" or "boundary". Without it and without a coupling
        none is: exponents and corrections are free, and errors larger. y_t has a wide prior: ± 0.3 about that of the
        class, ± 0.5 about d/2 without one.

    Returns
    -------
    CriticalPoint
        T_c in the unit of T that the table has. `notes` says what the data could not tell: without ``m2`` Δ_s and η are
        nan, without replicas covariances are assumed. `curves` are the data, for `spinlens.plot.crossings` and
        `collapse`; `page` writes all of it with figures.

    Raises
    ------
    InputError
        A table that lacks columns, errors, sizes or temperatures; the message says which are needed.
    ConvergenceError
        No two sizes cross, fewer than three have temperatures near enough to T_c, or nothing fits them: give
        temperatures on both sides of the transition, closer to it for larger L.

    Notes
    -----
    Rows are taken as independent. Points that were reweighted from the same runs, and temperatures of one ladder of
    replica exchange, are not, and their errors would come out too small.

    References
    ----------
    .. [Binder1981] Binder, Z. Phys. B 43, 119 (1981), for U4.
    .. [Lepage2002] Lepage et al., Nucl. Phys. B Proc. Suppl. 106, 12 (2002), for priors of corrections.

    Examples
    --------
    Means as another program wrote them, here made up with T_c = 2.3:

    >>> L, T = (grid.ravel() for grid in np.meshgrid([8, 16, 32, 64], [2.29, 2.295, 2.3, 2.305, 2.31]))
    >>> x = np.log(2.3 / T) * L
    >>> table = {"L": L, "T": T, "binder": 0.61 + 0.6 * x - 0.6 * x**2, "m2": L**-0.25 * np.exp(1.3 * x)}
    >>> table |= {"binder_error": np.full(20, 0.0005), "m2_error": 0.001 * table["m2"]}
    >>> point = finite_size_scaling(table, regime="short-range")
    >>> bool(abs(point.temperature.deviation(2.3)) < 1), bool(abs(point.delta_spin.deviation(0.125)) < 1)
    (True, True)
    """
    dimension = checks.positive_integer("dimension", dimension)
    chosen = _class(coupling, dimension, regime)
    if is_series(data):
        return _of_series(data, coupling, dimension, regime)
    measured = points_of(read_columns(data))
    _check_grid(measured)
    scale = lengths_scale(chosen, coupling, dimension)
    points = measured if scale else measured.without("xi", "ξ outgrows L in this class: ξ/L is not fitted")
    families = crossing_families(points, dimension)
    prior = usual_y_t(chosen, coupling, dimension)
    start = _start(points, families, prior[0])
    kept = _near(points, families, start)
    sizes = _sizes(points, kept, start[0])
    most = max(int((points.sizes[kept] == L).sum()) for L in sizes)
    fitted = points.scaling_data().only(np.repeat(kept, len(points.names)))
    lattices = Lattices(coupling, dimension, chosen, sizes, 2 if most > 2 else 1, prior)
    point, _ = determine(fitted, lattices, start, families)
    notes = (*points.notes, *_notes(points, kept, point, prior[1]))
    return replace(point, curves=_curves(measured), made_from="table", notes=notes)


def _of_series(
    data: Mapping[int, Any], coupling: Coupling | None, dimension: int, regime: Regime | None
) -> CriticalPoint:
    """The analysis of a search, of runs that somebody else made; those of spinlens know their coupling."""
    check_sizes(sorted(data))
    curves = series_curves(data, coupling, dimension)
    point = analyse(curves, regime)
    notes = (NO_CLASS,) if point.regime == "unknown" else ()
    made: Literal["runs", "series"] = "runs" if isinstance(curves[0], SizeCurves) else "series"
    return replace(point, curves=scaling_curves(curves), made_from=made, notes=notes)


def _class(coupling: Coupling | None, dimension: int, regime: Regime | None) -> Regime:
    if coupling is not None:
        checks.instance("coupling", coupling, Coupling, "NearestNeighbour(), PowerLaw(sigma) or None")
    if regime is not None:
        checks.choice("regime", regime, REGIMES)
    return regime or reference(coupling, dimension).regime


def _check_grid(points: Points) -> None:
    sizes = np.unique(points.sizes)
    if len(sizes) < _FEWEST:
        raise InputError(
            f"at least {_FEWEST} sizes are needed to tell exponents from corrections to scaling, got L = "
            f"{', '.join(f'{L:g}' for L in sizes)}: simulate more of them, best at ratios of two"
        )
    if np.ptp(points.temperature) == 0:
        raise InputError(
            f"all rows have T = {points.temperature[0]:g}: at one temperature nothing says where T_c is; give two or "
            "more, on both sides of the transition"
        )


def _start(points: Points, families: Sequence[Family], y_t: float) -> tuple[float, float]:
    """T_c and y_t to begin with: T_c of the crossing of the largest pair, or the middle where sizes share no range.

    Raises
    ------
    ConvergenceError : several sizes have several temperatures, but no two cross.
    """
    found = _last_crossing(families)
    if found is not None:
        return found.temperature.value, y_t
    several = [L for L in np.unique(points.sizes) if len(set(points.temperature[points.sizes == L])) > 1]
    if len(several) > 1:
        low, high = points.temperature.min(), points.temperature.max()
        words = " and ".join(WORDS[family.ratio] for family in families)
        raise ConvergenceError(
            f"{words} of no two sizes cross between T = {low:g} and {high:g}: give temperatures on both sides of the "
            "transition"
        )
    return float(np.median(points.temperature)), y_t


def _last_crossing(families: Sequence[Family]) -> Crossing | None:
    """Of the largest pair, in U4 where it crosses."""
    return next((family.crossings[-1] for family in families if family.crossings), None)


def _near(points: Points, families: Sequence[Family], start: tuple[float, float]) -> npt.NDArray[np.bool_]:
    """Rows whose temperature is near enough to T_c for an expansion in x, (rows,) flags; all where no pair crosses."""
    family = next((family for family in families if family.crossings), None)
    if family is None:
        return np.ones(len(points.sizes), dtype=bool)
    values, x = points.column(family.ratio)[0], np.log(start[0] / points.temperature) * points.sizes ** start[1]
    slopes = [_slope(x[own], values[own]) for L in np.unique(points.sizes) if len(own := points.sizes == L)]
    known = [slope for slope in slopes if slope is not None]
    steepness = float(np.median(known)) if known else 0.0
    return np.asarray(steepness * np.abs(x) <= _WIDTH * abs(family.crossings[-1].value.value))


def _slope(x: Array, values: Array) -> float | None:
    """|dR/dx| of one size at T_c, between its temperatures on both sides; None where it has none on one."""
    above, below = x[x >= 0], x[x < 0]
    if not (len(above) and len(below)):
        return None
    k, j = int(np.flatnonzero(x == above.min())[0]), int(np.flatnonzero(x == below.max())[0])
    return float(abs((values[k] - values[j]) / (x[k] - x[j])))


def _sizes(points: Points, kept: npt.NDArray[np.bool_], T_c: float) -> tuple[int, ...]:
    sizes = tuple(int(L) for L in np.unique(points.sizes[kept]))
    if len(sizes) >= _FEWEST:
        return sizes
    lost = sorted({int(L) for L in points.sizes} - set(sizes))
    raise ConvergenceError(
        f"only L = {', '.join(map(str, sizes)) or 'none'} have temperatures near enough to T_c ≈ {T_c:.6g} to be "
        f"fitted: run L = {', '.join(map(str, lost))} closer to it"
    )


def _notes(points: Points, kept: npt.NDArray[np.bool_], point: CriticalPoint, prior: float) -> list[str]:
    """What the data could not tell; `prior` is the deviation of y_t before them."""
    notes = []
    if point.regime == "unknown":
        notes.append(NO_CLASS)
    if not kept.all():
        notes.append(f"{int(kept.sum())} of {len(kept)} rows are near enough to T_c to be fitted")
    if "log_m2" not in points.names:
        notes.append("without ⟨m²⟩ there is no Δ_s and no η")
    if point.delta_energy.error > prior / 2:
        notes.append("temperatures are too few to tell y_t: Δ_ε and ν are those that the class suggests")
    if point.quality.freedom < 1:
        notes.append("values are so few that χ² cannot tell a wrong fit from a right one")
    low, high = points.temperature.min(), points.temperature.max()
    T_c = point.temperature
    if not low - T_c.error <= T_c.value <= high + T_c.error:
        notes.append(f"T_c lies outside the temperatures given, {low:g} … {high:g}: it is an extrapolation")
    return notes


def _curves(points: Points) -> dict[int, Curve]:
    (binder, binder_error), (xi, xi_error), (log_m2, relative) = (
        points.column(name) for name in ("binder", "xi", "log_m2")
    )
    m2 = np.exp(log_m2)
    columns = np.stack([points.temperature, binder, xi, m2, binder_error, xi_error, m2 * relative])
    return {
        int(L): Curve(*(tuple(map(float, row)) for row in columns[:, points.sizes == L]))
        for L in np.unique(points.sizes)
    }
