"""Nanoseconds per spin and sweep of the cluster kernels beside plain C++, in one run, in turn.

    python benchmarks/sweeps.py [--sizes 32 128 512 1024] [--rounds 3]

Compiles benchmarks/cpp/swendsen_wang.cpp with g++ -O3 -march=native where there is one. One thread. The ratio of a
round is taken between neighbours in time, because other load on the machine comes and goes; medians are shown.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from spinlens import IsingModel, NearestNeighbour, PowerLaw
from spinlens.exact import CRITICAL_TEMPERATURE
from spinlens.sampling.algorithms import make_algorithm
from spinlens.sampling.chains import start_chain

CASES = {
    "long-range": (PowerLaw(1.2), 6.835),
    "nearest": (NearestNeighbour(), CRITICAL_TEMPERATURE),
}
UPDATES = 2e7


def build(folder: str) -> Path | None:
    """The C++ twin, or None without a compiler."""
    compiler = shutil.which("g++")
    if compiler is None:
        return None
    program = Path(folder) / "swendsen_wang"
    source = Path(__file__).parent / "cpp" / "swendsen_wang.cpp"
    subprocess.run([compiler, "-O3", "-march=native", "-o", program, source], check=True)
    return program


def kernel_time(model: IsingModel, temperature: float, sweeps: int) -> float:
    """ns per spin and sweep of the compiled kernel."""
    update, chain = make_algorithm(model, temperature), start_chain(model, 1, temperature, 0)
    update.advance(chain, max(2, sweeps // 5), 1, energy=False, states=False)
    started = time.perf_counter()
    update.advance(chain, sweeps, 1, energy=False, states=False)
    return (time.perf_counter() - started) / sweeps / model.n_sites * 1e9


def twin_time(program: Path, case: str, model: IsingModel, temperature: float, sweeps: int) -> float:
    """ns per spin and sweep of the C++ twin."""
    arguments = [str(program), case, str(model.shape[0]), str(sweeps), repr(1 / temperature)]
    shown = subprocess.run(arguments, input=model.coupling_table.tobytes(), capture_output=True, check=True)
    return float(shown.stdout.split()[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[32, 128, 512, 1024])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        program = build(folder)
        print(f"{'case':<12}{'L':>6}{'spinlens':>10}{'C++':>8}{'ratio':>8}   (ns per spin and sweep)")
        for case, (coupling, temperature) in CASES.items():
            for L in options.sizes:
                model = IsingModel((L, L), coupling)
                sweeps = max(5, int(UPDATES / model.n_sites))
                own, twin = [], []
                for _ in range(options.rounds):
                    own.append(kernel_time(model, temperature, sweeps))
                    if program is not None:
                        twin.append(twin_time(program, case, model, temperature, sweeps))
                line = f"{case:<12}{L:>6}{statistics.median(own):>10.1f}"
                if twin:
                    ratio = statistics.median(a / b for a, b in zip(own, twin, strict=True))
                    line += f"{statistics.median(twin):>8.1f}{ratio:>8.2f}"
                print(line, flush=True)


if __name__ == "__main__":
    main()
