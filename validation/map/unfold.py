"""How filters of learned machines lie on their torus, and what their pair couplings are on one of twice the side.

    python validation/map/unfold.py FOLDER STUDY [SIDE …]      # machines of beyond.py; no sampling

Writes unfold.json beside this file. Couplings of the wider torus are those at home carried by displacement, those of
the machine with its filters cut open opposite their centres (`on_torus`), and with filters cut at displacements of L/2
from 0, which may be their middle; beside J(r)/T of the lattice.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from beyond import COUPLINGS, HERE, RECIPES, SIDES, critical, machines_of

from spinlens import RBM, IsingModel, on_torus
from spinlens.comparisons.wider_couplings import cut, pair_table
from spinlens.machines.tori import carried, centres, shared, tied

RESULTS = HERE / "unfold.json"


def filters_of(machine: RBM) -> dict[str, Any]:
    """How the filters lie on their torus: centre, part of Σ w² within 2 sites of it, sums near and far."""
    assert machine.torus is not None
    torus = tied(machine)
    assert torus is not None
    L, filters = machine.torus[0], np.asarray(torus.filters(machine.weights_), dtype=np.float64)
    found = []
    steps = np.minimum(np.arange(L), L - np.arange(L)) ** 2
    near = np.add.outer(steps, steps) <= 4
    for w, centre in zip(filters, centres(filters), strict=True):
        placed = np.roll(w, tuple(-centre), (0, 1))
        rest = placed[~near]
        found.append({
            "centre": centre.tolist(), "near": round(float((placed[near] ** 2).sum() / (w**2).sum()), 4),
            "sum_near": round(float(placed[near].sum()), 4), "sum_far": round(float(rest.sum()), 4),
            "rms_far": round(float(np.sqrt(np.mean(rest**2))), 5),
        })  # fmt: skip
    table = pair_table(machine)
    return {"filters": found, "J": [round(float(table[0, r]), 6) for r in range(L // 2 + 1)],
            "sum_J": round(float(table.sum()), 5)}  # fmt: skip


def unfold(folder: Path, study: Path, sides: list[int]) -> None:
    """Pair couplings at home, on the wider torus, and there with filters cut open at displacements of L/2 from 0."""
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for L in sides:
        for name, coupling in COUPLINGS.items():
            for recipe in RECIPES:
                key, machines = f"{name}, {recipe}, {L}", machines_of(folder, study, name, recipe, L)
                if key in results or not machines:
                    continue
                T, wide = critical(name), IsingModel((2 * L, 2 * L), coupling)
                rows = []
                for machine in machines:
                    torus = tied(machine)
                    assert torus is not None
                    filters = np.array(torus.filters(machine.weights_), dtype=np.float64)
                    through = shared(wide.shape, np.stack([carried(w, wide.shape) for w in filters]))
                    home = pair_table(machine)
                    rows.append({
                        **filters_of(machine), "carried": sums(carried(home, wide.shape)),
                        "wide": sums(pair_table(on_torus(machine, wide.shape))), "through": sums(pair_table(through)),
                    })  # fmt: skip
                    print(key, rows[-1], flush=True)
                results[key] = {**of_the_lattice(IsingModel((L, L), coupling), wide, T), "machines": rows}
                RESULTS.write_text(json.dumps(results, indent=1) + "\n")


def of_the_lattice(small: IsingModel, wide: IsingModel, T: float) -> dict[str, Any]:
    """J(r)/T there, cut at L/2, and that of the small torus carried by displacement."""
    short, folded = cut(wide, small.shape), carried(small.coupling_table, wide.shape)
    return {"lattice": sums(wide.coupling_table / T), "cut": sums(short / T), "carried": sums(folded / T)}


def sums(table: Any) -> dict[str, float]:
    """J(1) along the axes, Σ J(r), and J(k) of the longest wave along an axis."""
    modes = np.fft.fftn(table).real
    found = {
        "J(1)": (table[0, 1] + table[1, 0]) / 2,
        "J(k = 0)": modes[0, 0],
        "J(k = 2π/2L)": (modes[0, 1] + modes[1, 0]) / 2,
    }
    return {key: float(f"{value:.5g}") for key, value in found.items()}


if __name__ == "__main__":
    unfold(Path(sys.argv[1]), Path(sys.argv[2]), [int(side) for side in sys.argv[3:]] or SIDES)
