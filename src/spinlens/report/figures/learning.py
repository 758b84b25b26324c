"""Figures of one training: learning curve, spectrum of the weights, receptive fields, learned couplings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from spinlens.arrays import Array
from spinlens.plot import lattices, machines, pair_couplings, style
from spinlens.report import layout

COLUMNS = 4


def learning_curve(history: Sequence[Mapping[str, float]], bound: float | None = None) -> Figure:
    """Held-out log-likelihood (above, where tracked) and r.m.s. weight (below) against the epoch.

    `bound` is the log-likelihood per state of the data's own distribution, drawn as a level.
    """
    figure, axes = layout.grid(2, height=3.6, sharex=True)
    above, below = axes[:, 0]
    if any("log_likelihood" in entry for entry in history):
        machines.learning_curve(history, above, known=bound, legend=False)
    above.set_xlabel("")
    above.set_ylabel("held-out log-likelihood")
    machines.learning_curve(history, below, quantity="weight_rms", color=style.INK, legend=False)
    return figure


def spectrum(values: Array, noise_edge: float) -> Figure:
    """Singular values of the weights by rank, and the edge of those of independent weights of the same size."""
    figure, axes = layout.grid()
    machines.spectrum({"values": values, "noise_edge": noise_edge}, axes[0, 0], legend=False)
    return figure


def receptive_fields(fields: Array) -> Figure:
    """Fields (unit, x, y) of hidden units, each on its own scale; red is positive, blue negative."""
    figure, axes = layout.picture((fields.shape[1], fields.shape[2]), len(fields), COLUMNS)
    lattices.receptive_fields(fields, axes, columns=COLUMNS)
    return figure


def couplings(distance: Array, learned: Array, error: Array, true: Array | None = None) -> Figure:
    """Learned couplings against distance, and J(r) / T where the lattice is known; logarithmic where all are positive.

    `error` may be nan, for a single machine.
    """
    figure, axes = layout.grid()
    curve = {"r": distance, "learned": learned, "error": error, "lattice": true}
    pair_couplings.couplings({"learned": curve}, axes[0, 0])
    return figure
