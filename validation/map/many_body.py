"""Couplings of four and six spins of the machines of finished studies, beside their pair couplings.

    python validation/map/many_body.py STUDY [STUDY …]     # one folder a seed

Writes many_body.json and many_body.png beside this file and prints the table of FINDINGS.md. Machines without biases
have none of three spins. For each machine r.m.s. over places of the coupling of a square, of four in a row, and of a
rectangle of six spins, over J(1)/T_c of the lattice: a model of pairs has 0.

Rule, set before the data: a machine is a model *of pairs* where all three are below 0.05, as C′ allows for couplings of
pairs, and *not of pairs* where one is above by three errors of the scatter of its recipe. The exact machine must be
the first (to rounding), or nothing is said.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from spinlens import RBM, IsingModel, NearestNeighbour, PowerLaw, group_couplings, plot
from spinlens import open as load
from spinlens.criticality.universality import reference
from spinlens.lattice.couplings import Coupling
from spinlens.plot import style
from spinlens.statistics.estimate import Estimate

HERE = Path(__file__).parent
MODELS: dict[str, Coupling] = {"nearest-neighbour": NearestNeighbour(), "power-law": PowerLaw(1.2)}
RECIPES = ("learned", "dense", "cd1-critical", "cd1-grid", "sister-code")
GROUPS = {
    "square": ((0, 0), (0, 1), (1, 0), (1, 1)),
    "four in a row": ((0, 0), (0, 1), (0, 2), (0, 3)),
    "rectangle of six": ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)),
}
MARGIN = 0.05


def sizes(machine: RBM, side: int) -> list[float]:
    """R.m.s. couplings of the groups over places and both directions; one place of shared weights, 16 of others."""
    some = range(0, side, max(1, side // 4))
    places = [(0, 0)] if machine.torus else [(x, y) for x in some for y in some]
    found = []
    for group in GROUPS.values():
        turned = [group, tuple((y, x) for x, y in group)]
        numbers = [[(x + dx) % side * side + (y + dy) % side for dx, dy in own] for x, y in places for own in turned]
        found.append(float(np.sqrt(np.mean(group_couplings(machine, numbers) ** 2))))
    return found


def rows(studies: Sequence[Path]) -> dict[str, dict[str, dict[str, list[float]]]]:
    """Model → recipe → group → [mean, error] over machines, in J(1)/T_c; the exact machine of a 6 × 6 lattice first."""
    found: dict[str, dict[str, dict[str, list[float]]]] = {}
    for name, coupling in MODELS.items():
        T = reference(coupling, 2).temperature.estimate.value
        own = found[name] = {"exact": table([RBM.exact(IsingModel((6, 6), coupling), T)], coupling, T)}
        for recipe in RECIPES:
            pattern = f"{name}.{recipe}.*.safetensors"
            files = [file for study in studies for file in sorted((study / "artefacts" / "machine").glob(pattern))]
            if files:
                own[recipe] = table([load(file) for file in files], coupling, T)
    return found


def table(machines: Sequence[RBM], coupling: Coupling, temperature: float) -> dict[str, list[float]]:
    side = round(machines[0].n_visible ** 0.5)
    unit = IsingModel((side, side), coupling).coupling_table[0, 1] / temperature
    values = np.array([sizes(machine, side) for machine in machines]) / unit
    error = values.std(axis=0, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.zeros(len(GROUPS))
    return {
        group: [float(f"{v:.4g}"), float(f"{e:.2g}")]
        for group, v, e in zip(GROUPS, values.mean(axis=0), error, strict=True)
    }


def main(studies: Sequence[Path]) -> None:
    found = rows(studies)
    (HERE / "many_body.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    for model, own in found.items():
        print(f"\n{model}\n\n| recipe | {' | '.join(GROUPS)} |\n|---|---|---|---|")
        for recipe, row in own.items():
            print(f"| {recipe} | {' | '.join(str(Estimate(*row[group])) for group in GROUPS)} |")
    with style.context():
        figure = Figure((9.2, 3.0), layout="constrained")
        for ax, (model, own) in zip(figure.subplots(1, 2), found.items(), strict=True):
            shown = {r: {g: Estimate(*value) for g, value in row.items()} for r, row in own.items()}
            words = "coupling of the group over J(1)/T"
            plot.forest(shown, ax, known=0.0, margin=MARGIN, words=words, legend=model == "power-law")
            ax.set_title(MODELS[model].label)
        figure.savefig(HERE / "many_body.png", dpi=110)


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
