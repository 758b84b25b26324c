"""Are machines that learned a lattice still that lattice on a torus of twice the side? The rule stands in BEYOND.md.

    python validation/map/beyond.py train FOLDER [SIDE …]          # four machines of each recipe, two lattices
    python validation/map/beyond.py ask FOLDER STUDY [SIDE …]      # SIDE → 2 SIDE; goes on where it was stopped
    python validation/map/beyond.py draw                           # beyond.png from beyond.json

Machines of two filters at L = 16 are the first four "learned" ones of a study of the preset standard. One core: 10 s a
machine to train, about an hour to ask.
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

from spinlens import RBM, IsingModel, NearestNeighbour, PowerLaw, beyond_training_size, sample
from spinlens import open as load
from spinlens.comparisons.beyond_training_size import OF_A_MACHINE, OF_THE_LATTICE
from spinlens.criticality.universality import reference
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


def plain(found: Any) -> dict[str, Any]:
    """A result as JSON data."""
    return {
        "trained": list(found.trained), "shape": list(found.shape), "temperature": found.temperature,
        "slopes": {key: float(f"{value:.5g}") for key, value in found.slopes.items()},
        "rows": [short(asdict(row)) for row in found.rows],
        "effects": {kind: [short(asdict(effect)) for effect in found.effects(kind)] for kind in found.kinds[1:]},
        "verdicts": {kind: found.verdict(kind) for kind in found.kinds[1:]},
    }  # fmt: skip


def short(value: Any) -> Any:
    """Numbers to six digits."""
    if isinstance(value, dict):
        return {key: short(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [short(item) for item in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def kinds_of(name: str, recipe: str, L: int) -> tuple[str, ...]:
    """What is asked: controls once, where their numbers do not depend on the machines; pairs where they are cheap."""
    first = recipe == RECIPES[1]
    if L == 8:
        return (*(OF_THE_LATTICE if first else ()), *OF_A_MACHINE)
    if name == "nearest-neighbour":
        return ("exact", "machine", "carried pairs") if first else ("machine",)
    return (*OF_THE_LATTICE, *OF_A_MACHINE) if first else ("machine", "carried pairs")


def ask(folder: Path, study: Path, sides: list[int]) -> None:
    """Every lattice, side and recipe."""
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for L in sides:
        for name in ("power-law", "nearest-neighbour"):
            for recipe in (RECIPES[1], RECIPES[2], RECIPES[0]):
                key = f"{name}, {recipe}, {L}"
                machines = machines_of(folder, study, name, recipe, L)
                if key in results or not machines:
                    continue
                kinds = kinds_of(name, recipe, L)
                draws = 16_000 if L == 8 else 8000
                for side in ([L] if recipe == STUDY_RECIPE else []) + [2 * L]:
                    begun = time.perf_counter()
                    found = beyond_training_size(
                        machines, IsingModel((L, L), COUPLINGS[name]), critical(name), (side, side),
                        ("machine", "pairs") if side == L else kinds, seed=L, workers=1, draws=draws, progress=False,
                    )  # fmt: skip
                    results[key if side > L else f"{key}, itself"] = plain(found)
                    RESULTS.write_text(json.dumps(results, indent=1) + "\n")
                    print(f"\n{key} at {side}, {time.perf_counter() - begun:.0f} s\n{found}", flush=True)


def draw() -> None:
    """⟨m²⟩ of each kind over that of the lattice, a panel a lattice and side."""
    results = json.loads(RESULTS.read_text())
    panels = [
        (name, str(L)) for L in SIDES for name in COUPLINGS
        if any(f"{name}, {recipe}, {L}" in results for recipe in RECIPES)
    ]  # fmt: skip
    with style.context():
        figure = Figure((4.4 * min(2, len(panels)), 3.4 * ((len(panels) + 1) // 2)), layout="constrained")
        axes = np.atleast_1d(figure.subplots((len(panels) + 1) // 2, min(2, len(panels)))).ravel()
        for ax, (name, L) in zip(axes, panels, strict=False):
            panel(ax, name, L, results)
        figure.savefig(HERE / "beyond.png", dpi=110)


def panel(ax: Any, name: str, L: str, results: dict[str, Any]) -> None:
    names: list[str] = []
    for number, recipe in enumerate(RECIPES):
        found = results.get(f"{name}, {recipe}, {L}")
        if found is None:
            continue
        level = next(row for row in found["rows"] if row["kind"] == "lattice")["reading"]["m2"]["value"]
        color, marker = style.series(number + 1)
        for row in found["rows"]:
            if row["kind"] == "lattice" or (row["machine"] is None and number):
                continue
            if row["kind"] not in names:
                names.append(row["kind"])
            value = row["reading"]["m2"]
            y = names.index(row["kind"]) + (0.0 if row["machine"] is None else 0.2 * (number - 1))
            look = style.INK if row["machine"] is None else color
            first = row["kind"] == "machine" and row["machine"] == 0
            style.points_along(
                ax, [value["value"] / level], [y], [value["error"] / level], look, marker,
                label=recipe if first else None, mfc=look if row["settled"] else "none", mec=look,
            )  # fmt: skip
    ax.axvline(1, color=style.MUTED, lw=0.7, dashes=(4, 2))
    ax.set_xscale("log")
    ax.set_yticks(range(len(names)), names)
    ax.invert_yaxis()
    ax.set_xlabel("⟨m²⟩ / ⟨m²⟩ of the lattice")
    ax.set_title(f"{COUPLINGS[name].label}, {L} → {2 * int(L)}")
    ax.legend(fontsize=8, loc="upper left")


if __name__ == "__main__":
    what, rest = sys.argv[1], sys.argv[2:]
    if what == "draw":
        draw()
    elif what == "train":
        train(Path(rest[0]), [int(side) for side in rest[1:]] or SIDES)
    else:
        ask(Path(rest[0]), Path(rest[1]), [int(side) for side in rest[2:]] or SIDES)
