"""Monte Carlo chains: their series with the mean, and how fast they forget."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.axes import Axes

from spinlens import checks
from spinlens.arrays import Array
from spinlens.errors import InputError
from spinlens.files.held import place_in
from spinlens.plot import places, style
from spinlens.statistics.autocorrelation import autocovariance, integrated_time, mean_estimate

_CHAINS = (style.BLUE, style.OCHRE, style.PURPLE, style.GREEN, style.SKY, style.INK)
_DASHES = ((), (4, 1.2), (1.5, 1), (5, 1, 1, 1))
_SHORT = {"magnetization": "m", "m2": "m²", "m4": "m⁴", "bonds": "the number of bonds"}
_MOST = 3  # windows of τ_int that are shown


def series(
    data: npt.ArrayLike | xr.Dataset,
    ax: Axes | None = None,
    *,
    observable: str = "energy",
    temperature: float | None = None,
    legend: bool = True,
) -> Axes:
    """An observable draw by draw, one line a chain, with the mean of all and its error (autocorrelation included).

    Chains that agree lie on one another; one that drifts was not warm.

    Parameters
    ----------
    data : Dataset or array_like
        Of `sample`, or (draws,) or (chains, draws) numbers.
    ax : Axes, optional
        Where to draw; a new figure by default.
    observable : str, default "energy"
        Which series of a Dataset.
    temperature : float, optional
        Which temperature of a Dataset; needed where it has several.
    legend : bool, default True
        Draw a key.

    Returns
    -------
    Axes
        Draws (or bins of draws) along x.

    Raises
    ------
    InputError
        An observable or temperature that the data do not have.

    Examples
    --------
    >>> ax = series([[1.0, 2.0, 1.5, 1.2], [1.1, 1.9, 1.4, 1.3]])
    >>> ax.lines[1].get_ydata().tolist()
    [1.1, 1.9, 1.4, 1.3]
    """
    chains, words, unit = _chains(data, observable, temperature)
    ax = places.axes_for(ax)
    for k, chain in enumerate(chains):
        ax.plot(
            chain, color=_CHAINS[k % len(_CHAINS)], lw=0.7, alpha=0.85, dashes=_DASHES[k % len(_DASHES)],
            label=f"chain {k}",
        )  # fmt: skip
    if chains.shape[1] >= 4:
        mean = mean_estimate(chains)
        style.level(ax, mean.value, mean.error)
        ax.lines[-1].set(color=style.INK, label=f"mean {mean}")
    ax.set_xlabel(unit)
    ax.set_ylabel(words)
    ax.margins(x=0.01)
    above = {"loc": "lower left", "bbox_to_anchor": (0, 1), "borderaxespad": 0.2}
    places.legend(ax, legend, ncols=3 if len(chains) > 2 else len(chains) + 1, **above)
    return ax


def autocorrelation(
    data: npt.ArrayLike | xr.Dataset,
    ax: Axes | None = None,
    *,
    observable: str = "energy",
    temperature: float | None = None,
    label: str | None = None,
    color: str = style.BLUE,
    legend: bool = True,
) -> Axes:
    """ρ(t) of a series with its error, and the window up to which τ_int = ½ + Σ ρ(t) was summed.

    Parameters
    ----------
    data : Dataset or array_like
        Of `sample` with every draw kept, or (draws,) or (chains, draws) numbers, four draws or more.
    ax : Axes, optional
        Where to draw; a new figure by default.
    observable : str, default "energy"
        Which series of a Dataset.
    temperature : float, optional
        Which temperature of a Dataset; needed where it has several.
    label : str, optional
        Put before τ_int in the key.
    color : str, optional
        Of the points.
    legend : bool, default True
        Draw a key, which says τ_int.

    Returns
    -------
    Axes
        Lags in draws along x.

    Raises
    ------
    InputError
        An observable or temperature that the data do not have, or fewer than four draws.

    Examples
    --------
    >>> draws = np.random.default_rng(0).normal(size=(1, 10_000))
    >>> ax = autocorrelation(np.repeat(draws, 2, axis=1))  # ρ(t) = 1 − t/2
    >>> ax.containers[0].lines[0].get_ydata()[:2].round(1).tolist()
    [1.0, 0.5]
    """
    chains, words, _ = _chains(data, observable, temperature)
    name = observable if words else "the series"
    tau = integrated_time(chains)
    covariance = autocovariance(chains).mean(axis=0)
    if covariance[0] <= 0:
        raise InputError("the series is constant: it has no autocorrelation to draw")
    rho = covariance / covariance[0]
    window = int(np.ceil(6 * tau.value))
    shown = min(max(_MOST * window // 2, 8), len(rho) // 2)
    ax = places.axes_for(ax)
    words_of_tau = f"{label + ': ' if label else ''}$τ_{{int}}$ = {tau} draws"
    error = _errors(rho, shown, chains.size)
    style.points(ax, np.arange(shown), rho[:shown], error, color, "o", lw=0.8, ms=3.2, label=words_of_tau)
    ax.axhline(0, color=style.MUTED, lw=0.7)
    ax.axvline(window, color=color, lw=0.9, dashes=(4, 2), label="window, 6 $τ_{int}$")
    ax.set_xlabel("t (draws)")
    ax.set_ylabel(f"ρ(t) of {_SHORT.get(name, name)}")
    places.legend(ax, legend)
    return ax


def _errors(rho: Array, count: int, n: int) -> Array:
    """Error of ρ(t), t < `count`: √(Σ_k [ρ(k+t) + ρ(k−t) − 2ρ(k)ρ(t)]² / n), k ≥ 1 (Lüscher 2005, Eq. E.11)."""
    padded = np.concatenate([rho[: 2 * count], np.zeros(2 * count)])
    errors = np.zeros(count)
    for t in range(1, count):
        k = np.arange(1, 2 * count)
        terms = padded[k + t] + padded[np.abs(k - t)] - 2 * padded[k] * padded[t]
        errors[t] = np.sqrt(np.sum(terms**2) / n)
    return errors


def _chains(data: npt.ArrayLike | xr.Dataset, observable: str, temperature: float | None) -> tuple[Array, str, str]:
    """(chains, draws), what it is, and what is counted along x."""
    if not isinstance(data, xr.Dataset):
        values = checks.real_array("data", data).astype(np.float64)
        if values.ndim not in (1, 2) or not values.size:
            raise InputError(f"a series must be (draws,) or (chains, draws), got shape {values.shape}")
        return np.atleast_2d(values), "", "draw"
    step = "draw" if "draw" in data.dims else "bin"
    if observable not in data or not {"chain", step} <= set(data[observable].dims):
        there = ", ".join(str(name) for name, own in data.data_vars.items() if own.dims[1:] == ("chain", step))
        raise InputError(f"the Dataset has no series {observable!r}; it has {there}")
    own = at_temperature(data[observable], temperature).transpose("chain", step)
    words, units = own.attrs.get("long_name", observable), own.attrs.get("units", "1")
    counted = data[step].attrs.get("units", "")
    unit = f"{step} (each {counted})" if counted and counted != "1 sweeps" else step
    return np.asarray(own.values, dtype=np.float64), words if units == "1" else f"{words} / {units}", unit


def at_temperature(data: xr.DataArray, temperature: float | None) -> xr.DataArray:
    """The part at the temperature nearest to the one asked for, or at the only one."""
    if "temperature" not in data.dims:
        return data
    grid = data["temperature"].values.tolist()
    if temperature is None and len(grid) > 1:
        raise InputError(f"the Dataset holds several temperatures: give temperature=, one of {grid}")
    place = 0 if temperature is None else place_in(grid, temperature)
    if place is None:
        raise InputError(f"the Dataset has no temperature {temperature:g}; it has {grid}")
    return data.isel(temperature=place)
