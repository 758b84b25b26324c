"""Swendsen–Wang sweeps for couplings of any range (Fukui & Todo 2009), O(N): arrays in, changed in place.

Sites are numbered row-major on a lattice of sides (A, B, C), with leading sides of 1 below three dimensions.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spinlens.arrays import Array, Integers, Labels, Sites, Spins
from spinlens.sampling.kernels.clusters import draw_coins, flip_and_measure, flip_clusters, ghost_bonds, merge
from spinlens.sampling.kernels.compiled import kernel
from spinlens.sampling.kernels.displacement import far_displacement
from spinlens.sampling.kernels.kept import keep
from spinlens.sampling.kernels.rows import BONDS, GHOST_BONDS, WRAPS_BOTH, WRAPS_NONE
from spinlens.sampling.kernels.wrapping import join_links, join_near
from spinlens.sampling.kernels.xoshiro import Stream, Word, next_word

_ONE, _11 = np.uint64(1), np.uint64(11)
_UNIT = 2.0**-53


@kernel
def long_range_bonds(
    spins: Spins,
    parent: Sites,
    sides: Integers,
    near_probability: Array,
    near_alias: Labels,
    near_offset: Labels,
    far_probability: npt.NDArray[np.float32],
    far_alias: Labels,
    far_sides: Integers,
    block_bits: int,
    trial_cdf: Array,
    trial_first: int,
    pairs: Sites,
    apart: bool | None,
    state: Stream,
) -> int:
    """Freeze bonds as Fukui & Todo (2009): Poisson trials in blocks of sites, displacements by Walker's alias method.

    A block of 2^`block_bits` sites gets a Poisson number of trials, read off `trial_cdf`, P(n ≤ first + k). One random
    word serves a trial: its low bits choose the site in the block (trials beyond the lattice are void), its high 53
    bits the displacement from a small table of the strongest couplings that stays in cache; the last entry of that
    table stands for all others and is drawn once more from the far table: of one orthant of displacements, of sides
    `far_sides`, with three spare bits of the word as signs (a full table has the lattice's sides and no signs). The
    same lines stand in `wolff.grow_long_range`: as a function of their own they cost twice the time, for numba passes
    arrays as seven words each. Trials between equal spins are first collected without branches in `pairs` (3, n) and
    then joined, or left there for another to join if `apart` is not None, of which numba makes two functions. Returns
    the number of frozen bonds, multiple ones counted.
    """
    s0, s1, s2, s3 = state[0], state[1], state[2], state[3]
    A, B, C = sides[0], sides[1], sides[2]
    n_sites, n_near = spins.size, near_probability.size
    inverse_c, inverse_b = 1.0 / C, 1.0 / B
    mask = (_ONE << np.uint64(block_bits)) - _ONE
    bonds = 0
    for site in range(n_sites):
        parent[site] = site
    for block in range(0, n_sites, 1 << block_bits):
        word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
        trials = trial_first + np.searchsorted(trial_cdf, np.int64(word >> _11) * _UNIT, side="right")  # Poisson
        n_pairs = 0
        if apart is not None:
            n_pairs = bonds
        for _ in range(trials):
            word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
            i = block + np.int64(word & mask)
            if i >= n_sites:
                continue
            row = np.int64((i + 0.5) * inverse_c)  # i = (a B + b) C + c, row = a B + b
            c = i - row * C
            x = np.int64(word >> _11) * _UNIT * n_near
            r = np.int64(x)
            r = r if x - r < near_probability[r] else np.int64(near_alias[r])  # ∝ J(r)
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
            n_pairs += spins[i] == spins[j]  # else the place is taken by the next pair
        if apart is not None:
            bonds = n_pairs
        else:
            bonds += n_pairs
            for n in range(n_pairs):
                merge(parent, pairs[0, n], pairs[1, n])
    state[0], state[1], state[2], state[3] = s0, s1, s2, s3
    return bonds


@kernel
def long_range_chain(
    spins: Spins,
    labels: Sites,
    coins: Sites,
    sides: Integers,
    near_probability: Array,
    near_alias: Labels,
    near_offset: Labels,
    far_probability: npt.NDArray[np.float32],
    far_alias: Labels,
    far_sides: Integers,
    block_bits: int,
    trial_cdf: Array,
    trial_first: int,
    sign: int,
    ghost_threshold: Word,
    phases: Integers,
    slots: Integers,
    most_links: int | None,
    state: Stream,
    thin: int,
    measured: Array,
    kept: Spins,
) -> None:
    """`thin` sweeps a draw, one column of `measured` a draw; outputs as `nearest.nearest_chain`, without the energy."""
    most = trial_first + trial_cdf.size + 1  # pairs of a block
    if most_links is not None:
        most, room = most_links, np.empty((3, spins.size), dtype=np.uint32)
    pairs = np.empty((3, most), dtype=np.uint32)
    bonds, ghost_count, ghost = 0, 0, -1
    for draw in range(measured.shape[1]):
        for sweep in range(thin):
            if most_links is not None and sweep == thin - 1:
                bonds = long_range_bonds(
                    spins, labels[0], sides, near_probability, near_alias, near_offset, far_probability, far_alias,
                    far_sides, block_bits, trial_cdf, trial_first, pairs, True, state,
                )  # fmt: skip
                rank = join_links(labels[0], pairs, join_near(labels[0], pairs, bonds, sides), room)
                measured[WRAPS_NONE, draw], measured[WRAPS_BOTH, draw] = rank == 0, rank == 2
            else:
                bonds = long_range_bonds(
                    spins, labels[0], sides, near_probability, near_alias, near_offset, far_probability, far_alias,
                    far_sides, block_bits, trial_cdf, trial_first, pairs, None, state,
                )  # fmt: skip
            if sign != 0:
                ghost_count, ghost = ghost_bonds(spins, labels[0], sign, ghost_threshold, state)
            draw_coins(labels[0], coins, ghost, state)
            if sweep < thin - 1:
                flip_clusters(spins, labels[0], coins)
        flip_and_measure(spins, labels, coins, sides, phases, slots, measured[:, draw])
        measured[BONDS, draw], measured[GHOST_BONDS, draw] = bonds, ghost_count
        if kept.shape[0] > 0:
            keep(spins, kept, draw)
