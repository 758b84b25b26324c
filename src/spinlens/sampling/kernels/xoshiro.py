"""xoshiro256++ (Blackman & Vigna 2021), kept in registers inside a sweep: half the cost of a NumPy generator.

Every stream of every chain depends on this file: it is frozen by a known-answer test.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spinlens.arrays import Words
from spinlens.sampling.kernels.compiled import inline, kernel

Stream = npt.NDArray[np.uint64]
"""State (4,) of one generator."""

Word = np.uint64
WordAndState = tuple[Word, Word, Word, Word, Word]

_17, _19, _23, _41, _45 = (np.uint64(n) for n in (17, 19, 23, 41, 45))


@inline
def next_word(s0: Word, s1: Word, s2: Word, s3: Word) -> WordAndState:
    """One 64-bit word of xoshiro256++ and the state after it."""
    total = s0 + s3
    word = ((total << _23) | (total >> _41)) + s0
    shifted = s1 << _17
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= shifted
    s3 = (s3 << _45) | (s3 >> _19)
    return word, s0, s1, s2, s3


@kernel
def random_words(state: Stream, out: Words) -> None:
    """Fill `out` with the words that follow `state` (4,), which moves on."""
    s0, s1, s2, s3 = state[0], state[1], state[2], state[3]
    for n in range(out.size):
        out[n], s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
    state[0], state[1], state[2], state[3] = s0, s1, s2, s3
