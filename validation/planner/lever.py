"""What the planner buys: its error of T_c against that of a plain scan with the same sampler, analysis and updates.

    python validation/planner/lever.py

The plain scan runs every size at the same eleven temperatures within 5 % of the first estimate of T_c, with the same
number of draws everywhere. lever.json holds, for two budgets, the error of T_c that the analysis gives for both (root
mean square over seeds) and its statistical part, the ratio of the squared errors, which is how many times as long the
scan would have to run, and how the planner's error falls with the budget (½ for 1/√time). Ten minutes.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np

from spinlens import NearestNeighbour, sample
from spinlens.criticality.analysis.analysis import analyse
from spinlens.criticality.analysis.critical_point import CriticalPoint
from spinlens.criticality.reweighting.size_curves import SizeCurves
from spinlens.criticality.search.bracketing import first_look
from spinlens.criticality.search.budgeted import Budget
from spinlens.criticality.search.find import search
from spinlens.criticality.search.sizes import make_models

COUPLING, SIZES, BUDGETS, SEEDS = NearestNeighbour(), (8, 16, 32, 64), (1.5e8, 6e8), (1, 2, 3, 4, 5, 6)


def plain(updates: float, seed: int) -> CriticalPoint:
    """From runs on a fixed grid with equal draws."""
    models = make_models(COUPLING, SIZES, 2)
    centre = first_look(models, seed).temperature
    grid = tuple((centre * np.linspace(0.95, 1.05, 11)).tolist())
    draws = int(updates / (2 * len(grid) * sum(model.n_sites for model in models)))
    return analyse([
        SizeCurves.from_dataset(model, sample(model, grid, draws, 2, seed, "swendsen-wang", energy=False))
        for model in models
    ])  # fmt: skip


def planned(updates: float, seed: int) -> CriticalPoint:
    """From runs of the planner."""
    return search(COUPLING, SIZES, Budget(updates), seed=seed).point


def root_mean_square(values: list[float]) -> float:
    """√⟨x²⟩."""
    return math.sqrt(float(np.mean(np.square(values))))


def main() -> None:
    rows = []
    for updates in BUDGETS:
        errors = {}
        for name, run in (("scan", plain), ("planner", planned)):
            found = [run(updates, seed) for seed in SEEDS]
            errors[name] = root_mean_square([point.temperature.error for point in found])
            errors[f"{name}_statistical"] = root_mean_square([point.statistical["temperature"] for point in found])
            print(name, updates, errors[name], [str(point.temperature) for point in found], flush=True)
        rows.append({"updates": updates, **errors, "ratio": (errors["scan"] / errors["planner"]) ** 2})
    exponent = math.log(rows[0]["planner"] / rows[1]["planner"]) / math.log(BUDGETS[1] / BUDGETS[0])
    result = {"sizes": SIZES, "seeds": SEEDS, "budgets": rows, "exponent": exponent}
    Path(__file__).with_suffix(".json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
