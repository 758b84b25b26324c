"""Figures of one training: learning curve, spectrum of the weights, receptive fields, learned couplings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from spinlens.arrays import Array
from spinlens.plot import lattices, machines, pair_couplings, style
from spinlens.report import layout
from spinlens.report.figures.receptive_fields import scale_keys
from spinlens.report.illustration import Illustration, Panel

COLUMNS = 4


def learning_curve(history: Sequence[Mapping[str, float]], bound: float | None = None) -> Figure:
    """Held-out log-likelihood (above, where it was tracked) and r.m.s. weight (below) against the epoch.

    `bound` is the log-likelihood per state of the data's own distribution, drawn as a level.
    """
    tracked = is_tracked(history)
    figure, axes = layout.grid(2 if tracked else 1, height=3.6 if tracked else 2.4, sharex=True)
    if tracked:
        machines.learning_curve(history, axes[0, 0], known=bound, legend=False)
        axes[0, 0].set_xlabel("")
        axes[0, 0].set_ylabel("held-out log-likelihood")
    machines.learning_curve(history, axes[-1, 0], quantity="weight_rms", color=style.INK, legend=False)
    return figure


def is_tracked(history: Sequence[Mapping[str, float]]) -> bool:
    """Whether the likelihood was measured along the training; it is nan where annealing did not converge."""
    return any(np.isfinite(entry.get("log_likelihood") or np.nan) for entry in history)


def spectrum(values: Array, noise_edge: float) -> Figure:
    """Singular values of the weights by rank, and the edge of those of independent weights of the same size."""
    figure, axes = layout.grid()
    machines.spectrum({"values": values, "noise_edge": noise_edge}, axes[0, 0], legend=False)
    return figure


def receptive_fields(fields: Array) -> Figure:
    """Fields (unit, x, y) of hidden units, each on its own scale; red is positive, blue negative."""
    figure, axes = layout.picture((fields.shape[1], fields.shape[2]), len(fields), COLUMNS, titles=len(fields))
    lattices.receptive_fields(fields, axes, columns=COLUMNS, centred=True, named=True)
    return figure


def couplings(distance: Array, learned: Array, error: Array, true: Array | None = None) -> Figure:
    """Learned couplings against distance, and J(r) / T where the lattice is known; logarithmic where all are positive.

    `error` may be nan, for a single machine.
    """
    figure, axes = layout.grid()
    curve = {"r": distance, "learned": learned, "error": error, "lattice": true}
    pair_couplings.couplings({"learned": curve}, axes[0, 0])
    return figure


def illustrations(judged: Mapping[str, Any], fields: Array | None = None) -> list[Illustration]:
    """The figures of a machine for its page, the couplings first."""
    rows = judged["couplings"]
    distance, learned = (np.array([row[name] for row in rows]) for name in ("r", "learned"))
    true = np.array([row["true"] for row in rows]) if "true" in rows[0] else None
    error = np.full(len(rows), np.nan)  # one machine has no scatter over seeds
    modes = spectrum(np.array(judged["singular_values"]), judged["noise_edge"])
    made = [
        (COUPLINGS, couplings(distance, learned, error, true)),
        (CURVE if is_tracked(judged["history"]) else WEIGHT, learning_curve(judged["history"])),
        (WAVES if judged.get("filters") else SPECTRUM, modes),
    ]
    if fields is not None:
        made.append((replace(FIELDS, keys=scale_keys()), receptive_fields(fields)))
    return [replace(words, panels=(Panel(words.title, words.title, figure),)) for words, figure in made]


COUPLINGS = Illustration(
    "couplings", "Couplings learned, beside those of the lattice",
    "Pair couplings J_eff(r) traced out of the weights against the distance, and J(r) / T of the lattice where it is "
    "known; logarithmic where all are positive.",
    "A machine that is short-sighted falls below the lattice as r grows; one that has learned its tail follows it.", (),
)  # fmt: skip
CURVE = Illustration(
    "learning-curve", "Learning curve",
    "Above: log-likelihood of states held out, in nats a state, by annealed importance sampling. Below: root mean "
    "square of the weights. Both against the epoch.",
    "A curve that still rises at its end wants more epochs; one that falls has learned its states by heart.", (),
)  # fmt: skip
SPECTRUM = Illustration(
    "spectrum", "Spectrum of the weights",
    "Singular values of the weights by rank; grey: what independent weights of the same size reach.",
    "Values above the grey are directions that the machine has learned; those below cannot be told from noise.", (),
)  # fmt: skip
WEIGHT = replace(
    CURVE, caption="Root mean square of the weights against the epoch; the likelihood is known at the end alone.",
    see="Weights that still grow at the end want more epochs.",
)  # fmt: skip
WAVES = replace(
    SPECTRUM, see="Modes of shared weights are waves of the lattice, of equal size where a symmetry makes them alike; "
    "what is in the grey has been learned, too.",
)  # fmt: skip
FIELDS = Illustration(
    "receptive-fields", "Receptive fields",
    "Weights of single hidden units on the lattice, moved so that the largest is in the middle; red positive, blue "
    "negative. Above: the number of the unit, the largest norm first, and its weight at full colour.",
    "A patch of one sign is a block spin in all but name; noise is a unit that learned nothing.", (),
)  # fmt: skip
