"""Pair couplings that machines have learned beside those of the lattice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from spinlens import checks
from spinlens.arrays import Array
from spinlens.errors import InputError
from spinlens.plot import places, style

_DECIDES = 2.0  # errors above zero below which a coupling is not drawn on a logarithmic axis


@dataclass(frozen=True)
class Learned:
    """J_eff(r) with errors, and J(r)/T at the same distances where it is known."""

    r: Array
    value: Array
    error: Array
    lattice: Array | None


def couplings(
    found: Any,
    ax: Axes | None = None,
    *,
    model: Any = None,
    temperature: float | None = None,
    looks: Mapping[str, Mapping[str, Any]] | None = None,
    legend: bool = True,
) -> Axes:
    """J_eff(r) of machines beside J(r)/T of their lattice: how far a machine sees.

    A short-sighted machine falls below the line as r grows. Power laws are drawn on logarithmic axes, where couplings
    that are not above zero by two errors are left out; couplings of neighbours alone on plain axes.

    Parameters
    ----------
    found : LearnedCouplings or dict of str to LearnedCouplings
        Of `learned_couplings`; names are those in the key.
    ax : Axes, optional
        Where to draw; a new figure by default.
    model : IsingModel, optional
        The lattice of the training states, whose J(r)/T is drawn as dashes.
    temperature : float, optional
        T of the training states; needed with `model`.
    looks : dict of str to dict, optional
        Options of matplotlib for the points by name.
    legend : bool, default True
        Draw a key.

    Returns
    -------
    Axes
        Distance in lattice spacings along x.

    Raises
    ------
    InputError
        Something else than learned couplings, or a model without its temperature.

    Examples
    --------
    >>> curve = {"r": [1.0, 2.0], "learned": [0.4, 0.01], "error": [0.01, 0.01], "lattice": [0.44, 0.0]}
    >>> ax = couplings({"CD-1": curve})
    >>> ax.get_xscale(), ax.lines[0].get_ydata().tolist()
    ('linear', [0.44, 0.0])
    """
    named = found if isinstance(found, Mapping) and "r" not in found else {"machines": found}
    curves = {str(name): _learned(own, model, temperature) for name, own in named.items()}
    lattice = next((curve for curve in curves.values() if curve.lattice is not None), None)
    tail = _tail(curves, lattice)
    ax = places.axes_for(ax)
    if lattice is not None and lattice.lattice is not None:
        ax.plot(
            lattice.r, lattice.lattice, color=style.INK, lw=1.1 if tail else 0.0, marker="_", ms=9, mew=1.3,
            label="J(r) / T",
        )  # fmt: skip
    for number, (name, curve) in enumerate(curves.items()):
        shift = number - (len(curves) - 1) / 2
        own = {**_look(number), "label": name, **((looks or {}).get(name) or {})}
        _draw(ax, curve, curve.r * 1.012**shift if tail else curve.r + 0.05 * shift, tail, own)
    if tail:
        places.log_ticks(ax, max(float(curve.r.max()) for curve in curves.values()))
        places.plain_decades(ax, (1.0, 3.0))
    else:
        ax.axhline(0, color=style.MUTED, lw=0.7)
    ax.set_xlabel("r (lattice spacings)")
    ax.set_ylabel("$J_{eff}(r)$" if lattice is None else "$J_{eff}(r)$, J(r) / T")
    places.legend(ax, legend)
    return ax


def _learned(own: Any, model: Any, temperature: float | None) -> Learned:
    names = ("distance", "coupling") if places.has(own, "coupling") else ("r", "learned")
    places.needs(own, (*names, "error"), "couplings", "what learned_couplings gives")
    r, value = (places.numbers(places.part(own, name)) for name in names)
    error, lattice = places.numbers(places.part(own, "error")), places.part(own, "lattice")
    if model is not None:
        lattice = of_lattice(model.coupling_table, temperature, places.part(own, "components"), "J(r)")
    return Learned(r, value, error, None if lattice is None else places.numbers(lattice))


def of_lattice(table: Array, temperature: float | None, components: Any, name: str) -> Array:
    """A table of the lattice over T at places by their components."""
    if temperature is None or components is None:
        source = "learned_couplings or learned_modes"
        raise InputError(f"{name} / T needs temperature= beside model=, and what {source} gives")
    values = np.array([table[tuple(place)] for place in components])
    return np.asarray(values / checks.positive_number("temperature", temperature))


def _tail(curves: Mapping[str, Learned], lattice: Learned | None) -> bool:
    """Whether logarithmic axes fit: all couplings of the lattice are positive, else most of the machines'."""
    if lattice is not None and lattice.lattice is not None:
        return bool(np.all(lattice.lattice > 0))
    return all(np.mean(curve.value > _DECIDES * np.nan_to_num(curve.error)) > 0.8 for curve in curves.values())


def _draw(ax: Axes, curve: Learned, x: Array, tail: bool, options: Mapping[str, Any]) -> None:
    sure = curve.value > _DECIDES * np.nan_to_num(curve.error)
    keep = sure if tail else np.ones(len(x), dtype=bool)
    style.points(ax, x[keep], curve.value[keep], curve.error[keep], **options)


def _look(number: int) -> dict[str, Any]:
    color, marker = style.series(number + 1)
    return {"color": color, "marker": marker, "ms": 4.2}
