"""Every figure of the sampling engine, in one run of a few minutes: beside plain C++ and beside other packages.

    OPENBLAS_NUM_THREADS=1 python benchmarks/sampling.py [--peers PYTHON] [--rounds 2] [--write]

CPU time of one thread, so that other load on the machine counts little (it still costs cache and clock rate); what is
compared takes turns, and medians of the rounds are shown. Compiles benchmarks/cpp/swendsen_wang.cpp with g++ -O3
-march=native where there is a compiler. Other packages run with the Python given by --peers (``pip install
'.[peers]'`` there), else with this one, and are left out where they are not installed. --write puts the tables into
benchmarks/RESULTS.md.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from setup_times import setup_table
from two_chains import two_chains_table

from spinlens import IsingModel, NearestNeighbour, PowerLaw
from spinlens.exact import CRITICAL_TEMPERATURE
from spinlens.sampling.algorithms.choice import make_algorithm
from spinlens.sampling.algorithms.multispin import REPLICAS, MultiSpin
from spinlens.sampling.chains.chain import start_chain

HERE = Path(__file__).parent
RESULTS, BEGIN, END = HERE / "RESULTS.md", "<!-- sampling: begin -->", "<!-- sampling: end -->"
UPDATES = 1.5e7  # spin updates of one measurement
SQUARE, LONG, LONG_T_C = NearestNeighbour(), PowerLaw(1.2), 6.835
Clock = Callable[[], float]


def chain_clock(model: IsingModel, temperature: float, algorithm: str) -> Clock:
    """CPU ns per spin and sweep of one chain that goes on; per flipped spin for Wolff. Fourier modes are measured."""
    update, chain = make_algorithm(model, temperature, algorithm), start_chain(model, 1, temperature, 0)
    sweeps = max(3, int(UPDATES / model.n_sites))
    for _ in range(2):
        update.tune(chain)
        update.advance(chain, max(2, sweeps // 5), 1, energy=False, states=False)

    def measure() -> float:
        begun = time.process_time()
        draws = update.advance(chain, sweeps, 1, energy=False, states=False)
        spent = time.process_time() - begun
        return spent / (draws["grown"].sum() if algorithm == "wolff" else sweeps * model.n_sites) * 1e9

    return measure


def replica_clock(L: int, thin: int) -> Clock:
    """CPU ns per attempted flip of 64 replicas, measured every `thin` sweeps."""
    update = make_algorithm(IsingModel((L, L), SQUARE), CRITICAL_TEMPERATURE, "multi-spin-metropolis")
    assert isinstance(update, MultiSpin)
    state, draws = update.start(1, 0), max(2, int(20 * UPDATES / (L * L * REPLICAS * thin)))
    update.advance_group(state, 3, thin, energy=True, states=False)

    def measure() -> float:
        begun = time.process_time()
        update.advance_group(state, draws, thin, energy=True, states=False)
        return (time.process_time() - begun) / (draws * thin * L * L * REPLICAS) * 1e9

    return measure


def build(folder: str) -> Path | None:
    """The C++ twin, or None without a compiler."""
    compiler = shutil.which("g++")
    if compiler is None:
        return None
    program = Path(folder) / "swendsen_wang"
    source = HERE / "cpp" / "swendsen_wang.cpp"
    subprocess.run([compiler, "-O3", "-march=native", "-o", program, source], check=True)
    return program


def twin_clock(program: Path, model: IsingModel, temperature: float) -> Clock:
    """The same of the C++ twin, which measures ⟨m²⟩ alone."""
    case = "nearest" if isinstance(model.coupling, NearestNeighbour) else "long-range"
    sweeps = max(3, int(UPDATES / model.n_sites))
    arguments = [str(program), case, str(model.shape[0]), str(sweeps), repr(1 / temperature)]

    def measure() -> float:
        shown = subprocess.run(arguments, input=model.coupling_table.tobytes(), capture_output=True, check=True)
        return float(shown.stdout.split()[0])

    return measure


def peer_clock(python: str, package: str, move: str, L: int) -> Clock | None:
    """The same of another package; None, and a word why, where it does not run."""
    program = [python, str(HERE / "peers" / "peer.py"), package, move, str(L), "2e6"]

    def measure() -> float:
        shown = subprocess.run(program, capture_output=True, text=True)
        words = (shown.stdout or shown.stderr).strip().splitlines()
        try:
            return float(words[-1])
        except (IndexError, ValueError):
            raise LookupError(words[-1] if words else f"{package} said nothing") from None

    try:
        measure()
    except LookupError as reason:
        print(f"left out: {package}, {move}: {reason}", file=sys.stderr)
        return None
    return measure


def rows(title: str, clocks: dict[str, Clock | None], rounds: int) -> list[str]:
    """Lines of a table: what took how long, and the ratio of ours (the first) to each other one, round by round."""
    running = {name: clock for name, clock in clocks.items() if clock is not None}
    found: dict[str, list[float]] = {name: [] for name in running}
    for _ in range(rounds):
        for name, clock in running.items():
            found[name].append(clock())
    own = next(iter(found.values()))
    lines = []
    for name, values in found.items():
        ratio = statistics.median(a / b for a, b in zip(own, values, strict=True))
        lines.append(
            f"| {title} | {name} | {statistics.median(values):.3g} | {'' if values is own else f'{ratio:.2f}'} |"
        )
    print("\n".join(lines), flush=True)
    return lines


def sweep_tables(python: str, rounds: int, folder: str) -> list[str]:
    """Swendsen–Wang, Wolff and single-spin moves."""
    program = build(folder)
    lines = ["| what | program | ns | spinlens / it |", "|---|---|---|---|"]
    for L in (32, 128, 512, 1024, 2048):
        model = IsingModel((L, L), LONG)
        twin = twin_clock(program, model, LONG_T_C) if program and L < 2048 else None
        clocks = {"spinlens": chain_clock(model, LONG_T_C, "swendsen-wang"), "C++ -O3": twin}
        lines += rows(f"Swendsen–Wang, σ = 1.2, L = {L}", clocks, rounds)
    for L in (128, 512):
        model = IsingModel((L, L), SQUARE)
        clocks = {"spinlens": chain_clock(model, CRITICAL_TEMPERATURE, "swendsen-wang")}
        clocks["C++ -O3"] = twin_clock(program, model, CRITICAL_TEMPERATURE) if program else None
        for package in ("mcising", "peapods", "openjij"):
            clocks[package] = peer_clock(python, package, "swendsen-wang", L)
        lines += rows(f"Swendsen–Wang, nearest neighbour, L = {L}", clocks, rounds)
    for L in (128, 512):
        clocks = {"spinlens": chain_clock(IsingModel((L, L), SQUARE), CRITICAL_TEMPERATURE, "wolff")}
        clocks["mcising"] = peer_clock(python, "mcising", "wolff", L)
        lines += rows(f"Wolff, nearest neighbour, L = {L}, a flipped spin", clocks, rounds)
    lines += rows(
        "Wolff, σ = 1.2, L = 128, a flipped spin",
        {"spinlens": chain_clock(IsingModel((128, 128), LONG), LONG_T_C, "wolff")},
        rounds,
    )
    clocks = {"spinlens, multi-spin": replica_clock(128, 16), "the same, measured every sweep": replica_clock(128, 1)}
    square = IsingModel((128, 128), SQUARE)
    for name in ("metropolis", "heat-bath"):
        clocks[f"spinlens, {name}"] = chain_clock(square, CRITICAL_TEMPERATURE, name)
    for package in ("mcising", "peapods", "isingenerator"):
        clocks[package] = peer_clock(python, package, "metropolis", 128)
    lines += rows("single spins, nearest neighbour, L = 128, an attempted flip", clocks, rounds)
    for L in (32, 128, 512):
        model = IsingModel((L, L), LONG)
        clocks = {"spinlens, clock": chain_clock(model, 9.5, "clock")}
        if L == 32:
            clocks["spinlens, metropolis"] = chain_clock(model, 9.5, "metropolis")
        lines += rows(f"single spins, σ = 1.2, T = 9.5, L = {L}, an attempted flip", clocks, rounds)
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", default=sys.executable, help="a Python that has the other packages")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="put the tables into RESULTS.md")
    options = parser.parse_args()
    load, begun = os.getloadavg()[0], time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        lines = sweep_tables(options.peers, options.rounds, folder)
    lines += ["", *setup_table(), "", *two_chains_table()]
    print(f"{time.monotonic() - begun:.0f} s")
    if options.write:
        date = datetime.date.today().isoformat()
        note = f"{date}, {platform.machine()}, {os.cpu_count()} cores, load before: {load:.1f}; CPU time of one thread."
        text = RESULTS.read_text(encoding="utf-8")
        before, after = text.split(BEGIN)[0], text.split(END)[1]
        content = "\n".join([BEGIN, "", "`python benchmarks/sampling.py`: " + note, "", *lines, "", END])
        RESULTS.write_text(before + content + after, encoding="utf-8")


if __name__ == "__main__":
    main()
