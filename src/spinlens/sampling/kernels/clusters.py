"""Cluster sweeps of an Ising lattice: contiguous arrays and an explicit random state in, changed in place.

Sites are numbered row-major on a lattice of sides (A, B, C), with leading sides of 1 below three dimensions.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spinlens._jit import kernel
from spinlens.sampling.kernels.xoshiro import State, Word, next_word

Spins = npt.NDArray[np.int8]
Labels = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

_ONE, _11, _32, _LOW = np.uint64(1), np.uint64(11), np.uint64(32), np.uint64(0xFFFFFFFF)
_UNIT = 2.0**-53


@kernel
def _find(parent: Labels, site: int) -> int:
    """Root of a cluster, with path halving."""
    while parent[site] != site:
        parent[site] = parent[parent[site]]
        site = parent[site]
    return site


@kernel
def _join(parent: Labels, i: int, j: int) -> None:
    """Merge two clusters; the smaller site number becomes the root, so that a root comes first in site order."""
    i = _find(parent, i)
    j = _find(parent, j)
    if i < j:
        parent[j] = i
    elif j < i:
        parent[i] = j


@kernel
def _merge(parent: Labels, i: int, j: int) -> int:
    """As `_join`, and returns the common root."""
    i = _find(parent, i)
    j = _find(parent, j)
    if i < j:
        parent[j] = i
        return i
    parent[i] = j
    return j


@kernel
def nearest_neighbour_bonds(
    spins: Spins, parent: Labels, sizes: Labels, sides: npt.NDArray[np.int64], threshold: Word, state: State
) -> int:
    """Freeze each bond between equal neighbours with probability `threshold` / 2^32; returns the frozen bonds.

    Sites are visited in order and take the label of a preceding neighbour, so that only a site that connects two
    clusters needs a merge (Hoshen & Kopelman 1976); the bonds across the periodic boundary come last.
    `sizes` is set to zero on the way.
    """
    s0, s1, s2, s3 = state[0], state[1], state[2], state[3]
    A, B, C = sides[0], sides[1], sides[2]
    bonds = 0
    site = 0
    for a in range(A):
        for b in range(B):
            for c in range(C):
                spin = spins[site]
                word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
                label = site
                sizes[site] = 0
                if c > 0 and (spins[site - 1] == spin) & ((word & _LOW) < threshold):
                    bonds += 1
                    label = parent[site - 1]
                if b > 0 and (spins[site - C] == spin) & ((word >> _32) < threshold):
                    bonds += 1
                    other = parent[site - C]
                    label = other if label == site else _merge(parent, label, other)
                if a > 0:
                    word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
                    if (spins[site - B * C] == spin) & ((word & _LOW) < threshold):
                        bonds += 1
                        other = parent[site - B * C]
                        label = other if label == site else _merge(parent, label, other)
                parent[site] = label
                site += 1
    for axis in range(3):
        if sides[axis] == 1:
            continue
        stride = 1
        for later in range(axis + 1, 3):
            stride *= sides[later]
        wrap = stride * (sides[axis] - 1)
        for outer in range(0, spins.size, stride * sides[axis]):
            for site in range(outer, outer + stride):
                word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
                if spins[site] == spins[site + wrap] and (word & _LOW) < threshold:
                    bonds += 1
                    _join(parent, site, site + wrap)
    state[0], state[1], state[2], state[3] = s0, s1, s2, s3
    return bonds


@kernel
def long_range_bonds(
    spins: Spins,
    parent: Labels,
    sizes: Labels,
    sides: npt.NDArray[np.int64],
    near_probability: Floats,
    near_alias: Labels,
    near_offset: npt.NDArray[np.int32],
    far_probability: Floats,
    far_alias: Labels,
    far_site: Labels,
    block_bits: int,
    trial_cdf: Floats,
    trial_first: int,
    pairs: Labels,
    state: State,
) -> int:
    """Freeze bonds as Fukui & Todo (2009): Poisson trials in blocks of sites, displacements by Walker's alias method.

    A block of 2^`block_bits` sites gets a Poisson number of trials, read off `trial_cdf`, P(n ≤ first + k). One random
    word serves a trial: its low bits choose the site in the block (trials beyond the lattice are void), its high 53
    bits the displacement from a small table of the strongest couplings that stays in cache; the last entry of that
    table stands for all others and is drawn once more from the far table. Trials between equal spins are first
    collected without branches in `pairs` (2, n) and then joined. Returns the number of frozen bonds, multiple ones
    counted; `sizes` is set to zero on the way.
    """
    s0, s1, s2, s3 = state[0], state[1], state[2], state[3]
    A, B, C = sides[0], sides[1], sides[2]
    n_sites = spins.size
    n_near = near_probability.size
    inverse_c, inverse_b = 1.0 / C, 1.0 / B
    mask = (_ONE << np.uint64(block_bits)) - _ONE
    bonds = 0
    for site in range(n_sites):
        parent[site] = site
        sizes[site] = 0
    for block in range(0, n_sites, 1 << block_bits):
        word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
        trials = trial_first + np.searchsorted(trial_cdf, np.int64(word >> _11) * _UNIT, side="right")
        n_pairs = 0
        for _ in range(trials):
            word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
            i = block + np.int64(word & mask)
            if i >= n_sites:
                continue
            x = np.int64(word >> _11) * _UNIT * n_near
            r = np.int64(x)
            r = r if x - r < near_probability[r] else np.int64(near_alias[r])
            row = np.int64((i + 0.5) * inverse_c)
            c = i - row * C
            if r < n_near - 1:
                da, db, dc = near_offset[r, 0], near_offset[r, 1], near_offset[r, 2]
            else:
                word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
                x = np.int64(word >> _11) * _UNIT * far_probability.size
                r = np.int64(x)
                r = np.int64(far_site[r if x - r < far_probability[r] else np.int64(far_alias[r])])
                da, db, dc = r // (B * C), r // C % B, r % C
            a = np.int64(0)
            if A > 1:
                a = np.int64((row + 0.5) * inverse_b)
                row -= a * B
                a += da
                a -= A if a >= A else 0
            c += dc
            c -= C if c >= C else 0
            row += db
            row -= B if row >= B else 0
            j = (a * B + row) * C + c
            pairs[0, n_pairs] = i
            pairs[1, n_pairs] = j
            n_pairs += spins[i] == spins[j]
        bonds += n_pairs
        for n in range(n_pairs):
            _join(parent, pairs[0, n], pairs[1, n])
    state[0], state[1], state[2], state[3] = s0, s1, s2, s3
    return bonds


@kernel
def flip_clusters(
    spins: Spins, parent: Labels, sizes: Labels, coins: State, state: State
) -> tuple[int, float, float, int]:
    """Flip every cluster with probability ½; `sizes` comes in as zeros, `coins` is room for a bit a site.

    Returns M after the flips, the improved estimators Σ n² of M² and 3(Σ n²)² − 2 Σ n⁴ of M⁴ (averages over all
    2^clusters flips), and the size of the largest cluster. A cluster takes the coin of its root.
    """
    s0, s1, s2, s3 = state[0], state[1], state[2], state[3]
    for n in range(coins.size):
        coins[n], s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
    state[0], state[1], state[2], state[3] = s0, s1, s2, s3
    for site in range(spins.size):
        root = parent[parent[site]]  # roots precede their members, so one step more reaches the root
        parent[site] = root
        sizes[root] += 1
        coin = np.int8((coins[root >> 6] >> np.uint64(root & 63)) & _ONE)
        spins[site] *= np.int8(1) - np.int8(2) * coin
    magnetization, largest = 0, 0
    second, fourth = 0.0, 0.0
    for site in range(spins.size):
        magnetization += spins[site]
        size = sizes[site]
        squared = float(size) * float(size)
        second += squared
        fourth += squared * squared
        largest = max(largest, size)
    return magnetization, second, 3.0 * second * second - 2.0 * fourth, largest


@kernel
def nearest_neighbour_energy(spins: Spins, sides: npt.NDArray[np.int64]) -> int:
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
def nearest_neighbour_chain(
    spins: Spins,
    parent: Labels,
    sizes: Labels,
    coins: State,
    sides: npt.NDArray[np.int64],
    threshold: Word,
    state: State,
    thin: int,
    energy: Floats,
    measured: Floats,
    kept: npt.NDArray[np.int8],
) -> None:
    """Swendsen–Wang with nearest-neighbour bonds: `thin` sweeps a draw, one column of `measured` a draw.

    Rows of `measured`: frozen bonds, M, improved M², improved M⁴, largest cluster. `energy` (Σ s s over bonds, with
    the minus sign) and `kept` (the states) are filled when they have as many rows as there are draws.
    """
    for draw in range(measured.shape[1]):
        bonds = 0
        for _ in range(thin):
            bonds = nearest_neighbour_bonds(spins, parent, sizes, sides, threshold, state)
            M, M2, M4, largest = flip_clusters(spins, parent, sizes, coins, state)
        _record(measured, draw, bonds, M, M2, M4, largest)
        if energy.size > 0:
            energy[draw] = nearest_neighbour_energy(spins, sides)
        if kept.shape[0] > 0:
            kept[draw] = spins


@kernel
def long_range_chain(
    spins: Spins,
    parent: Labels,
    sizes: Labels,
    coins: State,
    sides: npt.NDArray[np.int64],
    near_probability: Floats,
    near_alias: Labels,
    near_offset: npt.NDArray[np.int32],
    far_probability: Floats,
    far_alias: Labels,
    far_site: Labels,
    block_bits: int,
    trial_cdf: Floats,
    trial_first: int,
    state: State,
    thin: int,
    measured: Floats,
    kept: npt.NDArray[np.int8],
) -> None:
    """Swendsen–Wang of Fukui & Todo (2009); outputs as `nearest_neighbour_chain`, without the energy."""
    pairs = np.empty((2, trial_first + trial_cdf.size + 1), dtype=np.int32)
    for draw in range(measured.shape[1]):
        bonds = 0
        for _ in range(thin):
            bonds = long_range_bonds(
                spins, parent, sizes, sides, near_probability, near_alias, near_offset, far_probability, far_alias,
                far_site, block_bits, trial_cdf, trial_first, pairs, state,
            )  # fmt: skip
            M, M2, M4, largest = flip_clusters(spins, parent, sizes, coins, state)
        _record(measured, draw, bonds, M, M2, M4, largest)
        if kept.shape[0] > 0:
            kept[draw] = spins


@kernel
def _record(measured: Floats, draw: int, bonds: int, M: int, M2: float, M4: float, largest: int) -> None:
    measured[0, draw] = bonds
    measured[1, draw] = M
    measured[2, draw] = M2
    measured[3, draw] = M4
    measured[4, draw] = largest
