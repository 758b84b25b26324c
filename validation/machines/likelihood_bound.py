"""Trained machines against the entropy bound on 4 × 4 lattices, where every state can be summed over.

    python validation/machines/likelihood_bound.py likelihood_bound.json

The gap Σ_v p(v) [ln p(v) − ln q(v)] between lattice p and machine q is the expected loss on held-out states, without
any noise of held-out samples. 50,000 states, by recipe and seed; about two minutes on one core.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from spinlens.lattice.couplings import NearestNeighbour, PowerLaw
from spinlens.lattice.ising import IsingModel
from spinlens.machines.rbm import RBM
from spinlens.sampling.sampler import sample

STATES = 50_000
CASES: dict[str, tuple[Any, float]] = {
    "nearest-neighbour, T_c": (NearestNeighbour(), 2 / np.log(1 + np.sqrt(2))),
    "sigma = 1.2, T = 6.8": (PowerLaw(1.2), 6.8),
}
COMMON: dict[str, Any] = {"learning_rate": 0.03, "batch_size": 200, "initial_scale": 0.1, "final_rate": 0.01}
RECIPES: dict[str, dict[str, Any]] = {
    "PCD-1, 32 units, 80 epochs": {"n_hidden": 32, "epochs": 80, "persistent": True},
    "PCD-1, 32 units, 200 epochs": {"n_hidden": 32, "epochs": 200, "persistent": True},
    "PCD-1, 16 units, 200 epochs": {"n_hidden": 16, "epochs": 200, "persistent": True},
    "PCD-10, 32 units, 80 epochs": {"n_hidden": 32, "epochs": 80, "persistent": True, "steps": 10},
    "PCD-1, shared weights, 32 units, 80 epochs": {"n_hidden": 32, "epochs": 80, "persistent": True, "torus": (4, 4)},
    "CD-1, 32 units, 80 epochs": {"n_hidden": 32, "epochs": 80},
}  # fmt: skip


def gap(machine: RBM, log_p: np.ndarray[Any, Any], states: np.ndarray[Any, Any]) -> float:
    """Expected loss of the machine against the lattice, nats a state."""
    log_q = -machine.free_energy(states)
    log_q -= np.logaddexp.reduce(log_q)
    return float(np.exp(log_p) @ (log_p - log_q))


def main(target: Path) -> None:
    """Train all machines, print the table and write the file."""
    states = np.where((np.arange(2**16)[:, None] >> np.arange(16)) & 1, -1, 1).astype(np.int8)
    results = []
    for case, (coupling, temperature) in CASES.items():
        model = IsingModel((4, 4), coupling)
        log_p = -model.energy(states.reshape(-1, 4, 4)) / temperature
        log_p -= np.logaddexp.reduce(log_p)
        print(f"\n{case}: entropy {-np.exp(log_p) @ log_p:.4f} nats; gaps of three seeds")
        for name, options in RECIPES.items():
            gaps, begun = [], time.perf_counter()
            for seed in range(3):
                data = sample(model, temperature, STATES // 10, 10, seed, keep_spins=True, thin=5, energy=False)
                X = data.spins.values.reshape(-1, 16)
                gaps.append(gap(RBM(seed=seed, **{**COMMON, **options}).fit(X), log_p, states))
            seconds = (time.perf_counter() - begun) / 3
            print(f"{name:45s} {'  '.join(f'{g:.4f}' for g in gaps)}   {seconds:.0f} s a machine", flush=True)
            results.append({"case": case, "recipe": name, "gaps": gaps, "seconds": round(seconds, 1)})
            target.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
