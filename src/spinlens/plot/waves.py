"""Couplings that machines have learned by wave vector, beside those of the lattice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from spinlens.plot import places, style
from spinlens.plot.pair_couplings import of_lattice


def modes(
    found: Any,
    ax: Axes | None = None,
    *,
    model: Any = None,
    temperature: float | None = None,
    legend: bool = True,
) -> Axes:
    """J_eff(k) of machines against |k|, beside J(k)/T of their lattice: which waves have been learned.

    Parameters
    ----------
    found : LearnedModes or dict of str to LearnedModes
        Of `learned_modes`; names are those in the key.
    ax : Axes, optional
        Where to draw; a new figure by default.
    model : IsingModel, optional
        The lattice of the training states, whose J(k)/T is drawn as dashes.
    temperature : float, optional
        T of the training states; needed with `model`.
    legend : bool, default True
        Draw a key.

    Returns
    -------
    Axes
        |k| in radians a lattice spacing along x.

    Raises
    ------
    InputError
        Something else than learned modes, or a model without its temperature.

    Examples
    --------
    >>> from spinlens import RBM, IsingModel, NearestNeighbour, learned_modes
    >>> square = IsingModel((4, 4), NearestNeighbour())
    >>> ax = modes(learned_modes([RBM.exact(square, 2.0)], (4, 4)), model=square, temperature=2.0)
    >>> bool(np.allclose(ax.lines[0].get_ydata(), ax.containers[0].lines[0].get_ydata()))
    True
    """
    named = found if isinstance(found, Mapping) else {"machines": found}
    for own in named.values():
        places.needs(own, ("wave", "components", "coupling", "coupling_error"), "modes", "what learned_modes gives")
    ax = places.axes_for(ax)
    if model is not None:
        first = next(iter(named.values()))
        lattice = of_lattice(np.fft.fftn(model.coupling_table).real, temperature, first.components, "J(k)")
        ax.plot(first.wave, lattice, color=style.INK, lw=0, marker="_", ms=9, mew=1.3, label="J(k) / T")
    for number, (name, own) in enumerate(named.items()):
        color, marker = style.series(number + 1)
        style.points(
            ax, own.wave, own.coupling, own.coupling_error, label=str(name), color=color, marker=marker, ms=4.2
        )
    ax.axhline(0, color=style.MUTED, lw=0.7)
    ax.set_xlabel("|k| (radians a lattice spacing)")
    ax.set_ylabel("$J_{eff}(k)$" if model is None else "$J_{eff}(k)$, J(k) / T")
    places.legend(ax, legend)
    return ax
