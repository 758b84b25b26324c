"""Swendsen–Wang sweeps with nearest-neighbour bonds: contiguous arrays and a random state in, changed in place.

Sites are numbered row-major on a lattice of sides (A, B, C), with leading sides of 1 below three dimensions.
"""

from __future__ import annotations

import numpy as np

from spinlens.arrays import Array, Flags, Integers, Sites, Spins
from spinlens.sampling.kernels.clusters import draw_coins, flip_and_measure, flip_clusters, ghost_bonds, merge
from spinlens.sampling.kernels.compiled import kernel
from spinlens.sampling.kernels.kept import keep
from spinlens.sampling.kernels.rows import BONDS, GHOST_BONDS, WRAPS_BOTH, WRAPS_NONE
from spinlens.sampling.kernels.wrapping import AROUND, join_links
from spinlens.sampling.kernels.xoshiro import Stream, Word, next_word

_32, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)
_B1, _B2, _LEFT, _UP, _BOTH = (np.uint8(n) for n in (1, 2, 1, 2, 3))


@kernel
def nearest_bonds(
    spins: Spins, parent: Sites, frozen: Flags, sides: Integers, threshold: Word, links: Sites, state: Stream
) -> tuple[int, int]:  # fmt: skip
    """Freeze each bond between equal neighbours with probability `threshold` / 2^32.

    Returns the frozen bonds and how many of them are in `links` (3, n), not joined yet: those across the boundary where
    n > 0, see `wrapping.join_links`.

    Row after row: first, without branches, which bonds to the left and up are frozen; then each site takes the label of
    a preceding neighbour, so that only a site that connects two clusters needs a merge (Hoshen & Kopelman 1976), unless
    the other two bonds of the square are frozen as well. Bonds to the layer before follow, and those across the
    periodic boundary come last. `frozen` (C,) is scratch.
    """
    A, B, C = sides[0], sides[1], sides[2]
    bonds, first, n_links = 0, 0, 0
    for a in range(A):
        for b in range(B):
            above = first - C if b > 0 else first
            bonds += _freeze_row(spins, frozen, first, above, C, b > 0, threshold, state)
            label, closed = np.uint32(0), np.uint8(0)
            for c in range(C):
                here = frozen[c]
                label = label if here & _LEFT else np.uint32(first + c)
                other = parent[parent[above + c]] if b > 0 else label
                square = (here >> _B2) & closed
                if ((here & _BOTH) == _BOTH) & (other != label) & (square == 0):
                    label = merge(parent, label, other)
                else:
                    label = other if here & _UP else label
                closed = (here >> _B1) & np.uint8(1)
                parent[first + c] = label
            if a > 0:
                bonds += _join_rows(spins, parent, first, first - B * C, C, threshold, state)
            first += C
    for axis in range(3):
        stride = 1
        for later in range(axis + 1, 3):
            stride *= sides[later]
        if sides[axis] > 1:
            for outer in range(0, spins.size, stride * sides[axis]):
                last = outer + stride * (sides[axis] - 1)
                if links.shape[1] > 0:
                    n_links = _link_rows(spins, outer, last, stride, threshold, AROUND[axis], links, n_links, state)
                else:
                    bonds += _join_rows(spins, parent, outer, last, stride, threshold, state)
    return bonds + n_links, n_links


@kernel
def _freeze_row(
    spins: Spins, frozen: Flags, first: int, above: int, C: int, has_above: bool, threshold: Word, state: Stream
) -> int:
    """Frozen bonds of a row to the left (bit 0 of `frozen`) and up (bit 1); bit 2 keeps that to the left of the row
    before. Returns their number."""
    s0, s1, s2, s3 = state[0], state[1], state[2], state[3]
    bonds, before = 0, np.int8(0)
    for c in range(C):
        spin = spins[first + c]
        word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
        left = (before == spin) & ((word & _LOW) < threshold)
        up = has_above & (spins[above + c] == spin) & ((word >> _32) < threshold)
        bonds += int(left) + int(up)
        frozen[c] = np.uint8(left) | (np.uint8(up) << _B1) | ((frozen[c] & _LEFT) << _B2)
        before = spin
    state[0], state[1], state[2], state[3] = s0, s1, s2, s3
    return bonds


@kernel
def _join_rows(
    spins: Spins, parent: Sites, first: int, second: int, count: int, threshold: Word, state: Stream
) -> int:  # fmt: skip
    """Freeze bonds between two rows of `count` sites and join what they connect; returns their number."""
    s0, s1, s2, s3 = state[0], state[1], state[2], state[3]
    bonds = 0
    for n in range(count):
        word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
        if (spins[first + n] == spins[second + n]) & ((word & _LOW) < threshold):
            bonds += 1
            merge(parent, np.uint32(first + n), np.uint32(second + n))
    state[0], state[1], state[2], state[3] = s0, s1, s2, s3
    return bonds


@kernel
def _link_rows(
    spins: Spins, first: int, last: int, count: int, threshold: Word, around: np.uint32, links: Sites, n_links: int,
    state: Stream,
) -> int:  # fmt: skip
    """Freeze bonds as `_join_rows`, from the last row of an axis `around` to the first, but put them into `links`."""
    s0, s1, s2, s3 = state[0], state[1], state[2], state[3]
    for n in range(count):
        word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
        if (spins[first + n] == spins[last + n]) & ((word & _LOW) < threshold):
            links[0, n_links], links[1, n_links], links[2, n_links] = last + n, first + n, around
            n_links += 1
    state[0], state[1], state[2], state[3] = s0, s1, s2, s3
    return n_links


@kernel
def nearest_energy(spins: Spins, sides: Integers) -> int:
    """−Σ s_i s_j over nearest-neighbour bonds, each once."""
    A, B, C = sides[0], sides[1], sides[2]
    total, site = 0, 0
    for a in range(A):
        for b in range(B):
            for c in range(C):
                field = spins[site + 1 if c + 1 < C else site + 1 - C]
                if B > 1:
                    field += spins[site + C if b + 1 < B else site + C - B * C]
                if A > 1:
                    field += spins[site + B * C if a + 1 < A else site + B * C - A * B * C]
                total -= spins[site] * field
                site += 1
    return total


@kernel
def nearest_energies(states: Spins, sides: Integers) -> Array:
    """−Σ s_i s_j over nearest-neighbour bonds of each state (n, N)."""
    energies = np.empty(states.shape[0])
    for n in range(states.shape[0]):
        energies[n] = nearest_energy(states[n], sides)
    return energies


@kernel
def nearest_chain(
    spins: Spins,
    labels: Sites,
    coins: Sites,
    sides: Integers,
    threshold: Word,
    sign: int,
    ghost_threshold: Word,
    phases: Integers,
    slots: Integers,
    most_links: int,
    state: Stream,
    thin: int,
    energy: Array,
    measured: Array,
    kept: Spins,
) -> None:
    """Swendsen–Wang with nearest-neighbour bonds: `thin` sweeps a draw, one column of `measured` a draw.

    `labels` (3, N), `coins` and `slots` (N, d) are scratch. `sign` is that of the field, 0 without. `measured` gets the
    bonds, those to the ghost, what `flip_and_measure` gives and, if `most_links`, the number of bonds across the
    boundary, is not 0, whether clusters wind.
    `energy` (Σ s s over bonds, with the minus sign) and `kept` (the states) are filled when they have as many rows as
    there are draws.
    """
    frozen = np.zeros(sides[2], dtype=np.uint8)
    bonds, ghost_count, ghost = 0, 0, -1
    links, none = np.empty((3, most_links), np.uint32), np.empty((3, 0), np.uint32)
    room = np.empty((3, spins.size if most_links > 0 else 0), np.uint32)
    for draw in range(measured.shape[1]):
        for sweep in range(thin):
            wanted = links if sweep == thin - 1 else none
            bonds, n_links = nearest_bonds(spins, labels[0], frozen, sides, threshold, wanted, state)
            if wanted.shape[1] > 0:
                rank = join_links(labels[0], links, n_links, room)
                measured[WRAPS_NONE, draw], measured[WRAPS_BOTH, draw] = rank == 0, rank == 2
            if sign != 0:
                ghost_count, ghost = ghost_bonds(spins, labels[0], sign, ghost_threshold, state)
            draw_coins(labels[0], coins, ghost, state)
            if sweep < thin - 1:
                flip_clusters(spins, labels[0], coins)
        flip_and_measure(spins, labels, coins, sides, phases, slots, measured[:, draw])
        measured[BONDS, draw], measured[GHOST_BONDS, draw] = bonds, ghost_count
        if energy.size > 0:
            energy[draw] = nearest_energy(spins, sides)
        if kept.shape[0] > 0:
            keep(spins, kept, draw)
