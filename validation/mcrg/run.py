"""MCRG exponents and two-lattice matching of known models, step by step and operator by operator.

    python validation/mcrg/run.py validation/mcrg/results.json

The file is rewritten after each case, and a run that was stopped goes on with the cases that are missing. About ten
minutes on one core.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spinlens.lattice.couplings import Coupling, NearestNeighbour, PowerLaw
from spinlens.lattice.ising import IsingModel
from spinlens.renormalization.block_spin import block_spin_flow
from spinlens.renormalization.default_operators import default_operators, pair_operators
from spinlens.renormalization.matching import two_lattice_matching
from spinlens.renormalization.mcrg import MCRG, analyse
from spinlens.renormalization.measurements import Measurements, measure
from spinlens.renormalization.operators import AnyOperator, CouplingOperator
from spinlens.sampling.sampler import sample
from spinlens.statistics.estimate import Estimate

T_ISING = 2 / np.log(1 + np.sqrt(2))
T_CUBIC = 1 / 0.22165463  # Ferrenberg, Xu & Landau (2018)
FAR = ((3, 0), (3, 1), (3, 3), (4, 0))


@dataclass(frozen=True)
class Case:
    """One model at one temperature: samples in `parts` runs of two chains, each `thin` sweeps apart."""

    coupling: Coupling
    temperature: float
    shape: tuple[int, ...]
    steps: int
    parts: int
    draws: int
    thin: int
    known: dict[str, float]
    scale: int = 2


def power(sigma: float, temperature: float, L: int, steps: int, parts: int, draws: int, scale: int = 2) -> Case:
    """A power law on a square; y_h = (2 + σ)/2 for σ ≥ 1 by theory, y_t without an exact value."""
    return Case(PowerLaw(sigma), temperature, (L, L), steps, parts, draws, 2, {"odd": (2 + sigma) / 2}, scale)


SQUARE = {"even": 1.0, "odd": 15 / 8}
CASES = {
    "square, L = 64": Case(NearestNeighbour(), T_ISING, (64, 64), 3, 8, 10_000, 2, SQUARE),
    "sigma = 1.2, L = 64": power(1.2, 6.835, 64, 3, 4, 10_000),
    "sigma = 1.2, L = 128": power(1.2, 6.835, 128, 4, 8, 2_500),
    "sigma = 1.2, L = 64, T + 0.007": power(1.2, 6.842, 64, 3, 2, 10_000),
    "sigma = 1.0, L = 64": power(1.0, 8.025, 64, 3, 2, 10_000),
    "sigma = 1.4, L = 64": power(1.4, 5.961, 64, 3, 2, 10_000),
    "sigma = 1.4, L = 128": power(1.4, 5.961, 128, 4, 4, 2_500),
    "square, L = 162, blocks of 3": Case(NearestNeighbour(), T_ISING, (162, 162), 3, 4, 2_500, 2, SQUARE, 3),
    "sigma = 1.2, L = 162, blocks of 3": power(1.2, 6.835, 162, 3, 4, 2_500, 3),
    "sigma = 1.4, L = 162, blocks of 3": power(1.4, 5.961, 162, 3, 4, 2_500, 3),
    "sigma = 1.4, L = 162, blocks of 3, T - 0.012": power(1.4, 5.949, 162, 3, 2, 2_500, 3),
    "cube, L = 32": Case(NearestNeighbour(), T_CUBIC, (32, 32, 32), 3, 4, 2_500, 2, {"even": 1.5874, "odd": 2.4818}),
}
MATCHINGS: dict[str, tuple[Coupling, float, int, int]] = {
    "square, 64 and 32": (NearestNeighbour(), T_ISING, 64, 8_000),
    "sigma = 1.2, 64 and 32": (PowerLaw(1.2), 6.835, 64, 5_000),
}


def operators(case: Case) -> tuple[AnyOperator, ...]:
    """Even operators: the tail of a power law, then near pairs and four-spin products, then far pairs."""
    side = min(case.shape) // case.scale**case.steps
    near = default_operators(len(case.shape), "even", side)
    if isinstance(case.coupling, NearestNeighbour):
        return near
    known = {operator.name for operator in near}
    far = tuple(
        operator for operator in pair_operators(FAR) if operator.name not in known and 2 * operator.extent <= side
    )
    return (CouplingOperator("tail", case.coupling), *near, *far)


def measurements(case: Case) -> Measurements:
    """Operator values of all parts; states are not kept."""
    chosen = operators(case)
    model, parts = IsingModel(case.shape, case.coupling), []
    for part in range(case.parts):
        data = sample(
            model, case.temperature, case.draws, 2, part, keep_spins=True, thin=case.thin, warmup=300, energy=False
        )
        flow = block_spin_flow(data.spins.values.reshape(-1, *case.shape), case.steps, case.scale, seed=part)
        parts.append(measure(flow, chosen, chains=2))
    return Measurements.joined(parts)


def numbers(estimate: Estimate | None) -> list[float | None]:
    """Value and error; None where the largest eigenvalue is not real."""
    values = (np.nan, np.nan) if estimate is None else (estimate.value, estimate.error)
    return [float(x) if np.isfinite(x) else None for x in values]


def table(found: MCRG) -> list[dict[str, Any]]:
    """Exponents of every step, sector and number of operators kept."""
    return [
        {
            "step": number, "before": step.before, "after": step.after, "sector": sector,
            "operators": list(spectra[-1].operators), "exponents": [numbers(s.exponent) for s in spectra],
            "truncation": numbers(Estimate(found.truncation(sector, number - 1), 0.0))[0],
        }
        for number, step in enumerate(found.steps, 1)
        for sector, spectra in (("even", step.even), ("odd", step.odd))
    ]  # fmt: skip


def run(name: str) -> dict[str, Any]:
    """One case of MCRG, with near pairs alone beside for power laws."""
    case, begun = CASES[name], time.perf_counter()
    measured = measurements(case)
    found = analyse(measured)
    entry: dict[str, Any] = {
        "case": name, "temperature": case.temperature, "samples": measured.n_samples, "known": case.known,
        "tau_int": found.tau_int, "bin_length": found.bin_length, "table": table(found),
    }  # fmt: skip
    if isinstance(case.coupling, PowerLaw):
        local = [k for k, operator in enumerate(measured.operators) if operator.name != "tail"]
        chosen = tuple(measured.operators[k] for k in local)
        values = tuple(level[:, local] for level in measured.values)
        near = analyse(Measurements(chosen, measured.shapes, values, measured.chains))
        entry["without tail"] = [row for row in table(near) if row["sector"] == "even"]
    return entry | {"seconds": round(time.perf_counter() - begun, 1)}


def match(name: str) -> dict[str, Any]:
    """One two-lattice matching from three temperatures within 1.5 % of T_c."""
    coupling, known, L, draws = MATCHINGS[name]
    begun, grid, states = time.perf_counter(), [known * x for x in (0.985, 1.0, 1.015)], []
    for side in (L, L // 2):
        model = IsingModel((side, side), coupling)
        data = sample(model, grid, draws, 2, side, keep_spins=True, thin=2, warmup=300, energy=False)
        states.append(data.spins.values.reshape(3, -1, side, side))
    found = two_lattice_matching(coupling, grid, states[0], states[1], chains=2)
    rows = [
        {
            "blockings": m.blockings, "shape": m.shape, "operators": list(m.operators),
            "temperatures": [numbers(t) for t in m.temperatures], "combined": numbers(m.combined), "spread": m.spread,
        }
        for m in found.matchings
    ]  # fmt: skip
    return {
        "matching": name, "known": known, "samples": 2 * draws, "temperature": numbers(found.temperature),
        "systematic": found.systematic, "table": rows, "seconds": round(time.perf_counter() - begun, 1),
    }  # fmt: skip


def main(target: Path) -> None:
    """Compute what is missing in `target`, and print everything."""
    results = json.loads(target.read_text()) if target.exists() else []
    done = {entry.get("case", entry.get("matching")) for entry in results}
    for name in (*CASES, *MATCHINGS):
        if name not in done:
            results.append(run(name) if name in CASES else match(name))
            target.write_text(json.dumps(results, indent=1) + "\n")
    for entry in results:
        print(f"\n{entry.get('case', entry.get('matching'))}: {entry['samples']} samples, {entry['seconds']} s")
        for row in [*entry["table"], *entry.get("without tail", [])]:
            print("  ", show(row))


def show(row: dict[str, Any]) -> str:
    """One row for the eye."""
    if "blockings" in row:
        return f"n = {row['blockings']}  {tuple(row['shape'])}  {text(row['combined'])}  spread {row['spread']:.4f}"
    values = ", ".join(text(pair) for pair in row["exponents"])
    return f"step {row['step']} {row['sector']:4}  {values}"


def text(pair: list[float | None]) -> str:
    """An estimate as printed, or a dash."""
    return "–" if pair[0] is None or pair[1] is None else str(Estimate(pair[0], pair[1]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
