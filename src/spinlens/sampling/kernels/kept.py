"""States that are kept, one a draw."""

from __future__ import annotations

from spinlens.arrays import AnyArray
from spinlens.sampling.kernels.compiled import kernel


@kernel
def keep(state: AnyArray, kept: AnyArray, draw: int) -> None:
    """Put a flat `state` into the row `draw` of `kept`: site by site, since an assignment compiles two seconds longer.

    numba makes an assignment of arrays with all that is needed to say in words that shapes do not fit.
    """
    for site in range(state.size):
        kept[draw, site] = state[site]
