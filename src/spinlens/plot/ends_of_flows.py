"""Where flows end: temperatures by instrument, of one machine or of many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes

from spinlens.errors import InputError
from spinlens.plot import places, style

Row = Mapping[str, Any]

_SHIFT = {"cold": -0.22, "hot": 0.22}
_PREFIX = "in_range_"


def flow_ends(
    flows: Sequence[Mapping[str, Any]],
    ax: Axes | None = None,
    *,
    instrument: str | None = None,
    unit: Any = None,
    legend: bool = True,
) -> Axes:
    """Temperature of the states where flows end, one point a start: are they at one temperature, and at which?

    States of a lattice have one temperature by all instruments, from all starts. Hollow: out of the instrument's range.

    Parameters
    ----------
    flows : sequence of dict
        Rows of `FlowComparison.flows`, which are those of flows.csv and of `flows` in results.json of ``spinlens
        flow``: a machine, a start, and what each instrument read at the end.
    ax : Axes, optional
        Where to draw; a new figure by default.
    instrument : str, optional
        A line a machine (those that differ by their seed together), read by this one. By default a line an instrument,
        of the machine that was given or, without one, of all rows.
    unit : Estimate or float, optional
        T_c: temperatures are drawn in units of it, and it as a dashed line.
    legend : bool, default True
        Draw a key of the starts.

    Returns
    -------
    Axes
        Lines from above, the first at 0; temperature along x.

    Raises
    ------
    InputError
        Something else than rows of flows, or an instrument that did not read them.

    Examples
    --------
    >>> row = {"control": "given", "recipe": "machine", "n_hidden": 64, "seed": 0, "start": "hot", "in_range_xi": True}
    >>> ax = flow_ends([{**row, "T_xi": 2.3, "T_xi_error": 0.02}], unit=2.0)
    >>> ax.containers[0].lines[0].get_xdata().tolist(), [label.get_text() for label in ax.get_yticklabels()]
    ([1.15], ['ξ/L'])
    """
    rows = _checked(flows)
    known = _instruments(rows)
    if instrument is None:
        rows = [row for row in rows if row.get("control") == "given"] or rows
        lines = {style.INSTRUMENTS.get(name, name): [(name, row) for row in rows] for name in known}
    else:
        name = places.read_by(instrument, known, "the flows were", "they were")
        lines = {
            words: [(name, row) for row in rows if machine_name(row) == words] for words in map(machine_name, rows)
        }
    scale = 1.0 if unit is None else places.value_error(unit)[0]
    ax = places.axes_for(ax, (4.8, 0.3 * len(lines) + 1.0))
    if unit is not None:
        ax.axvline(1.0, color=style.MUTED, lw=0.7, dashes=(4, 2))
    named: set[str] = set()
    for height, own in enumerate(lines.values()):
        for name, row in own:
            _point(ax, row, name, scale, height, named)
    ax.set_yticks(range(len(lines)), list(lines))
    ax.set_ylim(len(lines) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel(f"T / {'J' if unit is None else '$T_c$'} at the end of the flow")
    places.legend(ax, legend)
    return ax


def machine_name(row: Row) -> str:
    """What machines that differ by their seed alone are called: control, recipe, hidden units."""
    if row.get("control") == "given":
        return str(row["recipe"])
    parts = (str(row.get(key, "")) for key in ("control", "recipe", "n_hidden"))
    return " ".join(part for part in parts if part)


def _checked(flows: Any) -> list[Row]:
    rows = list(flows) if isinstance(flows, Sequence) else []
    if not rows or not all(isinstance(row, Mapping) and "start" in row and _instruments([row]) for row in rows):
        raise InputError(
            f"plot.flow_ends draws rows of FlowComparison.flows, each with a start and what instruments read, got "
            f"{type(flows).__name__}"
        )
    return rows


def _instruments(rows: Sequence[Row]) -> list[str]:
    """The instruments that read the flows, in the order of all figures."""
    found = dict.fromkeys(key.removeprefix(_PREFIX) for row in rows for key in row if key.startswith(_PREFIX))
    return [name for name in dict.fromkeys([*style.INSTRUMENTS, *found]) if name in found]


def _point(ax: Axes, row: Row, name: str, scale: float, line: int, named: set[str]) -> None:
    """What an instrument reads at the end of a flow: out of its range the nearest that it can, hollow."""
    temperature = row.get(f"nearest_{name}", row.get(f"T_{name}"))
    if temperature is None:
        return
    start, inside = str(row["start"]), bool(row[f"{_PREFIX}{name}"])
    color, marker = style.starts([start])[start]
    ax.errorbar(
        [temperature / scale], [line + _SHIFT.get(start, 0.0)], xerr=[(row.get(f"T_{name}_error") or 0.0) / scale],
        color=color, marker=marker, ms=3.8, mfc=color if inside else "none", mec=color, mew=0.6, elinewidth=0.8, lw=0,
        label=None if start in named else f"{start} start",
    )  # fmt: skip
    named.add(start)
