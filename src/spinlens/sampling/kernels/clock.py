"""Clock sweeps: single-spin moves whose far couplings veto by random events, O(1) an attempt for any range."""

from __future__ import annotations

import numpy as np

from spinlens.arrays import Array, Integers, Labels, Spins
from spinlens.sampling.kernels.compiled import inline, kernel
from spinlens.sampling.kernels.fourier import measure_state, wave_table
from spinlens.sampling.kernels.kept import keep
from spinlens.sampling.kernels.single_spin import EAGERNESS
from spinlens.sampling.kernels.xoshiro import Stream, next_word

_11 = np.uint64(11)
_UNIT = 2.0**-53


@inline
def _shifted(a: int, b: int, c: int, A: int, B: int, C: int, offset: Labels) -> np.int64:
    """The site at (a, b, c) + offset on the torus."""
    x, y, z = a + offset[0], b + offset[1], c + offset[2]
    x = x - A if x >= A else x
    y = y - B if y >= B else y
    z = z - C if z >= C else z
    return np.int64((x * B + y) * C + z)


@kernel
def clock_chain(
    spins: Spins,
    sides: Integers,
    near: Labels,
    costs: Array,
    tilt: float,
    events: Array,
    strong: Labels,
    strong_probability: Array,
    strong_alias: Labels,
    weak: Labels,
    weak_probability: Array,
    weak_alias: Labels,
    with_modes: bool,
    state: Stream,
    thin: int,
    measured: Array,
    kept: Spins,
) -> None:
    """Sweeps in site order; a flip needs the consent of the near spins, as one Metropolis factor, and of each far one.

    near (n, 3), costs (n,) = 2βJ : the couplings of the common factor, to which the field adds `tilt` = 2βh.
    events : cumulative Poisson distribution with mean 2β Σ|J| over all other couplings; its last entry is 1.
    strong, weak : (m, 4) displacements drawn ∝ |J|, with the sign of J; the last of `strong` stands for all of `weak`.
    """
    waves = wave_table(sides)
    s0, s1, s2, s3 = state[0], state[1], state[2], state[3]
    A, B, C = sides[0], sides[1], sides[2]
    n_strong, n_weak = strong_probability.size, weak_probability.size
    for draw in range(measured.shape[1]):
        for _ in range(thin):
            site = 0
            for a in range(A):
                for b in range(B):
                    for c in range(C):
                        spin = spins[site]
                        total = tilt
                        for n in range(costs.size):
                            total += costs[n] * spins[_shifted(a, b, c, A, B, C, near[n])]  # 2β (h + Σ_near J s)
                        cost = spin * total  # βΔE of the common factor
                        chance = EAGERNESS if cost <= 0.0 else EAGERNESS * np.exp(-cost)
                        word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
                        accepted = np.int64(word >> _11) * _UNIT < chance
                        if accepted:
                            word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
                            time = np.int64(word >> _11) * _UNIT
                            event = 0  # events so far; P(at most n) = events[n]
                            while time >= events[event]:
                                event += 1
                                word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
                                x = np.int64(word >> _11) * _UNIT * n_strong  # uniform in [0, n): cell and coin
                                cell = np.int64(x)
                                if x - cell >= strong_probability[cell]:
                                    cell = np.int64(strong_alias[cell])
                                offset = strong[cell]
                                if offset[3] == 0:  # one of the weak ones
                                    word, s0, s1, s2, s3 = next_word(s0, s1, s2, s3)
                                    x = np.int64(word >> _11) * _UNIT * n_weak
                                    cell = np.int64(x)
                                    if x - cell >= weak_probability[cell]:
                                        cell = np.int64(weak_alias[cell])
                                    offset = weak[cell]
                                if spin * offset[3] * spins[_shifted(a, b, c, A, B, C, offset)] > 0:  # J s s′ > 0: veto
                                    accepted = False
                                    break
                        if accepted:
                            spins[site] = -spin
                        site += 1
        measure_state(spins, sides, waves, with_modes, measured[:, draw])
        if kept.shape[0] > 0:
            keep(spins, kept, draw)
    state[0], state[1], state[2], state[3] = s0, s1, s2, s3
