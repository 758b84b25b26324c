"""Single-spin sweeps with maintained local fields: contiguous arrays and an explicit random state, changed in place."""

from __future__ import annotations

import numpy as np

from spinlens.arrays import Array, Integers, Spins
from spinlens.sampling.kernels.compiled import kernel
from spinlens.sampling.kernels.fourier import measure_state, wave_table
from spinlens.sampling.kernels.kept import keep
from spinlens.sampling.kernels.xoshiro import Stream, next_word

_11 = np.uint64(11)
_UNIT = 2.0**-53
EAGERNESS = 15 / 16  # of Metropolis in a fixed order: flips that cost nothing must not be certain, see `Metropolis`


@kernel
def add_neighbours(field: Integers, sides: Integers, near: Integers, couplings: Integers, site: int, spin: int) -> None:
    """Tell the few neighbours `near` (n, 3) of a site that it has just become `spin`."""
    A, B, C = sides[0], sides[1], sides[2]
    a, b, c = site // (B * C), site // C % B, site % C
    for n in range(couplings.size):
        x, y, z = a + near[n, 0], b + near[n, 1], c + near[n, 2]
        x = x - A if x >= A else x
        y = y - B if y >= B else y
        z = z - C if z >= C else z
        field[(x * B + y) * C + z] += 2 * spin * couplings[n]  # J (s_new − s_old) = 2 J s_new


@kernel
def add_everywhere(field: Integers, sides: Integers, doubled: Integers, site: int, spin: int) -> None:
    """Tell all sites that one has just become `spin`; `doubled` (A, B, 2C) is 2J, repeated along the last axis."""
    A, B, C = sides[0], sides[1], sides[2]
    a, b, c = site // (B * C), site // C % B, site % C
    for x in range(A):
        for y in range(B):
            target = field[(x * B + y) * C : (x * B + y + 1) * C]
            source = doubled[x - a if x >= a else x - a + A, y - b if y >= b else y - b + B, C - c : 2 * C - c]
            if spin > 0:
                for z in range(C):
                    target[z] += source[z]
            else:
                for z in range(C):
                    target[z] -= source[z]


@kernel
def single_spin_chain(
    spins: Spins,
    field: Integers,
    sides: Integers,
    near: Integers,
    couplings: Integers,
    doubled: Integers,
    scale: float,
    tilt: float,
    heat_bath: bool,
    with_modes: bool,
    state: Stream,
    thin: int,
    energy: Array,
    measured: Array,
    kept: Spins,
) -> None:
    """Metropolis or heat-bath sweeps in site order, for couplings of either sign and a uniform field.

    `field` (N,) are the local fields Σ_j J_ij s_j in integer units, kept up to date exactly: an attempt costs O(1), an
    accepted flip O(number of couplings). β ΔE = s_i (scale · field_i + tilt), i.e. scale = 2β · unit, tilt = 2βh.
    Couplings are listed (`near`, `couplings`) or, when `doubled` is not empty, given as that table.
    `measured` gets M, M², M⁴ of the state itself and, `with_modes`, its lowest Fourier modes; `energy` gets
    Σ s_i field_i, in units, when not empty.
    """
    waves = wave_table(sides)
    s0, s1, s2, s3 = state[0], state[1], state[2], state[3]
    for draw in range(measured.shape[1]):
        for _ in range(thin):
            for site in range(spins.size):
                cost = spins[site] * (field[site] * scale + tilt)  # βΔE = 2β s (Σ_j J s_j + h)
                word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
                if heat_bath:
                    chance = 1.0 / (1.0 + np.exp(cost))
                else:
                    chance = EAGERNESS if cost <= 0.0 else EAGERNESS * np.exp(-cost)
                if np.int64(word >> _11) * _UNIT < chance:
                    spins[site] = -spins[site]
                    if doubled.size > 0:
                        add_everywhere(field, sides, doubled, site, spins[site])
                    else:
                        add_neighbours(field, sides, near, couplings, site, spins[site])
        measure_state(spins, sides, waves, with_modes, measured[:, draw])
        if energy.size > 0:
            total = 0.0
            for site in range(spins.size):
                total += float(spins[site] * field[site])
            energy[draw] = total
        if kept.shape[0] > 0:
            keep(spins, kept, draw)
    state[0], state[1], state[2], state[3] = s0, s1, s2, s3
