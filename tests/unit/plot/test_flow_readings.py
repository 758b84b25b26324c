"""Temperatures along flows: lines as read, frames where flows stay, arrows where they begin."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from matplotlib.axes import Axes

from spinlens.errors import InputError
from spinlens.plot import style
from spinlens.plot.flow_readings import flow
from spinlens.statistics.estimate import Estimate

STEPS = np.array([0, 1, 3, 10, 30, 100, 300])


def readings(start: float, end: float = 2.3, names: tuple[str, ...] = ("energy", "xi")) -> xr.Dataset:
    T = end + (start - end) * np.exp(-STEPS / 5)[:, None] * np.ones(len(names))
    T[:, -1] += 0.1
    inside = T < 4
    values = {"temperature": T, "temperature_error": np.full(T.shape, 0.01), "in_range": inside}
    coords = {"step": STEPS, "instrument": list(names)}
    return xr.Dataset({name: (("step", "instrument"), own) for name, own in values.items()}, coords=coords)


def test_one_line_an_instrument_with_its_look(ax: Axes) -> None:
    read = readings(2.0)
    assert flow(read, ax) is ax
    labelled = {line.get_label(): line for line in ax.lines if not line.get_label().startswith("_")}
    assert list(labelled) == ["energy", "ξ/L"]
    for name, line in zip(("energy", "xi"), labelled.values(), strict=True):
        assert line.get_ydata().tolist() == read.temperature.sel(instrument=name).values.tolist()
        assert (line.get_color(), line.get_marker()) == style.instrument(name)[:2]


def test_starts_are_read_by_one_instrument_in_units_of_t_c(ax: Axes) -> None:
    starts = {"cold": readings(1.0), "hot": [readings(6.0), readings(5.0)]}
    flow(starts, ax, instrument="energy", unit=Estimate(2.269, 0.01))
    labels = ax.get_legend_handles_labels()[1]
    assert labels == ["cold start", "hot start"]
    assert ax.get_ylabel() == "T / $T_c$ by energy"
    cold = next(line for line in ax.lines if line.get_label() == "cold start")
    assert cold.get_ydata() == pytest.approx(readings(1.0).temperature.values[:, 0] / 2.269)
    assert ax.lines[0].get_ydata() == [1.0, 1.0]


def test_steps_are_logarithmic_where_there_are_many(ax: Axes) -> None:
    flow(readings(2.0), ax)
    assert ax.get_xscale() == "symlog"
    assert flow(readings(2.0).isel(step=slice(0, 4))).get_xscale() == "linear"


def test_the_frame_shows_where_the_flow_stays_with_an_arrow_to_its_start(ax: Axes) -> None:
    flow(readings(9.0), ax, instrument="energy")
    low, high = ax.get_ylim()
    assert low < 2.3 < high < 6
    (arrow,) = [line for line in ax.lines if line.get_marker() == "^" and not line.get_clip_on()]
    assert arrow.get_xydata().tolist() == [[0, high]]


def test_out_of_range_is_hollow_at_the_nearest_that_can_be_read(ax: Axes) -> None:
    read = readings(9.0)
    nearest = read.temperature.clip(max=4.0)
    read = read.assign(temperature=read.temperature.where(read.in_range), nearest=nearest)
    flow(read, ax, instrument="energy")
    (hollow,) = [line for line in ax.lines if line.get_markerfacecolor() == "none"]
    assert hollow.get_ydata().tolist() == [4.0] * int((~read.in_range.sel(instrument="energy")).sum())


@pytest.mark.parametrize(
    ("data", "arguments", "words"),
    [
        (readings(2.0), {"instrument": "network"}, "not read by 'network'; it was by energy, xi"),
        ([1.0, 2.0], {}, "draws readings of read_flow"),
        ({}, {}, "draws readings of read_flow"),
        (xr.Dataset({"T": ("step", [1.0])}), {}, "has no temperature"),
    ],
)
def test_what_is_no_reading_is_refused(data: object, arguments: dict[str, str], words: str) -> None:
    with pytest.raises(InputError, match=words):
        flow(data, **arguments)  # type: ignore[arg-type]


def test_rows_of_a_table_are_read_by_start_and_seed(ax: Axes) -> None:
    rows = [
        {"start": start, "seed": seed, "step": step, "instrument": name, "temperature": 2.0 + 0.1 * seed,
         "nearest": 2.0 + 0.1 * seed, "temperature_error": 0.01, "in_range": True}
        for start in ("cold", "hot") for seed in (0, 1) for step in (0, 1) for name in ("energy", "xi")
    ]  # fmt: skip
    flow(rows, ax, instrument="xi")
    assert ax.get_legend_handles_labels()[1] == ["cold start", "hot start"]
    assert [line.get_ydata().tolist() for line in ax.lines] == [[2.0, 2.0], [2.1, 2.1]] * 2
    assert ax.get_ylabel() == "T / J by ξ/L"
    with pytest.raises(InputError, match="not read by 'network'"):
        flow(rows, ax, instrument="network")
    with pytest.raises(InputError, match="or rows of readings"):
        flow([{"step": 0}], ax)
