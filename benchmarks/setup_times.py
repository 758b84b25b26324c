"""CPU seconds before the first sweep: the Ewald table of L = 1024 and the compilation of kernels, first and after.

python benchmarks/setup_times.py
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

TABLE = """
import time
from spinlens import PowerLaw
begun = time.process_time()
PowerLaw(1.2).table((1024, 1024))
print(time.process_time() - begun)
"""
KERNELS = """
import sys, time
from spinlens import IsingModel, NearestNeighbour, PowerLaw
from spinlens.sampling.sampler import sample
coupling = NearestNeighbour() if sys.argv[1] == "nearest" else PowerLaw(1.2)
sample(IsingModel((3, 3), coupling), 0.0, draws=1)
begun = time.process_time()
for algorithm in sys.argv[2:]:
    sample(IsingModel((3, 3), coupling), 9.0, draws=1, warmup=1, algorithm=algorithm)
print(time.process_time() - begun)
"""
CASES = {
    "Ewald table, L = 1024": (TABLE, ()),
    "kernels of Swendsen–Wang, σ = 1.2": (KERNELS, ("power-law", "swendsen-wang")),
    "kernels of Swendsen–Wang, nearest neighbour": (KERNELS, ("nearest", "swendsen-wang")),
    "kernels of Wolff, σ = 1.2": (KERNELS, ("power-law", "wolff")),
    "kernels of Metropolis": (KERNELS, ("nearest", "metropolis")),
    "kernels of clock moves": (KERNELS, ("power-law", "clock")),
    "kernels of multi-spin coding": (KERNELS, ("nearest", "multi-spin-metropolis")),
}


def seconds(code: str, arguments: tuple[str, ...], caches: str) -> float:
    """CPU seconds that a process of its own prints, with tables and compiled kernels kept in `caches`."""
    environment = {**os.environ, "XDG_CACHE_HOME": caches, "NUMBA_CACHE_DIR": caches}
    shown = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=environment, capture_output=True, text=True, check=True
    )
    return float(shown.stdout)


def setup_table() -> list[str]:
    """Lines of a table: CPU seconds the first time and after."""
    lines = ["| set-up, CPU seconds | first | after |", "|---|---|---|"]
    for name, (code, arguments) in CASES.items():
        with tempfile.TemporaryDirectory() as caches:
            first, after = (seconds(code, arguments, caches) for _ in range(2))
        lines.append(f"| {name} | {first:.2f} | {after:.2f} |")
        print(lines[-1], flush=True)
    return lines


if __name__ == "__main__":
    setup_table()
