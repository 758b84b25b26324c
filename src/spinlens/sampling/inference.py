"""Runs as ArviZ takes them, and their summary as a table: means, errors, τ_int, effective draws, R̂."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from spinlens import checks
from spinlens.border import checked
from spinlens.errors import InputError
from spinlens.showing import data_frame
from spinlens.statistics.autocorrelation import assess
from spinlens.statistics.convergence import rank_r_hat

if TYPE_CHECKING:
    import pandas as pd

_OF_A_RUN = ("average", "error", "tau_int", "split_r_hat")


@checked
def to_inference(data: xr.Dataset, temperature: float | None = None) -> xr.Dataset:
    """Every series of one temperature with the dimensions chain and draw, which ArviZ (0.x and 1.x) takes as it is.

    Parameters
    ----------
    data : xarray.Dataset
        A result of `sample`; with ``series=False`` the bin means take the place of draws.
    temperature : float, optional
        Which one, in units of J/k_B; may be left out where there is only one.

    Returns
    -------
    xarray.Dataset
        The series by name: (chain, draw), spins (chain, draw, x, y, …). ``arviz.summary(to_inference(data))``, `ess`,
        `rhat`, `plot_trace` and the like take it; `convert_to_datatree` or `convert_to_inference_data` make it the
        group `posterior`.

    Raises
    ------
    InputError
        The temperature was not sampled, or none was given where there are several: give one of those listed.

    Examples
    --------
    >>> from spinlens import IsingModel, NearestNeighbour, sample
    >>> series = to_inference(sample(IsingModel((4, 4), NearestNeighbour()), 2.5, draws=10, chains=3))
    >>> series["energy"].dims, series["energy"].shape
    (('chain', 'draw'), (3, 10))
    """
    if not isinstance(data, xr.Dataset) or "temperature" not in data.coords:
        raise InputError(f"to_inference takes a Dataset of sample(), got {type(data).__name__}")
    data = data.expand_dims([dim for dim in ("temperature", "chain") if dim not in data.dims])
    if temperature is None and data.sizes["temperature"] > 1:
        raise InputError(f"give one of the temperatures {data.temperature.values.tolist()}")
    known = data.temperature.values
    chosen = known[0] if temperature is None else checks.within("temperature", temperature, 0.0, math.inf)
    if chosen not in known:
        raise InputError(f"temperature {chosen} was not sampled; sampled: {known.tolist()}")
    at = data.sel(temperature=chosen)
    at = at if "draw" in at.dims else at.rename(bin="draw")
    names = [name for name, variable in at.data_vars.items() if {"chain", "draw"} <= set(variable.dims)]
    return at[names].transpose("chain", "draw", ...)


@checked
def summary(data: xr.Dataset | Mapping[str, npt.ArrayLike]) -> pd.DataFrame:
    """Means with errors, and whether to trust them, as a table: a row for each temperature and observable.

    Parameters
    ----------
    data : xarray.Dataset or mapping of str to array_like
        A result of `sample`; or series of any other origin by name, (n,) or (chains, n).

    Returns
    -------
    pandas.DataFrame
        `mean`; `error`, its standard error, autocorrelation included; `tau`, τ_int = ½ + Σρ in draws; `ess`, the
        effective number of draws n / 2τ; `r_hat`, the rank-normalized split R̂ [Vehtari2021]_ (the plain split R̂ of runs
        that kept no series), to be below 1.01. nan where there are fewer than four draws. Without a field chains may
        stay at either sign of the magnetization, so that its R̂ says nothing there.

    Raises
    ------
    InputError
        Neither of the two, or series that are not (n,) or (chains, n): give `sample`'s Dataset, or arrays by name.

    References
    ----------
    .. [Vehtari2021] Vehtari, Gelman, Simpson, Carpenter & Bürkner, Bayesian Anal. 16, 667 (2021).

    Examples
    --------
    >>> draws = np.random.default_rng(0).normal(size=(4, 1000))
    >>> table = summary({"independent": draws, "every one twice": np.repeat(draws, 2, axis=1)})
    >>> table["ess"].round(-3).tolist()
    [4000.0, 4000.0]
    """
    if isinstance(data, xr.Dataset) and set(_OF_A_RUN) <= set(data.data_vars):
        return data_frame(_rows_of_run(data), ["temperature", "observable"])
    if not isinstance(data, Mapping):
        raise InputError(f"summary takes a Dataset of sample, or series by name, got {type(data).__name__}")
    rows = ({"observable": name, **_of_series(str(name), series)} for name, series in data.items())
    return data_frame(rows, "observable")


def _rows_of_run(data: xr.Dataset) -> Iterator[dict[str, Any]]:
    chains = data.sizes["chain"]
    draws = data.sizes["draw"] if "draw" in data.dims else data.sizes["bin"] * _bin_length(data)
    for temperature in data.temperature.values.tolist():
        for name in data.observable.values.tolist():
            at = data.sel(temperature=temperature, observable=name)
            mean, error, tau, split = (float(at[column]) for column in _OF_A_RUN)
            if math.isfinite(mean):
                yield {
                    "temperature": temperature, "observable": name, "mean": mean, "error": error, "tau": tau,
                    "ess": chains * draws / (2 * tau), "r_hat": _rank(data, temperature, name, split),
                }  # fmt: skip


def _bin_length(data: xr.Dataset) -> int:
    """Draws in a bin, as its units say: "64 draws"."""
    return int(str(data["bin"].attrs["units"]).split()[0])


def _rank(data: xr.Dataset, temperature: float, name: str, split: float) -> float:
    """Rank-normalized R̂ where the series was kept."""
    kept = name.removeprefix("abs_")
    if "draw" not in data.dims or kept not in data:
        return split
    series = data[kept].sel(temperature=temperature).transpose("chain", "draw").values
    return rank_r_hat(series if kept == name else np.abs(series))


def _of_series(name: str, series: npt.ArrayLike) -> dict[str, float]:
    chains = np.atleast_2d(np.asarray(series, dtype=np.float64))
    if chains.ndim != 2 or chains.size == 0:
        raise InputError(f"series {name!r} must be (n,) or (chains, n), got shape {np.shape(series)}")
    found = assess(chains)
    tau = found.tau.value
    return {**dict(zip(("mean", "error"), found.mean, strict=True)), "tau": tau, "ess": chains.size / (2 * tau),
            "r_hat": rank_r_hat(chains)}  # fmt: skip
