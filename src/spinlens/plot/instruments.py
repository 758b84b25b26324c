"""Thermometers: calibration curves, and what they read of ensembles of known temperature."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from spinlens import checks
from spinlens.plot import places, style

STATISTICS = {
    "energy": "energy per spin", "magnetization": "⟨|m|⟩", "xi": "S(2π/L) / S(0)", "correlation": "likeliest T of G(r)",
    "pseudo_likelihood": "likeliest T of spins", "network": "network output",
}  # fmt: skip
"""What each instrument averages, in words."""


def calibration(
    thermometer: Any,
    ax: Axes | None = None,
    *,
    unit: float | None = None,
    statistic: str | None = None,
    color: str = style.BLUE,
    legend: bool = True,
) -> Axes:
    """The calibration curve of an instrument: its statistic against T, with the spread of single states as a band.

    Where the curve is steep against the band one state tells the temperature; where it is flat none does. Temperatures
    that the instrument cannot read lie in grey.

    Parameters
    ----------
    thermometer : Thermometer
        Such as ``instruments["energy"]``.
    ax : Axes, optional
        Where to draw; a new figure by default.
    unit : float, optional
        T_c, to draw T / T_c.
    statistic : str, optional
        What is read, as the label along y.
    color : str, optional
        Of the curve.
    legend : bool, default True
        Draw a key.

    Returns
    -------
    Axes
        Temperature along x.

    Raises
    ------
    InputError
        Something else than one thermometer.

    Examples
    --------
    >>> curve = {"temperatures": [2.0, 3.0], "mean": [-1.7, -0.8], "error": [0.01, 0.01], "spread": [0.1, 0.2]}
    >>> calibration(curve, statistic="energy per spin").get_ylabel()
    'energy per spin'
    """
    curve = places.part(thermometer, "curve", thermometer)
    names = ("temperatures", "mean", "error", "spread")
    places.needs(curve, names, "calibration", "one thermometer, such as instruments['energy']")
    scale, T_label = _unit(unit)
    T, mean, error, spread = (places.numbers(places.part(curve, name)) for name in names)
    finite = np.isfinite(T)
    x, mean, error, spread = T[finite] / scale, mean[finite], error[finite], spread[finite]
    ax = places.axes_for(ax)
    ax.fill_between(x, mean - spread, mean + spread, color=color, alpha=0.18, lw=0, label="spread of single states")
    dense = np.linspace(x[0], x[-1], 400)
    value = places.part(curve, "value")
    ax.plot(dense, [value(t * scale) for t in dense] if value else np.interp(dense, x, mean), color=color)
    style.points(ax, x, mean, error, color, label="calibration ensembles")
    _out_of_range(ax, places.part(curve, "range"), scale, x)
    if unit is not None:
        ax.axvline(1.0, color=style.MUTED, lw=0.7, dashes=(1, 2))
    ax.set_xlabel(T_label)
    name = str(places.part(thermometer, "name", ""))
    ax.set_ylabel(statistic or STATISTICS.get(name, name or "statistic"))
    places.legend(ax, legend)
    return ax


def validation(
    found: Any,
    ax: Axes | None = None,
    *,
    unit: float | None = None,
    color: str = style.ORANGE,
    legend: bool = True,
) -> Axes:
    """Temperature read minus the true one, of ensembles that the calibration has not seen; hollow out of range.

    Parameters
    ----------
    found : Validation
        Of `Thermometer.validate`.
    ax : Axes, optional
        Where to draw; a new figure by default.
    unit : float, optional
        T_c, to draw everything in units of it.
    color : str, optional
        Of the points.
    legend : bool, default True
        Draw a key.

    Returns
    -------
    Axes
        True temperature along x.

    Raises
    ------
    InputError
        Something else than a validation.

    Examples
    --------
    >>> read = {"temperatures": [2.0, 3.0], "bias": [0.01, -0.02], "error": [0.01, 0.02], "in_range": [True, True]}
    >>> validation(read).get_ylabel()
    'T read − T'
    """
    names = ("temperatures", "bias", "error")
    places.needs(found, (*names, "in_range"), "validation", "what Thermometer.validate gives")
    scale, T_label = _unit(unit)
    x, bias, error = (places.numbers(places.part(found, name)) / scale for name in names)
    inside = np.asarray(places.part(found, "in_range"), dtype=bool)
    ax = places.axes_for(ax)
    style.level(ax, 0.0)
    style.points(ax, x[inside], bias[inside], error[inside], color, ms=4.2, label="held-out ensembles")
    extent = np.abs(bias[inside]) + np.nan_to_num(error[inside])
    if np.isfinite(extent).any():  # points out of range may lie far away
        ax.set_ylim(-1.15 * np.nanmax(extent), 1.15 * np.nanmax(extent))
    style.points(
        ax, x[~inside], bias[~inside], error[~inside], color, ms=4.2, mfc="none", mec=color, label="out of range"
    )
    ax.set_xlabel(T_label)
    ax.set_ylabel("T read − T" if unit is None else "(read − T) / $T_c$")
    places.legend(ax, legend)
    return ax


def _unit(unit: float | None) -> tuple[float, str]:
    return (1.0, "T / J") if unit is None else (checks.positive_number("unit", unit), "T / $T_c$")


def _out_of_range(ax: Axes, limits: Any, scale: float, x: Any) -> None:
    """Grey where the instrument does not read."""
    if not isinstance(limits, tuple) or not np.all(np.isfinite(limits)):
        return
    low, high = (limit / scale for limit in limits)
    parts = [(x[0], low), (high, x[-1])]
    for number, (a, b) in enumerate((a, b) for a, b in parts if b > a):
        ax.axvspan(a, b, color=style.BAND, alpha=0.35, lw=0, label=None if number else "out of range")
