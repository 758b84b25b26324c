"""Single-cluster moves (Wolff 1989): contiguous arrays and an explicit random state in, changed in place.

Sites are numbered row-major on a lattice of sides (A, B, C), with leading sides of 1 below three dimensions. A spin is
turned over the moment it joins, so that the spins themselves say who belongs to the cluster.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spinlens.arrays import Array, Integers, Labels, Sites, Spins
from spinlens.sampling.kernels.compiled import kernel
from spinlens.sampling.kernels.displacement import far_displacement
from spinlens.sampling.kernels.fourier import squared, state_modes, wave_table, write_modes
from spinlens.sampling.kernels.kept import keep
from spinlens.sampling.kernels.rows import GROWN, M2, M4, MAGNETIZATION
from spinlens.sampling.kernels.xoshiro import Stream, Word, next_word

_11, _32, _LOW = (np.uint64(n) for n in (11, 32, 0xFFFFFFFF))
_UNIT = 2.0**-53


@kernel
def grow_nearest(
    spins: Spins, queue: Sites, sides: npt.NDArray[np.int64], threshold: Word, state: Stream
) -> tuple[int, np.int8]:
    """Turn over one cluster grown with bond probability `threshold` / 2^32; returns its size and its spin before.

    `queue` (N + 1,) receives its sites. Every neighbour is written to the end of the queue and kept there when it
    joins: no branch that the processor would have to guess.
    """
    s0, s1, s2, s3 = state[0], state[1], state[2], state[3]
    A, B, C = sides[0], sides[1], sides[2]
    inverse_c, inverse_b = 1.0 / C, 1.0 / B
    word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
    queue[0] = np.int64(np.int64(word >> _11) * _UNIT * spins.size)  # a site at random
    spin = spins[queue[0]]
    spins[queue[0]] = -spin
    head, tail = 0, 1
    while head < tail:
        site = np.int64(queue[head])
        head += 1
        row = np.int64((site + 0.5) * inverse_c)  # site = (a B + b) C + c, row = a B + b
        c = site - row * C
        word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
        tail = _try(spins, queue, tail, site + 1 if c + 1 < C else site + 1 - C, spin, (word & _LOW) < threshold)
        tail = _try(spins, queue, tail, site - 1 if c > 0 else site - 1 + C, spin, (word >> _32) < threshold)
        if B == 1:
            continue
        a = np.int64((row + 0.5) * inverse_b) if A > 1 else np.int64(0)
        b = row - a * B
        word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
        tail = _try(spins, queue, tail, site + C if b + 1 < B else site + C - B * C, spin, (word & _LOW) < threshold)
        tail = _try(spins, queue, tail, site - C if b > 0 else site - C + B * C, spin, (word >> _32) < threshold)
        if A > 1:
            layer = B * C
            word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
            other = site + layer if a + 1 < A else site + layer - A * layer
            tail = _try(spins, queue, tail, other, spin, (word & _LOW) < threshold)
            other = site - layer if a > 0 else site - layer + A * layer
            tail = _try(spins, queue, tail, other, spin, (word >> _32) < threshold)
    state[0], state[1], state[2], state[3] = s0, s1, s2, s3
    return tail, spin


@kernel
def _try(spins: Spins, queue: Sites, tail: int, site: np.int64, spin: np.int8, frozen: bool | np.bool) -> int:
    """Let `site` join when its bond is frozen and its spin is the cluster's; returns the new end of the queue."""
    here = spins[site]
    joins = (here == spin) & frozen
    queue[tail] = site
    spins[site] = -here if joins else here
    return tail + int(joins)


@kernel
def grow_long_range(
    spins: Spins,
    queue: Sites,
    sides: npt.NDArray[np.int64],
    near_probability: Array,
    near_alias: Labels,
    near_offset: Labels,
    far_probability: npt.NDArray[np.float32],
    far_alias: Labels,
    far_sides: npt.NDArray[np.int64],
    trial_probability: Array,
    trial_alias: Labels,
    state: Stream,
) -> tuple[int, np.int8]:
    """As `grow_nearest` for couplings of any range, O(cluster): each site makes a Poisson number of trials.

    Their mean is 2β Σ J(r), the number is drawn from an alias table and each displacement with odds J(r) as in the
    Swendsen–Wang sweep: a pair is tried Poisson(2βJ) times, from the site that joined first, hence frozen with
    probability 1 − e^{−2βJ} (Luijten & Blöte 1995; Fukui & Todo 2009).
    """
    s0, s1, s2, s3 = state[0], state[1], state[2], state[3]
    A, B, C = sides[0], sides[1], sides[2]
    inverse_c, inverse_b = 1.0 / C, 1.0 / B
    n_near = near_probability.size
    word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
    queue[0] = np.int64(np.int64(word >> _11) * _UNIT * spins.size)
    spin = spins[queue[0]]
    spins[queue[0]] = -spin
    head, tail = 0, 1
    while head < tail:
        site = np.int64(queue[head])
        head += 1
        row = np.int64((site + 0.5) * inverse_c)
        c = site - row * C
        a = np.int64((row + 0.5) * inverse_b) if A > 1 else np.int64(0)
        b = row - a * B
        word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
        x = np.int64(word >> _11) * _UNIT * trial_probability.size
        k = np.int64(x)
        trials = k if x - k < trial_probability[k] else np.int64(trial_alias[k])  # Poisson(2β Σ J)
        for _ in range(trials):
            word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
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
            da += a
            da -= A if da >= A else 0
            db += b
            db -= B if db >= B else 0
            dc += c
            dc -= C if dc >= C else 0
            tail = _try(spins, queue, tail, (da * B + db) * C + dc, spin, True)
    state[0], state[1], state[2], state[3] = s0, s1, s2, s3
    return tail, spin


@kernel
def accept(spins: Spins, queue: Sites, size: int, spin: np.int8, sign: int, exponent: float, state: Stream) -> bool:
    """In a field of sign `sign`, 2β|h| = `exponent`: let the turned cluster stand, or turn it back.

    A cluster along the field stands with probability e^{−2β|h| size}: no bond to the ghost spin.
    """
    if spin != sign:
        return True
    word, state[0], state[1], state[2], state[3] = next_word(state[0], state[1], state[2], state[3])
    if np.int64(word >> _11) * _UNIT < np.exp(-exponent * size):
        return True
    for n in range(size):
        spins[queue[n]] = spin
    return False


@kernel
def add_modes(queue: Sites, size: int, sides: npt.NDArray[np.int64], phases: Integers, modes: Array) -> None:
    """Add |Σ_{x∈c} e^{ikx}|² / n_c of one cluster to `modes` (3,), for the lowest k of each axis."""
    A, B, C = sides[0], sides[1], sides[2]
    inverse_c, inverse_b = 1.0 / C, 1.0 / B
    sum_a, sum_b, sum_c = np.int64(0), np.int64(0), np.int64(0)
    for n in range(size):
        row = np.int64((queue[n] + 0.5) * inverse_c)
        sum_c += phases[2, queue[n] - row * C]
        if A > 1:
            a = np.int64((row + 0.5) * inverse_b)
            sum_a += phases[0, a]
            row -= a * B
        sum_b += phases[1, row]
    modes[0] += squared(sum_a) / size
    modes[1] += squared(sum_b) / size
    modes[2] += squared(sum_c) / size


@kernel
def _record(
    column: Array,
    spins: Spins,
    M: np.int64,
    grown: float,
    moves: int,
    sides: npt.NDArray[np.int64],
    phases: Integers,
    waves: Array,
    modes: Array,
    with_modes: bool,
    in_field: bool,
) -> None:
    """Measure one draw of `moves` clusters: M, M², M⁴, one mode an axis, sites grown; see `nearest_chain`."""
    total = float(M) * float(M)
    column[MAGNETIZATION] = M
    column[M2] = total if in_field else spins.size * grown / moves  # N ⟨n⟩
    column[M4] = total * total
    if with_modes and in_field:
        state_modes(spins, sides, waves, column)
    elif with_modes:
        modes *= spins.size / moves  # N ⟨|Σ_{x∈c} e^{ikx}|²/n⟩
        write_modes(column, modes, sides, phases)
    column[GROWN] = grown


@kernel
def nearest_chain(
    spins: Spins,
    queue: Sites,
    sides: npt.NDArray[np.int64],
    threshold: Word,
    sign: int,
    exponent: float,
    phases: Integers,
    with_modes: bool,
    state: Stream,
    moves: int,
    measured: Array,
    kept: npt.NDArray[np.int8],
) -> None:
    """Wolff moves with nearest-neighbour bonds, `moves` clusters a draw, one column of `measured` a draw.

    A random site's cluster has a mean size of Σ n_c²/N, so N ⟨n⟩ estimates M² and N ⟨|Σ_{x∈c} e^{ikx}|²/n⟩ the modes,
    averaged over the draw's clusters. M⁴, and in a field (`sign` ≠ 0, `exponent` = 2β|h|) all of them, are those of
    the state after the draw. `kept` is filled with the states when it has as many rows as there are draws.
    """
    M, waves = np.int64(0), wave_table(sides)
    for site in range(spins.size):
        M += spins[site]
    for draw in range(measured.shape[1]):
        grown, modes = 0.0, np.zeros(3)
        for _ in range(moves):
            size, spin = grow_nearest(spins, queue, sides, threshold, state)
            grown += size
            if sign == 0:
                if with_modes:
                    add_modes(queue, size, sides, phases, modes)
            elif not accept(spins, queue, size, spin, sign, exponent, state):
                continue
            M -= 2 * np.int64(spin) * size
        _record(measured[:, draw], spins, M, grown, moves, sides, phases, waves, modes, with_modes, sign != 0)
        if kept.shape[0] > 0:
            keep(spins, kept, draw)


@kernel
def long_range_chain(
    spins: Spins,
    queue: Sites,
    sides: npt.NDArray[np.int64],
    near_probability: Array,
    near_alias: Labels,
    near_offset: Labels,
    far_probability: npt.NDArray[np.float32],
    far_alias: Labels,
    far_sides: npt.NDArray[np.int64],
    trial_probability: Array,
    trial_alias: Labels,
    sign: int,
    exponent: float,
    phases: Integers,
    with_modes: bool,
    state: Stream,
    moves: int,
    measured: Array,
    kept: npt.NDArray[np.int8],
) -> None:
    """As `nearest_chain`, for couplings of any range."""
    M, waves = np.int64(0), wave_table(sides)
    for site in range(spins.size):
        M += spins[site]
    for draw in range(measured.shape[1]):
        grown, modes = 0.0, np.zeros(3)
        for _ in range(moves):
            size, spin = grow_long_range(
                spins, queue, sides, near_probability, near_alias, near_offset, far_probability, far_alias, far_sides,
                trial_probability, trial_alias, state,
            )  # fmt: skip
            grown += size
            if sign == 0:
                if with_modes:
                    add_modes(queue, size, sides, phases, modes)
            elif not accept(spins, queue, size, spin, sign, exponent, state):
                continue
            M -= 2 * np.int64(spin) * size
        _record(measured[:, draw], spins, M, grown, moves, sides, phases, waves, modes, with_modes, sign != 0)
        if kept.shape[0] > 0:
            keep(spins, kept, draw)
