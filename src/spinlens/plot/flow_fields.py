"""The flow field: change of temperature a step against temperature, with its fixed points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes

from spinlens import checks
from spinlens.errors import InputError
from spinlens.plot import places, style
from spinlens.statistics.estimate import Estimate

_ARRAYS = ("temperatures", "change", "error")
_MARKS = {True: ("v", "attracts"), False: ("^", "repels")}


def flow_field(
    field: Any,
    ax: Axes | None = None,
    *,
    unit: float | None = None,
    color: str | None = None,
    marker: str = "o",
    label: str | None = None,
    step: str = "step",
    legend: bool = True,
) -> Axes:
    """ΔT per step against T: the flow heats above zero and cools below; it rests where the curve crosses zero.

    Fixed points are triangles with their errors: pointing down where the flow is drawn to them, up where it is driven
    away.

    Parameters
    ----------
    field : FlowField or dict of str to FlowField
        Of `flow_field`, or by instrument, of `measure_flow_field`.
    ax : Axes, optional
        Where to draw; a new figure by default.
    unit : float, optional
        T_c: everything is drawn in units of it, with a dotted line at T_c.
    color : str, optional
        Of the points and the fixed points, where there is one field; by default blue, and orange.
    marker : str, default "o"
        Of the points, where there is one field.
    label : str, optional
        Of the points in the key, where there is one field.
    step : str, default "step"
        What a step is called: "layer", "block".
    legend : bool, default True
        Draw a key, which says the temperature of each fixed point.

    Returns
    -------
    Axes
        Temperature before the step along x.

    Raises
    ------
    InputError
        Something else than flow fields, or none that could be read.

    Examples
    --------
    >>> field = {"temperatures": [2.0, 2.5], "change": [0.1, -0.1], "error": [0.01, 0.01], "fixed_points": ()}
    >>> ax = flow_field(field)
    >>> ax.containers[0].lines[0].get_ydata().tolist()
    [0.1, -0.1]
    """
    fields = _fields(field)
    scale = 1.0 if unit is None else checks.positive_number("unit", unit)
    ax = places.axes_for(ax)
    style.level(ax, 0.0)
    if unit is not None:
        ax.axvline(1.0, color=style.MUTED, lw=0.7, dashes=(1, 2))
    for name, own in fields.items():
        look = style.instrument(name)[:2] if name else (color or style.BLUE, marker)
        words = style.INSTRUMENTS.get(name, name) if name else label
        mark = (color or style.ORANGE) if len(fields) == 1 else ""
        _draw(ax, own, scale, look, words, mark)
    of_T, of_change = ("T / J", "ΔT / J") if unit is None else ("T / $T_c$", "ΔT / $T_c$")
    ax.set_xlabel(f"{of_T} before the {step}")
    ax.set_ylabel(f"{of_change} per {step}")
    places.legend(ax, legend)
    return ax


def _fields(given: Any) -> dict[str, Any]:
    if isinstance(given, Mapping) and "temperatures" not in given:
        found = {str(name): field for name, field in given.items() if field is not None}
        if given and not found:
            raise InputError("no instrument could read two ensembles before and after the step: there is no flow field")
    else:
        found = {"": given}
    for field in found.values():
        places.needs(field, _ARRAYS, "flow_field", "what measure_flow_field gives")
    return found


def _draw(ax: Axes, field: Any, scale: float, look: tuple[str, str], words: str | None, mark: str) -> None:
    """One curve; fixed points in the colour `mark` of one that is alone, with their temperature in the key."""
    x, change, error = (places.numbers(places.part(field, name)) / scale for name in _ARRAYS)
    style.points(ax, x, change, error, *look, lw=0.9, ms=4.0, label=words)
    for point in places.part(field, "fixed_points") or ():
        sign, verb = _MARKS[bool(places.part(point, "stable"))]
        value, error_of_it = (number / scale for number in places.value_error(places.part(point, "temperature")))
        said = Estimate(value, error_of_it) if error_of_it >= 0 else f"{value:.4g}"
        ax.errorbar(
            [value], [0.0], xerr=[error_of_it], color=mark or look[0], marker=sign, ms=7.5,
            mec="white", mew=0.6, lw=0, elinewidth=1.2, zorder=4, label=f"{verb}: $T^*$ = {said}" if mark else None,
        )  # fmt: skip
