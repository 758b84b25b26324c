"""Ends of published flows at L = 10, with their protocol and several seeds, and what other instruments say of them.

    python validation/flow_ends/run.py OUT WORK [SEEDS]

Writes OUT (JSON) after every machine; WORK keeps machines under training: a run that was stopped goes on. A machine
trained on the lattice takes about a quarter of an hour of one quiet core, a mean-field one three quarters.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from zero_one import ContrastiveDivergence, plus_minus

from spinlens.arrays import Fields, Spins
from spinlens.files.atomic import write_file
from spinlens.flows.examination import examine
from spinlens.flows.rbm_flow import rbm_flow
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.machines.rbm import RBM
from spinlens.study.storage.codec import plain
from spinlens.thermometers.instruments import InstrumentSet, calibrate_instruments, sample_independent

L, N = 10, 100
T_C = 2 / np.log(1 + np.sqrt(2))
GRID = [0.0, *np.arange(0.25, 6.01, 0.25)]  # of the training set; its 1e-6 is 0 here
STATES = 800  # a temperature: 1,000 less a fifth that was held out
STEPS, LATER = 40, 2000  # the published flow, and one that is long against τ
SHOWN = 1000  # states that flow
CASES = {"lattice": (0.01, 8000), "mean field": (0.001, 20_000)}  # rate and epochs
SAVE = 50  # epochs between two saves
LOOKS = (100, 400, 1000, 2000, 4000, 8000, 20_000)  # epochs at which the flow is looked at


def lattice_states(seed: int) -> Spins:
    """(25 · 800, N) states of the square lattice, shuffled once."""
    found = sample_independent(IsingModel((L, L), NearestNeighbour()), GRID, STATES, seed)
    return _shuffled(np.asarray(found).reshape(-1, N), seed)


def mean_field_states(seed: int) -> Spins:
    """Independent spins in the field of their own mean, m = tanh(4 m / T), of either sign; shuffled once."""
    generator = np.random.default_rng([seed, 2])
    parts = []
    for T in GRID:
        m = magnetization(T)
        sign = generator.choice([-1, 1], size=(STATES, 1))
        parts.append(sign * np.where(generator.random((STATES, N)) < (1 + m) / 2, 1, -1))
    return _shuffled(np.concatenate(parts).astype(np.int8), seed)


def magnetization(temperature: float) -> float:
    """m = tanh(4 m / T) ≥ 0, by iteration from 1."""
    m = 1.0
    for _ in range(20_000):
        m = float(np.tanh(4 * m / max(temperature, 1e-6)))
    return m


def _shuffled(states: Spins, seed: int) -> Spins:
    return states[np.random.default_rng([seed, 3]).permutation(len(states))]


def starts(seed: int) -> dict[str, Spins]:
    """All up, and as many up as down: the published T = 0 and T = ∞."""
    generator = np.random.default_rng([seed, 4])
    balanced = np.tile(np.repeat(np.int8([1, -1]), N // 2), (SHOWN, 1))
    return {
        "T = 0": np.ones((SHOWN, L, L), np.int8),
        "T = infinity": generator.permuted(balanced, axis=1).reshape(SHOWN, L, L),
    }


def look(machine: RBM, instruments: InstrumentSet, seed: int, last: bool) -> dict[str, Any]:
    """Flows from both starts: |m| after the published number of steps; at the last look everything, and later too."""
    found: dict[str, Any] = {}
    records = (STEPS, LATER) if last else (STEPS,)
    for number, (name, states) in enumerate(starts(seed).items()):
        flow = rbm_flow(machine, states, records[-1], records, seed=2 * seed + number)
        found[name] = {str(step): known(flow.at(step), instruments, last) for step in records}
    return found


def known(states: Fields, instruments: InstrumentSet, everything: bool) -> dict[str, Any]:
    """|m| with its error; and energy, G(r), temperatures and the joint test."""
    m = np.abs(states.mean(axis=(1, 2)))
    entry: dict[str, Any] = {"m": {"value": m.mean(), "error": m.std(ddof=1) / np.sqrt(len(m))}}
    if everything:
        bonds = states * (np.roll(states, 1, axis=1) + np.roll(states, 1, axis=2))
        entry["energy"] = -bonds.mean(axis=(1, 2)).mean()
        entry["G"] = [float((states * np.roll(states, r, axis=1)).mean()) for r in range(1, L // 2 + 1)]
        entry.update(examine(states, instruments, instruments.equilibrium).to_dict())
    return entry


def train(case: str, seed: int, work: Path, instruments: InstrumentSet) -> dict[str, Any]:
    """One machine, looked at along its training."""
    rate, epochs = CASES[case]
    data = lattice_states(seed) if case == "lattice" else mean_field_states(seed)
    learner, path = ContrastiveDivergence(data, N, rate, seed), work / f"{case.replace(' ', '-')}-{seed}.npz"
    notes = path.with_suffix(".json")
    looks: dict[str, Any] = json.loads(notes.read_text()) if notes.exists() else {}
    if path.exists():
        learner.load(path)
    while learner.epochs < epochs:
        learner.epoch()
        if learner.epochs in LOOKS:
            last = learner.epochs == epochs
            looks[str(learner.epochs)] = plain(look(plus_minus(learner.weights), instruments, seed, last))
            write_file(notes, json.dumps(looks).encode())
        if learner.epochs % SAVE == 0:
            learner.save(path)
    W = learner.weights
    return {
        "case": case,
        "seed": seed,
        "epochs": looks,
        "weights": {"mean": float(W.mean()), "deviation": float(W.std())},
    }


def instruments_of() -> tuple[InstrumentSet, Spins]:
    """All instruments at L = 10, and states of the lattice at T_c."""
    model = IsingModel((L, L), NearestNeighbour())
    grid = np.sort(np.append(np.arange(1.0, 6.01, 0.25), [2.1, T_C, 2.4]))
    instruments = calibrate_instruments(model, grid, np.asarray(sample_independent(model, grid, 2000, 98)), seed=0)
    return instruments, np.asarray(sample_independent(model, [T_C], 4 * SHOWN, 99))[0]


def main(out: Path, work: Path, seeds: int) -> None:
    """Seed after seed, the lattice first."""
    work.mkdir(parents=True, exist_ok=True)
    instruments, lattice = instruments_of()
    document: dict[str, Any] = {"Monte Carlo at T_c": plain(known(lattice, instruments, True)), "machines": []}
    for seed in range(seeds):
        for case in CASES:
            document["machines"].append(train(case, seed, work, instruments))
            write_file(out, (json.dumps(plain(document), indent=1) + "\n").encode())
            print(case, seed, document["machines"][-1]["weights"], flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 5)
