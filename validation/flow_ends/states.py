"""Packed training states for `card.py`, from seeds.

    python validation/flow_ends/states.py DATA [SEEDS]

25 temperatures at L = 10, of the square lattice and of independent spins in their own mean field; at L = 100 the
published 29 temperatures. About three minutes of one core.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from run import STATES, T_C, lattice_states, mean_field_states

from spinlens.arrays import Spins
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.thermometers.instruments import sample_independent

LARGE = 100
LARGE_GRID = np.sort(np.append(np.linspace(1.0, 3.5, 26), [T_C - 0.01, T_C, T_C + 0.01]))


def write(path: Path, states: Spins) -> None:
    """(n, N) states of ±1, a bit each."""
    np.save(path, np.packbits(states > 0, axis=1))


def main(data: Path, seeds: int) -> None:
    """All training sets."""
    data.mkdir(parents=True, exist_ok=True)
    for seed in range(seeds):
        write(data / f"small-lattice-{seed}.npy", lattice_states(seed))
        write(data / f"small-mean-field-{seed}.npy", mean_field_states(seed))
    large = sample_independent(IsingModel((LARGE, LARGE), NearestNeighbour()), LARGE_GRID, STATES, 5)
    write(data / "large-lattice.npy", large.reshape(-1, LARGE**2))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 8)
