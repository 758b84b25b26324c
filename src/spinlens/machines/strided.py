"""The learned coarse-graining: one shared filter a layer, with a unit at every block, as block spins have."""

from __future__ import annotations

import math
from typing import Any

from spinlens import checks
from spinlens.border import checked
from spinlens.machines.stacked import StackedRBM
from spinlens.machines.units.translations import Translations

RECIPE: dict[str, Any] = {
    "optimizer": "natural", "persistent": "growing", "learning_rate": 0.2, "chains": 200, "batch_size": 500,
    "epochs": 30, "averaging": 0.2,
}  # fmt: skip
"""Options of a learned coarse-graining: 600 updates on 10,000 states, some 3 s at L = 16 on one core."""


@checked
def strided_stack(shape: tuple[int, ...], layers: int = 1, scale: int = 2, **options: Any) -> StackedRBM:
    """A stack that learns to coarse-grain: every layer is one filter, shared by a unit at each block of `scale` sites.

    Unit (a) of a layer sees W_{i,a} = w(i − b a), so that it has a place by construction and the layer commutes with
    translations by b. `fit` it to critical states and `stacked_flow` or `compare_blockings` take it as a blocking,
    L → L/b → …. The gauge is that in which the filter has a positive sum.

    Parameters
    ----------
    shape : tuple of int
        Sides of the lattice; ``scale ** layers`` divides every one.
    layers : int, default 1
        Coarse-grainings, one after the other.
    scale : int, default 2
        Side b of a block.
    **options
        Options of `RBM` other than the recipe's: the natural gradient in the shared weights [Amari1998]_, chains that
        grow from CD to PCD, 200 of them, 500 states an update, 30 epochs, the last fifth averaged. The exponents of the
        map follow its training: compare machines of equal likelihood.

    Returns
    -------
    StackedRBM
        Not trained yet.

    Raises
    ------
    InputError
        Blocks that do not fill the lattice in every layer.

    References
    ----------
    .. [Amari1998] Amari, Neural Comput. 10, 251 (1998).

    Examples
    --------
    >>> strided_stack((16, 16), layers=2).n_hidden
    (64, 16)
    """
    sides = tuple(checks.positive_integer("side", side) for side in shape)
    scale, depth = checks.positive_integer("scale", scale, minimum=2), checks.positive_integer("layers", layers)
    widths = []
    for _ in range(depth):
        tied = Translations(sides, math.prod(side // scale for side in sides), scale)
        sides = tied.places
        widths.append(tied.n_places)
    return StackedRBM(tuple(widths), **{**RECIPE, "torus": tuple(shape), "stride": scale, **options})
