"""Exponents of Monte Carlo renormalization against the number of operators kept."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from spinlens import checks
from spinlens.errors import InputError
from spinlens.plot import places, style

_SYMBOLS = {"even": "$y_t$", "odd": "$y_h$"}


def mcrg(found: Any, ax: Axes | None = None, *, parity: str = "even", known: Any = None, legend: bool = True) -> Axes:
    """y_t or y_h against the number of operators kept, one line a blocking step.

    Lines that are flat to the right have enough operators; lines of later steps that lie on one another have come to
    the fixed point.

    Parameters
    ----------
    found : MCRG
        Of `mcrg`.
    ax : Axes, optional
        Where to draw; a new figure by default.
    parity : str, default "even"
        "even" draws y_t, "odd" y_h.
    known : Estimate or float, optional
        The known exponent, drawn dashed: y_t = 1 and y_h = 15/8 of the square lattice.
    legend : bool, default True
        Draw a key.

    Returns
    -------
    Axes
        Operators kept along x.

    Raises
    ------
    InputError
        Something else than a result of `mcrg`, or no operators of this parity.

    Examples
    --------
    >>> from spinlens import block_spin_flow
    >>> free = np.where(np.random.default_rng(0).random((2000, 8, 8)) < 0.5, 1, -1)
    >>> from spinlens import mcrg as run
    >>> ax = mcrg(run(block_spin_flow(free, steps=1), odd=()))
    >>> ax.get_xlabel()
    'operators kept'
    """
    places.needs(found, ("steps",), "mcrg", "what spinlens.mcrg gives")
    checks.choice("parity", parity, tuple(_SYMBOLS))
    ax = places.axes_for(ax)
    for number, step in enumerate(found.steps):
        sector = getattr(step, parity)
        if not sector:
            raise InputError(f"no {parity} operators were measured")
        shown = [spectrum.leading if spectrum.exponent is None else spectrum.exponent for spectrum in sector]
        color, marker = style.shade(number, len(found.steps)), style.MARKERS[number % len(style.MARKERS)]
        x = np.arange(1, len(shown) + 1) + 0.07 * (number - (len(found.steps) - 1) / 2)
        y, error = [own.value for own in shown], [own.error for own in shown]
        style.points(ax, x, y, error, color, marker, lw=0.8, ms=4.2, label=_sides(step))
    places.known_line(ax, known, "y", f"known {_SYMBOLS[parity]}")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("operators kept")
    ax.set_ylabel(_SYMBOLS[parity])
    places.legend(ax, legend)
    return ax


def _sides(step: Any) -> str:
    return " → ".join("×".join(str(side) for side in sides) for sides in (step.before, step.after))
