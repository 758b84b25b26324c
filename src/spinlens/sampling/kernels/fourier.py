"""The lowest Fourier mode of each axis, of states and of clusters, as all kernels measure them."""

from __future__ import annotations

import numpy as np

from spinlens.arrays import Array, Integers, Spins
from spinlens.sampling.kernels.compiled import kernel
from spinlens.sampling.kernels.rows import M2, M4, MAGNETIZATION, MODE_X


@kernel
def wave_table(sides: Integers) -> Array:
    """cos and sin of 2πx/side along each side, (3, 2, longest side)."""
    waves = np.zeros((3, 2, sides.max()))
    for axis in range(3):
        for x in range(sides[axis]):
            angle = 2 * np.pi * x / sides[axis]
            waves[axis, 0, x], waves[axis, 1, x] = np.cos(angle), np.sin(angle)
    return waves


@kernel
def state_modes(spins: Spins, sides: Integers, waves: Array, column: Array) -> None:
    """|Σ s e^{ikx}|² of a state at the lowest k of each axis longer than 1, into `column` from row `MODE_X` on."""
    A, B, C = sides[0], sides[1], sides[2]
    sums = np.zeros((3, waves.shape[2]), dtype=np.int64)
    site = 0
    for a in range(A):
        for b in range(B):
            row = np.int64(0)
            for c in range(C):
                row += spins[site + c]
            for c in range(C):
                sums[2, c] += spins[site + c]
            sums[1, b] += row
            sums[0, a] += row
            site += C
    place = MODE_X
    for axis in range(3):
        if sides[axis] > 1:
            real, imaginary = 0.0, 0.0
            for x in range(sides[axis]):
                real += sums[axis, x] * waves[axis, 0, x]
                imaginary += sums[axis, x] * waves[axis, 1, x]
            column[place] = real * real + imaginary * imaginary
            place += 1


@kernel
def measure_state(spins: Spins, sides: Integers, waves: Array, with_modes: bool, column: Array) -> None:
    """M, M² and M⁴ of the state itself into `column` and, `with_modes`, its lowest Fourier modes."""
    M = 0
    for site in range(spins.size):
        M += spins[site]
    squared_sum = float(M) * float(M)
    column[MAGNETIZATION], column[M2], column[M4] = M, squared_sum, squared_sum * squared_sum
    if with_modes:
        state_modes(spins, sides, waves, column)


@kernel
def measure_modes(states: Spins, sides: Integers, measured: Array) -> None:
    """`state_modes` of states (n, N) into the columns of `measured` (rows, n)."""
    waves = wave_table(sides)
    for n in range(states.shape[0]):
        state_modes(states[n], sides, waves, measured[:, n])


@kernel
def squared(packed: np.int64) -> float:
    """|z|² of a complex number stored as real part · 2^32 + imaginary part."""
    imaginary = np.int64(np.int32(packed & 0xFFFFFFFF))
    real = (packed - imaginary) >> 32
    return float(real) * float(real) + float(imaginary) * float(imaginary)


@kernel
def write_modes(column: Array, modes: Array, sides: Integers, phases: Integers) -> None:
    """`modes` (3,) in the squared units of `phases` into `column` from row `MODE_X` on, axes longer than 1 only."""
    place = MODE_X
    for axis in range(3):
        if sides[axis] > 1:
            column[place] = modes[axis] / squared(phases[axis, 0])
            place += 1
