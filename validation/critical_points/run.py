"""The table of critical points: nearest-neighbour and power-law lattices in one to three dimensions.

    python validation/critical_points/run.py [--workers 1] [--seconds 300] [--only "2D sigma=1.2" …] [--runs DIR]

Each case is what `spinlens critical --budget` does. Its runs are kept in a folder of their own, so that a case that is
called again goes on or is only analysed again. results.json is written after each case: T_c, Δ_s, Δ_ε, U4* with errors,
how far from the known values they are, and the time of all calls together. About 100 minutes on one core.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spinlens import Estimate, NearestNeighbour, PowerLaw
from spinlens.criticality.search.budget import TimeBudget
from spinlens.criticality.search.budgeted import Budget
from spinlens.criticality.search.find import search
from spinlens.criticality.universality import reference
from spinlens.lattice.couplings import Coupling
from spinlens.study.storage.codec import plain

HERE = Path(__file__).parent
RESULTS, LITERATURE = HERE / "results.json", json.loads((HERE / "literature.json").read_text())
SQUARE, RING, CUBE = (8, 16, 32, 64, 128), (64, 256, 1024, 4096, 16384, 65536), (6, 8, 12, 16, 24, 32)


@dataclass(frozen=True)
class Case:
    """One line of the table."""

    name: str
    coupling: Coupling
    dimension: int
    sizes: tuple[int, ...]


CASES = (
    *(Case(f"2D sigma={s}", PowerLaw(s), 2, SQUARE) for s in (0.8, 1.0, 1.4, 1.6, 2.0, 3.0)),
    *(Case(f"1D sigma={s}", PowerLaw(s), 1, RING) for s in (0.3, 0.6, 0.8)),
    Case("3D NN", NearestNeighbour(), 3, CUBE),
    *(Case(f"2D sigma={s} integrated", PowerLaw(s, cell="integrated"), 2, SQUARE) for s in (0.4, 1.0)),
    *(Case(f"1D sigma={s}", PowerLaw(s), 1, RING) for s in (0.2, 0.4, 0.5)),
    *(Case(f"2D sigma={s}", PowerLaw(s), 2, SQUARE) for s in (1.30906, 1.75)),
    *(Case(f"1D sigma={s}", PowerLaw(s), 1, RING) for s in (0.65453, 0.875)),
    Case("2D NN", NearestNeighbour(), 2, SQUARE),
    Case("2D sigma=1.2", PowerLaw(1.2), 2, SQUARE),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[case.name for case in CASES])
    parser.add_argument("--runs", type=Path, default=Path("critical-runs"))
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    for case in CASES:
        if case.name in options.only:
            run(case, options)


def run(case: Case, options: argparse.Namespace) -> None:
    """One case: sample what is missing, analyse, add to the results."""
    results = json.loads(options.out.read_text()) if options.out.exists() else {}
    folder = options.runs / case.name.replace(" ", "_")
    started = time.time()
    budget = Budget(TimeBudget(options.seconds, options.workers))
    found = search(
        case.coupling, case.sizes, budget, case.dimension, options.seed, workers=options.workers, checkpoint=folder
    )
    took = time.time() - started
    before = results.get(case.name, {}).get("seconds", 0.0)
    known = expected(case)
    entry = {
        "sizes": case.sizes,
        "seed": options.seed,
        "workers": options.workers,
        "seconds": before + took,
        "updates": found.updates,
        "draws": found.draws,
        "known": known,
        "z": {name: deviation(getattr(found.point, name), item) for name, item in known.items()},
        "measured": {name: value for name, value in vars(found.point).items() if name != "curves"},
    }
    results[case.name] = plain(entry)
    options.out.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    point = found.point
    print(
        f"{case.name}: T_c {point.temperature}, Δ_s {point.delta_spin}, Δ_ε {point.delta_energy}, U4 {point.binder}; "
        f"z {entry['z']}; {took:.0f} s; {point.check.text}",
        flush=True,
    )


def expected(case: Case) -> dict[str, dict[str, Any]]:
    """Known values of T_c (literature.json), and of the dimensions and U4* (`universality.reference`)."""
    known: dict[str, dict[str, Any]] = {}
    if (entry := LITERATURE["temperatures"].get(case.name)) is not None:
        value, error = entry.get("T_c"), entry["error"]
        if value is None:
            value, error = 1 / entry["K_c"], error / entry["K_c"] ** 2
        known["temperature"] = {"value": value, "error": error, "source": entry["source"]}
    theory = reference(case.coupling, case.dimension)
    for name in ("delta_spin", "delta_energy", "binder"):
        if (item := getattr(theory, name)) is not None:
            known[name] = {"value": item.estimate.value, "error": item.estimate.error, "source": item.source}
    return known


def deviation(measured: Estimate, known: dict[str, Any]) -> float:
    """(measured − known) in combined errors."""
    return measured.deviation(Estimate(known["value"], known["error"]))


if __name__ == "__main__":
    main()
