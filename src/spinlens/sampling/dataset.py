"""The result of a run as a Dataset: draws or bins, averages with errors, and whether to trust them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
import xarray as xr

from spinlens.arrays import Array, Spins
from spinlens.errors import ConvergenceError
from spinlens.files.formats import SITES
from spinlens.lattice.ising import IsingModel
from spinlens.sampling.chains.binning import binned_tau
from spinlens.sampling.chains.chain_log import ChainLog
from spinlens.sampling.chains.recorders import Averages, Series
from spinlens.sampling.chains.request import RunRequest
from spinlens.sampling.description import describe
from spinlens.statistics.autocorrelation import LEAST_TIMES, integrated_time
from spinlens.statistics.convergence import split_r_hat

R_HAT = 1.05  # above this, chains tell different stories [Vehtari2021 ask for 1.01 of long runs]
_APART = 2.0  # above this, more draws do not help
Summary = tuple[float, float, float, float]
_FIRST = ("temperature", "chain")


def assemble(request: RunRequest, rows: Sequence[Sequence[ChainLog]]) -> xr.Dataset:
    """The Dataset of the logs of all chains, a row a temperature; see `spinlens.sample`."""
    model = request.model
    data = (_draws if request.series else _bins)(rows)
    if request.keep_spins:
        spins = _states(request, rows)
        attrs = {"long_name": "spins ±1 after the draw", "units": "1"}
        data["spins"] = ((*_FIRST, "draw", *SITES[: model.dimension]), spins, attrs)
    if request.correlations:
        data["correlation"] = _correlations(model, rows)
    for name, long_name, units in (
        ("warmup", "sweeps discarded", "sweeps"),
        ("warm", "whether the warm-up was long enough", "1"),
    ):
        values = [[getattr(log.warmup, "spent" if name == "warmup" else name) for log in row] for row in rows]
        data[name] = (_FIRST, np.array(values), {"long_name": long_name, "units": units})
    warm = data.warm.all("chain")
    agree = ~(_asked(data, bool(model.field)).split_r_hat > R_HAT).any("observable")
    data["converged"] = (warm & agree).assign_attrs(
        long_name=f"whether all chains are warm and split R-hat is at most {R_HAT}", units="1"
    )
    return data.assign_coords(chain=np.arange(len(rows[0])))


def _states(request: RunRequest, rows: Sequence[Sequence[ChainLog]]) -> Spins:
    """States of all draws, (temperature, chain, draw, *shape), at hardly more memory than they take themselves."""
    spins = np.empty((len(rows), len(rows[0]), request.draws, request.model.n_sites), np.int8)
    for row, its in zip(rows, spins, strict=True):
        for log, place in zip(row, its, strict=True):
            log.hand_over(place)
    return spins.reshape(*spins.shape[:3], *request.model.shape)


def _asked(data: xr.Dataset, field: bool) -> xr.Dataset:
    """The observables that chains must agree on: without a field a chain may stay at one sign of the magnetization."""
    return data if field else data.drop_sel(observable="magnetization")


def remedies(data: xr.Dataset, field: bool) -> dict[float, str]:
    """For each temperature that has not converged what is wrong and what to do; `field`: whether the model has one."""
    failed = data.temperature.values[~data.converged.values].tolist()
    return {temperature: _remedy(data.sel(temperature=temperature), field) for temperature in failed}


def _remedy(at: xr.Dataset, field: bool) -> str:
    if not bool(at.warm.all()):
        sweeps = int(at.warmup.max())
        return f"{sweeps} sweeps of warm-up were not enough; give a longer warmup, or use cluster moves"
    r_hat = _asked(at, field).split_r_hat.fillna(0)
    name, largest = str(r_hat.observable.values[int(np.argmax(r_hat.values))]), float(r_hat.max())
    disagree = f"chains disagree about {name} (split R-hat {largest:.3f} > {R_HAT})"
    if largest > _APART:
        return f"{disagree}: they are in different states; give a longer warmup, or use cluster moves"
    times = max(2, math.ceil((largest**2 - 1) / (R_HAT**2 - 1)))  # R-hat² − 1 falls as 1 / draws
    if "draw" in at.dims:
        tau = float(at.tau_int.sel(observable=name))
        times = max(times, math.ceil(LEAST_TIMES * tau / at.sizes["draw"])) if math.isfinite(tau) else times
    return f"{disagree}: draw {times} times as many"


def with_remedy(data: xr.Dataset, field: bool) -> xr.Dataset:
    """`remedies` in words, as an attribute of `converged`."""
    said = [f"T = {temperature:g}: {text}" for temperature, text in remedies(data, field).items()]
    data["converged"].attrs.update({"remedy": "; ".join(said)} if said else {})
    return data


def require_converged(data: xr.Dataset, model: IsingModel) -> None:
    """Raise `ConvergenceError`, with the remedy, unless every temperature is marked as converged."""
    failed = remedies(data, bool(model.field))
    if not failed:
        return
    first, reason = next(iter(failed.items()))
    also = f" and {len(failed) - 1} more temperatures" if len(failed) > 1 else ""
    raise ConvergenceError(f"not converged at T = {first:g}{also}: {reason}")


def _draws(rows: Sequence[Sequence[ChainLog]]) -> xr.Dataset:
    """Every draw of every observable."""
    n = rows[0][0].request.draws
    values = [[log.record.values for log in row if isinstance(log.record, Series)] for row in rows]
    names = _all_names(values)
    nothing = np.full(n, np.nan)
    series = {name: np.stack([[run.get(name, nothing)[:n] for run in row] for row in values]) for name in names}
    data = xr.Dataset({name: ((*_FIRST, "draw"), array, describe(name)) for name, array in series.items()})
    series["abs_magnetization"] = np.abs(series["magnetization"])
    summaries = [[_summarise(array[number]) for number in range(len(rows))] for array in series.values()]
    return _with_summary(data.assign_coords(draw=np.arange(n)), list(series), summaries)


def _all_names(runs: Sequence[Sequence[Iterable[str]]]) -> list[str]:
    """Names of all observables, in the order of the temperature that has most: T = 0 and ∞ know no clusters."""
    most = max((list(row[0]) for row in runs), key=len)
    return [*most, *dict.fromkeys(name for row in runs for name in row[0] if name not in most)]


def _aligned(values: Array, record: Averages, names: Sequence[str]) -> Array:
    """Rows of `values` in the order of `names`, nan where the record lacks one."""
    found = np.full((len(names), *values.shape[1:]), np.nan)
    for k, name in enumerate(names):
        if name in record.names:
            found[k] = values[record.names.index(name)]
    return found


def _summarise(series: Array) -> Summary:
    """Mean, error, τ_int and split R̂ of (chains, draws)."""
    n = series.shape[1]
    if n < 4 or np.isnan(series[0, 0]):
        return float(series.mean()), np.nan, np.nan, np.nan
    tau, half = integrated_time(series).value, n // 2
    halves = np.concatenate([series[:, :half], series[:, n - half :]])
    r_hat = split_r_hat(halves.mean(axis=1), float(halves.var(axis=1, ddof=1).mean()), half)
    return float(series.mean()), float(np.sqrt(2 * tau * series.var(ddof=1) / series.size)), tau, r_hat


def _bins(rows: Sequence[Sequence[ChainLog]]) -> xr.Dataset:
    """Bin means, blocking errors and single-draw variances."""
    records = [[log.record for log in row if isinstance(log.record, Averages)] for row in rows]
    names, first = _all_names([[record.names for record in row] for row in records]), records[0][0]
    means = np.array([[_aligned(record.bins.values, record, names) for record in row] for row in records])
    length = first.bins.length
    data = xr.Dataset({name: ((*_FIRST, "bin"), means[:, :, k], describe(name)) for k, name in enumerate(names)})
    levels = int((first.blocking.count > 1).sum())
    errors = np.array([[_aligned(r.blocking.errors()[:, :levels], r, names) for r in row] for row in records])
    variances = np.array([[_aligned(r.variances, r, names) for r in row] for row in records])
    note = {"long_name": "error of a chain's mean from blocks of 2^level draws", "units": "as the observable"}
    data["blocking_error"] = ((*_FIRST, "observable", "level"), errors, note)
    note = {"long_name": "variance of single draws", "units": "square of the observable's"}
    data["draw_variance"] = ((*_FIRST, "observable"), variances, note)
    data = data.assign_coords(bin=np.arange(means.shape[-1]), level=np.arange(levels))
    data.bin.attrs = {"long_name": "bin", "units": f"{length} draws"}
    summaries = [[_summarise_bins(row, name) for row in records] for name in names]
    return _with_summary(data, names, summaries)


def _summarise_bins(records: Sequence[Averages], name: str) -> Summary:
    """Mean, error, τ_int and split R̂ of one observable from the bin means of all chains."""
    if name not in records[0].names:
        return np.nan, np.nan, np.nan, np.nan
    k = records[0].names.index(name)
    bins = np.array([record.bins.values[k] for record in records])
    draws, length = records[0].draws, records[0].bins.length
    mean = float(np.mean([record.bins.total()[k] for record in records]))
    if bins.shape[1] < 4:
        return mean, np.nan, np.nan, np.nan
    inside = float(np.mean([record.variances[k] for record in records]))
    between = float(np.var([record.bins.total()[k] for record in records]))
    tau, half = binned_tau(bins, length, inside + between), bins.shape[1] // 2
    halves = np.concatenate([bins[:, :half], bins[:, bins.shape[1] - half :]]).mean(axis=1)
    error = np.sqrt(2 * tau * (inside + between) / (draws * len(records)))
    return mean, float(error), tau, split_r_hat(halves, inside, half * length)


def _with_summary(data: xr.Dataset, names: list[str], summaries: list[list[Summary]]) -> xr.Dataset:
    table = np.array(summaries)  # (observable, T, 4)
    notes = (
        ("average", "mean over chains and draws", "as the observable"),
        ("error", "standard error of the average, autocorrelation included", "as the observable"),
        ("tau_int", "integrated autocorrelation time", "draws"),
        ("split_r_hat", "split R-hat over half chains", "1"),
    )
    for column, (name, long_name, units) in enumerate(notes):
        attrs = {"long_name": long_name, "units": units}
        data[name] = (("temperature", "observable"), table[:, :, column].T, attrs)
    return data.assign_coords(observable=names)


def _correlations(model: IsingModel, rows: Sequence[Sequence[ChainLog]]) -> xr.DataArray:
    """G(r) = ⟨s_0 s_r⟩ of each bin of draws."""
    modes = [[log.modes for log in row if log.modes is not None] for row in rows]
    values = np.stack([[mode.correlations() for mode in row] for row in modes])
    dims = (*_FIRST, "correlation_bin", *(f"r_{axis}" for axis in SITES[: model.dimension]))
    length = modes[0][0].bins.length
    return xr.DataArray(values, dims=dims, attrs={
        "long_name": f"correlation function of displacement r, mean over bins of {length} draws", "units": "1",
    })  # fmt: skip
