"""The whole of ``spinlens plot`` from Python: which figures a file has, and drawing one of them."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from spinlens import plot
from spinlens.errors import InputError
from spinlens.files.atomic import write_file
from spinlens.files.held import array_of, has_sites, place_in, temperature_in
from spinlens.workflows.opening import open as opened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMATS = ("png", "svg", "pdf")
MOVIES = ("gif", "mp4")

_TILES = 12  # states, or receptive fields, of a figure
_POINTS = 60  # temperatures of a reweighted curve
_DPI = 200


@dataclass(frozen=True)
class Wanted:
    """What of a file is drawn, where there is more than one.

    Attributes
    ----------
    temperature : float, optional
        Of a file of several temperatures.
    quantity : str, optional
        An observable of a run ("energy", …), or a function of temperature ("binder", "specific_heat", …).
    instrument : str, optional
        Of a calibration or a flow; the first by default.
    shape : tuple of int, optional
        Sides of the lattice of flat states and of machines; of equal sides by default.
    """

    temperature: float | None = None
    quantity: str | None = None
    instrument: str | None = None
    shape: tuple[int, ...] | None = None


def figures_of(thing: Any) -> tuple[str, ...]:
    """Names of the figures that can be drawn of what `spinlens.open` opened, the usual one first."""
    return tuple(_OF_KIND[_kind(thing)])


def draw(thing: Any, figure: str | None = None, wanted: Wanted | None = None) -> Axes:
    """A figure of what `spinlens.open` opened, in a new matplotlib figure.

    Parameters
    ----------
    thing : Dataset, array, machine, CriticalPoint, InstrumentSet, Trajectory, FlowComparison or dict
        What was opened.
    figure : str, optional
        One of `figures_of`; the first by default.
    wanted : Wanted, optional
        Which part of it.

    Returns
    -------
    Axes
        Its ``figure`` can be saved.

    Raises
    ------
    InputError
        Something that has no figures, or not this one; the message says which it has.
    """
    names = figures_of(thing)
    chosen = names[0] if figure is None else figure
    if chosen not in names:
        raise InputError(f"this is {_kind(thing)}, of which {', '.join(names)} can be drawn; got {chosen!r}")
    return _OF_KIND[_kind(thing)][chosen](thing, wanted or Wanted())


def write_figure(path: str | Path, out: Path, figure: str | None = None, wanted: Wanted | None = None) -> None:
    """Draw what lies at a path into `out`: .png, .svg or .pdf; of a flow also a movie, .gif or .mp4."""
    thing, suffix = opened(path), out.suffix.removeprefix(".").lower()
    if suffix in MOVIES and _kind(thing) == "a flow of states" and figure in (None, "states"):
        plot.movie(thing, out)
        return
    if suffix not in FORMATS:
        raise InputError(f"figures are written as .{', .'.join(FORMATS)}, got {out.name!r}")
    content = io.BytesIO()
    drawn: Any = draw(thing, figure, wanted).figure
    drawn.savefig(content, format=suffix, dpi=_DPI, metadata=_UNDATED.get(suffix), bbox_inches="tight")
    write_file(out, content.getvalue())


_UNDATED: Mapping[str, dict[str, Any]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}


def _kind(thing: Any) -> str:
    """What it is, as errors say it."""
    for kind in type(thing).__mro__:
        if kind.__name__ in _OF_TYPE:
            bare = kind.__name__ == "CriticalPoint" and not thing.curves
            return f"{_OF_TYPE[kind.__name__]}{' without its curves' if bare else ''}"
    if hasattr(thing, "data_vars"):
        if "average" in thing:
            several = thing.sizes.get("temperature", 1) > 1 and "bonds" in thing
            return "a run at several temperatures" if several else "a run"
        return "states" if has_sites(thing) else "curves"
    if isinstance(thing, dict) and {"claims", "models"} <= thing.keys():
        raise InputError("the figures of a study are in its report.html; spinlens report writes it anew")
    if isinstance(thing, dict) and {"readings", "flows"} <= thing.keys():
        return "results of a flow" if "fields" in thing else "readings of flows"
    if isinstance(thing, list) or (isinstance(thing, dict) and not all(hasattr(one, "ndim") for one in thing.values())):
        raise InputError("nothing can be drawn of this JSON: give states, a machine, point.json, instruments or a flow")
    return "states"


def _at(data: Any, wanted: Wanted) -> Any:
    """The part of a Dataset at one temperature."""
    if "temperature" not in data.dims:
        return data
    grid = data["temperature"].values.tolist()
    if wanted.temperature is None and len(grid) > 1:
        raise InputError(f"the file holds several temperatures: choose one of {grid} with --temperature")
    place = 0 if wanted.temperature is None else place_in(grid, wanted.temperature)
    if place is None:
        raise InputError(f"the file has no temperature {wanted.temperature:g}; it has {grid}")
    return data.isel(temperature=place)


def _array(thing: Any, wanted: Wanted) -> Any:
    """States (n, *shape) of whatever holds them."""
    if has_sites(thing):
        return array_of(thing, temperature_in(thing, wanted.temperature))
    array = array_of(thing)
    return array if array.ndim > 2 else array.reshape(len(array), *(wanted.shape or _square(array.shape[1])))


def _square(n_sites: int) -> tuple[int, ...]:
    side = round(n_sites**0.5)
    if side * side != n_sites:
        raise InputError(f"{n_sites} sites are no square lattice: give its sides with --shape")
    return side, side


def _states(thing: Any, wanted: Wanted) -> Axes:
    array = _array(thing, wanted)
    return plot.states(array[np.linspace(0, len(array) - 1, min(_TILES, len(array))).astype(int)])


def _correlation(thing: Any, wanted: Wanted) -> Axes:
    from spinlens.flows.correlators import spin_correlation

    return plot.correlation(spin_correlation(_array(thing, wanted)))


def _series(data: Any, wanted: Wanted) -> Axes:
    return plot.series(_at(data, wanted), observable=wanted.quantity or "energy")


def _autocorrelation(data: Any, wanted: Wanted) -> Axes:
    return plot.autocorrelation(_at(data, wanted), observable=wanted.quantity or "energy")


def _reweighted(data: Any, wanted: Wanted) -> Axes:
    from spinlens.criticality.reweighting.reweight import reweight

    grid = data["temperature"].values
    known = [T for T in grid if 0 < T < np.inf]
    if len(known) < 2:
        raise InputError("a curve needs runs at two or more temperatures")
    table = reweight(data.sel(temperature=known), np.linspace(min(known), max(known), _POINTS))
    return plot.reweighted(table, quantity=wanted.quantity or "specific_heat", runs=data)


def _curves(data: Any, wanted: Wanted) -> Axes:
    return plot.reweighted(data, quantity=wanted.quantity or "energy")


def _history(machine: Any, wanted: Wanted) -> Axes:
    return plot.learning_curve(machine.bottom.history_, quantity=wanted.quantity or "log_likelihood")


def _spectrum(machine: Any, wanted: Wanted) -> Axes:
    from spinlens.machines.reading.weights import spectrum

    return plot.spectrum(spectrum(machine.bottom))


def _fields(machine: Any, wanted: Wanted) -> Axes:
    from spinlens.machines.reading.weights import receptive_fields

    layer = machine.bottom
    return plot.receptive_fields(receptive_fields(layer, wanted.shape or _square(layer.n_visible), _TILES))


def _crossings(point: Any, wanted: Wanted) -> Axes:
    return plot.crossings(point.curves, quantity=wanted.quantity or "binder", point=point, known=_known(point))


def _collapse(point: Any, wanted: Wanted) -> Axes:
    return plot.collapse(point.curves, quantity=wanted.quantity or "binder", point=point)


def _drift(point: Any, wanted: Wanted) -> Axes:
    return plot.drift(point, known=_known(point))


def _known(point: Any) -> Any:
    """T_c from elsewhere, where it is known."""
    from spinlens.workflows.critical_page import known_of

    entry = known_of(point).temperature
    return None if entry is None else entry.estimate


def _calibration(instruments: Any, wanted: Wanted) -> Axes:
    name = wanted.instrument or next(iter(instruments))
    if name not in instruments:
        raise InputError(f"there is no instrument {name!r} in the file; it has {', '.join(instruments)}")
    return plot.calibration(instruments[name])


def _flow(results: Any, wanted: Wanted) -> Axes:
    rows = _rows(results, "readings")
    given = [row for row in rows if row["control"] == "given"] or rows
    return plot.flow(given, instrument=wanted.instrument or None, unit=_unit(results))


def _ends(results: Any, wanted: Wanted) -> Axes:
    return plot.flow_ends(_rows(results, "flows"), instrument=wanted.instrument or None, unit=_unit(results))


def _rows(results: Any, name: str) -> Any:
    """Those of results.json, or of what `compare_flows` returned."""
    return results[name] if isinstance(results, dict) else getattr(results, name)


def _unit(results: Any) -> Any:
    return results.get("unit") if isinstance(results, dict) else None


def _field(results: Any, wanted: Wanted) -> Axes:
    fields = next(iter(results["fields"].values()))
    known = {name: field for name, field in fields.items() if field is not None}
    if wanted.instrument is not None and wanted.instrument not in known:
        raise InputError(f"there is no flow field by {wanted.instrument!r}; there is by {', '.join(known)}")
    return plot.flow_field(known[wanted.instrument] if wanted.instrument else known, unit=results["unit"])


_Draw = Callable[[Any, Wanted], "Axes"]
_STATES: Mapping[str, _Draw] = {"states": _states, "correlation": _correlation}
_RUN: Mapping[str, _Draw] = {"series": _series, "autocorrelation": _autocorrelation, **_STATES}
_POINT: Mapping[str, _Draw] = {
    "drift": _drift,
    "residuals": lambda point, _: plot.residuals(point),
    "error-budget": lambda point, _: plot.error_budget(point),
    "influence": lambda point, _: plot.influence(point),
}
_OF_KIND: Mapping[str, Mapping[str, _Draw]] = {
    "a run": _RUN,
    "a run at several temperatures": {"reweighted": _reweighted, **_RUN},
    "states": _STATES,
    "curves": {"reweighted": _curves},
    "a machine": {
        "weights": lambda machine, _: plot.weights(machine.bottom),
        "learning-curve": _history,
        "spectrum": _spectrum,
        "receptive-fields": _fields,
    },
    "a critical point": {"crossings": _crossings, "collapse": _collapse, **_POINT},
    "a critical point without its curves": _POINT,
    "a set of instruments": {"calibration": _calibration},
    "a flow of states": {"states": lambda path, _: plot.states(path)},
    "results of a flow": {"flow": _flow, "flow-ends": _ends, "flow-field": _field},
    "readings of flows": {"flow": _flow, "flow-ends": _ends},
}
_OF_TYPE: Mapping[str, str] = {
    "Machine": "a machine",
    "CriticalPoint": "a critical point",
    "InstrumentSet": "a set of instruments",
    "Trajectory": "a flow of states",
    "FlowComparison": "readings of flows",
}
FIGURES = tuple(dict.fromkeys(name for figures in _OF_KIND.values() for name in figures))
"""Every figure of any file."""
