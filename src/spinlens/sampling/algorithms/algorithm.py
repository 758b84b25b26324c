"""What an algorithm owes the sampler: to move the state of a chain on, in place, and to measure it on the way.

    algorithm = make_algorithm(model, temperature, "wolff")
    chain = start_chain(model, seed, temperature, 0)
    algorithm.tune(chain)  # while it warms up
    draws = algorithm.advance(chain, 1000, thin=1, energy=True, states=False)
    draws["m2"]  # (1000,)

`ChainState` is all that goes on, `ChainDraws` all that came out. `LatticeAlgorithm` is the base that ours share.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from spinlens.arrays import Array, Integers, Sites, Spins, Words
from spinlens.sampling.algorithms.quantities import PLAIN, QUANTITIES


class Algorithm(Protocol):
    """Markov moves of one model at one temperature that leave its Boltzmann weights as they are.

    An algorithm holds no state of a chain: any number of chains, in any number of threads, may share it.
    """

    @property
    def fugacity(self) -> float:
        """v such that the graph of a draw's frozen bonds weighs v^bonds; nan for moves without graphs."""
        ...

    @property
    def work(self) -> float:
        """What a sweep takes, in units of an update of each spin."""
        ...

    @property
    def measures_all_sweeps(self) -> bool:
        """Whether a draw measures all of its `thin` sweeps, which are one call then, and not their end alone."""
        ...

    def tune(self, chain: ChainState) -> None:
        """Fix what one sweep of this chain is (Wolff: its number of clusters); the chain moves on meanwhile.

        To be called during warm-up, before its last stretch; nothing changes afterwards.
        """
        ...

    def prepare(self, chain: ChainState) -> None:
        """Find what many short calls of `advance` share."""
        ...

    def advance(self, chain: ChainState, draws: int, thin: int, energy: bool, states: bool) -> ChainDraws:
        """Advance `chain` in place by `draws` × `thin` sweeps and measure after every `thin`.

        A sweep is some N attempted flips, or all clusters. One call of n draws does what n calls of one draw do, with
        the same random numbers: where a run is cut into pieces is not to be seen in it.
        """
        ...


@dataclass
class ChainState:
    """All that a chain needs to go on.

    spins : (N,) int8, the state, flattened. words : (4,) uint64, the random stream.
    clusters : single-cluster moves that make one sweep (Wolff); 0 until it has been tuned.
    local_fields : (N,) int64 Σ_j J_ij s_j of single-spin moves, which keep it up to date, for those who advance one
    draw at a time and leave the spins alone between; None: found anew at every call.
    """

    spins: Spins
    words: Words
    clusters: int = 0
    local_fields: Integers | None = None

    @cached_property
    def labels(self) -> Sites:
        """Room for parents, numbers and sizes of clusters (3, N); scratch, not part of the state."""
        return np.empty((3, self.spins.size), dtype=np.uint32)

    @cached_property
    def coins(self) -> Sites:
        """Room for a random bit a site; scratch, not part of the state."""
        return np.empty(2 * ((self.spins.size + 63) // 64), dtype=np.uint32)

    @cached_property
    def queue(self) -> Sites:
        """Room for the sites of one cluster and a candidate (N + 1,); scratch, not part of the state."""
        return np.empty(self.spins.size + 1, dtype=np.uint32)

    @cached_property
    def modes(self) -> Integers:
        """Room for the Fourier sums of every cluster; scratch, touched as far as there are clusters."""
        return np.empty(3 * self.spins.size, dtype=np.int64)


@dataclass(frozen=True)
class ChainDraws:
    """Measurements of consecutive draws, as totals of the lattice; `draws["m2"]` is the series of one quantity.

    rows : (rows.COUNT, n) as the kernels fill them; only those in `names` were measured.
    energy : (n,) total energies, or (0,). states : (n, N) int8, or (0, N).
    """

    rows: Array
    energy: Array
    states: Spins
    names: tuple[str, ...] = PLAIN

    def __getitem__(self, name: str) -> Array:
        if name not in self.names:
            raise KeyError(f"{name} was not measured; measured: {', '.join(self.names)}")
        series: Array = self.rows[QUANTITIES[name].row]
        return series

    def __len__(self) -> int:
        return int(self.rows.shape[1])

    def per_spin(self, n_sites: int) -> dict[str, Array]:
        """Everything measured, divided by N or a power of it, (n,) by name; the energy where it is there."""
        measured = {name: self[name] / float(n_sites) ** QUANTITIES[name].power for name in self.names}
        if self.energy.size:
            measured["energy"] = self.energy / n_sites
        return measured
