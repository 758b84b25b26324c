"""Single-spin sweeps: contiguous arrays and an explicit random state in, changed in place."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spinlens._jit import kernel
from spinlens.sampling.kernels.xoshiro import State, next_word

Spins = npt.NDArray[np.int8]
Floats = npt.NDArray[np.float64]

_11 = np.uint64(11)
_UNIT = 2.0**-53


@kernel
def metropolis_chain(
    spins: Spins,
    field: Floats,
    sides: npt.NDArray[np.int64],
    displacement: npt.NDArray[np.int64],
    coupling: Floats,
    beta: float,
    state: State,
    thin: int,
    measured: Floats,
    kept: npt.NDArray[np.int8],
) -> None:
    """Single-spin Metropolis in site order for any coupling table; `displacement` (n, 3) lists those with J ≠ 0.

    The local fields h_i = Σ_j J_ij s_j are kept up to date, so an attempt costs O(1) and an accepted flip O(n).
    Rows of `measured`: 0, M, M², M⁴, 0 of the state itself. Valid for couplings of either sign.
    """
    s0, s1, s2, s3 = state[0], state[1], state[2], state[3]
    A, B, C = sides[0], sides[1], sides[2]
    for draw in range(measured.shape[1]):
        for _ in range(thin):
            site = 0
            for a in range(A):
                for b in range(B):
                    for c in range(C):
                        word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
                        cost = 2.0 * spins[site] * field[site]
                        if cost <= 0.0 or np.int64(word >> _11) * _UNIT < np.exp(-beta * cost):
                            change = -2.0 * spins[site]
                            spins[site] = -spins[site]
                            for n in range(coupling.size):
                                x = (a + displacement[n, 0]) % A
                                y = (b + displacement[n, 1]) % B
                                z = (c + displacement[n, 2]) % C
                                field[(x * B + y) * C + z] += change * coupling[n]
                        site += 1
        M = 0
        for site in range(spins.size):
            M += spins[site]
        squared = float(M) * float(M)
        measured[0, draw] = 0.0
        measured[1, draw] = M
        measured[2, draw] = squared
        measured[3, draw] = squared * squared
        measured[4, draw] = 0.0
        if kept.shape[0] > 0:
            kept[draw] = spins
    state[0], state[1], state[2], state[3] = s0, s1, s2, s3
