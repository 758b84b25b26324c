"""Spin correlation functions against distance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from spinlens import checks
from spinlens.arrays import Array
from spinlens.plot import places, style

Line = tuple[Array, Array, Array]


def correlation(
    data: Any,
    ax: Axes | None = None,
    *,
    delta: float | None = None,
    looks: Mapping[str, tuple[str, str]] | None = None,
    legend: bool = True,
) -> Axes:
    """G(r) along the axes of a lattice on logarithmic axes, of one or several ensembles.

    At a critical point it falls as r^{−2Δ_s} until r comes near L/2; a curve that flattens out is magnetization. Values
    that are not above zero are left out, those within two errors of it may lie below the frame.

    Parameters
    ----------
    data : SpinCorrelation or dict of str to SpinCorrelation
        Of `spin_correlation`; names are those in the key. A tuple (r, G, error) will do as well.
    ax : Axes, optional
        Where to draw; a new figure by default.
    delta : float, optional
        A known Δ_s: r^{−2Δ_s} is drawn dashed through the first curve at r = 1.
    looks : dict of str to tuple, optional
        Colour and marker by name.
    legend : bool, default True
        Draw a key.

    Returns
    -------
    Axes
        Distance in lattice spacings along x.

    Raises
    ------
    InputError
        Something else than correlations.

    Examples
    --------
    >>> r, G = np.array([0, 1, 2, 4]), np.array([1.0, 0.7, 0.6, 0.5])
    >>> ax = correlation({"lattice": (r, G, 0.01 * G)}, delta=0.125)
    >>> ax.containers[0].lines[0].get_xdata().tolist()
    [1.0, 2.0, 4.0]
    """
    named = data if isinstance(data, Mapping) else {"": data}
    lines = {str(name): _line(own) for name, own in named.items()}
    ax = places.axes_for(ax)
    own = style.starts(list(lines)) if looks is None else looks
    for name, line in lines.items():
        _draw(ax, line, *own[name], name or None)
    if delta is not None:
        r, G, _ = next(iter(lines.values()))
        x = np.linspace(1, r.max())
        power = -2 * checks.finite_number("delta", delta)
        ax.plot(x, G[r == 1][0] * x**power, color=style.MUTED, lw=1, dashes=(4, 2), label=f"$r^{{−2Δ}}$, Δ = {delta:g}")
    _axes(ax, list(lines.values()))
    places.legend(ax, legend)
    return ax


def _line(given: Any) -> Line:
    names = ("distance", "value", "error")
    if isinstance(given, tuple) and len(given) == len(names):
        r, G, error = (places.numbers(values) for values in given)
    else:
        places.needs(given, names, "correlation", "what spin_correlation gives")
        r, G, error = (places.numbers(places.part(given, name)) for name in names)
    return r, G, np.nan_to_num(error)


def _draw(ax: Axes, line: Line, color: str, marker: str, label: str | None) -> None:
    r, G, error = line
    keep = (r > 0) & (G > 0)
    below = np.minimum(error, 0.95 * np.where(keep, G, 1.0))  # a bar to zero would leave the logarithmic axis
    if keep.any():
        ax.errorbar(
            r[keep], G[keep], yerr=(below[keep], error[keep]), color=color, marker=marker, ms=4.2, mec="none",
            lw=1.0, elinewidth=1.0, label=label,
        )  # fmt: skip


def _axes(ax: Axes, lines: list[Line]) -> None:
    significant = np.concatenate([G[(r > 0) & (2 * error < G) & (G > 0)] for r, G, error in lines])
    places.plain_decades(ax)
    if len(significant):
        ax.set_ylim(0.8 * significant.min(), 1.2 * significant.max())
    places.log_ticks(ax, max(float(r.max()) for r, _, _ in lines))
    ax.set_xlabel("r (lattice spacings)")
    ax.set_ylabel("G(r)")
