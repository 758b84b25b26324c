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
from spinlens.statistics.estimate import Estimate
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
    report(results)


SAME_FROM_ANYWHERE = ("geometry-free", "mean-field", "redrawn")  # forget their start at once: one start is shown
SAID = {"magnetization": "\\|m\\|", "xi": "ξ/L", "correlation": "G(r)", "pseudo_likelihood": "pseudo-l."}
PATTERN = {
    "peak": "peak", "background": "background", "rms_radius": "r.m.s. radius", "participation": "participation",
    "covariance": "covariance",
}  # fmt: skip


def report(results: dict[str, Any]) -> None:
    """The tables of README.md."""
    for name, entry in results.items():
        print(f"\n### {name}\n")
        ends(entry["flows"])
    print("\n## Fixed points of one step\n")
    head("lattice", "flow", "instrument", "T* / T_c", "dΔT/dT", "y_t")
    for name, entry in results.items():
        fixed_points(name, entry["flows"])
    print("\n## Scaling dimensions of flowed states minus Monte Carlo\n")
    head("lattice", "machine", "Δ", "estimator", "L", "flowed − Monte Carlo, seed by seed")
    for name, entry in results.items():
        differences(name, entry["dimensions"])
    print("\n## What hidden units see at T_c\n")
    head("lattice", "units", *PATTERN.values(), "T of the best RG pattern / T_c")
    for name, entry in results.items():
        patterns(name, entry["flows"])


def ends(found: dict[str, Any]) -> None:
    """Where flows end, by machine and start."""
    head("machine", "start", *(SAID.get(i, i) for i in found["instruments"]), "accepted", "τ")
    groups = dict.fromkeys((r["control"], r["recipe"], r["n_hidden"], r["start"]) for r in found["flows"])
    for key in groups:
        if key[0] in SAME_FROM_ANYWHERE and key[3] != "critical":
            continue
        rows = [r for r in found["flows"] if (r["control"], r["recipe"], r["n_hidden"], r["start"]) == key]
        cells = [_end(rows, instrument, found["unit"]) for instrument in found["instruments"]]
        accepted = sum((r["equilibrium_p"] or 0) > 0.01 for r in rows)
        tau = np.mean([r["gibbs_tau"] for r in rows if r["gibbs_tau"] is not None])
        line(" ".join(str(part) for part in key[:3] if part), key[3], *cells, f"{accepted}/{len(rows)}", f"{tau:.0f}")


def fixed_points(name: str, found: dict[str, Any]) -> None:
    """Zeros of ΔT by instrument."""
    for flow, fields in found["fields"].items():
        for instrument, field in fields.items():
            for point in (field or {}).get("fixed_points", ()):
                T = _over(point["temperature"], found["unit"])
                line(name, flow, SAID.get(instrument, instrument), T, _text(point["slope"]), _text(point.get("y_t")))


def differences(name: str, recipes: dict[str, Any]) -> None:
    """Dimensions of flowed states less those of Monte Carlo."""
    for recipe, machines in recipes.items():
        for rows in zip(*machines, strict=True):
            if all(row["difference"] is not None for row in rows):
                label = (rows[0]["dimension"], rows[0]["estimator"].split()[0], ", ".join(map(str, rows[0]["sizes"])))
                line(name, recipe, *label, ", ".join(_text(row["difference"]) for row in rows))


def patterns(name: str, found: dict[str, Any]) -> None:
    """Maps ⟨v h⟩ of hidden units, and of block spins."""
    for row in found["patterns"]:
        T = _over(row["match_temperature"], found["unit"]) if row.get("match_in_range") else "–"
        line(name, row["source"], *(_text(row.get(key)) for key in PATTERN), T)


def head(*names: object) -> None:
    line(*names)
    line(*["---"] * len(names))


def line(*cells: object) -> None:
    print("| " + " | ".join(map(str, cells)) + " |")


def _end(rows: list[dict[str, Any]], instrument: str, unit: float) -> str:
    """Mean over machines with their standard deviation; of one machine with the error of the reading."""
    inside = [r[f"T_{instrument}"] / unit for r in rows if r[f"in_range_{instrument}"]]
    if len(inside) < len(rows):
        return "out"
    error = np.std(inside, ddof=1) if len(inside) > 1 else rows[0][f"T_{instrument}_error"] / unit
    return str(Estimate(float(np.mean(inside)), float(error)))


def _short(value: Any) -> Any:
    """Numbers with five digits."""
    if isinstance(value, float):
        return float(f"{value:.5g}")
    if isinstance(value, dict):
        return {key: _short(item) for key, item in value.items()}
    return [_short(item) for item in value] if isinstance(value, list) else value


def _over(estimate: dict[str, float], unit: float) -> str:
    return str(Estimate(estimate["value"] / unit, estimate["error"] / unit))


def _text(estimate: dict[str, float] | None) -> str:
    return "–" if estimate is None or estimate["value"] is None else str(Estimate(estimate["value"], estimate["error"]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else Path("flows-work"))
