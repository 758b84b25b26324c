"""Where a figure is drawn, and what all figures share: the Axes, keys, numbers read from whatever holds them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from spinlens.arrays import Array
from spinlens.errors import InputError
from spinlens.plot import style

SIZE = (4.8, 3.3)  # inches, of a figure made here


def axes_for(ax: Axes | None, size: tuple[float, float] = SIZE) -> Axes:
    """The Axes given, or those of a new pyplot figure."""
    if ax is None:
        return _new(size)
    if not isinstance(ax, Axes):
        raise InputError(f"ax must be one matplotlib Axes, such as plt.subplots()[1], got {type(ax).__name__}")
    return ax


def _new(size: tuple[float, float]) -> Axes:
    import matplotlib.pyplot as plt  # here alone: whoever gives an Axes needs no pyplot

    with style.context():
        return plt.figure(figsize=size, layout="constrained", facecolor="white").add_subplot()


def legend(ax: Axes, wanted: bool, **options: Any) -> None:
    """A key of what has a label, where one is wanted."""
    if wanted and ax.get_legend_handles_labels()[0]:
        settings = {"frameon": False, "fontsize": 8.5, "handlelength": 1.8, "borderaxespad": 0.4}
        ax.legend(**{**settings, **options})


def needs(data: Any, names: tuple[str, ...], function: str, source: str) -> None:
    """Raise `InputError` unless `data` has all `names` as keys or attributes."""
    if lacking := [name for name in names if not has(data, name)]:
        raise InputError(
            f"plot.{function} draws {source}; what was given ({type(data).__name__}) has no {', '.join(lacking)}"
        )


def read_by(instrument: str | None, known: Sequence[str], what: str = "the flow was", it: str = "it was") -> str:
    """The instrument that was asked for, the first of those that read where none was; `InputError` for another."""
    if instrument is not None and instrument not in known:
        raise InputError(f"{what} not read by {instrument!r}; {it} by {', '.join(known)}")
    return known[0] if instrument is None else instrument


def of_instrument(table: xr.Dataset, instrument: str | None, *words: str) -> xr.Dataset:
    """What one instrument read, of a table of several; `words` as of `read_by`."""
    if "instrument" not in table.dims:
        return table
    known = [str(name) for name in table["instrument"].values]
    return table.isel(instrument=known.index(read_by(instrument, known, *words)))


def has(data: Any, name: str) -> bool:
    """Whether there is an entry or attribute of this name."""
    return name in data if isinstance(data, Mapping) else hasattr(data, name)


def part(data: Any, name: str, default: Any = None) -> Any:
    """An entry of a mapping or an attribute of an object."""
    return data.get(name, default) if isinstance(data, Mapping) else getattr(data, name, default)


def numbers(values: npt.ArrayLike) -> Array:
    """As a flat array of floats."""
    return np.asarray(values, dtype=np.float64).ravel()


def value_error(given: Any) -> tuple[float, float]:
    """Value and error of an Estimate, of its entry in JSON, or of a plain number (error 0); nan where unknown."""
    if isinstance(given, int | float | np.number):
        return float(given), 0.0
    value, error = part(given, "value"), part(given, "error")
    if value is None and given is not None:
        raise InputError(f"a known value must be a number or an Estimate, got {given!r}")
    return math.nan if value is None else float(value), math.nan if error is None else float(error)


def known_line(ax: Axes, known: Any, along: str = "y", label: str = "known", color: str = style.ORANGE) -> None:
    """A dashed line at a known value, with its error as a band; nothing for None."""
    if known is None:
        return
    value, error = value_error(known)
    line, band = (ax.axhline, ax.axhspan) if along == "y" else (ax.axvline, ax.axvspan)
    line(value, color=color, lw=1.1, dashes=(4, 2), label=label, zorder=1.5)
    if error > 0:
        band(value - error, value + error, color=color, alpha=0.15, lw=0)


def band(ax: Axes, x: Any, y: Any, error: Any, color: str, alpha: float = 0.22) -> None:
    """The error of a line; nothing where it is unknown."""
    x, y, error = numbers(x), numbers(y), np.nan_to_num(numbers(error))
    if np.any(error > 0):
        ax.fill_between(x, y - error, y + error, color=color, alpha=alpha, lw=0)


def log_ticks(ax: Axes, largest: float, axis: str = "x") -> None:
    """A logarithmic axis of distances with ticks 1, 2, 3, 4, 6, 8, … in plain numbers."""
    ticks = [r for r in (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128) if r <= 1.05 * largest]
    ax.set_xscale("log")
    ax.set_xticks(ticks, [str(r) for r in ticks])
    ax.set_xticks([], minor=True)


def plain_decades(ax: Axes, subs: tuple[float, ...] = (1.0, 2.0, 5.0)) -> None:
    """A logarithmic axis along y with labels 0.1, 0.2, 0.5 … in place of powers of ten."""
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(LogLocator(subs=subs))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
