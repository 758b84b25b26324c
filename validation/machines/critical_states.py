"""Equilibrium states of machines trained on the 16 × 16 nearest-neighbour lattice at T_c against held-out states.

    python validation/machines/critical_states.py critical_states.json [cd_epochs pcd_epochs]

Three machines of 256 units from one data set: one filter moved over the lattice (`RBM.for_lattice`), free weights that
are well trained (CD-1, then PCD-1 from there at falling rates with averaged parameters), and those of a single epoch.
Each is run as many Gibbs chains from held-out states; errors allow for autocorrelation. About 6 minutes on a free core;
a machine that is in the result is not made again, and a training that was stopped goes on from the files beside it.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from spinlens.exact.kaufman import CRITICAL_TEMPERATURE, kaufman
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.machines.rbm import RBM
from spinlens.machines.units import gibbs
from spinlens.progress import Step
from spinlens.sampling.sampler import sample
from spinlens.statistics.autocorrelation import integrated_time, mean_estimate
from spinlens.statistics.estimate import Estimate

L = 16
MODEL = IsingModel((L, L), NearestNeighbour())
STATES, HELD_OUT, CHAINS, BURN_IN, STEPS, THIN = 400_000, 50_000, 1000, 1000, 1500, 15
FIRST: dict[str, Any] = {"n_hidden": 256, "learning_rate": 0.01, "final_rate": 0.05, "initial_scale": 0.03, "seed": 1}
SECOND: dict[str, Any] = {
    "n_hidden": 256, "learning_rate": 5e-4, "final_rate": 0.002, "persistent": True, "chains": 300,
    "averaging": 0.3, "seed": 2,
}  # fmt: skip
FILTER_STATES, FILTER_EPOCHS = 100_000, 16  # 5,300 updates
Floats = np.ndarray[Any, np.dtype[np.float64]]


def states(count: int, seed: int) -> Any:
    """Flat states (count, N): 10 chains of the cluster algorithm, every fifth sweep, in random order."""
    data = sample(MODEL, CRITICAL_TEMPERATURE, count // 10, 10, seed, keep_spins=True, thin=5, energy=False)
    return np.random.default_rng(seed).permutation(data.spins.values.reshape(-1, MODEL.n_sites))


def observables(flat: Any) -> dict[str, Floats]:
    """E, |m|, m², m⁴ and G(r) along an axis of each state."""
    spins = flat.reshape(-1, L, L).astype(np.float32)
    m = spins.mean(axis=(1, 2), dtype=np.float64)
    bonds = sum((spins * np.roll(spins, 1, axis=axis)).mean(axis=(1, 2), dtype=np.float64) for axis in (1, 2))
    found = {"E": -np.asarray(bonds), "|m|": np.abs(m), "m2": m**2, "m4": m**4}
    for r in range(1, L // 2 + 1):
        found[f"G({r})"] = (spins * np.roll(spins, r, axis=2)).mean(axis=(1, 2), dtype=np.float64)
    return found


def binder(m2: Floats, m4: Floats) -> Estimate:
    """U4 = 1 − ⟨m⁴⟩ / (3⟨m²⟩²) of rows of one chain each, with a jackknife error over 50 blocks of chains."""
    value = 1 - m4.mean() / (3 * m2.mean() ** 2)
    blocks = np.array_split(np.arange(len(m2)), 50)
    left = [(np.delete(m2, block, axis=0).mean(), np.delete(m4, block, axis=0).mean()) for block in blocks]
    spread = np.var([1 - b / (3 * a**2) for a, b in left])
    return Estimate(float(value), float(np.sqrt(49 * spread)))


def chains_of(machine: RBM, start: Any) -> dict[str, Floats]:
    """Observables (chain, draw) of the machine's Gibbs chains."""
    sampler, lanes = gibbs.sampler(machine), gibbs.make_lanes(np.random.default_rng(7))
    visible = np.ascontiguousarray(start, dtype=np.float32)
    hidden = np.empty((len(visible), machine.n_hidden), np.float32)
    sampler.step(visible, hidden, lanes, BURN_IN)
    draws = []
    for _ in range(STEPS // THIN):
        sampler.step(visible, hidden, lanes, THIN)
        draws.append(observables(visible))
    return {name: np.array([draw[name] for draw in draws]).T for name in draws[0]}


def samples_until(
    errors: float, own: dict[str, Floats], pairs: dict[str, tuple[Estimate, Estimate]]
) -> dict[str, float]:
    """Independent states of machine and of data each at which an observable's difference reaches `errors` errors."""
    return {
        key: round(float(errors**2 * 2 * x.var() / (pairs[key][0].value - pairs[key][1].value) ** 2))
        for key, x in own.items()
    }


def judge(name: str, machine: RBM, held_out: Any) -> dict[str, Any]:
    """Every observable of machine and data with errors and their difference in errors; τ, likelihood."""
    own, data = chains_of(machine, held_out[:CHAINS]), observables(held_out[CHAINS:])
    pairs = {
        key: (mean_estimate(own[key]), Estimate(float(x.mean()), float(x.std() / np.sqrt(len(x)))))
        for key, x in data.items()
    }
    pairs["U4"] = (binder(own["m2"], own["m4"]), binder(data["m2"][:, None], data["m4"][:, None]))
    tau = integrated_time(own["|m|"])
    likelihood = machine.log_likelihood(held_out, "ais", runs=100, betas=10_000)
    log_p = -float(MODEL.energy(held_out.reshape(-1, L, L)).mean()) / CRITICAL_TEMPERATURE
    return {
        "machine": name,
        "tau_abs_m_gibbs_steps": [tau.value * THIN, tau.error * THIN],
        "effective_samples_abs_m": float(own["|m|"].var() / pairs["|m|"][0].error ** 2),
        "effective_samples_energy": float(own["E"].var() / pairs["E"][0].error ** 2),
        "samples_until_three_errors": samples_until(3.0, own, pairs),
        "held_out_states": len(held_out) - CHAINS,
        "log_likelihood": [likelihood.value, likelihood.error],
        "bound": log_p - kaufman(L, CRITICAL_TEMPERATURE).log_z,
        "observables": {
            key: {"machine": [a.value, a.error], "data": [b.value, b.error], "deviation": a.deviation(b)}
            for key, (a, b) in pairs.items()
        },
    }


def trained(name: str, data: Any, target: Path, cd_epochs: int, pcd_epochs: int) -> RBM:
    """The machine of that name."""
    begun = time.process_time()

    def line(step: Step) -> None:
        print(f"{name}, {step.text}: {time.process_time() - begun:.0f} s", flush=True)

    if name == "one filter":
        return RBM.for_lattice((L, L), epochs=FILTER_EPOCHS, seed=1).fit(data[:FILTER_STATES], progress=line)
    if name == "one epoch":
        return RBM(**{**FIRST, "epochs": 1}).fit(data)
    kept = [target.with_suffix(f".{part}.safetensors") for part in ("cd", "pcd")]
    first = RBM(**FIRST, epochs=cd_epochs).fit(data, progress=line, checkpoint=kept[0])
    return RBM(**SECOND, epochs=pcd_epochs).fit(data, start=first, progress=line, checkpoint=kept[1])


def main(target: Path, cd_epochs: int, pcd_epochs: int) -> None:
    """Train and judge what is missing, print and write."""
    document: dict[str, Any] = json.loads(target.read_text()) if target.exists() else {"states": STATES, "machines": []}
    data, held_out = states(STATES, 11), states(HELD_OUT, 12)
    for name in ("one filter", "well trained", "one epoch"):
        if name in [found["machine"] for found in document["machines"]]:
            continue
        begun = time.process_time()
        machine = trained(name, data, target, cd_epochs, pcd_epochs)
        seconds = time.process_time() - begun
        found = judge(name, machine, held_out)
        document["machines"].append({**found, "training_seconds": round(seconds), "options": machine.get_params()})
        target.write_text(json.dumps(document, indent=1) + "\n")
        print(f"\n{name}: τ {found['tau_abs_m_gibbs_steps']}, ln p {found['log_likelihood']}")
        for key, row in found["observables"].items():
            print(f"{key:5s} {row['machine']} {row['data']} {row['deviation']:+.1f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *(int(x) for x in sys.argv[2:4] or (30, 10)))
