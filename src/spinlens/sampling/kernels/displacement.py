"""Displacements of the far couplings, as all long-range kernels read them off their table."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spinlens.sampling.kernels.compiled import kernel

_ONE, _TWO = np.uint64(1), np.uint64(2)


@kernel
def far_displacement(
    cell: np.int64, sides: npt.NDArray[np.int64], far_sides: npt.NDArray[np.int64], word: np.uint64
) -> tuple[np.int64, np.int64, np.int64]:
    """Displacement (≥ 0, modulo `sides`) of a cell of the far table, reflected by the three low bits of `word`.

    An axis on which the table has the whole side is not reflected.
    """
    dc = cell % far_sides[2]
    row = cell // far_sides[2]
    db, da = row % far_sides[1], row // far_sides[1]
    if far_sides[2] < sides[2] and word & _ONE and dc > 0:
        dc = sides[2] - dc
    if far_sides[1] < sides[1] and (word >> _ONE) & _ONE and db > 0:
        db = sides[1] - db
    if far_sides[0] < sides[0] and (word >> _TWO) & _ONE and da > 0:
        da = sides[0] - da
    return da, db, dc
