"""Exponents of learned coarse-grainings step by step, beside majority blocks, at T_c: L = 16 and 32.

    python validation/mcrg/learned.py OUT

Writes OUT (JSON) and prints the tables of README.md. About six minutes of one core.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from spinlens import (
    IsingModel,
    NearestNeighbour,
    PowerLaw,
    StackedRBM,
    block_spins,
    compare_blockings,
    kadanoff_machine,
    mcrg,
    stacked_flow,
    strided_stack,
)
from spinlens.arrays import Spins
from spinlens.renormalization.mcrg import MCRG
from spinlens.study.storage.codec import plain
from spinlens.thermometers.instruments import sample_independent

MODELS = {"nearest-neighbour": (NearestNeighbour(), 2.269185314), "sigma = 1.2": (PowerLaw(1.2), 6.83427)}
SIZES = {16: (8, 2), 32: (2, 3)}  # seeds and layers
TRAINED, MEASURED = 10_000, 20_000
STRENGTHS = (0.2, 0.4, 0.6, 1.0)


def entries(name: str, steps: tuple[MCRG, ...]) -> list[dict[str, Any]]:
    """y_t and y_h of every step."""
    return [
        {
            "map": name,
            "from": found.steps[0].before[0],
            "y_t": found.exponent("even"),
            "y_h": found.exponent("odd"),
        }
        for found in steps
    ]


def noise(states: Spins, stack: StackedRBM) -> list[dict[str, Any]]:
    """One step by blocks of different noise, by the learned map, and by the signs of its means: no noise."""
    rng = np.random.default_rng(0)
    found = []
    for p in STRENGTHS:
        blocks = block_spins(states, rule="kadanoff", p=p, generator=rng)
        found += entries(f"Kadanoff blocks, p = {p}", (mcrg((states, blocks)),))
    means = stacked_flow(stack, states, kind="mean").at(1)
    signs = np.where(means >= 0, 1, -1).astype(np.int8)
    return [*found, *entries("signs of the learned means", (mcrg((states, signs)),))]


def measure(name: str, L: int) -> list[dict[str, Any]]:
    """All maps of one lattice."""
    coupling, T_c = MODELS[name]
    seeds, layers = SIZES[L]
    states = sample_independent(IsingModel((L, L), coupling), [T_c], TRAINED + MEASURED, 11)[0]
    data, test = states[:TRAINED].reshape(-1, L * L), states[TRAINED:]
    stacks = [strided_stack((L, L), layers, seed=seed).fit(data) for seed in range(seeds)]
    rules: dict[str, Any] = {"majority": "majority", "decimation": "decimation"}
    found = [entry for rule, steps in compare_blockings(test, rules, layers).items() for entry in entries(rule, steps)]
    found += entries("Kadanoff machine, p = 1", compare_blockings(test, {"one": kadanoff_machine((L, L), 1.0)})["one"])
    for seed, stack in enumerate(stacks):
        found += entries(f"learned {seed}", compare_blockings(test, {"map": stack}, layers, seed=seed)["map"])
    return found + (noise(test, stacks[0]) if min(SIZES) == L else [])


def main(out: Path) -> None:
    """Model after model."""
    document = {}
    for name in MODELS:
        for L in SIZES:
            document[f"{name}, L = {L}"] = rows = measure(name, L)
            for row in rows:
                print(name, L, row["map"], row["from"], "y_t", row["y_t"], "y_h", row["y_h"], flush=True)
    out.write_text(json.dumps(plain(document), indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
