"""Two chains on two cores against one chain on one: twice the ratio of the best times. Run it on a quiet machine.

OPENBLAS_NUM_THREADS=1 python benchmarks/two_chains.py
"""

from __future__ import annotations

import os
import time

from spinlens import IsingModel, NearestNeighbour, PowerLaw, sample

CASES = (
    ("nearest neighbour, L = 16", IsingModel((16, 16), NearestNeighbour()), 2.269, 20_000),
    ("nearest neighbour, L = 128", IsingModel((128, 128), NearestNeighbour()), 2.269, 600),
    ("σ = 1.2, L = 128", IsingModel((128, 128), PowerLaw(1.2)), 7.4, 400),
)
REPEATS = 20


def best(model: IsingModel, temperature: float, draws: int, chains: int) -> float:
    """Shortest time of several runs with as many workers as chains, in seconds."""
    times = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        sample(model, temperature, draws, chains=chains, workers=chains, warmup=0, energy=False)
        times.append(time.perf_counter() - begun)
    return min(times)


def two_chains_table() -> list[str]:
    """Lines of a table: how much more two cores do than one."""
    lines = ["| two chains on two cores against one | ratio |", "|---|---|"]
    for name, model, temperature, draws in CASES:
        sample(model, temperature, 2, warmup=0, energy=False)
        one, two = (best(model, temperature, draws, chains) for chains in (1, 2))
        lines.append(f"| {name} | {2 * one / two:.2f} |")
        print(lines[-1], flush=True)
    return lines


if __name__ == "__main__":
    print(f"load of the machine before: {os.getloadavg()[0]:.1f}")
    two_chains_table()
