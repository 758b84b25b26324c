"""What the planner buys: its error of T_c against that of a plain scan with the same sampler, analysis and updates.

    python validation/planner/lever.py

The plain scan runs every size at the same eleven temperatures within 5 % of the first estimate of T_c, with the same
number of draws everywhere. Both are judged by one and the same fit, of all sizes. lever.json holds, for two budgets,
the statistical error of T_c of both (root mean square over seeds), the ratio of their squares, which is how many times
as long the scan would have to run, and how the planner's error falls with the budget (½ for 1/√time). Some minutes.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np

from spinlens import NearestNeighbour, sample
from spinlens.criticality.global_fit import FitModel, fit
from spinlens.criticality.lattices import make_models
from spinlens.criticality.location import locate_pair
from spinlens.criticality.observables import SizeCurves
from spinlens.criticality.planner import plan_critical_point
from spinlens.criticality.scaling_data import scaling_data
from spinlens.exact.kaufman import CRITICAL_TEMPERATURE

CORRECTIONS = (("power", 1.75), ("power", 2.0), ("power", 3.0))
COUPLING, SIZES, BUDGETS, SEEDS = NearestNeighbour(), (8, 16, 32, 64), (1.5e8, 6e8), (1, 2, 3, 4, 5, 6)


def plain(updates: float, seed: int) -> list[SizeCurves]:
    """Runs on a fixed grid with equal draws."""
    models = make_models(COUPLING, SIZES, 2)
    centre = locate_pair(models, seed, 1)
    grid = tuple((centre * np.linspace(0.95, 1.05, 11)).tolist())
    draws = int(updates / (2 * len(grid) * sum(model.n_sites for model in models)))
    return [
        SizeCurves.from_dataset(model, sample(model, grid, draws, 2, seed, "swendsen-wang", energy=False))
        for model in models
    ]


def planned(updates: float, seed: int) -> list[SizeCurves]:
    """Runs of the planner."""
    return list(plan_critical_point(COUPLING, SIZES, updates, seed=seed).curves)


def judged(curves: list[SizeCurves]) -> tuple[float, float]:
    """Statistical error of T_c, and T_c."""
    data = scaling_data(curves, CRITICAL_TEMPERATURE, True)
    found = fit(data, FitModel(CORRECTIONS, 1.0, 2, SIZES[0]), (CRITICAL_TEMPERATURE, 1.0))
    if found is None:
        raise RuntimeError("the fit failed")
    log_T_c, variance, _ = found.get("log_temperature")
    return math.exp(log_T_c) * math.sqrt(variance), math.exp(log_T_c)


def main() -> None:
    rows = []
    for updates in BUDGETS:
        errors = {}
        for name, run in (("scan", plain), ("planner", planned)):
            found = [judged(run(updates, seed)) for seed in SEEDS]
            errors[name] = math.sqrt(float(np.mean([error**2 for error, _ in found])))
            print(name, updates, errors[name], [value for _, value in found], flush=True)
        rows.append({"updates": updates, **errors, "ratio": (errors["scan"] / errors["planner"]) ** 2})
    exponent = math.log(rows[0]["planner"] / rows[1]["planner"]) / math.log(BUDGETS[1] / BUDGETS[0])
    result = {"sizes": SIZES, "seeds": SEEDS, "budgets": rows, "exponent": exponent}
    Path(__file__).with_suffix(".json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
