"""Are machines that learned a lattice still that lattice on a torus of twice the side? The rule stands in BEYOND.md.

    python validation/map/beyond.py train FOLDER [SIDE …]          # four machines of each recipe, two lattices
    python validation/map/beyond.py ask FOLDER STUDY [SIDE …]      # SIDE → 2 SIDE; goes on where it was stopped
    python validation/map/beyond.py attack FOLDER STUDY [SIDE …]   # filters without what is far; T of cut lattices
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

from spinlens import RBM, CouplingTable, IsingModel, NearestNeighbour, PowerLaw, beyond_training_size, sample
from spinlens import open as load
from spinlens.comparisons.beyond_training_size import OF_A_MACHINE, OF_THE_LATTICE
from spinlens.comparisons.finite_size_reading import columns, reading
from spinlens.comparisons.wider_couplings import cut, pair_table
from spinlens.criticality.universality import reference
from spinlens.machines.tori import carried, centres, shared, tied
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


def plain(found: Any) -> dict[str, Any]:
    """A result as JSON data."""
    return {
        "trained": list(found.trained), "shape": list(found.shape), "temperature": found.temperature,
        "slopes": {key: float(f"{value:.5g}") for key, value in found.slopes.items()},
        "rows": [_short(asdict(row)) for row in found.rows],
        "effects": {kind: [_short(asdict(effect)) for effect in found.effects(kind)] for kind in found.kinds[1:]},
        "verdicts": {kind: found.verdict(kind) for kind in found.kinds[1:]},
    }  # fmt: skip


def _short(value: Any) -> Any:
    """Numbers to six digits."""
    if isinstance(value, dict):
        return {key: _short(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_short(item) for item in value]
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
                own = {"machines": [filters_of(machine) for machine in machines]}
                draws = 16_000 if L == 8 else 8000
                for side in ([L] if recipe == STUDY_RECIPE else []) + [2 * L]:
                    begun = time.perf_counter()
                    found = beyond_training_size(
                        machines, IsingModel((L, L), COUPLINGS[name]), critical(name), (side, side),
                        ("machine", "pairs") if side == L else kinds, seed=L, workers=1, draws=draws, progress=False,
                    )  # fmt: skip
                    results[key if side > L else f"{key}, itself"] = plain(found) | own
                    RESULTS.write_text(json.dumps(results, indent=1) + "\n")
                    print(f"\n{key} at {side}, {time.perf_counter() - begun:.0f} s\n{found}", flush=True)


def attack(folder: Path, study: Path, sides: list[int]) -> None:
    """Filters without what is far from their centres, asked again; at which T cut and carried lattices are critical."""
    results = json.loads(RESULTS.read_text())
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
    return _short(found)


def sampled(model: IsingModel, grid: list[float]) -> list[dict[str, list[float]]]:
    """U4 and ξ/L with errors at each T."""
    data = sample(model, grid, 3000, 4, 7, keep_spins=True, thin=3, energy=False, workers=1, progress=False)
    rows = []
    for states in data.spins.values:
        blocks = np.concatenate([columns(chain, model).reshape(10, -1, 6).mean(axis=1) for chain in states])
        read = reading(blocks, model)
        rows.append({key: [getattr(read, key).value, getattr(read, key).error] for key in ("m2", "binder", "xi")})
    return rows


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
    elif what == "attack":
        attack(Path(rest[0]), Path(rest[1]), [int(side) for side in rest[2:]] or SIDES)
    elif what == "train":
        train(Path(rest[0]), [int(side) for side in rest[1:]] or SIDES)
    else:
        ask(Path(rest[0]), Path(rest[1]), [int(side) for side in rest[2:]] or SIDES)
