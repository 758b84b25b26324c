"""Calibration curves of the thermometers and the ensembles they read back."""

from __future__ import annotations

import xarray as xr
from matplotlib.figure import Figure

from spinlens.plot import style
from spinlens.plot.instruments import STATISTICS, calibration, validation
from spinlens.report import layout
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
    figure = draw(curves.isel(instrument=index), temperature_unit(model), STATISTICS.get(instrument, instrument))
    return Panel(where, f"Calibration curve and read-back of the thermometer, {where}", figure)


def draw(curve: xr.Dataset, unit: float, statistic: str) -> Figure:
    """One instrument: statistic against T/T_c above, read minus true temperature below (in units of `unit`)."""
    figure, axes = layout.grid(2, 1, height=3.7, sharex=True, left=0.75)
    known = {"temperatures": curve["temperature"].values}
    fitted = {name: curve[name].values for name in ("mean", "error", "spread")}
    calibration(known | fitted, axes[0, 0], unit=unit, statistic=statistic, legend=False)
    read = {"bias": (curve["read"] - curve["temperature"]).values, "error": curve["read_error"].values}
    validation(known | read | {"in_range": curve["in_range"].values}, axes[1, 0], unit=unit, legend=False)
    axes[0, 0].set_xlabel("")
    axes[1, 0].axvline(1.0, color=style.MUTED, lw=0.7, dashes=(1, 2))
    return figure
