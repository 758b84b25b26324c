"""Learned couplings J_eff(r) on 8 × 8 lattices against J(r) / T: machines trained from independent samples.

    python validation/machines/couplings.py couplings.json [seeds]

Every machine is trained by PCD-1 from data of its own seed; the file is rewritten after each machine, and a run that
was stopped goes on with the machines that are missing. One core, 2 to 6 minutes a machine.
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
from spinlens.machines.exact_rbm import pair_couplings
from spinlens.machines.likelihood.gibbs_time import gibbs_autocorrelation
from spinlens.machines.rbm import RBM
from spinlens.machines.reading.learned_couplings import learned_couplings
from spinlens.machines.reading.physics_check import compare_physics
from spinlens.sampling.sampler import sample

L = 8
T_ISING = 2 / np.log(1 + np.sqrt(2))
HELD_OUT = 5000
COMMON: dict[str, Any] = {"batch_size": 100, "persistent": True, "chains": 200, "steps": 1}
SLOW = {**COMMON, "n_hidden": 256, "learning_rate": 0.01, "final_rate": 0.05, "initial_scale": 0.08}
FAST = {**COMMON, "n_hidden": 128, "learning_rate": 0.05, "final_rate": 0.01, "initial_scale": 0.05}
CASES: dict[str, tuple[Any, float, int, dict[str, Any]]] = {
    "nearest-neighbour, T_c": (NearestNeighbour(), T_ISING, 500_000, {**FAST, "epochs": 40}),
    "nearest-neighbour, T = 3": (NearestNeighbour(), 3.0, 500_000, {**SLOW, "epochs": 20}),
    "sigma = 1.2, T = 6.8": (PowerLaw(1.2), 6.8, 500_000, {**SLOW, "epochs": 30, "averaging": 0.3}),
    "sigma = 1.2, T = 6.8, no averaging": (PowerLaw(1.2), 6.8, 500_000, {**SLOW, "epochs": 30}),
    "sigma = 1.2, T = 6.8, 60 epochs": (PowerLaw(1.2), 6.8, 500_000, {**SLOW, "epochs": 60}),
}


def states(model: IsingModel, temperature: float, count: int, seed: int) -> np.ndarray[Any, Any]:
    """Independent-looking states (count, N): 10 chains, every fifth sweep of the cluster algorithm."""
    data = sample(model, temperature, count // 10, 10, seed, keep_spins=True, thin=5, energy=False)
    return np.asarray(data.spins.values.reshape(-1, model.n_sites))


def observables(model: IsingModel) -> dict[str, Any]:
    """Energy, |m|, m², m⁴ and G(r) along an axis of flat states."""

    def lattice(s: Any) -> Any:
        return s.reshape(-1, *model.shape)

    return {
        "energy": lambda s: model.energy(lattice(s)) / model.n_sites,
        "abs_m": lambda s: np.abs(s.mean(axis=1)),
        "m2": lambda s: s.mean(axis=1) ** 2,
        "m4": lambda s: s.mean(axis=1) ** 4,
        "G": lambda s: np.stack(
            [(lattice(s) * np.roll(lattice(s), r, axis=1)).mean(axis=(1, 2)) for r in range(1, L // 2 + 1)], axis=1
        ),
    }


def exact_log_likelihood(model: IsingModel, temperature: float, held_out: np.ndarray[Any, Any]) -> tuple[float, float]:
    """Mean ln p of held-out states under the lattice itself, and the error of its ln Z (AIS of the exact machine)."""
    K = pair_couplings(model)[np.triu_indices(model.n_sites, 1)] / temperature
    found = RBM.exact(model, temperature).log_z("ais", runs=400, betas=2000, seed=1)
    log_z = found.value - float((K[K > 0] + np.log(2)).sum())
    return -float(model.energy(held_out.reshape(-1, L, L)).mean()) / temperature - log_z, found.error


def train(case: str, seed: int) -> dict[str, Any]:
    """One machine: its couplings, likelihood against the bound, physics and mixing."""
    coupling, temperature, count, recipe = CASES[case]
    model = IsingModel((L, L), coupling)
    both = states(model, temperature, count + HELD_OUT, 100 + seed)
    order = np.random.default_rng(seed).permutation(len(both))
    training, held_out = both[order[HELD_OUT:]], both[order[:HELD_OUT]]
    begun = time.perf_counter()
    machine = RBM(seed=seed, **recipe).fit(training)
    seconds = time.perf_counter() - begun
    likelihood = machine.log_likelihood(held_out, "ais", runs=400, betas=4000)
    bound, bound_error = exact_log_likelihood(model, temperature, held_out)
    tau = gibbs_autocorrelation(machine, chains=100, steps=1000, start=held_out[:100], absolute=True)
    physics = compare_physics(machine, held_out, observables(model), chains=len(held_out), steps=500, start=held_out)
    learned = learned_couplings([machine], (L, L))
    return {
        "case": case, "seed": seed, "states": count, "recipe": recipe, "seconds": round(seconds, 1),
        "components": learned.components, "coupling": learned.coupling.tolist(),
        "roughness": learned.roughness.tolist(),
        "true": [float(model.coupling_table[c]) / temperature for c in learned.components],
        "log_likelihood": [likelihood.value, likelihood.error], "bound": [bound, bound_error],
        "tau_abs_m": [tau.value, tau.error],
        "deviations": {name: round(pair.deviation, 2) for name, pair in physics.items()},
    }  # fmt: skip


def main(target: Path, seeds: int) -> None:
    """Train what is missing in `target` and print the table."""
    results = json.loads(target.read_text()) if target.exists() else []
    done = {(entry["case"], entry["seed"]) for entry in results}
    for seed in range(seeds):
        for case in CASES:
            if (case, seed) in done:
                continue
            results.append(train(case, seed))
            target.write_text(json.dumps(results, indent=1) + "\n")
            print(case, seed, results[-1]["seconds"], "s", results[-1]["log_likelihood"], flush=True)
    for case in CASES:
        report(case, [entry for entry in results if entry["case"] == case])


def report(case: str, entries: list[dict[str, Any]]) -> None:
    """Couplings of all machines of one case: mean, error over seeds, difference from J(r) / T."""
    if not entries:
        return
    couplings = np.array([entry["coupling"] for entry in entries])
    error = couplings.std(axis=0, ddof=1) / np.sqrt(len(couplings)) if len(couplings) > 1 else np.full(14, np.nan)
    print(f"\n{case}: {len(entries)} machines\n        r      J/T     J_eff    error  difference  worst machine")
    for k, components in enumerate(entries[0]["components"]):
        true, mean = entries[0]["true"][k], couplings[:, k].mean()
        worst = np.abs(couplings[:, k] - true).max()
        r = np.hypot(*components)
        print(f"{r:9.4f} {true:8.4f} {mean:9.4f} {error[k]:8.4f} {mean - true:+11.4f} {worst:14.4f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3)
