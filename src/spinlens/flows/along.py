"""What is kept of a flow record by record beside its readings."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from spinlens.arrays import Array
from spinlens.flows.correlators import spin_correlation
from spinlens.lattice.trajectory import Trajectory


def correlations_of(path: Trajectory) -> Array:
    """G(r) along the axes and its error, (step, 2, r) at every record; nan beyond half of a smaller lattice."""
    found = [spin_correlation(states) for states in path.states]
    table = np.full((len(found), 2, max(len(each.value) for each in found)), np.nan)
    for row, each in zip(table, found, strict=True):
        row[:, : len(each.value)] = each.value, each.error
    return table


def five_figures(values: Iterable[float]) -> list[float | None]:
    """Numbers to five figures, None for what is not finite.

    >>> five_figures([2.269185, float("nan")])
    [2.2692, None]
    """
    return [float(f"{value:.5g}") if np.isfinite(value) else None for value in values]
