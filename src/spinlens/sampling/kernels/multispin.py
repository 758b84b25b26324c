"""Multi-spin coding: bit k of every word is replica k, so that one sweep moves 64 nearest-neighbour lattices.

Replicas share words, never random bits: each lane compares a uniform number of its own, drawn bit by bit until all
lanes have decided, with the flip probability of its own class (its spin and how many neighbours are equal to it). Sites
are moved 16 at a time, none next to another, from 16 streams side by side: loops of fixed length at fixed distances in
one array become vector instructions.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spinlens._jit import inline, kernel

Words = npt.NDArray[np.uint64]
Labels = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Word = np.uint64

WIDTH = 16
ROOM = 11 * WIDTH  # words of `lanes`: four of each stream, three digits, spins, undecided, flips, random
COUNTERS = 48  # binary digits of a vertical counter
BITS = 53  # of a probability, after a first plane for certainty

_0, _1, _17, _19, _23, _41, _45 = (np.uint64(n) for n in (0, 1, 17, 19, 23, 41, 45))
_S1, _S2, _S3, _D0, _D1, _D2, _SPIN, _OPEN, _FLIP, _RANDOM = (n * WIDTH for n in range(1, 11))


@inline
def _adder(x: Word, y: Word, z: Word) -> tuple[Word, Word]:
    """Sum and carry of three bits, in each lane."""
    half = x ^ y
    return half ^ z, (x & y) | (half & z)


@inline
def _pick(mask: Word, one: Word, zero: Word) -> Word:
    """`one` where the mask is set, `zero` elsewhere."""
    return zero ^ (mask & (one ^ zero))


@kernel
def _gather(words: Words, near: Labels, order: Labels, first: int, count: int, lanes: Words) -> None:
    """Spins of `count` sites, and as three binary digits how many neighbours are equal to each."""
    degree = near.shape[1]
    for j in range(count):
        site = order[first + j]
        spin = words[site]
        lanes[_SPIN + j] = spin
        x, y = ~(spin ^ words[near[site, 0]]), ~(spin ^ words[near[site, 1]])
        if degree == 2:
            lanes[_D0 + j], lanes[_D1 + j], lanes[_D2 + j] = x ^ y, x & y, _0
        elif degree == 4:
            u, v = ~(spin ^ words[near[site, 2]]), ~(spin ^ words[near[site, 3]])
            both, other = x & y, u & v
            lanes[_D0 + j] = x ^ y ^ u ^ v
            lanes[_D1 + j] = both ^ other ^ ((x ^ y) & (u ^ v))
            lanes[_D2 + j] = both & other
        else:
            low, carry = _adder(x, y, ~(spin ^ words[near[site, 2]]))
            u, v, w = words[near[site, 3]], words[near[site, 4]], words[near[site, 5]]
            other, more = _adder(~(spin ^ u), ~(spin ^ v), ~(spin ^ w))
            lanes[_D0 + j] = low ^ other
            lanes[_D1 + j], lanes[_D2 + j] = _adder(carry, more, low & other)


@inline
def _eight(lanes: Words, j: int, p: Words, k: int, half: int) -> Word:
    """Entry d of plane k, d = 0 … 7 read from the three digits of lane word j; `half` is 0, or 8 for spins down."""
    a, b, c = lanes[_D0 + j], lanes[_D1 + j], lanes[_D2 + j]
    low = _pick(b, _pick(a, p[k, half + 3], p[k, half + 2]), _pick(a, p[k, half + 1], p[k, half]))
    high = _pick(b, _pick(a, p[k, half + 7], p[k, half + 6]), _pick(a, p[k, half + 5], p[k, half + 4]))
    return _pick(c, high, low)


@kernel
def _randomize(lanes: Words) -> None:
    """One further word of each stream: xoshiro256++, as in `xoshiro`, side by side."""
    for j in range(WIDTH):
        s0, s1, s2, s3 = lanes[j], lanes[_S1 + j], lanes[_S2 + j], lanes[_S3 + j]
        total = s0 + s3
        lanes[_RANDOM + j] = ((total << _23) | (total >> _41)) + s0
        shifted = s1 << _17
        s2 ^= s0
        s3 ^= s1
        s1 ^= s2
        s0 ^= s3
        lanes[j], lanes[_S1 + j], lanes[_S2 + j] = s0, s1, s2 ^ shifted
        lanes[_S3 + j] = (s3 << _45) | (s3 >> _19)


@kernel
def _decide(lanes: Words, planes: Words, count: int, tilted: bool) -> None:
    """Flips of `count` words: certain ones first, then those whose uniform number is below the probability."""
    for j in range(WIDTH):
        sure = _eight(lanes, j, planes, 0, 0)
        if tilted:
            sure = _pick(lanes[_SPIN + j], sure, _eight(lanes, j, planes, 0, 8))
        lanes[_FLIP + j] = sure
        lanes[_OPEN + j] = ~sure
    for j in range(count, WIDTH):
        lanes[_OPEN + j] = _0
    for k in range(1, BITS + 1):
        _randomize(lanes)
        left = _0
        if tilted:
            for j in range(WIDTH):
                up, down = _eight(lanes, j, planes, k, 0), _eight(lanes, j, planes, k, 8)
                chance = _pick(lanes[_SPIN + j], up, down)
                undecided, random = lanes[_OPEN + j], lanes[_RANDOM + j]
                lanes[_FLIP + j] |= undecided & chance & ~random
                undecided &= ~(random ^ chance)
                lanes[_OPEN + j] = undecided
                left |= undecided
        else:
            for j in range(WIDTH):
                chance = _eight(lanes, j, planes, k, 0)
                undecided, random = lanes[_OPEN + j], lanes[_RANDOM + j]
                lanes[_FLIP + j] |= undecided & chance & ~random
                undecided &= ~(random ^ chance)
                lanes[_OPEN + j] = undecided
                left |= undecided
        if left == _0:
            break


@kernel
def count_lanes(words: Words, counters: Words, totals: Floats) -> None:
    """How many of the words have bit k set, for each of the 64 k; `counters` is scratch, digit b of all 64 at [b].

    Carry-save adders take eight words at a time (Harley & Seal), so that a word costs about seven instructions.
    """
    counters[:] = _0
    ones, twos, fours = _0, _0, _0
    whole = words.size // 8 * 8
    for n in range(0, whole, 8):
        ones, t1 = _adder(ones, words[n], words[n + 1])
        ones, t2 = _adder(ones, words[n + 2], words[n + 3])
        twos, f1 = _adder(twos, t1, t2)
        ones, t1 = _adder(ones, words[n + 4], words[n + 5])
        ones, t2 = _adder(ones, words[n + 6], words[n + 7])
        twos, f2 = _adder(twos, t1, t2)
        fours, carry = _adder(fours, f1, f2)
        digit = 3
        while carry != _0:
            counters[digit], carry = counters[digit] ^ carry, counters[digit] & carry
            digit += 1
    counters[0], counters[1], counters[2] = ones, twos, fours
    for n in range(whole, words.size):
        carry, digit = words[n], 0
        while carry != _0:
            counters[digit], carry = counters[digit] ^ carry, counters[digit] & carry
            digit += 1
    totals[:] = 0.0
    for digit in range(counters.size):
        if counters[digit] != _0:
            for lane in range(64):
                totals[lane] += float((counters[digit] >> np.uint64(lane)) & _1) * 2.0**digit


@kernel
def multispin_chain(
    words: Words,
    near: Labels,
    order: Labels,
    starts: Labels,
    planes: Words,
    tilted: bool,
    lanes: Words,
    thin: int,
    magnetization: Floats,
    bonds: Floats,
    kept: Words,
) -> None:
    """Sweeps of 64 replicas, site after site of `order`, in pieces between `starts`.

    near (N, 2d) : neighbours, in pairs along each axis. planes (54, 16) : a word of all ones where the probability of
    a class is 1 (plane 0) or has that binary digit; classes are the number of equal neighbours, + 8 for spins down.
    magnetization, bonds (draws, 64) : M, and satisfied bonds when not empty. kept (draws, N) : words, when not empty.
    """
    counters, totals = np.empty(COUNTERS, np.uint64), np.empty(64)
    equal = np.empty(words.size, np.uint64)
    for draw in range(magnetization.shape[0]):
        for _ in range(thin):
            for piece in range(starts.size - 1):
                first, count = starts[piece], starts[piece + 1] - starts[piece]
                _gather(words, near, order, first, count, lanes)
                _decide(lanes, planes, count, tilted)
                for j in range(count):
                    words[order[first + j]] = lanes[_SPIN + j] ^ lanes[_FLIP + j]
        count_lanes(words, counters, totals)
        for lane in range(64):
            magnetization[draw, lane] = 2 * totals[lane] - words.size
        if bonds.size > 0:
            bonds[draw] = 0.0
            for axis in range(near.shape[1] // 2):
                for site in range(words.size):
                    equal[site] = ~(words[site] ^ words[near[site, 2 * axis]])
                count_lanes(equal, counters, totals)
                for lane in range(64):
                    bonds[draw, lane] += totals[lane]
        if kept.shape[0] > 0:
            kept[draw] = words
