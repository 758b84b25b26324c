"""Which waves the machines of a finished study have learned: J_eff(k) against J(k)/T_c.

    python validation/study/modes.py STUDY [STUDY …]     # one folder a seed

Writes their seeds into modes.json, modes.png of the first where it has none, and prints the table of FINDINGS.md. For
each recipe the r.m.s. of J_eff(k) − J(k)/T_c over long (|k| < 1 a lattice spacing), middle and short waves (|k| ≥ 2.5),
and the standard deviation of J_eff(k) among the short ones beside the lattice; means over machines with their errors.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from spinlens import RBM, IsingModel, NearestNeighbour, PowerLaw, learned_modes, plot
from spinlens import open as load
from spinlens.criticality.universality import reference
from spinlens.plot import style
from spinlens.statistics.estimate import Estimate
from spinlens.study.definition.toml_file import load_study

HERE = Path(__file__).parent
MODELS = {"nearest-neighbour": NearestNeighbour(), "power-law": PowerLaw(1.2)}
RECIPES = ("learned", "dense", "cd1-critical", "sister-code")
COLUMNS = ("long", "middle", "short", "spread of short")
SIDE, LONG, SHORT = 16, 1.0, 2.5
Row = dict[str, list[float]]


def machines(study: Path, model: str, recipe: str) -> list[RBM]:
    """The machine of each seed of a recipe."""
    return [load(file) for file in sorted((study / "artefacts" / "machine").glob(f"{model}.{recipe}.*.safetensors"))]


def numbers(coupling: np.ndarray, wave: np.ndarray, lattice: np.ndarray) -> list[float]:
    """The four columns of one machine."""
    bands = (wave < LONG, (wave >= LONG) & (wave < SHORT), wave >= SHORT)
    excess = coupling - lattice
    return [*(float(np.sqrt(np.mean(excess[band] ** 2))) for band in bands), float(coupling[bands[2]].std())]


def rows(study: Path) -> dict[str, dict[str, Row]]:
    """Of each model the lattice and all recipes that the study has."""
    found: dict[str, dict[str, Row]] = {}
    for name, coupling in MODELS.items():
        T = reference(coupling, 2).temperature.estimate.value
        table = np.fft.fftn(IsingModel((SIDE, SIDE), coupling).coupling_table).real / T
        found[name] = {}
        for recipe in RECIPES:
            each = [learned_modes([machine], (SIDE, SIDE)) for machine in machines(study, name, recipe)]
            if not each:
                continue
            lattice = np.array([table[wave] for wave in each[0].components])
            values = np.array([numbers(one.coupling, one.wave, lattice) for one in each])
            error = values.std(axis=0, ddof=1) / np.sqrt(len(values))
            found[name]["lattice"] = {COLUMNS[3]: [float(lattice[each[0].wave >= SHORT].std()), 0.0]}
            found[name][recipe] = {
                key: [float(f"{v:.4g}"), float(f"{e:.2g}")]
                for key, v, e in zip(COLUMNS, values.mean(axis=0), error, strict=True)
            }
    return found


def draw(study: Path, target: Path) -> None:
    """J_eff(k) of the recipes beside J(k)/T_c, a panel a lattice."""
    with style.context():
        figure = Figure((9.2, 3.6), layout="constrained")
        for ax, (name, coupling) in zip(figure.subplots(1, 2), MODELS.items(), strict=True):
            T, shown = reference(coupling, 2).temperature.estimate.value, {}
            for recipe in RECIPES[:3]:
                shown[recipe] = learned_modes(machines(study, name, recipe), (SIDE, SIDE))
            plot.modes(shown, ax, model=IsingModel((SIDE, SIDE), coupling), temperature=T)
            ax.set_title(coupling.label)
        figure.savefig(target, dpi=110)


def main(studies: Sequence[Path]) -> None:
    target, figure = HERE / "modes.json", HERE / "modes.png"
    found = json.loads(target.read_text()) if target.exists() else {}
    found |= {f"seed {load_study(str(study / 'study.toml')).study.seed}": rows(study) for study in studies}
    target.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    if not figure.exists():
        draw(studies[0], figure)
    for model in MODELS:
        print(f"\n{model}\n\n| recipe | seed | {' | '.join(COLUMNS)} |\n|---|---|---|---|---|---|")
        for seed, tables in found.items():
            for recipe, row in tables[model].items():
                cells = [str(Estimate(*row[key])) if key in row else "" for key in COLUMNS]
                print(f"| {recipe} | {seed} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
