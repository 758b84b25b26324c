"""Are machines that learned a lattice still that lattice on a torus of twice the side? The rule stands in BEYOND.md.

    python validation/map/beyond.py train FOLDER [SIDE …]          # four machines of each recipe, two lattices
    python validation/map/beyond.py ask FOLDER STUDY               # goes on where it was stopped
    python validation/map/beyond.py draw                           # beyond.png and tables from beyond.json

Machines of two filters at L = 16 are the first four "learned" ones of a study of the preset standard. One core: 10 s a
machine to train, a minute or two to ask one.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from spinlens import RBM, Estimate, IsingModel, NearestNeighbour, PowerLaw, beyond_training_size, sample
from spinlens import open as load
from spinlens.comparisons.beyond_training_size import OF_A_MACHINE, OF_THE_LATTICE
from spinlens.comparisons.finite_size_reading import FiniteSizeReading
from spinlens.comparisons.torus_rows import BeyondTrainingSize, TorusRow
from spinlens.criticality.universality import reference
from spinlens.machines.likelihood.gibbs_time import GibbsTime
from spinlens.machines.tori import shared
from spinlens.plot import style

HERE = Path(__file__).parent
RESULTS = HERE / "beyond.json"
COUPLINGS = {"nearest-neighbour": NearestNeighbour(), "power-law": PowerLaw(1.2)}
SEEDS, SIDES = 4, [8, 16]
STUDY_SIDE, STUDY_RECIPE = 16, "two filters"
STATES = 20_000
RECIPES = ("one filter", "two filters", "two filters, near")
"""`RBM.for_lattice`; "near" begins at filters of one site each instead of noise."""
OF_SIXTEEN: tuple[tuple[str, tuple[str, ...], tuple[int, ...]], ...] = (
    ("power-law", ("machine", "carried", "cut"), (0, 1, 2, 3)),
    *(("nearest-neighbour", ("machine",), (number,)) for number in range(4)),
    ("nearest-neighbour", ("exact",), (0,)),
    ("power-law", ("exact",), (0,)),
    *(("power-law", (kind,), (number,)) for kind in ("carried pairs", "pairs") for number in range(4)),
    *(("nearest-neighbour", ("carried pairs",), (number,)) for number in range(4)),
)
CALLS = [(name, STUDY_RECIPE, STUDY_SIDE, kinds, numbers) for name, kinds, numbers in OF_SIXTEEN] + [
    (name, recipe, L, (*OF_THE_LATTICE, *OF_A_MACHINE), (0, 1, 2, 3))
    for L in SIDES for name in COUPLINGS for recipe in RECIPES if (L, recipe) != (STUDY_SIDE, STUDY_RECIPE)
]  # fmt: skip
"""Lattice, recipe, side, kinds and numbers of the machines of each call; those that matter most first."""


def critical(name: str) -> float:
    return float(reference(COUPLINGS[name], 2).temperature.estimate.value)


def made(recipe: str, L: int, states: Any, seed: int) -> RBM:
    """A machine of a recipe."""
    machine = RBM.for_lattice((L, L), filters=1 if recipe == "one filter" else 2, seed=seed)
    if not recipe.endswith("near"):
        return machine.fit(states, progress=False)
    filters = 0.01 * np.random.default_rng(seed).normal(size=(2, L, L))
    filters[0, 0, 0], filters[1, 0, 0] = 0.3, 0.1
    return machine.fit(states, start=shared((L, L), filters.astype(np.float32)), progress=False)


def train(folder: Path, sides: list[int], from_study: tuple[str, ...] = tuple(COUPLINGS)) -> None:
    """All machines that are not there yet, but those of two filters that a study has."""
    for L in sides:
        for name, coupling in COUPLINGS.items():
            for seed in range(SEEDS):
                data = None
                for recipe in RECIPES:
                    target = folder / f"{file_name(name, recipe, L)}.{seed}.safetensors"
                    if target.exists() or (L == STUDY_SIDE and recipe == STUDY_RECIPE and name in from_study):
                        continue
                    if data is None:
                        model = IsingModel((L, L), coupling)
                        drawn = sample(
                            model, critical(name), STATES // 10, 10, 100 + seed, keep_spins=True, thin=3, workers=1
                        )
                        data = drawn.spins.values.reshape(-1, L * L)
                    begun = time.perf_counter()
                    made(recipe, L, data, seed).save(target)
                    print(target.name, f"{time.perf_counter() - begun:.1f} s", flush=True)


def file_name(name: str, recipe: str, L: int) -> str:
    return f"{name}.{recipe.replace(', ', '-').replace(' ', '-')}.{L}"


def machines_of(folder: Path, study: Path, name: str, recipe: str, L: int) -> list[RBM]:
    """Four machines of a recipe; fewer where they have not been trained."""
    if L == STUDY_SIDE and recipe == STUDY_RECIPE:
        files = [sorted((study / "artefacts" / "machine").glob(f"{name}.learned.{seed}-*")) for seed in range(SEEDS)]
        if all(files):
            return [load(found[0]) for found in files]
    return [load(path) for path in sorted(folder.glob(f"{file_name(name, recipe, L)}.*.safetensors"))]


def plain(found: BeyondTrainingSize) -> dict[str, Any]:
    """A result as JSON data, to six digits."""
    return short({"slopes": dict(found.slopes), "rows": [asdict(row) for row in found.rows]})


def short(value: Any) -> Any:
    """Numbers to six digits."""
    if isinstance(value, dict):
        return {key: short(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [short(item) for item in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def back(name: str, L: int, calls: list[dict[str, Any]]) -> BeyondTrainingSize:
    """Calls of one lattice and side as one result: the lattice of the first, and all other rows."""
    rows = []
    for call in calls:
        for row in call["rows"]:
            if row["kind"] == "lattice" and rows:
                continue
            read = {key: None if v is None else Estimate(**v) for key, v in row["reading"].items()}
            tau = None if row["tau"] is None else GibbsTime(**row["tau"])
            number = None if row["machine"] is None else row["machine"] + call["first"]
            rows.append(TorusRow(row["kind"], number, FiniteSizeReading(**read), tau, row["settled"]))
    return BeyondTrainingSize((2 * L, 2 * L), (L, L), critical(name), tuple(rows), calls[0]["slopes"])


def ask(folder: Path, study: Path) -> None:
    """All calls that have not been made."""
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for name, recipe, L, kinds, numbers in CALLS:
        key = f"{name}, {recipe}, {L}: {' + '.join(kinds)}" + (f" {numbers[0]}" if len(numbers) == 1 else "")
        if key in results:
            continue
        machines = machines_of(folder, study, name, recipe, L)
        found = beyond_training_size(
            [machines[number] for number in numbers], IsingModel((L, L), COUPLINGS[name]), critical(name),
            (2 * L, 2 * L), kinds, seed=L + numbers[0], workers=1, draws=8000, progress=False,
        )  # fmt: skip
        results[key] = {"first": numbers[0], **plain(found)}
        RESULTS.write_text(json.dumps(results, indent=1) + "\n")
        print(f"\n{key}\n{found}", flush=True)


def together() -> dict[str, BeyondTrainingSize]:
    """The results of each lattice, recipe and side."""
    results, found = json.loads(RESULTS.read_text()), {}
    for group in dict.fromkeys(key.split(":")[0] for key in results):
        name, *_, L = group.split(", ")
        found[group] = back(name, int(L), [call for key, call in results.items() if key.split(":")[0] == group])
    return found


def draw() -> None:
    """ξ/L of each kind and machine beside the lattice, and the tables of BEYOND.md."""
    groups = together()
    with style.context():
        figure = Figure((4.6 * len(groups), 3.0), layout="constrained")
        for ax, (group, found) in zip(np.atleast_1d(figure.subplots(1, len(groups))), groups.items(), strict=True):
            found.plot(ax, "xi")
            ax.set_title(group, fontsize=9)
        figure.savefig(HERE / "beyond.png", dpi=110)
    for group, found in groups.items():
        print(f"\n{group}\n{found}")
        for kind in found.kinds[1:]:
            print(
                kind, ", ".join(f"{effect.observable} {effect.value} {effect.side}" for effect in found.effects(kind))
            )


if __name__ == "__main__":
    what, rest = sys.argv[1], sys.argv[2:]
    if what == "draw":
        draw()
    elif what == "train":
        train(Path(rest[0]), [int(side) for side in rest[1:]] or SIDES)
    else:
        ask(Path(rest[0]), Path(rest[1]))
