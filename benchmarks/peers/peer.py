"""One measurement of another package, in a process (and, if wanted, a Python) of its own.

    python benchmarks/peers/peer.py PACKAGE MOVE L WORK

MOVE is swendsen-wang (ns per spin and sweep), wolff (ns per flipped spin) or metropolis (ns per attempted flip), on the
L × L nearest-neighbour lattice at T_c, in CPU time of one thread. What a call costs beside its sweeps cancels: a run of
WORK spin updates is taken from one of three times as many. Prints the number, or why there is none.
"""

from __future__ import annotations

import importlib.util
import math
import sys
import time
from collections.abc import Callable

T_C = 2 / math.log(1 + math.sqrt(2))
Run = Callable[[int], float]
"""Does so many sweeps; returns the spins moved or tried."""


def mcising(move: str, L: int) -> Run:
    """Rust; a sweep of Wolff is one cluster."""
    import mcising

    lattice = mcising.IsingSimulation(L, 1.0, 0.0, 0.0, 0.0, 1, move.replace("-", "_"), "square")
    lattice.sweep(300, temperature=T_C)

    def run(sweeps: int) -> float:
        accepted, attempted, _ = lattice.sweep(sweeps, temperature=T_C)
        return float(accepted if move == "wolff" else attempted)

    return run


def peapods(move: str, L: int) -> Run:
    """Rust; cluster moves come on top of Metropolis sweeps, whose time is measured first and taken off."""
    import numpy as np
    import peapods

    lattice = peapods.Ising((L, L), temperatures=np.array([T_C]))
    options = {} if move == "metropolis" else {"cluster_update_interval": 1, "cluster_mode": "sw"}

    def run(sweeps: int) -> float:
        lattice.sample(sweeps, sweep_mode="metropolis", **options)
        return float(sweeps * L * L)

    return run


def openjij(move: str, L: int) -> Run:
    """C++ annealer, held at one temperature."""
    import openjij

    sites = [(a, b) for a in range(L) for b in range(L)]
    bonds = {}
    for a, b in sites:
        bonds[a * L + b, a * L + (b + 1) % L] = -1.0
        bonds[a * L + b, (a + 1) % L * L + b] = -1.0
    sampler = openjij.SASampler()
    updater = {"swendsen-wang": "swendsen wang", "metropolis": "single spin flip"}[move]

    def run(sweeps: int) -> float:
        sampler.sample_ising(
            {}, bonds, beta_min=1 / T_C, beta_max=1 / T_C, num_sweeps=sweeps, num_reads=1, seed=1, updater=updater
        )
        return float(sweeps * L * L)

    return run


def isingenerator(move: str, L: int) -> Run:
    """C++ with OpenMP, on one thread."""
    import isingenerator

    lattice = isingenerator.Simulation(L, L, 1.0, 0.0, 0.5, 1)

    def run(sweeps: int) -> float:
        lattice.run_single_temperature(T_C, equilibration_sweeps=sweeps, measurement_blocks=1, sweeps_per_block=1)
        return float(sweeps * L * L)

    return run


MOVES: dict[str, tuple[Callable[[str, int], Run], tuple[str, ...]]] = {
    "mcising": (mcising, ("swendsen-wang", "wolff", "metropolis")),
    "peapods": (peapods, ("swendsen-wang", "metropolis")),
    "openjij": (openjij, ("swendsen-wang",)),
    "isingenerator": (isingenerator, ("metropolis",)),
}


def cost(run: Run, sweeps: int) -> float:
    """CPU nanoseconds a unit of work."""
    results = []
    for number in (sweeps, 3 * sweeps):
        begun = time.process_time()
        work = run(number)
        results.append((time.process_time() - begun, work))
    (less, few), (more, many) = results
    return (more - less) / (many - few) * 1e9


def main() -> None:
    package, move, L, work = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    if importlib.util.find_spec(package) is None:
        print(f"{package} is not installed")
        return
    make = MOVES[package][0]
    run = make(move, L)
    run(3)
    sweeps = max(3, int(work / L**2))
    found = cost(run, sweeps)
    if package == "peapods" and move != "metropolis":
        found -= cost(make("metropolis", L), sweeps)
    print(found)


if __name__ == "__main__":
    main()
