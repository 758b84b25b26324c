"""The two temperatures that need no Markov chain: zero and infinity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spinlens.errors import CouplingError
from spinlens.sampling.algorithms.algorithm import ChainDraws, ChainState
from spinlens.sampling.algorithms.lattice_algorithm import LatticeAlgorithm, lattice_sides
from spinlens.sampling.kernels.fourier import measure_modes
from spinlens.sampling.kernels.rows import M2, M4, MAGNETIZATION
from spinlens.sampling.kernels.xoshiro import random_words


@dataclass(frozen=True)
class Exact(LatticeAlgorithm):
    """Independent exact draws: T = 0 gives the ground states of a ferromagnet, T = ∞ free spins.

    Without a field both ground states are equally likely; in a field the one along it is drawn alone.
    """

    @property
    def measures_all_sweeps(self) -> bool:
        """There are no sweeps: each call draws."""
        return True

    def advance(self, chain: ChainState, draws: int, thin: int, energy: bool, states: bool) -> ChainDraws:
        if self.temperature == 0 and not bool((self.model.coupling_table >= 0).all()):
            raise CouplingError("T = 0 needs couplings J(r) ≥ 0: the ground state of mixed signs is not known")
        n_sites = self.model.n_sites
        rows, kept = self.buffers(draws, True)
        width = 1 if self.temperature == 0 else n_sites
        words = np.empty(draws * ((width + 63) // 64), dtype=np.uint64)
        random_words(chain.words, words)
        bits = np.unpackbits(words.view(np.uint8).reshape(draws, -1), axis=1)[:, :width].astype(np.int8)
        kept[:] = 2 * bits - 1
        if self.temperature == 0 and self.field != 0:
            kept[:] = np.sign(self.field)
        chain.spins[:], chain.local_fields = kept[-1], None
        total = kept.sum(axis=1, dtype=np.float64)
        rows[MAGNETIZATION], rows[M2], rows[M4] = total, total**2, total**4
        if self.modes:
            measure_modes(kept, lattice_sides(self.model), rows)
        return ChainDraws(rows, self.energies(kept, energy), kept, self.plain_names)
