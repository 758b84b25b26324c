"""Machines: their weights, the spectrum of these, and how they learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from spinlens.errors import InputError
from spinlens.plot import places, style

_BINS = 61
_WORDS = {
    "log_likelihood": "held-out log-likelihood", "weight_rms": "r.m.s. weight", "gibbs_tau": "τ of the Gibbs chain",
}  # fmt: skip


def weights(
    machine: Any, ax: Axes | None = None, *, color: str = style.BLUE, label: str | None = None, legend: bool = True
) -> Axes:
    """How the weights of a machine are distributed, beside a Gaussian of the same width.

    Weights that learned a lattice have tails: a few large ones in each unit's patch. Redrawn or untrained ones have
    none. The counts are on a logarithmic axis.

    Parameters
    ----------
    machine : RBM
        Or anything with `weights_`.
    ax : Axes, optional
        Where to draw; a new figure by default.
    color : str, optional
        Of the histogram.
    label : str, optional
        Of the histogram in the key.
    legend : bool, default True
        Draw a key.

    Returns
    -------
    Axes
        Weights along x, their density along y.

    Raises
    ------
    InputError
        A machine without weights: fit it first, or draw a layer of a stack.

    Examples
    --------
    >>> from spinlens import RBM
    >>> weights(RBM.from_weights([[0.1, -0.2], [0.3, 0.0]])).get_xlabel()
    'weight $W_{ia}$'
    """
    found = getattr(machine, "weights_", None)
    if found is None:
        raise InputError(f"plot.weights draws a trained machine, got {type(machine).__name__} without weights: fit it")
    values = places.numbers(found)
    ax = places.axes_for(ax)
    edge = float(np.abs(values).max()) or 1.0
    bins = np.linspace(-edge, edge, _BINS)
    density, _ = np.histogram(values, bins, density=True)
    ax.stairs(density, bins, color=color, fill=True, alpha=0.35, label=label or "weights")
    ax.stairs(density, bins, color=color, lw=1.0)
    rms = float(np.sqrt(np.mean(values**2))) or 1.0
    x = np.linspace(-edge, edge, 201)
    gaussian = np.exp(-0.5 * (x / rms) ** 2) / (rms * np.sqrt(2 * np.pi))
    ax.plot(x, gaussian, color=style.INK, lw=1.1, dashes=(4, 2), label=f"Gaussian of r.m.s. {rms:.2g}")
    ax.set_yscale("log")
    smallest = 0.5 / (len(values) * (bins[1] - bins[0]))  # half a weight
    ax.set_ylim(smallest, 2 * max(density.max(), gaussian.max()))
    ax.set_xlabel("weight $W_{ia}$")
    ax.set_ylabel("density")
    places.legend(ax, legend)
    return ax


def spectrum(
    found: Any, ax: Axes | None = None, *, color: str = style.BLUE, label: str | None = None, legend: bool = True
) -> Axes:
    """Singular values of the weights by rank, and the edge of those of noise: what lies above it is structure.

    Parameters
    ----------
    found : Spectrum
        Of ``spectrum(machine)``.
    ax : Axes, optional
        Where to draw; a new figure by default.
    color : str, optional
        Of the points.
    label : str, optional
        Of the points in the key.
    legend : bool, default True
        Draw a key.

    Returns
    -------
    Axes
        Rank along x.

    Raises
    ------
    InputError
        Something else than a spectrum.

    Examples
    --------
    >>> ax = spectrum({"values": [3.0, 1.0], "noise_edge": 1.5})
    >>> ax.containers[0].lines[0].get_ydata().tolist()
    [3.0, 1.0]
    """
    places.needs(found, ("values", "noise_edge"), "spectrum", "what spinlens.spectrum(machine) gives")
    values, edge = places.numbers(places.part(found, "values")), float(places.part(found, "noise_edge"))
    ax = places.axes_for(ax)
    ax.axhspan(0, edge, color=style.BAND, alpha=0.25, lw=0, label="noise")
    style.points(ax, np.arange(1, len(values) + 1), values, np.zeros(len(values)), color, label=label or "machine")
    ax.set_xlabel("rank")
    ax.set_ylabel("singular value of W")
    ax.set_ylim(0, None)
    places.legend(ax, legend)
    return ax


def learning_curve(
    history: Sequence[Mapping[str, float]],
    ax: Axes | None = None,
    *,
    quantity: str = "log_likelihood",
    known: Any = None,
    color: str = style.BLUE,
    label: str | None = None,
    legend: bool = True,
) -> Axes:
    """What was measured of a machine while it learned, against the epoch.

    Parameters
    ----------
    history : sequence of dict
        `history_` of a machine.
    ax : Axes, optional
        Where to draw; a new figure by default.
    quantity : str, default "log_likelihood"
        Any entry, such as "weight_rms" or an observable that was watched; "log_likelihood" is there for machines with
        ``track="ais"`` or ``"exact"``.
    known : Estimate or float, optional
        The value to reach, drawn dashed, such as minus the entropy of the lattice.
    color : str, optional
        Of the points.
    label : str, optional
        Of the points in the key.
    legend : bool, default True
        Draw a key.

    Returns
    -------
    Axes
        Epochs along x.

    Raises
    ------
    InputError
        A quantity that was not measured; the message lists those that were.

    Examples
    --------
    >>> ax = learning_curve([{"epoch": 1, "weight_rms": 0.1}, {"epoch": 2, "weight_rms": 0.2}], quantity="weight_rms")
    >>> ax.containers[0].lines[0].get_ydata().tolist()
    [0.1, 0.2]
    """
    if not isinstance(history, Sequence) or not all(isinstance(row, Mapping) and "epoch" in row for row in history):
        raise InputError("plot.learning_curve draws history_ of a machine, a list with one entry an epoch")
    rows = [row for row in history if quantity in row]
    if not rows:
        there = sorted({name for row in history for name in row} - {"epoch"})
        raise InputError(f"the history has no {quantity!r}; it has {', '.join(there) or 'no entries'}")
    ax = places.axes_for(ax)
    x, y = ([row[name] for row in rows] for name in ("epoch", quantity))
    error = [row.get(f"{quantity}_error", 0.0) for row in rows]
    style.points(ax, x, y, error, color, lw=1.0, label=label)
    places.known_line(ax, known, "y", "to reach")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("epoch")
    ax.set_ylabel(_WORDS.get(quantity, quantity))
    places.legend(ax, legend)
    return ax
