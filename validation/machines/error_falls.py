"""How the loss of a machine falls with states, units and updates: 4 × 4 lattices, where every state can be summed over.

    python validation/machines/error_falls.py error_falls.json

The gap Σ_v p ln(p/q) between lattice p and machine q, nats a state, from independent states; PCD-1, batches of 100,
three seeds of data and training. The rate falls from 0.03 to 3e-4; 15,000 updates where states and units are varied.
One training at the constant rate 0.03 is looked at on its way. About a minute and a half on one core.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from spinlens.lattice.couplings import NearestNeighbour, PowerLaw
from spinlens.lattice.ising import IsingModel
from spinlens.machines.rbm import RBM

BATCH, UPDATES, SEEDS = 100, 15_000, 3
MANY, UNITS = 100_000, 16
STATES, WIDTHS = (1_000, 3_000, 10_000, 30_000, MANY), (2, 4, 8, 16, 32)
EPOCHS = (2, 4, 8, 16, 32)
CASES: dict[str, tuple[Any, float]] = {
    "nearest neighbour, T_c": (NearestNeighbour(), 2 / np.log(1 + np.sqrt(2))),
    "sigma = 1.2, T = 6.8": (PowerLaw(1.2), 6.8),
}
COMMON: dict[str, Any] = {"learning_rate": 0.03, "batch_size": BATCH, "persistent": True, "initial_scale": 0.1}
ALL = np.where((np.arange(2**16)[:, None] >> np.arange(16)) & 1, -1, 1).astype(np.int8)


def gap(machine: RBM, log_p: np.ndarray[Any, Any]) -> float:
    """Expected loss of the machine against the lattice, nats a state."""
    log_q = -machine.free_energy(ALL)
    return round(float(np.exp(log_p) @ (log_p - log_q + np.logaddexp.reduce(log_q))), 7)


def drawn(log_p: np.ndarray[Any, Any], count: int, seed: int) -> np.ndarray[Any, Any]:
    """Independent states of the lattice."""
    return np.asarray(ALL[np.random.default_rng(seed).choice(len(ALL), size=count, p=np.exp(log_p))])


def trained(log_p: np.ndarray[Any, Any], count: int, units: int, seed: int, updates: int = UPDATES) -> float:
    """Gap of one machine after `updates` updates at a falling rate."""
    epochs = updates * BATCH // count
    machine = RBM(units, epochs=epochs, final_rate=0.01, seed=seed, **COMMON).fit(drawn(log_p, count, seed))
    return gap(machine, log_p)


def watched(log_p: np.ndarray[Any, Any], seed: int) -> list[float]:
    """Gaps of one training at a constant rate after the epochs in `EPOCHS`."""
    machine = RBM(UNITS, epochs=max(EPOCHS), final_rate=1.0, seed=seed, **COMMON)
    X, gaps = drawn(log_p, MANY, seed), []
    for before, after in zip((0, *EPOCHS), EPOCHS, strict=False):
        gaps.append(gap(machine.partial_fit(X, after - before), log_p))
    return gaps


def main(target: Path) -> None:
    """Train all machines and write the file."""
    results = []
    for case, (coupling, temperature) in CASES.items():
        log_p = -IsingModel((4, 4), coupling).energy(ALL.reshape(-1, 4, 4)) / temperature
        log_p -= np.logaddexp.reduce(log_p)
        along = np.array([watched(log_p, seed) for seed in range(SEEDS)]).T
        curves = {
            "states": [[n, [trained(log_p, n, UNITS, seed) for seed in range(SEEDS)]] for n in STATES],
            "units": [[units, [trained(log_p, MANY, units, seed) for seed in range(SEEDS)]] for units in WIDTHS],
            "updates": [
                [n, [trained(log_p, MANY, UNITS, seed, n) for seed in range(SEEDS)]]
                for n in (epochs * MANY // BATCH for epochs in EPOCHS)
            ],
            "constant rate": [[e * MANY // BATCH, gaps.tolist()] for e, gaps in zip(EPOCHS, along, strict=True)],
        }
        for name, curve in curves.items():
            print(case, name, *(f"{x}: {np.mean(gaps):.5f}" for x, gaps in curve), sep="  ", flush=True)
        results.append({"case": case, **curves})
        target.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
