"""Clusters of a Swendsen–Wang sweep: joining sites, the ghost spin of a field, turning clusters over, measuring them.

A site points to a smaller site of its cluster, or to itself: the root, which comes first in site order. Site numbers
are unsigned, so that no index needs to be looked at for its sign.
"""

from __future__ import annotations

import numpy as np

from spinlens.arrays import Array, Integers, Sites, Spins
from spinlens.sampling.kernels.compiled import kernel
from spinlens.sampling.kernels.fourier import squared, write_modes
from spinlens.sampling.kernels.rows import LARGEST_CLUSTER, M2, M4, MAGNETIZATION
from spinlens.sampling.kernels.xoshiro import Stream, Word, next_word

_ONE, _LOW = np.uint64(1), np.uint64(0xFFFFFFFF)
_5, _31 = np.uint32(5), np.uint32(31)


@kernel
def merge(parent: Sites, i: np.uint32, j: np.uint32) -> np.uint32:
    """Join the clusters of two sites, climbing from both at once and halving the way (Rem); returns a site of it."""
    while i != j:
        if i < j:
            i, j = j, i
        up = parent[i]
        if up == i:
            parent[i] = j
            return j
        parent[i] = parent[up]
        i = up
    return i


@kernel
def find(parent: Sites, site: np.uint32) -> np.uint32:
    """Root of a cluster."""
    up = parent[site]
    while up != site:
        site, up = up, parent[up]
    return site


@kernel
def ghost_bonds(spins: Spins, parent: Sites, sign: int, threshold: Word, state: Stream) -> tuple[int, int]:
    """Join each spin along the field, `sign`, to the ghost spin with probability `threshold` / 2^32.

    All clusters that the ghost holds become one. Returns the ghost bonds and a site of that cluster, −1 without one.
    """
    s0, s1, s2, s3 = state[0], state[1], state[2], state[3]
    bonds, ghost = 0, -1
    for site in range(spins.size):
        word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
        if (spins[site] == sign) & ((word & _LOW) < threshold):
            bonds += 1
            if ghost < 0:
                ghost = site
            else:
                merge(parent, np.uint32(ghost), np.uint32(site))
    state[0], state[1], state[2], state[3] = s0, s1, s2, s3
    return bonds, ghost


@kernel
def draw_coins(parent: Sites, coins: Sites, ghost: int, state: Stream) -> None:
    """A random bit a site, of which a cluster takes that of its root; 0 for the cluster of site `ghost` (−1: none)."""
    s0, s1, s2, s3 = state[0], state[1], state[2], state[3]
    for n in range(0, coins.size, 2):
        word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
        coins[n], coins[n + 1] = np.uint32(word & _LOW), np.uint32(word >> np.uint64(32))
    state[0], state[1], state[2], state[3] = s0, s1, s2, s3
    if ghost >= 0:
        root = find(parent, np.uint32(ghost))
        coins[root >> _5] &= ~(np.uint32(1) << (root & _31))


@kernel
def flip_clusters(spins: Spins, parent: Sites, coins: Sites) -> None:
    """Turn the clusters over whose coin says so."""
    for site in range(spins.size):
        root = parent[parent[site]]  # roots precede their members, so one step more reaches the root
        parent[site] = root
        coin = np.int8((coins[root >> _5] >> (root & _31)) & np.uint32(1))
        spins[site] *= np.int8(1) - np.int8(2) * coin


@kernel
def flip_and_measure(
    spins: Spins, labels: Sites, coins: Sites, sides: Integers, phases: Integers, slots: Integers, column: Array
) -> None:
    """As `flip_clusters`, and measure into `column`: M after the flips, the largest cluster, and improved estimators of
    M², M⁴ and of |Σ s e^{ikx}|² at the lowest k of each axis.

    Averaged over all 2^clusters flips M² is Σ n², M⁴ is 3 (Σ n²)² − 2 Σ n⁴, and a mode Σ |Σ_{x∈c} e^{ikx}|² over
    clusters c; those held by a field count as one. `labels` (3, N) are the parents and room for the number and the size
    of each cluster. `phases` (3, longest side) holds e^{2πix/side} as two whole numbers in one, cos · 2^32 + sin, in
    units that no sum overflows: one addition serves both. `slots` (N, d) receives the sums of each cluster, in the
    order of their roots.
    """
    A, B, C = sides[0], sides[1], sides[2]
    parent, number, sizes = labels[0], labels[1], labels[2]  # (N,) each; sizes up to `used`
    used, M, site = np.uint32(0), 0, np.uint32(0)
    for a in range(A):
        phase_a = phases[0, a]
        for b in range(B):
            phase_b = phases[1, b]
            for c in range(C):
                root = parent[parent[site]]
                parent[site] = root
                own = root == site  # roots come first: here the slot is opened, without a branch
                slot = used if own else number[root]
                number[site] = slot
                sizes[slot] = np.uint32(1) + (np.uint32(0) if own else sizes[slot])
                slots[slot, 0] = phases[2, c] + (0 if own else slots[slot, 0])
                if B > 1:
                    slots[slot, 1] = phase_b + (0 if own else slots[slot, 1])
                if A > 1:
                    slots[slot, 2] = phase_a + (0 if own else slots[slot, 2])
                used += np.uint32(own)
                coin = np.int8((coins[root >> _5] >> (root & _31)) & np.uint32(1))  # bit `root` of (N/32,) words
                spin = spins[site] * (np.int8(1) - np.int8(2) * coin)
                spins[site] = spin
                M += spin
                site += np.uint32(1)
    _sum_clusters(sizes[:used], slots[:used], sides, phases, column)
    column[MAGNETIZATION] = M


@kernel
def _sum_clusters(sizes: Sites, slots: Integers, sides: Integers, phases: Integers, column: Array) -> None:
    """Improved estimators from the size and the Fourier sums of each cluster; see `flip_and_measure`."""
    second, fourth, largest, modes = 0.0, 0.0, 0.0, np.zeros(3)
    for slot in range(sizes.size):
        size = float(sizes[slot])
        second += size * size  # Σ n²
        fourth += size * size * size * size  # Σ n⁴
        largest = max(largest, size)
        for axis in range(slots.shape[1]):
            modes[2 - axis] += squared(slots[slot, axis])  # |Σ_{x∈c} e^{ikx}|²; slots count the last axis first
    column[M2], column[M4] = second, 3.0 * second * second - 2.0 * fourth  # means over all flips of clusters
    column[LARGEST_CLUSTER] = largest
    write_modes(column, modes, sides, phases)
