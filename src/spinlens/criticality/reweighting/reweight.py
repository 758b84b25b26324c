"""Thermodynamic functions of temperature with errors, from runs at a few temperatures of one lattice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import xarray as xr

from spinlens import checks
from spinlens.arrays import Array
from spinlens.border import checked
from spinlens.criticality.reweighting.correlation_table import correlation_table
from spinlens.criticality.reweighting.energy_histograms import EnergyCurves
from spinlens.criticality.reweighting.energy_series import energy_runs
from spinlens.criticality.reweighting.runs import checked_runs
from spinlens.criticality.reweighting.size_curves import WRAPS, SizeCurves
from spinlens.errors import ConvergenceError
from spinlens.files.tables import Table
from spinlens.lattice.ising import IsingModel
from spinlens.statistics.resampling import jackknife_error

_FUNCTIONS = {
    "energy": ("energy per spin", "J"),
    "specific_heat": ("specific heat d⟨E⟩/dT per spin", "k_B"),
    "abs_magnetization": ("absolute magnetization per spin ⟨|m|⟩", "1"),
    "m2": ("⟨m²⟩ per spin", "1"),
    "m4": ("⟨m⁴⟩ per spin", "1"),
    "binder": ("U4 = 1 − ⟨m⁴⟩/(3⟨m²⟩²)", "1"),
    "susceptibility": ("N⟨m²⟩/T", "1/J"),
    "xi": ("second-moment correlation length over L", "1"),
    "wraps_none": ("probability R_0 that no cluster winds around the torus", "1"),
    "wraps_both": ("probability R_2 that a cluster winds in two directions", "1"),
    "critical_polynomial": ("R_p = R_2 − 2 R_0, 0 at T_c of the square", "1"),
    "binder_slope": ("dU4/dβ", "J"),
    "log_m2_slope": ("d ln⟨m²⟩/dβ", "J"),
    "xi_slope": ("d(ξ/L)/dβ", "J"),
}


@checked
def reweight(
    data: xr.Dataset | Table,
    temperatures: float | Array | Sequence[float],
    model: IsingModel | None = None,
    n_sites: int | None = None,
) -> xr.Dataset:
    """Thermodynamic functions at any temperatures between those of the runs, by multi-histogram reweighting.

    Swendsen–Wang moves sample graphs of weight v^n with n frozen bonds, so all draws together give averages at any
    v(T), ⟨O⟩ = Σ w O / Σ w, with w = v^n / Σ_k N_k v_k^n / Z_k, exactly for improved estimators too. Energy and
    specific heat follow from the bonds alone: ln Z = ln Σ_n Ω(n) v^n + constant · β. Draws of any other moves, of any
    program, are reweighted likewise in their energy, e^{−E/T} in place of v^n.

    Parameters
    ----------
    data : Dataset, or a table of series
        What `sample` returned for one lattice with ``series=True``, at one or more temperatures: in its frozen bonds
        where it has them ("auto" for J ≥ 0, no field), else in its energies. Or series of your own, a DataFrame, dict
        of columns or CSV file with a row each draw in the order of time: ``T`` (or ``beta``), ``energy`` per spin (or
        ``E``, in all), and where they are known ``magnetization`` per spin (or ``M``), ``chain`` and any other function
        of the state; or a Dataset of them with dimensions temperature, draw and maybe chain.
    temperatures : float or sequence of float
        T > 0 in units of J/k_B, or in that of your energies.
    model : IsingModel, optional
        The lattice; None makes it from the attributes of `data`.
    n_sites : int, optional
        The number of spins of series of your own, where no `model` says it.

    Returns
    -------
    Dataset
        Over `temperature`, each variable with its jackknife error `<name>_error` (blocks of time much longer than
        τ_int, where the runs allow it): `energy` per spin in J, `specific_heat` per spin in k_B, `m2`, `m4`, `binder`,
        `susceptibility` N⟨m²⟩/T per spin, `abs_magnetization` and `xi` (ξ/L, lattices of equal sides) where the data
        have what they need (`wraps_none`, `wraps_both` and their R_2 − 2 R_0, `critical_polynomial`, of runs with
        ``wrapping=True``), and the derivatives with respect to β = 1/T `binder_slope`, `log_m2_slope` (of ln⟨m²⟩) and
        `xi_slope`. Where the data keep their states (``keep_spins=True``, equal sides) also (temperature, r),
        r = 0 … L/2 along the axes and averaged over them, `correlation` G(r) = ⟨s_0 s_r⟩ and `energy_correlation`
        ⟨ε_0 ε_r⟩ − ⟨ε⟩², with ε the mean of s s' over the bonds to the neighbours ahead. All are nan at temperatures
        that the runs do not reach; `effective_draws` says how many independent draws of weight one they are worth
        there. From energies: what does not need the graph or the states, and the mean of every other column; blocks
        are at least 10 τ_int long.

    Raises
    ------
    InputError
        Data without bonds or energies in every draw (averages, T = 0 and ∞), graphs in a field, or of another model;
        temperatures that are not finite and above 0. The message says what to sample instead.
    ConvergenceError
        Series too short for an error: the message says how many times as long they must be.

    Notes
    -----
    Cost: O(blocks × numbers of bonds) a temperature; with states, 2d Fourier transforms a draw, once, and
    O(blocks × draws × L) a temperature.

    References
    ----------
    .. [FerrenbergSwendsen1989] Ferrenberg & Swendsen, Phys. Rev. Lett. 63, 1195 (1989).
    .. [ShirtsChodera2008] Shirts & Chodera, J. Chem. Phys. 129, 124105 (2008): of fine bins the same as its MBAR.
    .. [Binder1981] Binder, Z. Phys. B 43, 119 (1981), for U4.

    Examples
    --------
    The exact energy of the 4 × 4 square at T = 2.3 is −1.54131; T = 9 is out of reach:

    >>> from spinlens import NearestNeighbour, sample
    >>> runs = sample(IsingModel((4, 4), NearestNeighbour()), [2.2, 2.4], draws=4000, seed=1)
    >>> table = reweight(runs, [2.3, 9.0])
    >>> bool(abs(table.energy[0] + 1.54131) < 4 * table.energy_error[0]), bool(np.isnan(table.energy[1]))
    (True, True)

    The same from a table of energies that any program wrote:

    >>> own = {"T": np.repeat([2.2, 2.4], runs.energy[0].size), "energy": runs.energy.values.ravel()}
    >>> table = reweight(own, 2.3, n_sites=16)
    >>> bool(abs(table.energy[0] + 1.54131) < 4 * table.energy_error[0])
    True
    """
    grid = _temperatures(temperatures)
    if not (isinstance(data, xr.Dataset) and ("bonds" in data or "bin" in data.dims)):
        energies = EnergyCurves.from_runs(energy_runs(data, model, n_sites))
        return _described(energies, grid, [_or_none(energies.functions, T) for T in grid])
    data, model = checked_runs(data, model)
    size = SizeCurves.from_dataset(model, data)
    if len(set(model.shape)) > 1:
        size = size.without_xi()
    table = _described(size, grid, [_or_none(partial(thermodynamic_functions, size), T) for T in grid])
    if "spins" in data and len(set(model.shape)) == 1:
        table.update(correlation_table(size, data, grid))
    return table


def thermodynamic_functions(size: SizeCurves, temperature: float) -> dict[str, Array]:
    """Every function at one temperature, of all data and of the jackknife replicas, each (1 + blocks,).

    With Z ∝ Σ Ω(n) v^n and θ = ln v the energy is Σ_{i<j} J − (dθ/dβ) ⟨n⟩, and
    c = β² [(dθ/dβ)² ∂⟨n⟩/∂θ + (d²θ/dβ²) ⟨n⟩] / N.
    """
    theta, N = size.theta(temperature), size.model.n_sites
    found, averages, bonds = size.samples(theta), size.averages(theta), size.histograms.full.bonds(theta)
    first, second = size.model.coupling.fugacity.slopes(temperature)
    mean = bonds[0] + size.histograms.first
    rows: dict[str, Array] = {
        "energy": size.model.coupling_sum / 2 - first * mean / N,
        "specific_heat": (first**2 * bonds[1] + second * mean) / (temperature**2 * N),
        **{name: averages[name][0] for name in ("abs_magnetization", "m2", "m4", *WRAPS) if name in averages},
        "binder": found.binder,
        "susceptibility": N * found.m2 / temperature,
        "binder_slope": first * found.binder_slope,
        "log_m2_slope": first * found.log_m2_slope,
    }
    if all(name in rows for name in WRAPS):
        rows["critical_polynomial"] = rows["wraps_both"] - 2 * rows["wraps_none"]
    return rows | ({"xi": found.xi, "xi_slope": first * found.xi_slope} if size.has_xi else {})


def _temperatures(values: object) -> tuple[float, ...]:
    grid = checks.temperatures(values.tolist() if isinstance(values, np.ndarray | xr.DataArray) else values)
    for T in grid:
        checks.positive_number("temperature", T)
    return grid


def _or_none(functions: Callable[[float], dict[str, Array]], temperature: float) -> dict[str, Array] | None:
    """None where the runs do not reach."""
    try:
        return functions(temperature)
    except ConvergenceError:
        return None


def _described(
    curves: SizeCurves | EnergyCurves, grid: Sequence[float], rows: Sequence[dict[str, Array] | None]
) -> xr.Dataset:
    table = xr.Dataset(coords={"temperature": ("temperature", list(grid), {"units": "J/k_B"})})
    for name in _available(curves):
        long_name, units = _FUNCTIONS.get(name, (f"mean of {name}", "as given"))
        found = [(np.nan, np.nan) if row is None else (row[name][0], jackknife_error(row[name][1:])) for row in rows]
        for suffix, values in zip(("", "_error"), np.array(found).T, strict=True):
            note = {"long_name": f"error of {long_name}" if suffix else long_name, "units": units}
            table[name + suffix] = ("temperature", values, note)
    draws = [curves.histograms.full.effective_draws(curves.theta(T)) for T in grid]
    note = {"long_name": "independent draws that the runs are worth", "units": "1"}
    table["effective_draws"] = ("temperature", np.array(draws), note)
    return table


def _available(curves: SizeCurves | EnergyCurves) -> list[str]:
    if isinstance(curves, EnergyCurves):
        return curves.functions_known(tuple(_FUNCTIONS))
    lacking = {name for name in ("abs_magnetization", *WRAPS) if name not in curves.names}
    lacking |= {"critical_polynomial"} if lacking & set(WRAPS) else set()
    lacking |= set() if curves.has_xi else {"xi", "xi_slope"}
    return [name for name in _FUNCTIONS if name not in lacking]
