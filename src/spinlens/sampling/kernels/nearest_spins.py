"""Single-spin sweeps of nearest neighbours: flip probabilities from a table, every other site first.

Sites of one parity are not next to one another, so that a processor works on several of them at a time, where in site
order it would wait for the spin before.
"""

from __future__ import annotations

import numpy as np

from spinlens.arrays import Array, Integers, Spins, Words
from spinlens.sampling.kernels.compiled import inline, kernel
from spinlens.sampling.kernels.fourier import measure_state, wave_table
from spinlens.sampling.kernels.kept import keep
from spinlens.sampling.kernels.xoshiro import Stream, Word, next_word

MOST = 6
"""Neighbours of a site, of which a table of chances has place for every sum."""

CLASSES = 3 * (2 * MOST + 1)
_UP = 2 * MOST + 1  # places from spin 0 to spin 1
_MIDDLE = CLASSES // 2


@inline
def place(spin: int | np.int64, neighbours: int | np.int64) -> int | np.int64:
    """Where the chances of a spin ±1 are whose neighbours have this sum."""
    return _MIDDLE + _UP * spin + spin * neighbours


@inline
def _after(spin: np.int64, neighbours: np.int64, chances: Words, word: Word) -> np.int64:
    """A spin after an attempt, from the sum of its neighbours and a random word."""
    return spin * (1 - 2 * np.int64(word < chances[place(spin, neighbours)]))


@inline
def _beside(up: Spins, down: Spins, front: Spins, back: Spins, z: int) -> np.int64:
    """Sum of the neighbours in other rows."""
    return np.int64(up[z]) + np.int64(down[z]) + np.int64(front[z]) + np.int64(back[z])


@inline
def _row(spins: Spins, sides: Integers, a: int, b: int) -> Spins:
    """A row of the periodic lattice; indices reach from −1 to the side."""
    A, B, C = sides[0], sides[1], sides[2]
    a = A - 1 if a < 0 else 0 if a == A else a
    b = B - 1 if b < 0 else 0 if b == B else b
    return spins[(a * B + b) * C : (a * B + b + 1) * C]


@kernel
def nearest_spin_chain(
    spins: Spins,
    sides: Integers,
    chances: Words,
    with_modes: bool,
    state: Stream,
    thin: int,
    energy: Array,
    measured: Array,
    kept: Spins,
) -> None:
    """Sweeps over the even sites and then the odd ones of a ring, square or cube whose sides are at least 3.

    `chances` (CLASSES,) are flip probabilities in units of 2^−64, in their `place`. `energy` gets Σ s_i s_j over bonds,
    when not empty. `measured` gets M, M², M⁴ of the states and, `with_modes`, their lowest Fourier modes.
    """
    A, B, C = sides[0], sides[1], sides[2]
    nothing = np.zeros(C, np.int8)  # the rows that lattices of fewer dimensions lack
    waves = wave_table(sides)
    s0, s1, s2, s3 = state[0], state[1], state[2], state[3]
    for draw in range(measured.shape[1]):
        for _ in range(thin):
            for line in range(2 * A * B):
                a, b = line // B % A, line % B
                row = _row(spins, sides, a, b)
                up, down = (_row(spins, sides, a, b - 1), _row(spins, sides, a, b + 1)) if B > 1 else (nothing, nothing)
                front, back = (
                    (_row(spins, sides, a - 1, b), _row(spins, sides, a + 1, b)) if A > 1 else (nothing, nothing)
                )
                z = (a + b + line // (A * B)) % 2
                if z == 0:
                    word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
                    near = _beside(up, down, front, back, 0) + row[1] + row[C - 1]
                    row[0] = _after(np.int64(row[0]), near, chances, word)
                    z = 2
                while z < C - 1:
                    word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
                    near = _beside(up, down, front, back, z) + np.int64(row[z - 1]) + np.int64(row[z + 1])
                    row[z] = _after(np.int64(row[z]), near, chances, word)
                    z += 2
                if z < C:
                    word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
                    near = _beside(up, down, front, back, z) + row[z - 1] + row[0]
                    row[z] = _after(np.int64(row[z]), near, chances, word)
        measure_state(spins, sides, waves, with_modes, measured[:, draw])
        if energy.size > 0:
            products = np.int64(0)
            for line in range(A * B):
                a, b = line // B, line % B
                row = _row(spins, sides, a, b)
                down = _row(spins, sides, a, b + 1) if B > 1 else nothing
                back = _row(spins, sides, a + 1, b) if A > 1 else nothing
                for z in range(C - 1):
                    products += np.int64(row[z]) * (np.int64(row[z + 1]) + np.int64(down[z]) + np.int64(back[z]))
                products += np.int64(row[C - 1]) * (np.int64(row[0]) + np.int64(down[C - 1]) + np.int64(back[C - 1]))
            energy[draw] = products
        if kept.shape[0] > 0:
            keep(spins, kept, draw)
    state[0], state[1], state[2], state[3] = s0, s1, s2, s3
