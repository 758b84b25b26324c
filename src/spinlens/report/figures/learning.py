"""Figures of one training: learning curve, spectrum of the weights, receptive fields, learned couplings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from spinlens.arrays import Array
from spinlens.report import style

COLUMNS = 4


def learning_curve(history: Sequence[Mapping[str, float]], bound: float | None = None) -> Figure:
    """Held-out log-likelihood (above, where tracked) and r.m.s. weight (below) against the epoch.

    `bound` is the log-likelihood per state of the data's own distribution, drawn as a level.
    """
    figure, axes = style.grid(2, height=3.6, sharex=True)
    above, below = axes[:, 0]
    tracked = [entry for entry in history if "log_likelihood" in entry]
    style.points(
        above,
        [entry["epoch"] for entry in tracked],
        [entry["log_likelihood"] for entry in tracked],
        [entry["log_likelihood_error"] for entry in tracked],
        style.BLUE,
        lw=1.0,
    )
    if bound is not None:
        style.level(above, bound)
    above.set_ylabel("held-out log-likelihood")
    below.plot([entry["epoch"] for entry in history], [entry["weight_rms"] for entry in history], color=style.INK)
    below.set_ylabel("r.m.s. weight")
    below.set_xlabel("epoch")
    return figure


def spectrum(values: Array, noise_edge: float) -> Figure:
    """Singular values of the weights by rank, and the edge of those of independent weights of the same size."""
    figure, axes = style.grid()
    place = axes[0, 0]
    style.points(place, np.arange(1, len(values) + 1), values, np.zeros(len(values)), style.BLUE)
    style.level(place, noise_edge)
    place.set_xlabel("rank")
    place.set_ylabel("singular value of W")
    place.set_ylim(0, None)
    return figure


def receptive_fields(fields: Array) -> Figure:
    """Fields (unit, x, y) of hidden units, each on its own scale; red is positive, blue negative."""
    largest = np.abs(fields).max(axis=(1, 2), keepdims=True)
    scaled = fields / np.where(largest > 0, largest, 1.0)
    return style.mosaic(scaled, COLUMNS, cmap=style.DIVERGING, vmin=-1, vmax=1)[0]


def couplings(distance: Array, learned: Array, error: Array, true: Array | None = None) -> Figure:
    """Learned couplings against distance, and J(r) / T where the lattice is known; logarithmic where all are positive.

    `error` may be nan, for a single machine.
    """
    figure, axes = style.grid()
    place: Any = axes[0, 0]
    style.points(place, distance, learned, error, style.BLUE, label="learned")
    if true is not None:
        style.points(
            place, distance, true, np.zeros(len(distance)), style.INK, "_", ms=9, mew=1.2, mec=None, label="J(r)/T"
        )
        place.legend(loc="upper right")
    if np.all(learned > 0) and (true is None or np.all(true > 0)):
        place.set_xscale("log")
        place.set_yscale("log")
    place.set_xlabel("distance r")
    place.set_ylabel("coupling")
    return figure
