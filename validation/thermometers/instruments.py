"""Instrument table of both lattices: bias, spread, range, pulls, and readings of states that are at no temperature.

    python validation/thermometers/instruments.py [--side 16]

Writes instruments.json and instruments.md beside itself. The machine is a small one trained at T_c; its own samples,
those of redrawn weights, shuffled spins, halves and mixtures of two temperatures, and states of another coupling are
read by all thermometers and by the equilibrium test, which is also given 50, 200 and 1000 of them for its power.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from spinlens.lattice.couplings import NearestNeighbour, PowerLaw
from spinlens.lattice.ising import IsingModel
from spinlens.machines.controls import redrawn
from spinlens.machines.rbm import RBM
from spinlens.statistics.estimate import Estimate
from spinlens.thermometers.impostors import halves, shuffled
from spinlens.thermometers.instrument_table import InstrumentTable, instrument_table
from spinlens.thermometers.instruments import InstrumentSet, calibrate_instruments, sample_independent

HERE = Path(__file__).parent
GRID = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.2, 1.35, 1.5, 1.75, 2.1, 2.6)
BETWEEN = (0.65, 0.75, 0.875, 0.925, 0.975, 1.0, 1.025, 1.075, 1.15, 1.275, 1.425, 1.9)
MODELS = {
    "nearest neighbour": (NearestNeighbour(), 2.2691853142130216, PowerLaw(1.2), 6.835),
    "power law 1.2": (PowerLaw(1.2), 6.835, PowerLaw(1.4), 6.2),
}
"""Coupling, T_c, another coupling and a temperature near its T_c."""
SAMPLES = 1000
PARTS = (50, 200, 1000)


def made_up(model: IsingModel, critical: float, other: tuple[Any, float]) -> dict[str, Any]:
    """name → 2 × SAMPLES states."""

    def draw(relative: float, seed: int, lattice: IsingModel = model, unit: float = critical) -> Any:
        return sample_independent(lattice, [relative * unit], 2 * SAMPLES, seed)[0]

    at_critical = draw(1.0, 11)
    machine = RBM(model.n_sites // 2, learning_rate=0.05, epochs=60, steps=5, persistent=True, seed=1)
    machine.fit(draw(1.0, 12).reshape(-1, model.n_sites))
    trained = machine.sample(2 * SAMPLES, 500, 3).reshape(-1, *model.shape)
    return {
        "equilibrium at T_c": draw(1.0, 13),
        "shuffled at T_c": shuffled(at_critical),
        "shuffled at 0.9 T_c": shuffled(draw(0.9, 14)),
        "halves at 0.9 and 1.2 T_c": halves(draw(0.9, 15), draw(1.2, 16)),
        "halves at 0.95 and 1.05 T_c": halves(draw(0.95, 17), draw(1.05, 18)),
        "mixture of 0.9 and 1.2 T_c": mixture(draw(0.9, 19), draw(1.2, 20)),
        "redrawn weights": redrawn(machine).sample(2 * SAMPLES, 200).reshape(-1, *model.shape),
        "trained machine": trained,
        f"{other[0]!r} at T = {other[1]}": draw(1.0, 21, IsingModel(model.shape, other[0]), other[1]),
    }


def mixture(cold: np.ndarray, hot: np.ndarray) -> np.ndarray:
    """Whole states of `cold` and of `hot` in turn: each is in equilibrium, the ensemble is not."""
    odd = np.arange(len(cold)).reshape(-1, *([1] * (cold.ndim - 1))) % 2
    return np.where(odd == 1, hot, cold)


def power(instruments: InstrumentSet, states: Any) -> dict[str, float]:
    """Share of ensembles of n states that the test rejects at 5 %."""
    found = {}
    for n in PARTS:
        parts = states[: len(states) // n * n].reshape(-1, n, *instruments.shape)
        tests = [instruments.test(part) for part in parts[:40]]
        found[str(n)] = float(np.mean([test.p_value < 0.05 for test in tests]))
    return found


def measure(name: str, side: int) -> tuple[dict[str, Any], str]:
    coupling, critical, *other = MODELS[name]
    model = IsingModel((side, side), coupling)
    grid, between = np.array(GRID) * critical, np.array(BETWEEN) * critical
    started = time.time()
    instruments = calibrate_instruments(model, grid, samples=SAMPLES, seed=1)
    calibrated = time.time()
    known = np.union1d(grid, between)
    held_out = sample_independent(model, known, SAMPLES, seed=2)
    kinds = made_up(model, critical, (other[0], other[1]))
    table = instrument_table(instruments, known, held_out, {k: v[:SAMPLES] for k, v in kinds.items()})
    document = {**table.to_dict(), "power": {kind: power(instruments, states) for kind, states in kinds.items()}}
    document["about"] = {
        "side": side,
        "T_c": critical,
        "states per temperature": SAMPLES,
        "seconds to calibrate": round(calibrated - started),
        "seconds": round(time.time() - started),
    }
    return document, page_of(table, critical)


def page_of(table: InstrumentTable, critical: float) -> str:
    """Two tables in Markdown, temperatures in units of T_c; spreads are those nearest to it."""
    at = int(np.argmin(np.abs(np.array(table.temperatures) - critical)))
    lines = ["| thermometer | range | largest bias | spread of a state | r.m.s. pull |", "|---|---|---|---|---|"]
    for name, row in table.thermometers.items():
        low, high = (scaled(x, critical) for x in row["range"])
        bias, spread = scaled(row["largest_bias"], critical), scaled(row["spread"][at], critical)
        lines.append(f"| {name} | {low} – {high} | {bias} | {spread} | {scaled(row['rms_pull'], 1)} |")
    names = list(table.thermometers)
    lines += ["", f"| states | {' | '.join(names)} | equilibrium p | D |", "|---|" + "---|" * (len(names) + 2)]
    for kind, found in table.made_up.items():
        cells = [cell(found["readings"][name], critical) for name in names]
        test = found["equilibrium"]
        p = "out of range" if not test["in_range"] else f"{test['p_value']:.2g}"
        distance = Estimate(test["distance"], test["distance_error"])
        lines.append(f"| {kind} | {' | '.join(cells)} | {p} | {distance} |")
    return "\n".join(lines) + "\n"


def scaled(value: float | None, unit: float) -> str:
    return "—" if value is None else f"{value / unit:.3g}"


def cell(reading: dict[str, Any], unit: float) -> str:
    if not reading["in_range"] or reading["T"] is None or reading["error"] is None:
        return "out of range"
    return str(Estimate(reading["T"] / unit, reading["error"] / unit))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--side", type=int, default=16)
    side = parser.parse_args().side
    documents, pages = {}, [f"# Instruments, L = {side}\n\nTemperatures in units of T_c.\n"]
    for name in MODELS:
        documents[name], page = measure(name, side)
        rates = documents[name]["power"]
        lines = [f"| {kind} | " + " | ".join(f"{r[str(n)]:.2f}" for n in PARTS) + " |" for kind, r in rates.items()]
        head = "| rejected at 5 % | " + " | ".join(f"n = {n}" for n in PARTS) + " |\n|---|" + "---|" * len(PARTS)
        pages.append(f"\n## {name}\n\n{page}\n{head}\n" + "\n".join(lines) + "\n")
        (HERE / "instruments.json").write_text(json.dumps(documents, indent=1, ensure_ascii=False) + "\n")
        (HERE / "instruments.md").write_text("".join(pages))


if __name__ == "__main__":
    main()
