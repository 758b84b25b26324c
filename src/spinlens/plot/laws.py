"""How gaps of machines fall with states or updates."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from spinlens.plot import places, style


def learning_law(
    law: Any, ax: Axes | None = None, *, words: str = "gap (nats a state)", label: str = "", color: str = style.INK
) -> Axes:
    """Gaps of machines against their number of states or updates, and the law fitted to them.

    Parameters
    ----------
    law : LearningLaw
        Of `learning_law`, or of gaps that are known.
    ax : Axes, optional
        Where to draw, such as one that has a law of another lattice; a new figure by default.
    words : str
        What the gap is called along y.
    label : str
        Of the points in a key; none by default.
    color : str
        Of points and line.

    Returns
    -------
    Axes
        A point a machine, small, means with their errors, and the law as a line; both axes logarithmic.

    Raises
    ------
    InputError
        Something else than a law.

    Examples
    --------
    >>> from spinlens import Estimate
    >>> from spinlens.comparisons.law_of_gaps import LearningLaw
    >>> law = LearningLaw.from_gaps({n: [Estimate(32 / n, 1e-4)] for n in (100, 400, 1600, 6400)})
    >>> learning_law(law).get_xlabel()
    'states'
    """
    places.needs(law, ("counts", "gaps", "floor", "amplitude", "exponent", "along"), "learning_law", "a LearningLaw")
    ax = places.axes_for(ax)
    for n, row in zip(law.counts, law.gaps, strict=True):
        ax.plot([n] * len(row), [one.value for one in row], ".", ms=3, color=color, alpha=0.5)
    means = [law.mean(n) for n in law.counts]
    ax.errorbar(
        law.counts, [one.value for one in means], [one.error for one in means], fmt="o", ms=4, lw=1, color=color,
        label=label or None,
    )  # fmt: skip
    n = np.geomspace(law.counts[0], law.counts[-1], 100)
    ax.plot(n, law.floor.value + law.amplitude.value * n**-law.exponent.value, "-", lw=1, color=color)
    ax.set(xscale="log", yscale="log", xlabel=law.along, ylabel=words)
    places.legend(ax, bool(label))
    return ax
