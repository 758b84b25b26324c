"""Calibration curves of the thermometers and the ensembles they read back."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spinlens.arrays import Array
from spinlens.report import style
from spinlens.report.illustration import Data, Illustration, Key, Panel, dataset, each_model, names
from spinlens.study.results_document import Results, label, temperature_unit

TITLE = "Calibration of the thermometers"
CAPTION = (
    "Above: mean of each instrument's statistic in equilibrium at the size of the machines; the band is the spread "
    "of single states. Below: temperature read from held-out ensembles minus the true one, with errors; open points "
    "are out of the instrument's range."
)
SEE = (
    "A thermometer can be trusted where its curve is steep and its points below lie on zero within their errors; "
    "where the curve is flat it cannot tell temperatures apart."
)
KEYS = (
    Key("calibration", style.BLUE),
    Key("spread of single states", style.BLUE, "band"),
    Key("held-out ensembles", style.ORANGE, "point"),
)
WORDS = {
    "energy": "energy per spin", "magnetization": "⟨|m|⟩", "xi": "S(2π/L) / S(0)", "correlation": "likeliest T of G(r)",
    "pseudo_likelihood": "likeliest T of spins", "network": "network output",
}  # fmt: skip


def illustration(results: Results, data: Data) -> Illustration:
    def panels(name: str, model: Results) -> list[Panel]:
        found = dataset(data, "thermometers", name, "mean", "error", "spread", "read", "read_error", "in_range")
        if found is None:
            return []
        return [_panel(found, name, model, k) for k in range(found.sizes["instrument"])]

    drawn, missing = each_model(results, panels)
    return Illustration("calibration", TITLE, CAPTION, SEE, drawn, KEYS, missing)


def _panel(curves: xr.Dataset, name: str, model: Results, index: int) -> Panel:
    instrument = names(curves, "instrument")[index]
    where = f"{label(model, name)}: {style.INSTRUMENTS.get(instrument, instrument)}"
    figure = draw(curves.isel(instrument=index), temperature_unit(model), WORDS.get(instrument, instrument))
    return Panel(where, f"Calibration curve and read-back of the thermometer, {where}", figure)


def draw(curve: xr.Dataset, unit: float, statistic: str) -> Figure:
    """One instrument: statistic against T/T_c above, read minus true temperature below (in units of `unit`)."""
    curve = curve.isel(temperature=np.isfinite(curve["temperature"].values))
    figure, axes = style.grid(2, 1, height=3.7, sharex=True, left=0.75)
    x, mean = curve["temperature"].values / unit, curve["mean"].values
    low, high = mean - curve["spread"].values, mean + curve["spread"].values
    axes[0, 0].fill_between(x, low, high, color=style.BLUE, alpha=0.18, lw=0)
    axes[0, 0].plot(x, mean, color=style.BLUE)
    style.points(axes[0, 0], x, mean, curve["error"], style.BLUE)
    axes[0, 0].set_ylabel(statistic)
    _residuals(axes[1, 0], curve, x, unit)
    axes[1, 0].set_xlabel("T / T_c")
    for place in axes[:, 0]:
        place.axvline(1.0, color=style.MUTED, lw=0.7, dashes=(1, 2))
    return figure


def _residuals(place: Axes, curve: xr.Dataset, x: Array, unit: float) -> None:
    inside = curve["in_range"].values.astype(bool)
    residual, error = (curve["read"].values / unit - x), curve["read_error"].values / unit
    style.level(place, 0.0)
    style.points(place, x[inside], residual[inside], error[inside], style.ORANGE)
    extent = np.abs(residual[inside]) + np.nan_to_num(error[inside])
    if np.isfinite(extent).any():  # points out of range may lie far away
        place.set_ylim(-1.15 * np.nanmax(extent), 1.15 * np.nanmax(extent))
    style.points(place, x[~inside], residual[~inside], error[~inside], style.ORANGE, mfc="none", mec=style.ORANGE)
    place.set_ylabel("(read − T) / T_c")
