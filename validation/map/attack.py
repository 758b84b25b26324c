"""What carries a machine beyond its size: filters without what is far from their centres, and T of cut lattices.

    python validation/map/attack.py FOLDER STUDY [SIDE …]      # after beyond.py

Writes attack.json beside this file.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from beyond import COUPLINGS, HERE, SEEDS, SIDES, STUDY_RECIPE, STUDY_SIDE, critical, machines_of, plain, short

from spinlens import RBM, CouplingTable, IsingModel, beyond_training_size, sample
from spinlens.comparisons.finite_size_reading import columns, reading
from spinlens.comparisons.torus_rows import BeyondTrainingSize
from spinlens.comparisons.wider_couplings import cut
from spinlens.machines.tori import carried, centres, shared, tied

RESULTS = HERE / "attack.json"


def attack(folder: Path, study: Path, sides: list[int]) -> None:
    """Filters without what is far from their centres, asked again; at which T cut and carried lattices are critical."""
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for L in sides:
        for name in ("power-law", "nearest-neighbour"):
            model = IsingModel((L, L), COUPLINGS[name])
            for what in ("background removed", "beyond L/4 removed"):
                key = f"{name}, {what}, {L}"
                machines = [changed(m, what) for m in machines_of(folder, study, name, STUDY_RECIPE, L)]
                if key in results or not machines:
                    continue
                found = beyond_training_size(
                    machines, model, critical(name), (2 * L, 2 * L), ["machine"], seed=L, workers=1, draws=8000,
                    progress=False,
                )  # fmt: skip
                results[key] = plain(found)
                RESULTS.write_text(json.dumps(results, indent=1) + "\n")
                print(f"\n{key}\n{found}", flush=True)
            for number in range(SEEDS) if L == STUDY_SIDE else ():
                key = f"{name}, cut at L/2 from 0, {L}, {number}"
                if key not in results:
                    results[key] = plain(through(folder, study, name, number))
                    RESULTS.write_text(json.dumps(results, indent=1) + "\n")
        key = f"power-law, temperatures, {L}"
        if key not in results:
            results[key] = temperatures(L)
            RESULTS.write_text(json.dumps(results, indent=1) + "\n")
            print(key, results[key], flush=True)


def changed(machine: RBM, what: str) -> RBM:
    """The machine with filters that lack their mean beyond 2 sites, or all beyond L/4 of their centres."""
    torus = tied(machine)
    assert torus is not None
    filters = np.array(torus.filters(machine.weights_), dtype=np.float64)
    L = filters.shape[1]
    steps = np.minimum(np.arange(L), L - np.arange(L))
    square = np.add.outer(steps**2, steps**2)
    for number, centre in enumerate(centres(filters)):
        placed = np.roll(filters[number], tuple(-centre), (0, 1))
        if what == "background removed":
            placed[square > 4] -= placed[square > 4].mean()
        else:
            placed[np.maximum.outer(steps, steps) > L // 4] = 0.0
        filters[number] = np.roll(placed, tuple(centre), (0, 1))
    return shared((L, L), filters.astype(np.float32))


def through(folder: Path, study: Path, name: str, number: int) -> BeyondTrainingSize:
    """A machine whose filters are cut open at displacements of L/2 from 0, asked on twice its side."""
    machine = machines_of(folder, study, name, STUDY_RECIPE, STUDY_SIDE)[number]
    torus, wide = tied(machine), (2 * STUDY_SIDE, 2 * STUDY_SIDE)
    assert torus is not None
    filters = np.stack([carried(w, wide) for w in np.array(torus.filters(machine.weights_), dtype=np.float64)])
    return beyond_training_size(
        [shared(wide, filters.astype(np.float32))], IsingModel(wide, COUPLINGS[name]), critical(name), wide,
        ["machine"], seed=STUDY_SIDE + number, workers=1, draws=1600, most_steps=20_000, progress=False,
    )  # fmt: skip


def temperatures(L: int) -> dict[str, Any]:
    """T / T_c at which the cut and the carried power law have U4 and ξ/L of the lattice at 2L and T_c."""
    name, T = "power-law", critical("power-law")
    small, wide = (IsingModel((side, side), COUPLINGS[name]) for side in (L, 2 * L))
    level = sampled(wide, [T])[0]
    found: dict[str, Any] = {"lattice": level}
    for kind, table in (("cut", cut(wide, small.shape)), ("carried", carried(small.coupling_table, wide.shape))):
        grid = np.array([0.86, 0.9, 0.94, 0.97, 1.0] if kind == "cut" else [0.94, 0.96, 0.98, 1.0, 1.02])
        rows = sampled(IsingModel(wide.shape, CouplingTable(table)), list(T * grid))
        found[kind] = {"grid": grid.tolist(), "rows": rows}
        for observable in ("binder", "xi"):  # falling with T
            values = [row[observable][0] for row in rows]
            found[kind][f"T by {observable}"] = float(np.interp(-level[observable][0], -np.array(values), grid))
    return short(found)


def sampled(model: IsingModel, grid: list[float]) -> list[dict[str, list[float]]]:
    """U4 and ξ/L with errors at each T."""
    data = sample(model, grid, 3000, 4, 7, keep_spins=True, thin=3, energy=False, workers=1, progress=False)
    rows = []
    for states in data.spins.values:
        blocks = np.concatenate([columns(chain, model).reshape(10, -1, 6).mean(axis=1) for chain in states])
        read = reading(blocks, model)
        rows.append({key: [getattr(read, key).value, getattr(read, key).error] for key in ("m2", "binder", "xi")})
    return rows


if __name__ == "__main__":
    attack(Path(sys.argv[1]), Path(sys.argv[2]), [int(side) for side in sys.argv[3:]] or SIDES)
