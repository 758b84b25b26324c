"""Is it the first layer alone that counts? Stacks, first layers and wider machines near T_c; the rule is in DEPTH.md.

    python validation/map/depth.py ask [NAME=VALUE …]   # goes on where it was stopped; lattice=, recipe= choose a part
    python validation/map/depth.py attack [WORDS …]     # other second layers at T_c; lattice, recipe or change
    python validation/map/depth.py small                # 4 × 4, by sums over all states: a perfect second layer
    python validation/map/depth.py draw                 # depth.png and the tables of DEPTH.md

One core. Machines are trained anew, the same each time.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from spinlens import RBM, Estimate, IsingModel, NearestNeighbour, PowerLaw, StackedRBM, depth_against_width, sample
from spinlens.comparisons.depth_rows import DepthAgainstWidth, DepthRow
from spinlens.criticality.universality import reference
from spinlens.files.atomic import write_file
from spinlens.machines.likelihood.gibbs_time import GibbsTime
from spinlens.plot import style

HERE = Path(__file__).parent
RESULTS = HERE / "depth.json"
COUPLINGS = {"nearest-neighbour": NearestNeighbour(), "power-law": PowerLaw(1.2)}
SIDE, SEEDS, STATES, CHAINS = 8, 3, 20_000, 400
NEAR = (1.0, 0.95, 1.05, 0.9, 1.1)
"""T / T_c, those that matter most first."""

PCD: dict[str, Any] = {"steps": 5, "persistent": True, "epochs": 48, "learning_rate": 0.02, "l1": 0.005}
CD: dict[str, Any] = {"steps": 1, "persistent": False, "epochs": 20, "learning_rate": 0.03}
"""Of 200 updates an epoch: the stacks and the recipe cd1-critical of the preset standard."""
RECIPES: dict[str, tuple[int, dict[str, Any]]] = {"stack": (16, PCD), "CD-1": (64, CD), "learned": (64, PCD)}
"""Units of a layer, and how layers are trained; the first one of "learned" has shared weights."""


def critical(name: str) -> float:
    return float(reference(COUPLINGS[name], 2).temperature.estimate.value)


def states_of(model: IsingModel, T: float, seed: int) -> Any:
    drawn = sample(model, T, STATES // 10, 10, 100 + seed, keep_spins=True, thin=3, workers=1, progress=False)
    return drawn.spins.values.reshape(-1, model.n_sites)


def trained(recipe: str, states: Any, seed: int) -> tuple[StackedRBM, list[RBM]]:
    """A stack of three layers, and machines of as many units as two and three of them have."""
    n, options = RECIPES[recipe]
    if recipe == "learned":
        alone = [RBM.for_lattice((SIDE, SIDE), filters=k, seed=seed).fit(states, progress=False) for k in (1, 2, 3)]
        stack = StackedRBM((n, n, n), seed=seed, **options).fit(states, bottom=alone[0], progress=False)
        return stack, alone[1:]
    stack = StackedRBM((n, n, n), seed=seed, **options).fit(states, progress=False)
    return stack, [RBM(k * n, seed=seed, **options).fit(states, progress=False) for k in (2, 3)]


def first_layer(recipe: str, states: Any, seed: int) -> RBM:
    """That of the stack, trained alone."""
    n, options = RECIPES[recipe]
    if recipe == "learned":
        return RBM.for_lattice((SIDE, SIDE), filters=1, seed=seed).fit(states, progress=False)
    return StackedRBM((n,), seed=seed, **options).fit(states, progress=False).layers_[0]


def ask(chosen: dict[str, str]) -> None:
    """All cells that have not been asked."""
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for near in NEAR:
        for seed in range(SEEDS):
            for recipe in RECIPES:
                for name in COUPLINGS:
                    key = f"{name}, {recipe}, {near:g}, {seed}"
                    if key in results or chosen.get("lattice", name) != name or chosen.get("recipe", recipe) != recipe:
                        continue
                    begun = time.perf_counter()
                    found = asked(name, recipe, near, seed)
                    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}  # of others, too
                    results[key] = [short(asdict(row)) for row in found.rows]
                    write_file(RESULTS, (json.dumps(results, indent=1) + "\n").encode())
                    print(f"\n{key}, {time.perf_counter() - begun:.1f} s\n{found}", flush=True)


def asked(name: str, recipe: str, near: float, seed: int) -> DepthAgainstWidth:
    """One cell; the exact machine stands beside the first recipe's first seed alone."""
    model, T = IsingModel((SIDE, SIDE), COUPLINGS[name]), near * critical(name)
    stack, wide = trained(recipe, states_of(model, T, seed), seed)
    controls = ["mirror", "untrained", "ceiling"] + (["exact"] if (recipe, seed) == ("stack", 0) else [])
    return depth_against_width(
        {T: [stack]}, model, {T: wide}, controls, chains=CHAINS, seed=seed, workers=1, progress=False
    )


def short(value: Any) -> Any:
    """Numbers to six digits, but temperatures."""
    if isinstance(value, dict):
        return {key: item if key == "temperature" else short(item) for key, item in value.items()}
    return float(f"{value:.6g}") if isinstance(value, float) else value


def together(name: str, recipe: str, results: dict[str, Any]) -> DepthAgainstWidth:
    """The seeds of a recipe as one result, at temperatures that all have; the lattice is the mean over theirs."""
    rows, lattices = [], {}
    for key, cell in results.items():
        at, own, near, seed = key.split(", ")
        if any(f"{name}, {recipe}, {near}, {other}" not in results for other in range(SEEDS)):
            continue
        if at != name or (own != recipe and (own, seed) != ("stack", "0")):
            continue
        for entry in cell:
            row = row_of(entry, int(seed))
            if row.kind == "lattice" and own == recipe:
                lattices.setdefault(near, []).append(row)
            elif own == recipe or row.kind == "exact":
                rows.append(row)
    return DepthAgainstWidth((SIDE, SIDE), str(RECIPES[recipe][0]), (*map(mean_of, lattices.values()), *rows))


def row_of(entry: dict[str, Any], seed: int) -> DepthRow:
    numbers = {name: Estimate(**entry[name]) for name in ("energy", "specific_heat")}
    tau = None if entry["tau"] is None else GibbsTime(**entry["tau"])
    return DepthRow(**{**entry, **numbers, "tau": tau, "machine": None if entry["machine"] is None else seed})


def mean_of(rows: list[DepthRow]) -> DepthRow:
    """Independent runs of the same lattice."""
    means = {
        name: Estimate(
            float(np.mean([getattr(row, name).value for row in rows])),
            float(np.sqrt(np.sum([getattr(row, name).error ** 2 for row in rows]))) / len(rows),
        )
        for name in ("energy", "specific_heat")
    }  # fmt: skip
    return DepthRow(rows[0].temperature, "lattice", None, *means.values(), None, all(row.settled for row in rows))


def attack(chosen: list[str]) -> None:
    """Second layers of other widths and trainings at T_c, on the first layers of seed 0; words choose some."""

    def wanted(known: Iterable[str]) -> list[str]:
        return [word for word in known if word in chosen] or list(known)

    for name in wanted(COUPLINGS):
        model, T = IsingModel((SIDE, SIDE), COUPLINGS[name]), critical(name)
        for recipe in wanted(RECIPES):
            (n, options), states = RECIPES[recipe], states_of(model, T, 0)
            bottom = first_layer(recipe, states, 0)
            changed: dict[str, tuple[int, dict[str, Any]]] = {
                "no decay of weights": (n, {"l1": 0.0}),
                "twice the units": (2 * n, {}),
                "four times the updates": (n, {"epochs": 4 * options["epochs"]}),
            }
            for words in wanted(changed):
                width, other = changed[words]
                if other.get("l1") == options.get("l1", 0.0):
                    continue
                stack = StackedRBM((n, width), seed=1, **{**options, **other})
                stack.fit(states, bottom=bottom, progress=False)
                found = depth_against_width({T: [stack]}, model, None, [], chains=CHAINS, workers=1, progress=False)
                print(f"\n{name}, {recipe}, second layer of {words}\n{found}", flush=True)
                print(found.to_dataframe().to_string(), flush=True)


def small() -> None:
    """The lattice, a first layer of the exact gradient, and the stack of a perfect second layer, by sums.

    Printed are the divergence of Kullback and Leibler from the lattice in nats, energy a site, C and ⟨m²⟩.
    """
    spins = all_units(16)
    for name, coupling in COUPLINGS.items():
        model, T = IsingModel((4, 4), coupling), critical(name)
        energy = model.energy(spins.reshape(-1, 4, 4).astype(np.int8))
        p = normalized(-energy / T)
        data = spins[np.random.default_rng(0).choice(len(p), size=STATES, p=p)].astype(np.int8)
        for n in (4, 8):
            options = {"epochs": 60, "learning_rate": 0.02, "averaging": 0.2, "seed": 1}
            weights = RBM(n, exact_gradient=True, **options).fit(data, progress=False).weights_.astype(float)
            hidden = all_units(n)
            up, down = chances(spins @ weights, hidden), chances(hidden @ weights.T, spins)
            alone = normalized(np.log(2 * np.cosh(spins @ weights)).sum(axis=1))
            for words, found in (("lattice", p), (f"first layer of {n}", alone), ("ceiling", p @ up @ down)):
                e = float(found @ energy) / 16
                heat = (float(found @ energy**2) / 16 - 16 * e**2) / T**2
                far, m2 = float(p @ np.log(p / found)), float(found @ spins.mean(axis=1) ** 2)
                print(f"{name:<18} {words:<16} KL {far:.4f}, energy {e:.4f}, C {heat:.3f}, m2 {m2:.4f}")


def all_units(n: int) -> Any:
    return 1 - 2 * (np.arange(2**n)[:, None] >> np.arange(n) & 1)


def normalized(logs: Any) -> Any:
    weights = np.exp(logs - logs.max())
    return weights / weights.sum()


def chances(field: Any, units: Any) -> Any:
    """Probability of every state of `units` (m, n) given fields (k, n), (k, m)."""
    return np.exp(
        -np.logaddexp(0, -2 * field) @ ((units.T + 1) // 2) - np.logaddexp(0, 2 * field) @ ((1 - units.T) // 2)
    )


def draw() -> None:
    """Specific heat of each recipe and lattice, and the tables of DEPTH.md."""
    results = json.loads(RESULTS.read_text())
    with style.context():
        figure = Figure((3.6 * len(RECIPES), 5.4), layout="constrained")
        axes = figure.subplots(len(COUPLINGS), len(RECIPES), sharex=True)
        for line, name in zip(axes, COUPLINGS, strict=True):
            for ax, recipe in zip(line, RECIPES, strict=True):
                found = together(name, recipe, results)
                found.plot(ax, unit=critical(name), words="$T/T_c$", legend=name == "nearest-neighbour")
                ax.set_title(f"{name}, {recipe}", fontsize=9)
                report(f"{name}, {recipe}", found)
                table(name, recipe, found)
        figure.savefig(HERE / "depth.png", dpi=110)


def report(title: str, found: DepthAgainstWidth) -> None:
    """What each kind has by each observable at each temperature, and its verdict."""
    print(f"\n## {title}\n\n{found}\n")
    for kind in found.kinds[1:]:
        for effect in found.effects(kind):
            share = "" if effect.share is None else f", share {effect.share}"
            print(f"{kind:>14} {effect.temperature:.4f} {effect.observable:<13} {effect.value!s:>12} "
                  f"missed {effect.missed!s:>12} {effect.side}{share}")  # fmt: skip
    unsettled = [(row.kind, round(row.temperature, 3), row.machine) for row in found.rows if not row.settled]
    print(f"not settled: {unsettled or 'none'}")


def table(name: str, recipe: str, found: DepthAgainstWidth) -> None:
    """Rows of the tables of DEPTH.md: by energy and by C what the first layer misses, and what others have more."""
    n = RECIPES[recipe][0]
    kinds = [f"{n} + {n}", f"{n} + {n} + {n}", str(2 * n), str(3 * n), "ceiling"]
    for observable in ("energy", "specific_heat"):
        for T in found.temperatures:
            picked = [
                next(e for e in found.effects(kind) if (e.observable, e.temperature) == (observable, T))
                for kind in kinds
            ]
            cells = [str(effect.value) + ("*" if effect.side == "outside" else "") for effect in picked]
            cells = [cell.replace("-", "−") for cell in (str(picked[0].missed), *cells)]
            print(f"{observable}: | {name}, {recipe} | {T / critical(name):.2f} | {' | '.join(cells)} |")


if __name__ == "__main__":
    what, rest = sys.argv[1], sys.argv[2:]
    if what == "ask":
        ask(dict(item.split("=") for item in rest))
    elif what == "attack":
        attack(rest)
    else:
        {"small": small, "draw": draw}[what]()
