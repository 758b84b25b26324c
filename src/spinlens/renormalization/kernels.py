"""Kernels of block spins and of operator sums: ±1 lattices in, integers out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spinlens._jit import inline, kernel
from spinlens.arrays import Integers, Spins, Words

Word = np.uint64

_ONE = np.uint64(1)


@kernel
def block_sums(states: Spins, sides: Integers, out: npt.NDArray[np.int32]) -> None:
    """Σ s of every block: states (n, A, B, C), blocks of `sides` (a, b, c), out (n, A/a, B/b, C/c)."""
    a, b, c = sides[0], sides[1], sides[2]
    for n in range(out.shape[0]):
        for x in range(out.shape[1]):
            for y in range(out.shape[2]):
                for z in range(out.shape[3]):
                    total = np.int32(0)
                    for i in range(a * x, a * x + a):
                        for j in range(b * y, b * y + b):
                            for k in range(c * z, c * z + c):
                                total += states[n, i, j, k]
                    out[n, x, y, z] = total


@kernel
def pack_doubled(states: Spins, words: Words) -> None:
    """Up to 64 states (n, A, B, C) as words (A, B, 2C): bit k is set where state k is −1; rows stand twice."""
    n, A, B, C = states.shape
    words[:] = 0
    for k in range(n):
        shift = np.uint64(k)
        for a in range(A):
            for b in range(B):
                for c in range(C):
                    words[a, b, c] |= np.uint64(states[k, a, b, c] < 0) << shift
    for a in range(A):
        for b in range(B):
            for c in range(C):
                words[a, b, C + c] = words[a, b, c]


@kernel
def products(words: Words, sites: Integers, line: Words) -> None:
    """Π_i s(x + r_i) for all x: the exclusive or of shifted lattices.

    words (A, B, 2C) of `pack_doubled`; sites (k, 3) with 0 ≤ r < side; line (≥ A·B·C,) receives the products in order.
    """
    A, B, C = words.shape[0], words.shape[1], words.shape[2] // 2
    for i in range(sites.shape[0]):
        for a in range(A):
            x = (a + sites[i, 0]) % A
            for b in range(B):
                row = words[x, (b + sites[i, 1]) % B, sites[i, 2] :]
                out = line[(a * B + b) * C :]
                if i == 0:
                    for c in range(C):
                        out[c] = row[c]
                else:
                    for c in range(C):
                        out[c] ^= row[c]


@inline
def _full_adder(a: Word, b: Word, c: Word) -> tuple[Word, Word]:
    """Sum and carry of three bits, in every bit of a word."""
    half = a ^ b
    return half ^ c, (a & b) | (half & c)


@kernel
def count_bits(line: Words, planes: Words, counts: Integers) -> None:
    """How many words of `line` (a multiple of 8) have bit k set, for k = 0 … 63.

    Eight words are added at a time by full adders, and their carry of eight to counters held in bit planes
    [Harley and Seal, in Warren, Hacker's Delight (2012), section 5-1]. planes (≥ log2 of the length,) is scratch.
    """
    zero = np.uint64(0)
    planes[:] = zero
    ones, twos, fours = zero, zero, zero
    for i in range(0, line.size, 8):
        ones, twos_a = _full_adder(ones, line[i], line[i + 1])
        ones, twos_b = _full_adder(ones, line[i + 2], line[i + 3])
        twos, fours_a = _full_adder(twos, twos_a, twos_b)
        ones, twos_a = _full_adder(ones, line[i + 4], line[i + 5])
        ones, twos_b = _full_adder(ones, line[i + 6], line[i + 7])
        twos, fours_b = _full_adder(twos, twos_a, twos_b)
        fours, carry = _full_adder(fours, fours_a, fours_b)
        for p in range(planes.size):
            if carry == zero:
                break
            held = planes[p] & carry
            planes[p] ^= carry
            carry = held
    for k in range(64):
        shift = np.uint64(k)
        total = np.int64((ones >> shift) & _ONE)
        total += 2 * np.int64((twos >> shift) & _ONE)
        total += 4 * np.int64((fours >> shift) & _ONE)
        for p in range(planes.size):
            total += np.int64((planes[p] >> shift) & _ONE) << np.int64(p + 3)
        counts[k] = total


@kernel
def operator_sums(states: Spins, sites: Integers, sizes: Integers, owner: Integers, out: Integers) -> None:
    """Σ_x Π_i s(x + r_i) of every term, added up by operator; 64 states are one word.

    states (n, A, B, C) periodic; sites (terms, largest, 3) the r_i of each term, the first `sizes[t]` of them, with
    0 ≤ r < side; `owner[t]` the operator of term t; out (n, operators) is added to.
    """
    n, A, B, C = states.shape
    N = A * B * C
    words = np.empty((A, B, 2 * C), dtype=np.uint64)
    line = np.zeros((N + 7) // 8 * 8, dtype=np.uint64)
    depth = 1
    while (8 << depth) <= N:
        depth += 1
    planes, counts = np.empty(depth, dtype=np.uint64), np.empty(64, dtype=np.int64)
    for first in range(0, n, 64):
        last = min(n, first + 64)
        pack_doubled(states[first:last], words)
        for t in range(sites.shape[0]):
            products(words, sites[t, : sizes[t]], line)
            count_bits(line, planes, counts)
            for k in range(last - first):
                out[first + k, owner[t]] += N - 2 * counts[k]
