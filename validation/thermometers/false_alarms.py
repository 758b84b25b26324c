"""False alarms of the equilibrium test on true ensembles of 200 to 4000 states, on and off calibrated temperatures.

    python validation/thermometers/false_alarms.py [--side 16] [--out false_alarms.json]

An ensemble read with a calibration shares that calibration's noise with every other one, so the rate is averaged over
many independent calibrations. Ensembles out of range (see `EquilibriumTest`) are not counted, and said.
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
from spinlens.sampling.sampler import sample
from spinlens.thermometers.equilibrium import EquilibriumReference

MODELS = {"nearest neighbour": (NearestNeighbour(), 2.2691853142130216), "power law 1.2": (PowerLaw(1.2), 6.835)}
GRID = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.2, 1.35, 1.5, 1.75, 2.1, 2.6)
TRUE = (0.825, 0.85, 0.925, 0.95, 0.975, 1.0, 1.025, 1.05, 1.15, 1.2, 1.425)
"""T / T_c: eight of the true ensembles lie at T_c or between calibrated temperatures."""
SAMPLES = 600  # states per temperature of a calibration
CALIBRATIONS = 20
SIZES = {200: 20, 1000: 20, 4000: 8}
"""States of an ensemble: distinct ensembles at each temperature, read with the calibrations in turn."""
LEVEL = 0.05


def pool(model: IsingModel, temperature: float, states: int, seed: int, thin: int = 12) -> np.ndarray:
    """(states, L, L), `thin` sweeps of Swendsen–Wang apart, from four chains."""
    data = sample(model, temperature, -(-states // 4), 4, seed, keep_spins=True, thin=thin, warmup=300, energy=False)
    return np.asarray(data["spins"].values.reshape(-1, *model.shape)[:states])


def measure(name: str, side: int) -> dict[str, Any]:
    coupling, critical = MODELS[name]
    model = IsingModel((side, side), coupling)
    grid = np.array(GRID) * critical
    pools = np.stack([pool(model, t, SAMPLES * CALIBRATIONS, 1000 + k) for k, t in enumerate(grid)])
    parts = np.split(pools, CALIBRATIONS, axis=1)
    references = [EquilibriumReference.calibrate(model, grid, part) for part in parts]
    rows = []
    for k, relative in enumerate(TRUE):
        states = pool(model, relative * critical, max(n * count for n, count in SIZES.items()), 2000 + k)
        for n, distinct in SIZES.items():
            ensembles = states[: distinct * n].reshape(distinct, n, side, side)
            tests = [reference.test(ensembles[i % distinct]) for i, reference in enumerate(references)]
            inside = [test for test in tests if test.in_range]
            pulls = [test.temperature.deviation(relative * critical) for test in inside]
            rows.append(
                {
                    "T/T_c": relative,
                    "states": n,
                    "tests": len(inside),
                    "rejected": sum(test.p_value < LEVEL for test in inside),
                    "rejected at 1 %": sum(test.p_value < 0.01 for test in inside),
                    "out of range": len(tests) - len(inside),
                    "r.m.s. pull of T": float(np.sqrt(np.mean(np.square(pulls)))) if pulls else None,
                    "mean distance": float(np.mean([test.distance.value for test in inside])) if inside else None,
                }
            )
    return {"rows": rows, "rates": {str(n): rate([row for row in rows if row["states"] == n]) for n in SIZES}}


def rate(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Share of rejected ensembles, with its binomial error; `spread` is the error from the spread over temperatures."""
    tests, rejected = sum(row["tests"] for row in rows), sum(row["rejected"] for row in rows)
    share = rejected / tests
    each = [row["rejected"] / row["tests"] for row in rows if row["tests"]]
    return {
        "tests": tests,
        "rate": share,
        "error": float(np.sqrt(LEVEL * (1 - LEVEL) / tests)),
        "spread": float(np.std(each, ddof=1) / np.sqrt(len(each))),
        "rate at 1 %": sum(row["rejected at 1 %"] for row in rows) / tests,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--side", type=int, default=16)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("false_alarms.json"))
    options = parser.parse_args()
    started = time.time()
    found = {}
    for name in MODELS:
        found[name] = measure(name, options.side)
        print(name, json.dumps(found[name]["rates"]), flush=True)
    about = {"side": options.side, "states per calibrated temperature": SAMPLES, "calibrations": CALIBRATIONS}
    about["seconds"] = round(time.time() - started)
    options.out.write_text(json.dumps({"about": about, **found}, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
