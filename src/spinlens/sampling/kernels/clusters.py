"""Cluster sweeps of an Ising lattice: contiguous arrays and an explicit random state in, changed in place.

Sites are numbered row-major on a lattice of sides (A, B, C), with leading sides of 1 below three dimensions.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spinlens._jit import kernel
from spinlens.sampling.kernels.displacement import far_displacement
from spinlens.sampling.kernels.fourier import squared, write_modes
from spinlens.sampling.kernels.xoshiro import State, Word, next_word

Spins = npt.NDArray[np.int8]
Labels = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Packed = npt.NDArray[np.int64]

_ONE, _11, _32, _LOW = (np.uint64(n) for n in (1, 11, 32, 0xFFFFFFFF))
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
    far_probability: npt.NDArray[np.float32],
    far_alias: Labels,
    far_sides: npt.NDArray[np.int64],
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
    table stands for all others and is drawn once more from the far table: of one orthant of displacements, of sides
    `far_sides`, with three spare bits of the word as signs (a full table has the lattice's sides and no signs).
    Trials between equal spins are first collected without branches in `pairs` (2, n) and then joined. Returns the
    number of frozen bonds, multiple ones counted; `sizes` is set to zero on the way.
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
                r = r if x - r < far_probability[r] else np.int64(far_alias[r])
                da, db, dc = far_displacement(r, sides, far_sides, word)
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
def ghost_bonds(spins: Spins, parent: Labels, sign: int, threshold: Word, state: State) -> tuple[int, int]:
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
                _join(parent, ghost, site)
    state[0], state[1], state[2], state[3] = s0, s1, s2, s3
    return bonds, ghost


@kernel
def flip_clusters(spins: Spins, parent: Labels, sizes: Labels, coins: State, ghost: int, state: State) -> None:
    """Flip every cluster with probability ½, except the one of site `ghost` (−1: none), and count their sites.

    `sizes` comes in as zeros and holds the size of each cluster at its root afterwards, `parent` the root of each site.
    `coins` is room for a bit a site; a cluster takes the coin of its root.
    """
    s0, s1, s2, s3 = state[0], state[1], state[2], state[3]
    for n in range(coins.size):
        coins[n], s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
    state[0], state[1], state[2], state[3] = s0, s1, s2, s3
    if ghost >= 0:
        root = _find(parent, ghost)
        coins[root >> 6] &= ~(_ONE << np.uint64(root & 63))
    for site in range(spins.size):
        root = parent[parent[site]]  # roots precede their members, so one step more reaches the root
        parent[site] = root
        sizes[root] += 1
        coin = np.int8((coins[root >> 6] >> np.uint64(root & 63)) & _ONE)
        spins[site] *= np.int8(1) - np.int8(2) * coin


@kernel
def cluster_moments(spins: Spins, sizes: Labels) -> tuple[int, float, float, int]:
    """M of the state, the improved estimators of M² and M⁴, and the size of the largest cluster.

    Averaged over all 2^clusters flips M² is Σ n² and M⁴ is 3(Σ n²)² − 2 Σ n⁴; clusters held by a field count as one.
    """
    magnetization, largest = 0, 0
    second, fourth = 0.0, 0.0
    for site in range(spins.size):
        magnetization += spins[site]
        size = sizes[site]
        square = float(size) * float(size)
        second += square
        fourth += square * square
        largest = max(largest, size)
    return magnetization, second, 3.0 * second * second - 2.0 * fourth, largest


@kernel
def cluster_modes(
    parent: Labels, sizes: Labels, sides: npt.NDArray[np.int64], phases: Packed, slots: Packed, modes: Floats
) -> None:
    """Improved estimators of |Σ s e^{ikx}|² at the lowest k of each axis: Σ over clusters |Σ_{x∈c} e^{ikx}|².

    `phases` (3, longest side) holds e^{2πix/side} as two whole numbers in one, cos · 2^32 + sin, in units that no sum
    overflows: one addition serves both. `modes` (3,) receives the results in those units, squared. A single site gives
    the unit; larger clusters get a row of `slots` in the order of their roots, and its number replaces their size.
    """
    A, B, C = sides[0], sides[1], sides[2]
    used, single, site = 0, 0, 0
    for a in range(A):
        phase_a = phases[0, a]
        for b in range(B):
            phase_b = phases[1, b]
            for c in range(C):
                root = parent[site]
                own = root == site  # roots come first: here the row is opened, without a branch
                value = sizes[root]
                slot = used if own else value
                sizes[site] = slot
                slots[slot, 0] = phases[2, c] + (0 if own else slots[slot, 0])
                if B > 1:
                    slots[slot, 1] = phase_b + (0 if own else slots[slot, 1])
                if A > 1:
                    slots[slot, 2] = phase_a + (0 if own else slots[slot, 2])
                used += own & (value > 1)
                single += own & (value == 1)
                site += 1
    for axis in range(3):
        modes[axis] = single * squared(phases[axis, 0])
        if sides[axis] > 1:
            for slot in range(used):
                modes[axis] += squared(slots[slot, 2 - axis])


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
def nearest_neighbour_energies(states: npt.NDArray[np.int8], sides: npt.NDArray[np.int64]) -> Floats:
    """−Σ s_i s_j over nearest-neighbour bonds of each state (n, N)."""
    energies = np.empty(states.shape[0])
    for n in range(states.shape[0]):
        energies[n] = nearest_neighbour_energy(states[n], sides)
    return energies


@kernel
def _record(
    column: Floats,
    bonds: int,
    ghost_count: int,
    spins: Spins,
    labels: Labels,
    sides: npt.NDArray[np.int64],
    phases: Packed,
    slots: Packed,
) -> None:
    """Measure one draw: bonds, M, M², M⁴, largest cluster, a mode an axis (with `slots`), and ghost bonds last."""
    column[0] = bonds
    column[1], column[2], column[3], column[4] = cluster_moments(spins, labels[1])
    if slots.shape[0] > 0:
        modes = np.empty(3)
        cluster_modes(labels[0], labels[1], sides, phases, slots, modes)
        write_modes(column, modes, sides, phases)
    column[8] = ghost_count


@kernel
def nearest_neighbour_chain(
    spins: Spins,
    labels: Labels,
    coins: State,
    sides: npt.NDArray[np.int64],
    threshold: Word,
    sign: int,
    ghost_threshold: Word,
    phases: Packed,
    slots: Packed,
    state: State,
    thin: int,
    energy: Floats,
    measured: Floats,
    kept: npt.NDArray[np.int8],
) -> None:
    """Swendsen–Wang with nearest-neighbour bonds: `thin` sweeps a draw, one column of `measured` a draw.

    `labels` (2, N) and `coins` are scratch, `slots` too (no rows: no modes). `sign` is that of the field, 0 without.
    Rows of `measured` as in `_record`. `energy` (Σ s s over bonds, with the minus sign) and `kept` (the states)
    are filled when they have as many rows as there are draws.
    """
    bonds, ghost_count, ghost = 0, 0, -1
    for draw in range(measured.shape[1]):
        for _ in range(thin):
            bonds = nearest_neighbour_bonds(spins, labels[0], labels[1], sides, threshold, state)
            if sign != 0:
                ghost_count, ghost = ghost_bonds(spins, labels[0], sign, ghost_threshold, state)
            flip_clusters(spins, labels[0], labels[1], coins, ghost, state)
        _record(measured[:, draw], bonds, ghost_count, spins, labels, sides, phases, slots)
        if energy.size > 0:
            energy[draw] = nearest_neighbour_energy(spins, sides)
        if kept.shape[0] > 0:
            kept[draw] = spins


@kernel
def long_range_chain(
    spins: Spins,
    labels: Labels,
    coins: State,
    sides: npt.NDArray[np.int64],
    near_probability: Floats,
    near_alias: Labels,
    near_offset: npt.NDArray[np.int32],
    far_probability: npt.NDArray[np.float32],
    far_alias: Labels,
    far_sides: npt.NDArray[np.int64],
    block_bits: int,
    trial_cdf: Floats,
    trial_first: int,
    sign: int,
    ghost_threshold: Word,
    phases: Packed,
    slots: Packed,
    state: State,
    thin: int,
    measured: Floats,
    kept: npt.NDArray[np.int8],
) -> None:
    """Swendsen–Wang of Fukui & Todo (2009); outputs as `nearest_neighbour_chain`, without the energy."""
    pairs = np.empty((2, trial_first + trial_cdf.size + 1), dtype=np.int32)
    bonds, ghost_count, ghost = 0, 0, -1
    for draw in range(measured.shape[1]):
        for _ in range(thin):
            bonds = long_range_bonds(
                spins, labels[0], labels[1], sides, near_probability, near_alias, near_offset, far_probability,
                far_alias, far_sides, block_bits, trial_cdf, trial_first, pairs, state,
            )  # fmt: skip
            if sign != 0:
                ghost_count, ghost = ghost_bonds(spins, labels[0], sign, ghost_threshold, state)
            flip_clusters(spins, labels[0], labels[1], coins, ghost, state)
        _record(measured[:, draw], bonds, ghost_count, spins, labels, sides, phases, slots)
        if kept.shape[0] > 0:
            kept[draw] = spins
