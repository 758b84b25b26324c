"""Flows of machines beside controls and block spins at L = 16 (and dimensions from L = 8 and 16).

    python validation/flows/run.py OUT [WORK]

Writes OUT (JSON) and prints the tables of README.md. WORK keeps machines and flows: a run that was stopped goes on.
About 20 minutes of one core.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from spinlens.comparisons.controls import Case
from spinlens.comparisons.machine_builder import MachineBuilder
from spinlens.criticality.universality import reference
from spinlens.flows.dimensions import compare_dimensions
from spinlens.flows.rbm_flow import rbm_flow
from spinlens.lattice.couplings import NearestNeighbour, PowerLaw
from spinlens.lattice.ising import IsingModel
from spinlens.machines.rbm import RBM
from spinlens.study.storage.codec import plain
from spinlens.thermometers.instruments import sample_independent
from spinlens.workflows.flow import FlowSettings, run_flow

L, N = 16, 256
SEEDS = 5
STEPS = 50
STATES, EPOCHS, RATE = 10_000, 10, 0.05
MODELS = {"nearest-neighbour": NearestNeighbour(), "sigma = 1.2": PowerLaw(1.2)}
WIDTHS = (N // 2, N, 2 * N)
SIZES = (8, 16)


def cases() -> tuple[Case, ...]:
    """The exact machine; five seeds of each recipe and of each control; one of each recipe at other widths."""
    found = [Case("exact")]
    for number in range(SEEDS):
        found += [Case("lattice", recipe, N // 4, number) for recipe in ("CD-1", "PCD-100")]
        found += [Case(control, "CD-1", N // 4, number) for control in ("geometry-free", "mean-field", "redrawn")]
        found.append(Case("redrawn", "PCD-100", N // 4, number))
        found += [Case("lattice", "learned", filters * N, number) for filters in (1, 2)]
        found.append(Case("redrawn", "learned", N, number))
    return (*found, *(Case("lattice", recipe, width, 0) for recipe in ("CD-1", "PCD-10") for width in WIDTHS))


def dimensions(name: str) -> dict[str, Any]:
    """Δ of states flowed for 50 steps from T_c at L = 8 and 16, minus Monte Carlo, for each recipe and three seeds."""
    coupling = MODELS[name]
    critical = reference(coupling, 2).temperature.estimate.value
    found: dict[str, Any] = {}
    states = {
        side: sample_independent(IsingModel((side, side), coupling), [critical], STATES + 4000, 7)[0] for side in SIZES
    }
    monte_carlo = {side: states[side][STATES + 2000 :] for side in SIZES}
    for recipe in ("exact", "CD-1", "learned"):
        rows = []
        for number in range(1 if recipe == "exact" else 3):
            flowed = {}
            for side in SIZES:
                machine = _machine(coupling, critical, recipe, number, states[side][:STATES])
                start = states[side][STATES : STATES + (400 if recipe == "exact" else 2000)]
                flowed[side] = rbm_flow(machine, start, STEPS, [STEPS], seed=number).at(STEPS)
            rows.append([plain(entry) for entry in compare_dimensions(flowed, monte_carlo)])
        found[recipe] = rows
    return found


def _machine(coupling: Any, critical: float, recipe: str, number: int, states: Any) -> RBM:
    side = states.shape[1]
    model = IsingModel((side, side), coupling)
    options = {"epochs": EPOCHS, "learning_rate": RATE}
    builder = MachineBuilder(model, critical, states.reshape(len(states), -1), options, 11)
    width = side * side if recipe == "learned" else side * side // 4
    case = Case("exact") if recipe == "exact" else Case("lattice", recipe, width, number)
    return builder.build(case)


def flows(name: str, work: Path) -> dict[str, Any]:
    """Everything of `spinlens flow --controls` but the drawings."""
    coupling = MODELS[name]
    critical = reference(coupling, 2).temperature.estimate.value
    settings = FlowSettings(
        IsingModel((L, L), coupling), critical, critical, name="learned", blocks=("majority",), cases=cases(),
        samples=400, training=STATES, epochs=EPOCHS, learning_rate=RATE, steps=STEPS, seed=3,
    )  # fmt: skip
    found = run_flow(settings, work, lambda line: print(name, line, file=sys.stderr, flush=True))
    return {key: value for key, value in found.items() if key not in ("maps", "readings")}


def main(target: Path, work: Path) -> None:
    """Compute what `target` lacks, rewriting it after each part."""
    results: dict[str, Any] = json.loads(target.read_text()) if target.exists() else {}
    for name in MODELS:
        entry = results.setdefault(name, {})
        for part in ("flows", "dimensions"):
            if part not in entry:
                entry[part] = flows(name, work / name.replace(" ", "")) if part == "flows" else dimensions(name)
                target.write_text(json.dumps(_short(results), separators=(",", ":")) + "\n")
    for name in MODELS:
        report(name, results[name])


def report(name: str, entry: dict[str, Any]) -> None:
    """Ends of the flows (mean over seeds, its standard deviation), fixed points, dimensions."""
    found = entry["flows"]
    unit, instruments = found["unit"], found["instruments"]
    print(f"\n## {name}, T_c = {unit}\n\nT / T_c after {STEPS} steps, mean over seeds (standard deviation)\n")
    print("| machine | start | " + " | ".join(instruments) + " | p > 0.01 | τ |")
    print("|---" * (len(instruments) + 4) + "|")
    groups = dict.fromkeys((r["control"], r["recipe"], r["n_hidden"], r["start"]) for r in found["flows"])
    for key in groups:
        rows = [r for r in found["flows"] if (r["control"], r["recipe"], r["n_hidden"], r["start"]) == key]
        cells = []
        for instrument in instruments:
            inside = [r[f"T_{instrument}"] / unit for r in rows if r[f"in_range_{instrument}"]]
            spread = f" ({np.std(inside, ddof=1):.3f})" if len(inside) > 1 else ""
            cells.append(f"{np.mean(inside):.3f}{spread}" if len(inside) == len(rows) else f"out {len(rows)}")
        accepted = sum((r["equilibrium_p"] or 0) > 0.01 for r in rows)
        taus = [r["gibbs_tau"] for r in rows if r["gibbs_tau"] is not None]
        label = " ".join(str(part) for part in key[:3] if part != "")
        print(f"| {label} | {key[3]} | " + " | ".join(cells) + f" | {accepted}/{len(rows)} | {np.mean(taus):.0f} |")
    print("\n| flow | instrument | T* / T_c | dΔT/dT | y_t |\n|---|---|---|---|---|")
    for flow, fields in found["fields"].items():
        for instrument, field in fields.items():
            for point in (field or {}).get("fixed_points", ()):
                T, slope, y = point["temperature"], point["slope"], point.get("y_t")
                shown = f"{y['value']:.3f} ± {y['error']:.3f}" if y else "–"
                print(
                    f"| {flow} | {instrument} | {T['value'] / unit:.4f} ± {T['error'] / unit:.4f} | "
                    f"{slope['value']:.3f} ± {slope['error']:.3f} | {shown} |"
                )
    print("\n| recipe | seed | estimator | sizes | flowed | Monte Carlo | difference |\n|---|---|---|---|---|---|---|")
    for recipe, machines in entry["dimensions"].items():
        for number, rows in enumerate(machines):
            for row in rows:
                cells = (_text(row[key]) for key in ("flowed", "reference", "difference"))
                label = f"{row['dimension']}, {row['estimator']}"
                print(f"| {recipe} | {number} | {label} | {row['sizes']} | " + " | ".join(cells) + " |")


def _short(value: Any) -> Any:
    """Numbers with five digits."""
    if isinstance(value, float):
        return float(f"{value:.5g}")
    if isinstance(value, dict):
        return {key: _short(item) for key, item in value.items()}
    return [_short(item) for item in value] if isinstance(value, list) else value


def _text(estimate: dict[str, float] | None) -> str:
    return "–" if estimate is None else f"{estimate['value']:.3f} ± {estimate['error']:.3f}"


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else Path("flows-work"))
