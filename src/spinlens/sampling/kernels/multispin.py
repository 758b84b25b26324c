"""Multi-spin coding: bit k of every word is replica k, so that one sweep moves 64 nearest-neighbour lattices.

Replicas share words, never random bits: each lane compares a uniform number of its own, drawn bit by bit until all
lanes have decided, with the flip probability of its own class (its spin and how many neighbours are equal to it). Sites
are moved 32 at a time, none next to another, from 32 streams side by side: loops of fixed length at fixed distances in
one array become vector instructions.
"""

from __future__ import annotations

import numpy as np

from spinlens.arrays import Array, Integers, Sites, Words
from spinlens.sampling.kernels.compiled import inline, kernel
from spinlens.sampling.kernels.fourier import wave_table
from spinlens.sampling.kernels.kept import keep
from spinlens.sampling.kernels.xoshiro import Word

WIDTH = 32
ROOM = 12 * WIDTH  # words of `lanes`: four of each stream, three digits, spins, open lanes, flips, random, chances
COUNTERS = 48  # binary digits of a vertical counter
BITS = 53  # of a probability, after a first plane for certainty

_0, _1, _17, _19, _23, _41, _45 = (np.uint64(n) for n in (0, 1, 17, 19, 23, 41, 45))
_S1, _S2, _S3, _D0, _D1, _D2, _SPIN, _OPEN, _FLIP, _RANDOM, _CHANCE = (n * WIDTH for n in range(1, 12))


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
def _gather(words: Words, near: Sites, order: Sites, first: int, count: int, lanes: Words) -> None:
    """Spins of `count` sites, and as three binary digits how many neighbours are equal to each."""
    degree = near.shape[1]
    for j in range(count):
        n = first + j
        spin = words[order[n]]
        lanes[_SPIN + j] = spin
        x, y = ~(spin ^ words[near[n, 0]]), ~(spin ^ words[near[n, 1]])
        if degree == 2:
            lanes[_D0 + j], lanes[_D1 + j], lanes[_D2 + j] = x ^ y, x & y, _0
        elif degree == 4:
            u, v = ~(spin ^ words[near[n, 2]]), ~(spin ^ words[near[n, 3]])
            both, other = x & y, u & v
            lanes[_D0 + j] = x ^ y ^ u ^ v
            lanes[_D1 + j] = both ^ other ^ ((x ^ y) & (u ^ v))
            lanes[_D2 + j] = both & other
        else:
            low, carry = _adder(x, y, ~(spin ^ words[near[n, 2]]))
            u, v, w = words[near[n, 3]], words[near[n, 4]], words[near[n, 5]]
            other, more = _adder(~(spin ^ u), ~(spin ^ v), ~(spin ^ w))
            lanes[_D0 + j] = low ^ other
            lanes[_D1 + j], lanes[_D2 + j] = _adder(carry, more, low & other)


@kernel
def _look_up(lanes: Words, planes: Words, k: int, half: int) -> None:
    """Digit k of the probabilities into _CHANCE, by class; with `half` = 8 only where the spin is down."""
    p0, p1, p2, p3 = planes[k, half], planes[k, half + 1], planes[k, half + 2], planes[k, half + 3]
    p4, p5, p6, p7 = planes[k, half + 4], planes[k, half + 5], planes[k, half + 6], planes[k, half + 7]
    down = np.uint64(0xFFFFFFFFFFFFFFFF) if half == 0 else _0
    for j in range(WIDTH):
        a, b, c = lanes[_D0 + j], lanes[_D1 + j], lanes[_D2 + j]
        low = _pick(b, _pick(a, p3, p2), _pick(a, p1, p0))
        high = _pick(b, _pick(a, p7, p6), _pick(a, p5, p4))
        here = _pick(c, high, low)
        lanes[_CHANCE + j] = _pick(~lanes[_SPIN + j] | down, here, lanes[_CHANCE + j])


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
def _compare(lanes: Words) -> Word:
    """Compare one binary digit of each open lane's uniform number with its probability's; returns lanes still open."""
    left = _0
    for j in range(WIDTH):
        undecided, chance, random = lanes[_OPEN + j], lanes[_CHANCE + j], lanes[_RANDOM + j]
        lanes[_FLIP + j] |= undecided & chance & ~random
        undecided &= ~(random ^ chance)
        lanes[_OPEN + j] = undecided
        left |= undecided
    return left


@kernel
def _decide(lanes: Words, planes: Words, count: int, tilted: bool) -> None:
    """Flips of `count` words: certain ones first, then those whose uniform number is below the probability."""
    for k in range(BITS + 1):
        _look_up(lanes, planes, k, 0)
        if tilted:
            _look_up(lanes, planes, k, 8)
        if k == 0:
            for j in range(WIDTH):
                lanes[_FLIP + j] = lanes[_CHANCE + j]
                lanes[_OPEN + j] = ~lanes[_CHANCE + j]
            for j in range(count, WIDTH):
                lanes[_OPEN + j] = _0
        else:
            _randomize(lanes)
            if _compare(lanes) == _0:
                break


@kernel
def count_lanes(words: Words, counters: Words, totals: Array) -> None:
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
def lane_modes(words: Words, sides: Integers, waves: Array, planes: Words, counters: Words, modes: Array) -> None:
    """|Σ s e^{ikx}|² of each replica at the lowest k of each axis, `modes` (3, 64).

    `waves` as from `wave_table`. `planes` (N,) is scratch: eight planes of sites of equal x
    are copied there at a time, because neighbours along the last axis share a line of the cache, and counted.
    """
    totals = np.empty(64)
    for axis in range(3):
        side, stride = sides[axis], 1
        modes[axis] = 0.0
        if side == 1:
            continue
        for later in range(axis + 1, 3):
            stride *= sides[later]
        size = words.size // side
        outer = size // stride
        sums = np.zeros((2, 64))
        for first in range(0, side, 8):
            count = min(8, side - first)
            if outer > 1:
                for o in range(outer):
                    for j in range(count):
                        here, there = (o * side + first + j) * stride, (j * outer + o) * stride
                        for k in range(stride):
                            planes[there + k] = words[here + k]
            for j in range(count):
                plane = planes[j * size : (j + 1) * size] if outer > 1 else words[(first + j) * size :][:size]
                count_lanes(plane, counters, totals)
                real, imaginary = waves[axis, 0, first + j], waves[axis, 1, first + j]
                for lane in range(64):
                    total = 2.0 * totals[lane] - size
                    sums[0, lane] += real * total
                    sums[1, lane] += imaginary * total
        for lane in range(64):
            modes[axis, lane] = sums[0, lane] * sums[0, lane] + sums[1, lane] * sums[1, lane]


@kernel
def multispin_chain(
    words: Words,
    near: Sites,
    order: Sites,
    starts: Sites,
    planes: Words,
    tilted: bool,
    sides: Integers,
    lanes: Words,
    thin: int,
    magnetization: Array,
    bonds: Array,
    modes: Array,
    kept: Words,
) -> None:
    """Sweeps of 64 replicas, site after site of `order`, in pieces between `starts`.

    near (N, 2d) : neighbours of each site of `order`, in pairs along each axis.
    planes (54, 16) : a word of all ones where the probability of a class is 1 (plane 0) or has that binary digit;
    classes are the number of equal neighbours, + 8 for spins down.
    magnetization, bonds (draws, 64) : M, and satisfied bonds when not empty.
    modes (draws, 3, 64) : as `lane_modes`, when not empty. kept (draws, N) : words, when not empty.
    """
    counters, totals, waves = np.empty(COUNTERS, np.uint64), np.empty(64), wave_table(sides)
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
                for n in range(words.size):
                    equal[n] = ~(words[order[n]] ^ words[near[n, 2 * axis]])
                count_lanes(equal, counters, totals)
                for lane in range(64):
                    bonds[draw, lane] += totals[lane]
        if modes.size > 0:
            lane_modes(words, sides, waves, equal, counters, modes[draw])
        if kept.shape[0] > 0:
            keep(words, kept, draw)
